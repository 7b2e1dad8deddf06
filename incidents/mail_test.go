package incidents

import (
	"strings"
	"testing"
	"time"
)

// opening is what a desk that knows the facts says first of an outage, a minute
// after it began.
func opening(t *testing.T, o Outage, facts ...ComponentFact) string {
	t.Helper()
	d := NewDesk(Options{Site: Site{Zone: johannesburg}, Components: elephant, Settings: DefaultSettings()})
	now := o.Start.Best.Add(time.Minute)
	d.ObserveComponents(now, facts)
	d.ObserveOutage(now, o)
	return only(t, d).Latest().Body
}

// failed is an outage at 17:03 of some components of the elephant.
func failed(t *testing.T, domain string, reasons map[string]string) Outage {
	m := exactly(local(t, 1, "17:03"))
	o := Outage{ID: "o1", Domain: domain, Start: m}
	for _, c := range elephant {
		if reason, down := reasons[c.Key]; down {
			o.Affected = append(o.Affected, Affected{Component: c.Key, Start: m, Reason: reason})
		}
	}
	return o
}

func passed(key string, at time.Time) ComponentFact {
	return ComponentFact{Component: key, Status: Operational, Watched: true, CheckedAt: at, GoodAt: at, StaleAt: at.Add(90 * time.Second)}
}

func TestWhatBecomesOfMail(t *testing.T) {
	const waits, risk = "Mail for you should wait", "is kept is not yet known"
	at := local(t, 1, "17:03:40")
	for _, c := range []struct {
		name      string
		reasons   map[string]string
		facts     []ComponentFact
		want, not string
	}{
		{"nobody answers", map[string]string{"imap": "connect.refused", "incoming": "connect.timeout"}, nil, waits, "Receiving mail"},
		{"the server ended", map[string]string{"imap": "process.exit", "incoming": "process.exit"}, nil, waits, risk},
		{"it says later", map[string]string{"incoming": "rcpt.tempfail"}, nil, waits, risk},
		{"it says no", map[string]string{"incoming": "rcpt.no"}, nil, risk, waits},
		{"the store is broken", map[string]string{"imap": "append.no"}, []ComponentFact{passed("incoming", at)}, risk, "accepted"},
		{"messages stay away", map[string]string{"incoming": "deliver.overdue"}, nil, risk, waits},
		{"it takes mail", map[string]string{"imap": "connect.refused"}, []ComponentFact{passed("incoming", at)}, "Mail for you is still accepted (checked 17:03).", "stored"},
		{"not checked since", map[string]string{"imap": "connect.refused"}, []ComponentFact{passed("incoming", local(t, 1, "17:02"))}, "The cause", "Mail for you"},
		{"failing, not confirmed", map[string]string{"imap": "connect.refused"}, []ComponentFact{{Component: "incoming", Status: MajorOutage, Watched: true, CheckedAt: at, GoodAt: at}}, "The cause", "Mail for you"},
		{"never passed", map[string]string{"imap": "connect.refused"}, []ComponentFact{{Component: "incoming", Status: Operational, CheckedAt: at}}, "Receiving mail is not watched.", "Mail for you"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := opening(t, failed(t, "elephant", c.reasons), c.facts...)
			if !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestSendingWorksOnlyWhenItsCheckPassed(t *testing.T) {
	o := failed(t, "elephant", map[string]string{"imap": "connect.refused"})
	late := passed("outgoing", local(t, 1, "17:03:50")) // it is checked every 20 s
	late.GoodAt, late.StaleAt = local(t, 1, "17:03:10"), local(t, 1, "17:04:50")
	down := passed("outgoing", local(t, 1, "17:03:40"))
	down.Status = MajorOutage
	stale := passed("outgoing", local(t, 1, "17:03:40"))
	stale.StaleAt = local(t, 1, "17:03:50")
	for name, c := range map[string]struct {
		facts []ComponentFact
		want  bool
	}{
		"passed":                {[]ComponentFact{passed("outgoing", local(t, 1, "17:03:40"))}, true},
		"passed before":         {[]ComponentFact{passed("outgoing", local(t, 1, "17:02:59"))}, false},
		"fails":                 {[]ComponentFact{down}, false},
		"is stale":              {[]ComponentFact{stale}, false},
		"passed too long ago":   {[]ComponentFact{late}, false},
		"is not known":          {nil, false},
		"has never been passed": {[]ComponentFact{{Component: "outgoing", Status: Operational, CheckedAt: local(t, 1, "17:03:40")}}, false},
	} {
		got := opening(t, o, c.facts...)
		if strings.Contains(got, "Sending from a mail program works (checked 17:03).") != c.want || strings.Contains(got, " works") != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	unwatched := append([]Component(nil), elephant...)
	unwatched[3].Unwatched = true
	d := NewDesk(Options{Site: Site{Zone: johannesburg}, Components: unwatched, Settings: DefaultSettings()})
	d.ObserveOutage(local(t, 1, "17:04"), o)
	if got := only(t, d).Latest().Body; !strings.Contains(got, "Sending from a mail program is not watched.") {
		t.Errorf("without a check: %q", got)
	}
}

func TestRolesInSentences(t *testing.T) {
	n := newNarrator(English, johannesburg, elephant)
	at := When{Moment: exactly(local(t, 1, "17:03")), Told: local(t, 1, "17:04"), Zone: johannesburg}
	for want, keys := range map[string]string{
		"Reading mail has not worked since 17:03 SAST.":                                        "imap pop3",
		"Reading mail has not worked since 17:03 SAST, in mail programs or webmail.":           "webmail pop3 imap",
		"Fetching mail has not worked since 17:03 SAST.":                                       "pop3",
		"Webmail and sending from a mail program have not worked since 17:03 SAST.":            "outgoing webmail",
		"Reading mail, webmail and receiving mail have not worked since 17:03 SAST.":           "imap pop3 webmail incoming",
		"Reading mail and sending from a mail program have not worked since 17:03 SAST.":       "imap outgoing pop3",
		"Reading mail and webmail have not worked since 17:03 SAST.":                           "imap webmail",
		"Receiving mail and gone have not worked since 17:03 SAST.":                            "gone incoming",
		"Reading mail, webmail, receiving mail and gone have not worked since 17:03 SAST.":     "gone imap pop3 incoming webmail",
		"Sending from a mail program and receiving mail have not worked since 17:03 SAST.":     "incoming outgoing",
		"Fetching mail and sending from a mail program have not worked since 17:03 SAST.":      "outgoing pop3",
		"Reading mail and receiving mail have not worked since 17:03 SAST.":                    "incoming imap pop3",
		"Sending from a mail program has not worked since 17:03 SAST.":                         "outgoing",
		"Webmail has not worked since 17:03 SAST.":                                             "webmail",
		"Receiving mail has not worked since 17:03 SAST.":                                      "incoming",
		"Fetching mail, webmail and receiving mail have not worked since 17:03 SAST.":          "incoming webmail pop3",
		"Reading mail, sending from a mail program and gone have not worked since 17:03 SAST.": "gone outgoing imap pop3",
	} {
		if got := English.Stopped(n.parts(strings.Fields(keys)), Wholly, at); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
	for want, keys := range map[string]string{
		"Reading and receiving mail outage": "imap pop3 webmail incoming",
		"Reading mail outage":               "imap pop3 webmail",
		"Webmail outage":                    "webmail",
		"Reading and sending mail outage":   "imap pop3 outgoing",
	} {
		if got := n.title(strings.Fields(keys), false); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

// One test message does not come: nobody says that all have, and staff hear of
// it. When it comes after all, readers are told.
func TestLostMessageIsNotPassedOver(t *testing.T) {
	h := newHouse(t, &shelf{}, English, local(t, 1, "16:50"))
	h.lost = "c7" // sent at 17:20
	h.hostDown("o1", local(t, 1, "17:03"))
	h.hostUp(local(t, 1, "18:21"))
	h.until(local(t, 1, "18:50"))
	if got := h.d.Snapshot().Reminders; len(got) != 0 {
		t.Errorf("reminded within the grace: %+v", got)
	}
	h.until(local(t, 1, "20:00"))
	s := h.d.Snapshot()
	in := only(t, h.d)
	for _, u := range in.Updates {
		if strings.Contains(u.Body, "no lost mail") {
			t.Errorf("%s: %q", u.Kind, u.Body)
		}
	}
	if got := spoken(in); got != "opened recovered resolved" {
		t.Errorf("%s", got)
	}
	if len(s.Reminders) != 1 || s.Reminders[0] != (Reminder{Kind: RemindMail, IncidentID: in.ID, Since: local(t, 1, "18:56"), Count: 1}) {
		t.Errorf("staff are reminded of %+v", s.Reminders)
	}
	h.lost = ""
	h.until(local(t, 1, "20:30"))
	in = only(t, h.d)
	if u := in.Latest(); u.Kind != KindMail || u.Body != "All 16 test messages sent during the outage have arrived, the slowest after 3 h 1 min; we know of no lost mail." {
		t.Errorf("%s %q", u.Kind, u.Body)
	}
	if in.State != Resolved || len(h.d.Snapshot().Reminders) != 0 {
		t.Errorf("%s, %+v", in.State, h.d.Snapshot().Reminders)
	}
}

func TestMessagesOfAnOutage(t *testing.T) {
	d := NewDesk(Options{Site: Site{Zone: johannesburg}, Components: elephant, Settings: DefaultSettings()})
	at := func(clock string) time.Time { return local(t, 1, clock) }
	o := failed(t, "elephant", map[string]string{"imap": "connect.refused"})
	early := []Canary{
		{ID: "before", Component: "incoming", SentAt: at("17:02:59")},
		{ID: "first", Component: "incoming", SentAt: at("17:03")},
		{ID: "elsewhere", Component: "outgoing", SentAt: at("17:04")}, // not on that host
		{ID: "", Component: "incoming", SentAt: at("17:04")},
	}
	d.ObserveCanaries(at("17:04"), early) // before the outage is known
	d.ObserveOutage(at("17:04:10"), o)
	d.ObserveCanaries(at("17:10"), []Canary{{ID: "second", Component: "incoming", SentAt: at("17:10")}, {ID: "after", Component: "incoming", SentAt: at("17:15")}})
	ids := func() string {
		var all []string
		for _, c := range only(t, d).Canaries {
			all = append(all, c.ID)
		}
		return strings.Join(all, " ")
	}
	if got := ids(); got != "first second after" {
		t.Errorf("while it lasts: %s", got)
	}
	d.ObserveOutage(at("17:16"), over(o, at("17:12")))
	if got := ids(); got != "first second" {
		t.Errorf("after its end: %s", got)
	}
	if u := only(t, d).Latest(); u.Sent != 2 || u.Arrived != 0 || !strings.Contains(u.Body, "So far none of 2 test messages sent during the outage has arrived; we will post when all have.") {
		t.Errorf("%+v", u)
	}
	// They arrive while the recovery is held: it tells so itself.
	version := d.Snapshot().Version
	seen := []Canary{{ID: "first", Component: "incoming", SentAt: at("17:03"), ArrivedAt: at("17:16:05")}, {ID: "second", Component: "incoming", SentAt: at("17:10"), ArrivedAt: at("17:16:05")}}
	d.ObserveCanaries(at("17:16:10"), seen)
	d.Tick(at("17:16:40"))
	in := only(t, d)
	if got := spoken(in); got != "opened recovered" || !strings.HasSuffix(in.Latest().Body, "Both test messages sent during the outage have arrived, the slower one after 13 minutes; we know of no lost mail.") {
		t.Errorf("%s: %q", got, in.Latest().Body)
	}
	if len(in.Latest().Edits) != 1 || in.Latest().Arrived != 2 || d.Snapshot().Version == version {
		t.Errorf("%+v", in.Latest())
	}
	version = d.Snapshot().Version
	d.ObserveCanaries(at("17:17"), seen)
	d.ObserveCanaries(at("17:17"), early[1:2]) // late word: it has arrived already
	if got := d.Snapshot(); got.Version != version || only(t, d).Canaries[0].ArrivedAt.IsZero() {
		t.Errorf("told again it made version %d of %d", got.Version, version)
	}
}

func TestWhatStaffFoundIsQuoted(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	id := only(t, d).ID
	for i, p := range []Post{
		{State: Identified, Topic: TopicCause, Body: "It was the disk."},
		{Body: "We will post again at six."},
		{Topic: TopicCause, Body: "It was the controller, not the disk.\n\nMore on that tomorrow."},
		{Topic: TopicWorkaround, Body: "The second controller does\nthe work."},
		{Topic: TopicFix, Body: strings.Repeat("A new controller is on its way. ", 20)},
	} {
		p.IncidentID, p.By = id, "Ops"
		if _, _, err := d.Post(t.Context(), local(t, 1, "17:10").Add(time.Duration(i)*time.Minute), p); err != nil {
			t.Fatal(err)
		}
	}
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
	d.Tick(local(t, 1, "19:21:01"))
	expectBody(t, only(t, d).Latest(), KindResolved, "No failure since 18:21 SAST. Reading mail and fetching mail were down for 1 h 18 min. "+
		"The cause, as staff found it: “It was the controller, not the disk.” The workaround: “The second controller does the work.” "+
		"The permanent fix: “"+strings.TrimSpace(strings.Repeat("A new controller is on its way. ", 9))+"”")
	if _, _, err := d.Post(t.Context(), local(t, 1, "20:00"), Post{IncidentID: id, Topic: "gossip", Body: "Hm.", By: "Ops"}); err == nil || !strings.Contains(err.Error(), `topic "gossip"`) {
		t.Errorf("%v", err)
	}
}

func TestFailsNowAndThen(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	o.Intermittent, o.Domain, o.Affected = true, "imap", o.Affected[:1]
	o.Affected[0].Partial = true
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	in := only(t, d)
	expectBody(t, in.Latest(), KindOpened, "Reading mail fails now and then, since 17:03 SAST. The cause is not yet known.")
	if in.Impact != ImpactMinor || in.Latest().Components[0].New != PartialOutage {
		t.Errorf("%s, %+v", in.Impact, in.Latest().Components)
	}
	d.Tick(local(t, 1, "17:04"))
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
	expectBody(t, only(t, d).Latest(), KindRecovered, "Reading mail has worked without failure since 18:21 SAST, after 1 h 18 min. We go on watching.")
}

func TestBetterTimesAreACorrection(t *testing.T) {
	at := func(clock string) time.Time { return local(t, 1, clock) }
	between := func(from, best, to string) Moment { return Moment{at(from), at(best), at(to), "midpoint"} }
	o := down("o1", at("17:03"))
	o.Start = between("17:00", "17:02", "17:04")
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	d.ObserveOutage(at("17:04:10"), o)
	d.Tick(at("17:05"))

	o.Start = exactly(at("17:03:10"))
	d.ObserveOutage(at("17:06"), o)
	in := only(t, d)
	expectBody(t, in.Latest(), KindCorrected, "Correction: reading mail and fetching mail stopped working at 17:03:10, not between 17:00 and 17:04 SAST.")
	if len(in.Changes) != 1 || in.Changes[0].What != ChangedTimes || in.Changes[0].Was != "between 17:00:00 and 17:04:00 SAST" {
		t.Errorf("%+v", in.Changes)
	}
	version := d.Snapshot().Version
	d.ObserveOutage(at("17:07"), o)
	if d.Snapshot().Version != version {
		t.Error("told again it is news")
	}

	ended := over(o, at("18:21"))
	end := between("18:20", "18:21", "18:22")
	ended.End = &end
	d.ObserveOutage(at("18:22:10"), ended)
	d.Tick(at("18:23"))
	exact := exactly(at("18:20:30"))
	ended.End = &exact
	d.ObserveOutage(at("18:30"), ended)
	in = only(t, d)
	expectBody(t, in.Latest(), KindCorrected, "Correction: reading mail and fetching mail worked again at 18:20:30, not between 18:20 and 18:22 SAST.")
	if got := in.Outages[0]; got.Revision != 1 || !got.End.Best.Equal(exact.Best) {
		t.Errorf("%+v", got)
	}
	if got := spoken(in); got != "opened corrected recovered corrected" {
		t.Errorf("%s", got)
	}
	d.Tick(at("18:31"))
	for _, u := range only(t, d).Updates {
		if u.AnnouncedAt.IsZero() || u.Superseded {
			t.Errorf("%s is not an entry of its own", u.Kind)
		}
	}
	// An end elsewhere is no better knowledge of the same.
	elsewhere := exactly(at("19:00"))
	ended.End = &elsewhere
	d.ObserveOutage(at("19:00"), ended)
	if got := only(t, d).Outages[0].End.Best; !got.Equal(exact.Best) {
		t.Errorf("the end moved to %v", got)
	}
}

// A test message of a component that needs another one, on the host that
// failed, counts as one of the host's outage, although it has not failed itself.
func TestTestMessagesOfWhatNeedsTheHost(t *testing.T) {
	components := []Component{{Key: "store", Name: "Storage", Domain: "elephant"}, {Key: "relay", Name: "Relay", Domain: "elephant"}, {Key: "other", Name: "Other", Domain: "other"}}
	d := NewDesk(Options{Site: Site{Zone: johannesburg}, Components: components, Settings: DefaultSettings()})
	m := exactly(local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:20"), Outage{ID: "o1", Domain: "elephant", Start: m, Affected: []Affected{{Component: "store", Start: m}}})
	d.ObserveCanaries(local(t, 1, "17:05"), []Canary{
		{ID: "c1", Component: "relay", SentAt: local(t, 1, "17:05")},
		{ID: "c2", Component: "other", SentAt: local(t, 1, "17:05")},
	})
	if got := only(t, d).Canaries; len(got) != 1 || got[0].ID != "c1" {
		t.Errorf("counted: %+v", got)
	}
}
