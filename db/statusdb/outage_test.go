package statusdb

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

func TestOutageSurvivesReopening(t *testing.T) {
	want := endedOutage()
	filled(t, "outage", reflect.ValueOf(want))
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{want}}))
	equal(t, outages(t, db, time.Time{}), []probe.Outage{want})
	equal(t, outages(t, reopen(t, db), time.Time{}), []probe.Outage{want})
}

func TestBareOutageSurvives(t *testing.T) {
	want := probe.Outage{ID: "x", Domain: "imap", Start: probe.Exact(t0, probe.SourceUnclean)}
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{want}}))
	equal(t, outages(t, db, time.Time{}), []probe.Outage{want})
}

func TestOutageIsReplacedWhileItLasts(t *testing.T) {
	full := endedOutage()
	lasting := full.Clone()
	lasting.End, lasting.Evidence = nil, nil
	lasting.Affected[0].End = nil
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{lasting}}))
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{lasting}}))
	equal(t, outages(t, db, t0), []probe.Outage{lasting})

	fewer := lasting.Clone()
	fewer.Affected, fewer.Exits = fewer.Affected[:1], nil
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{fewer}}))
	equal(t, outages(t, db, t0), []probe.Outage{fewer})

	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{full}}))
	equal(t, outages(t, db, t0), []probe.Outage{full})
}

func TestEndedOutageIsNeverEdited(t *testing.T) {
	want := endedOutage()
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{want}}))

	moved := probe.Exact(at(9*time.Hour), probe.SourceFirstGood)
	later, again := want.Clone(), want.Clone()
	later.End = &moved
	later.Affected, later.Exits = nil, nil
	again.End = nil
	for _, edit := range []probe.Outage{later, again} {
		must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{edit}}))
		equal(t, outages(t, db, t0), []probe.Outage{want})
	}
}

func TestOutagesSince(t *testing.T) {
	db := fresh(t)
	span := func(id string, start, end time.Duration) probe.Outage {
		o := probe.Outage{ID: id, Domain: id, Start: probe.Exact(at(start), probe.SourceExit)}
		if end != 0 {
			m := probe.Exact(at(end), probe.SourceFirstGood)
			o.End = &m
		}
		return o
	}
	for _, o := range []probe.Outage{
		span("third", 3*time.Hour, 4*time.Hour), span("lasting", time.Minute, 0), span("first", 0, time.Hour),
	} {
		must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{o}}))
	}
	for _, c := range []struct {
		since time.Time
		want  string
	}{
		{time.Time{}, "first lasting third"},
		{at(time.Hour), "first lasting third"},
		{at(time.Hour + time.Millisecond), "lasting third"},
		{at(5 * time.Hour), "lasting"},
	} {
		var ids []string
		for _, o := range outages(t, db, c.since) {
			ids = append(ids, o.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("since %v: %s, want %s", c.since, got, c.want)
		}
	}
}

func TestTimesAreCutToMilliseconds(t *testing.T) {
	fine := time.Date(2005, 8, 1, 15, 3, 10, 250_999_999, time.FixedZone("SAST", 2*3600))
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{{ID: "x", Domain: "imap", Start: probe.Exact(fine, probe.SourceExit)}}}))
	want := time.Date(2005, 8, 1, 13, 3, 10, 250e6, time.UTC)
	equal(t, outages(t, db, time.Time{})[0].Start, probe.Exact(want, probe.SourceExit))
}

func TestLogTailIsBounded(t *testing.T) {
	o := endedOutage()
	o.Exits[0].LogTail = []string{strings.Repeat("a", maxLogTail), "goroutine 1 [running]:", "main.main()"}
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{o}}))
	equal(t, outages(t, db, time.Time{})[0].Exits[0].LogTail, []string{"goroutine 1 [running]:", "main.main()"})
}

// In a crash loop the ends are all kept, and the words of the first and the
// last of them.
func TestLogsOfACrashLoopAreBounded(t *testing.T) {
	o := endedOutage()
	for len(o.Exits) < 50 {
		o.Exits = append(o.Exits, o.Exits[0])
	}
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Outages: []probe.Outage{o}}))
	exits := outages(t, db, time.Time{})[0].Exits
	if len(exits) != 50 {
		t.Fatalf("%d exits kept of 50", len(exits))
	}
	for i, e := range exits {
		if kept := len(e.LogTail) > 0; kept != (i == 0 || i == 49) {
			t.Errorf("log of end %d kept: %v", i+1, kept)
		}
	}
}
