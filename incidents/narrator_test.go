package incidents

import (
	"testing"
	"time"
)

func TestOpeningTellsWhatWorks(t *testing.T) {
	start := local(t, 1, "17:03:10")
	check := func(clock string) time.Time { return local(t, 1, clock) }
	for _, c := range []struct {
		name string
		fact ComponentFact
		want string
	}{
		{"checked since", ComponentFact{Status: Operational, Watched: true, CheckedAt: check("17:04:02"), GoodAt: check("17:04:02")}, "Sending mail works (checked 17:04)."},
		{"checked before", ComponentFact{Status: Operational, Watched: true, CheckedAt: check("17:03:09"), GoodAt: check("17:03:09")}, ""},
		{"failing too", ComponentFact{Status: MajorOutage, Watched: true, CheckedAt: check("17:04:02"), GoodAt: check("17:03:20")}, ""},
		{"not watched", ComponentFact{Status: Operational}, "Sending mail is not watched."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, nil, DefaultSettings())
			c.fact.Component = "outgoing"
			d.ObserveComponents(local(t, 1, "17:04:10"), []ComponentFact{c.fact})
			d.ObserveOutage(local(t, 1, "17:04:10"), down("o1", start))
			want := "Reading mail and fetching mail have not worked since 17:03:10 SAST. "
			if c.want != "" {
				want += c.want + " "
			}
			expectBody(t, only(t, d).Latest(), KindOpened, want+"The cause is not yet known.")
		})
	}
}

func TestMoments(t *testing.T) {
	told := local(t, 1, "23:00")
	between := func(from, to string) When {
		a, b := local(t, 1, from), local(t, 1, to)
		return When{Moment: Moment{Earliest: a, Best: a.Add(b.Sub(a) / 2), Latest: b}, Told: told, Zone: johannesburg}
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	next := between("17:03", "17:03")
	next.Told = told.Add(24 * time.Hour)
	year := next
	year.Told = told.AddDate(1, 0, 0)
	heartbeat := between("17:03", "22:00")
	heartbeat.Best, heartbeat.About = heartbeat.Earliest, true
	saoPaulo := between("17:03", "17:03")
	saoPaulo.Zone = time.FixedZone("-03", -3*3600)
	summer := When{Moment: exactly(time.Date(2005, 10, 29, 23, 30, 0, 0, time.UTC)), Told: told, Zone: paris}
	e := english{}
	for _, c := range []struct{ got, want string }{
		{e.since(between("17:03:10", "17:03:11")), "since 17:03:10 SAST"},
		{e.since(between("17:03:00", "17:03:00")), "since 17:03 SAST"},
		{e.since(between("17:03:10", "17:03:50")), "since about 17:03 SAST"},
		{e.since(between("16:58:10", "17:03:10")), "since some time between 16:58 and 17:03 SAST"},
		{e.since(next), "since 17:03 SAST on 1 August"},
		{e.since(year), "since 17:03 SAST on 1 August 2005"},
		{e.since(heartbeat), "since about 17:03 SAST"},
		{e.since(saoPaulo), "since 12:03 UTC-03"},
		{e.at(between("16:58:10", "17:03:10")), "between 16:58 and 17:03 SAST"},
		{e.Bounds(between("17:02:40", "17:03:10")), "between 17:02:40 and 17:03:10 SAST"},
		{e.Bounds(between("17:03:10", "17:03:10")), "17:03:10 SAST"},
		{e.fromTo(summer, When{Moment: exactly(time.Date(2005, 10, 30, 1, 30, 0, 0, time.UTC)), Told: summer.Best, Zone: paris}), "between 01:30 CEST on 30 October and 02:30 CET"},
		{e.Period(between("17:03", "17:03"), nil), "since 17:03 SAST on 1 August 2005"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	end := between("18:21:07", "18:21:07")
	if got := e.Period(between("17:03", "17:03"), &end); got != "1 August 2005, 17:03 to 18:21:07 SAST (1 h 18 min)" {
		t.Error(got)
	}
	end.Best = end.Best.AddDate(0, 0, 1)
	if got := e.Period(between("17:03", "17:03"), &end); got != "1 August 2005, 17:03 SAST to 2 August 2005, 18:21:07 SAST (25 h 18 min)" {
		t.Error(got)
	}
}

func TestSpans(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"less than 1 s":    300 * time.Millisecond,
		"45 s":             45*time.Second + 400*time.Millisecond,
		"1 min":            time.Minute - 200*time.Millisecond,
		"1 min 15 s":       75 * time.Second,
		"9 min 59 s":       10*time.Minute - time.Second,
		"10 min":           10*time.Minute + 20*time.Second,
		"22 min":           22*time.Minute + 29*time.Second,
		"1 h":              time.Hour,
		"1 h 18 min":       78 * time.Minute,
		"3 h 43 min":       3*time.Hour + 42*time.Minute + 53*time.Second,
		"47 h 59 min":      48*time.Hour - time.Minute,
		"2 days":           48 * time.Hour,
		"3 days 2 h 1 min": 74*time.Hour + time.Minute,
	} {
		if got := English.Span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func named(names ...string) []Part {
	var what []Part
	for _, name := range names {
		what = append(what, Part{Name: name})
	}
	return what
}

func TestNumbers(t *testing.T) {
	one, two, three := named("A"), named("A", "B"), named("A", "B", "C")
	at := When{Moment: exactly(local(t, 1, "17:03")), Told: local(t, 1, "18:00"), Zone: johannesburg}
	before := at
	before.Moment = exactly(local(t, 1, "17:03").AddDate(0, 0, -1))
	for _, c := range []struct{ got, want string }{
		{English.Stopped(one, Wholly, at), "A has not worked since 17:03 SAST."},
		{English.Stopped(three, InPart, at), "A, B and C have worked only in part since 17:03 SAST."},
		{English.Working(two, at), "A and B work (checked 17:03 SAST)."},
		{English.Unwatched(two), "A and B are not watched."},
		{English.Total(one, 2, time.Hour), "A was down twice, 1 h in all."},
		{English.Total(two, 11, time.Hour), "A and B were down 11 times, 1 h in all."},
		{English.Again(11, Within{}), "This is the 11th failure in 24 hours; updates continue here."},
		{English.Again(22, Within{Today: true}), "This is the 22nd failure today; updates continue here."},
		{English.Title([]Part{{Role: RoleSending}}, false), "Sending mail outage"},
		{English.Title([]Part{{Role: RoleReading}, {Role: RoleSending}, {Role: RoleReceiving}, {Name: "Wiki"}}, true), "Reading, sending and receiving mail and Wiki instability"},
		{English.Title([]Part{{Role: RoleFetching}, {Role: RoleWebmail}}, false), "Fetching mail and webmail outage"},
		{English.Restored(at, at), "Expected by 17:03 SAST, restored at 17:03."},
		{English.Restored(before, before), "Expected by 17:03 SAST on 31 July, restored at 17:03."},
		{English.Restored(before, at), "Expected by 17:03 SAST on 31 July, restored at 17:03 on 1 August."},
		{English.Outages(1, time.Hour), "1 outage"},
		{English.MailArrived(1, 3*time.Hour, true), "The test message sent meanwhile has arrived, after 3 h; we know of no lost mail."},
		{English.MailArrived(2, time.Hour, false), "Both test messages sent during the outage have arrived, the slower one after 60 minutes; we know of no lost mail."},
		{English.Title(three, true), "A, B and C instability"},
		{English.Title(named("Sending mail", "B", "C", "D", "E"), false), "Outage of sending mail, B and 3 other services"},
		{English.Title([]Part{{Role: RoleReading}, {Role: RoleWebmail}, {Role: RoleReceiving}, {Name: "B"}}, true), "Reading and receiving mail and B instability"},
		{English.Outages(4, 472*time.Minute), "4 outages, 7 h 52 min in all"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestHeadlines(t *testing.T) {
	now := local(t, 1, "17:10")
	fact := func(key string, s Status, since time.Time) ComponentFact {
		return ComponentFact{Component: key, Status: s, Watched: true, Since: since, CheckedAt: now, GoodAt: now, StaleAt: now.Add(time.Minute)}
	}
	well := func(key string) ComponentFact { return fact(key, Operational, time.Time{}) }
	never := ComponentFact{Component: "outgoing", Status: Operational}
	for _, c := range []struct {
		want      string
		indicator Indicator
		facts     []ComponentFact
	}{
		{"No current data", IndicatorNone, nil},
		{"All systems operational", IndicatorNone, []ComponentFact{well("imap"), well("pop3"), well("outgoing")}},
		{"No current data for Sending mail (SMTP); the rest is operational", IndicatorNone, []ComponentFact{well("imap"), well("pop3"), never}},
		{"Reading mail (IMAP) has not worked since about 17:03 SAST", IndicatorMajor,
			[]ComponentFact{fact("imap", MajorOutage, local(t, 1, "17:03")), well("pop3"), well("outgoing")}},
		{"Reading mail (IMAP), fetching mail (POP3) and sending mail (SMTP) have not worked, the first since about 17:03 SAST", IndicatorCritical,
			[]ComponentFact{fact("imap", MajorOutage, local(t, 1, "17:05")), fact("pop3", MajorOutage, local(t, 1, "17:03")), fact("outgoing", MajorOutage, local(t, 1, "17:05"))}},
		{"Reading mail (IMAP) has worked only in part since about 17:03 SAST", IndicatorMinor,
			[]ComponentFact{fact("imap", PartialOutage, local(t, 1, "17:03")), well("pop3"), well("outgoing")}},
	} {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveComponents(now, c.facts)
		if s := d.Snapshot(); s.Headline != c.want || s.Indicator != c.indicator {
			t.Errorf("%q %s, want %q %s", s.Headline, s.Indicator, c.want, c.indicator)
		}
	}
}
