package statusdb

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// t0 is the start of the first outage of the notice that the project began
// with: 17:03 in Johannesburg on 1 August 2005.
var t0 = time.Date(2005, 8, 1, 15, 3, 10, 250e6, time.UTC)

func at(d time.Duration) time.Time { return t0.Add(d) }

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func fresh(t *testing.T) *DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "howdah.db"))
}

// reopen closes the database and opens its file again.
func reopen(t *testing.T, db *DB) *DB {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, db.sqlite.Path)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

// filled fails the test when a field of v, at any depth, has its zero value:
// a round trip proves nothing of a field that was never set.
func filled(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		if v.IsZero() {
			t.Errorf("%s is not set", path)
		}
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			t.Errorf("%s is not set", path)
			return
		}
		filled(t, path, v.Elem())
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			t.Errorf("%s is empty", path)
			return
		}
		filled(t, path+"[0]", v.Index(0))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			filled(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case v.IsZero():
		t.Errorf("%s is not set", path)
	}
}

func failingRun() probe.Result {
	return probe.Result{
		Check: "imap-2", Component: "imap", Target: "imap://probe@127.0.0.1:1143",
		StartedAt: at(time.Second), Took: 15*time.Second + 1234*time.Microsecond,
		Verdict: probe.Fail, Reason: "greeting.timeout", Mechanism: "PLAIN",
		Phases: []probe.Phase{
			{Name: "connect", Start: 10 * time.Microsecond, Took: 84 * time.Microsecond, OK: true},
			{Name: "greeting", Start: 94 * time.Microsecond, Took: 15 * time.Second},
		},
		Peer: "127.0.0.1:1143",
		TLS: &probe.TLSInfo{
			Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", NotAfter: at(90 * 24 * time.Hour).Truncate(time.Second), Verified: true,
		},
		Detail:     "read tcp 127.0.0.1:40000: i/o timeout",
		Transcript: []string{"S: * OK", "C: a1 LOGIN probe ***", "S: \u00e9 \"quoted\" <&>"},
	}
}

func endedOutage() probe.Outage {
	bracket := func(d time.Duration, s probe.Source) probe.Moment {
		return probe.Moment{Earliest: at(d - 30*time.Second), Best: at(d - 15*time.Second), Latest: at(d), Source: s}
	}
	end, half := probe.Exact(at(78*time.Minute), probe.SourceFirstGood), bracket(20*time.Minute, probe.SourceFirstGood)
	evidence := failingRun()
	return probe.Outage{
		ID: "ab34cd56ef12", Domain: "elephant", Intermittent: true, Restarted: true,
		Start: bracket(0, probe.SourcePhase), End: &end,
		Affected: []probe.Affected{
			{Component: "imap", Start: bracket(0, probe.SourcePhase), End: &half, Reason: "greeting.timeout", Partial: true},
			{Component: "pop3", Start: probe.Exact(at(time.Minute), probe.SourceExit), End: &end, Reason: "process.exit"},
			{Component: "imap", Start: probe.Exact(at(time.Minute), probe.SourceExit), End: &end, Reason: "process.exit"},
		},
		Exits: []probe.Exit{{
			At: at(time.Minute), Source: probe.SourceExit, Host: "elephant", Components: []string{"imap", "pop3"},
			PID: 4711, Code: -1, Signal: "killed", Uptime: 3*time.Hour + 7*time.Microsecond, LogTail: []string{"listening", "out of memory"},
		}},
		Evidence: &evidence,
	}
}

func told(o probe.Outage) incidents.Outage {
	s := incidents.Outage{
		ID: o.ID, Domain: o.Domain, Start: storyMoment(o.Start), Unclean: true, Intermittent: true, Revision: 1, Restarted: true, Looping: true,
		Stated: &incidents.Stated{Start: at(-time.Hour), End: at(2 * time.Hour), How: "Rebooted", By: "Thandi", At: at(3 * time.Hour)},
	}
	if o.End != nil {
		m := storyMoment(*o.End)
		s.End = &m
	}
	for _, a := range o.Affected {
		b := incidents.Affected{Component: a.Component, Start: storyMoment(a.Start), Partial: a.Partial, Reason: string(a.Reason)}
		if a.End != nil {
			m := storyMoment(*a.End)
			b.End = &m
		}
		s.Affected = append(s.Affected, b)
	}
	return s
}

func thread() *incidents.Incident {
	return &incidents.Incident{
		ID: "iab34cd56ef12", Title: "Reading mail instability", State: incidents.Resolved, Impact: incidents.ImpactMajor,
		Domain: "elephant", Components: []string{"pop3", "imap"},
		Outages: []incidents.Outage{told(endedOutage())},
		Updates: []incidents.Update{
			{
				ID: "u1", IncidentID: "iab34cd56ef12", Kind: incidents.KindOpened, State: incidents.Investigating,
				Body: "Reading mail does not work.\n\nThe cause is not yet known.", By: "Thandi", At: at(time.Minute),
				OutageID:    "ab34cd56ef12",
				Components:  []incidents.ComponentChange{{Component: "imap", Old: incidents.Operational, New: incidents.MajorOutage}},
				AnnouncedAt: at(90 * time.Second), Superseded: true,
				Topic: incidents.TopicCause, ExpectedAt: at(4 * time.Hour), Sent: 14, Arrived: 9,
				Edits: []incidents.Edit{{Body: "Reading mail is broken.", By: "Thandi", At: at(2 * time.Minute)}},
			},
			{
				ID: "u0", IncidentID: "iab34cd56ef12", Kind: incidents.KindRecovered, State: incidents.Monitoring,
				Body: "It works again.", At: at(time.Minute), OutageID: "ab34cd56ef12",
			},
		},
		CreatedAt: at(0), UpdatedAt: at(79 * time.Minute), StartedAt: at(-15 * time.Second),
		MonitoringAt: at(78 * time.Minute), ResolvedAt: at(79 * time.Minute), Taken: true, Silent: true,
		ExpectedAt: at(4 * time.Hour),
		Canaries: []incidents.Canary{
			{ID: "c1", Component: "incoming", SentAt: at(5 * time.Minute), ArrivedAt: at(76 * time.Minute), Overdue: true},
			{ID: "c2", Component: "incoming", SentAt: at(10 * time.Minute)},
		},
		Changes: []incidents.Change{
			{At: at(5 * time.Hour), By: "Thandi", What: incidents.ChangedTitle, Was: "Reading mail outage", Now: "Reading mail instability"},
			{At: at(6 * time.Hour), What: incidents.ChangedTaken},
		},
		Aliases: []string{"iold", "iolder"},
	}
}

func soleThread(t *testing.T, db *DB) *incidents.Incident {
	t.Helper()
	list, err := db.Incidents(t.Context())
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d threads, want 1", len(list))
	}
	return list[0]
}

func outages(t *testing.T, db *DB, since time.Time) []probe.Outage {
	t.Helper()
	list, err := db.Outages(t.Context(), since)
	must(t, err)
	return list
}

func count(t *testing.T, db *DB, table string) int {
	t.Helper()
	var n int
	must(t, db.sqlite.R.QueryRowContext(context.Background(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}
