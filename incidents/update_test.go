package incidents

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestUpdateKeepsWhatIsKnownOfTheOthers(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	now := local(t, 1, "17:00")
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	more := append(slices.Clone(university[1:]), Component{Key: "webmail", Name: "Webmail"})
	before := d.Snapshot()
	d.Update(now.Add(time.Second), Site{Zone: johannesburg}, more, DefaultSettings())
	select {
	case <-before.Replaced():
	default:
		t.Error("nobody was told")
	}
	s := d.Snapshot()
	var got []string
	for _, v := range s.Components {
		word := v.Key
		if v.NoData {
			word += " unknown"
		}
		got = append(got, word)
	}
	if want := []string{"pop3", "outgoing", "webmail unknown"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !strings.Contains(s.Headline, "Webmail") {
		t.Errorf("headline %q", s.Headline)
	}
	// What comes back has to be asked first.
	d.Update(now.Add(2*time.Second), Site{Zone: johannesburg}, university, DefaultSettings())
	if v := d.Snapshot().Component("imap"); !v.NoData {
		t.Errorf("%+v", v.ComponentFact)
	}
}

func TestUpdateOfSettingsCountsAtOnce(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	start, end := local(t, 1, "17:03"), local(t, 1, "18:21")
	d.ObserveOutage(end, over(down("o1", start), end))
	now := end.Add(10 * time.Minute)
	d.Tick(now)
	if in := only(t, d); in.State != Monitoring {
		t.Fatalf("%s", in.State)
	}
	d.Update(now, Site{Zone: johannesburg}, university, Settings{ResolveAfter: 5 * time.Minute, QuietPeriod: time.Hour})
	d.Tick(now)
	if in := only(t, d); in.State != Resolved {
		t.Errorf("%s", in.State)
	}
	o := down("o2", end.Add(2*time.Hour))
	d.ObserveOutage(o.Start.Best, o)
	if n := len(d.Snapshot().Incidents); n != 2 {
		t.Errorf("%d threads after the new quiet period, want 2", n)
	}
}

func TestUpdateOfTheZone(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	start := local(t, 1, "17:03")
	d.ObserveOutage(start, down("o1", start))
	d.Update(start.Add(time.Second), Site{}, university, DefaultSettings())
	if h := d.Snapshot().Headline; !strings.Contains(h, "15:03 UTC") {
		t.Errorf("headline %q", h)
	}
}

func TestUpdateRenamesWhatIsOpen(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	start := local(t, 1, "17:03")
	d.ObserveOutage(start, over(down("old", start.Add(-72*time.Hour)), start.Add(-71*time.Hour)))
	d.Tick(start)
	d.ObserveOutage(start, down("o1", start))
	renamed := slices.Clone(university)
	renamed[0].Name, renamed[0].Group = "IMAP", ""
	d.Update(start.Add(time.Second), Site{Zone: johannesburg}, renamed, DefaultSettings())
	in := d.Snapshot().Incidents
	if in[0].Title != "IMAP and fetching mail outage" {
		t.Errorf("the open thread is %q", in[0].Title)
	}
	if in[1].State != Resolved || in[1].Title != "Mail outage" {
		t.Errorf("the old thread is %s: %q", in[1].State, in[1].Title)
	}
	d.Tick(start.Add(2 * time.Second))
	stored, err := store.Incidents(t.Context())
	if err != nil || !slices.ContainsFunc(stored, func(s *Incident) bool { return s.ID == in[0].ID && s.Title == in[0].Title }) {
		t.Errorf("stored: %v, %v", stored, err)
	}
	// The machine goes on naming it.
	end := start.Add(time.Minute)
	d.ObserveOutage(end, over(down("o1", start), end))
	d.ObserveOutage(end.Add(time.Hour), down("o2", end.Add(time.Hour)))
	if got := d.Snapshot().Incidents[0].Title; got != "IMAP and fetching mail instability" {
		t.Errorf("the second outage is in %q", got)
	}
}

// Who stops watching does not see the end. Nothing says that it works again.
func TestEndThatNobodySaw(t *testing.T) {
	d := newDesk(t, nil, Settings{ResolveAfter: time.Hour, QuietPeriod: 24 * time.Hour})
	start, gone := local(t, 1, "17:03"), local(t, 1, "18:21")
	d.ObserveOutage(start, down("o1", start))
	d.Tick(start)
	rest := university[2:]
	d.Update(gone, Site{Zone: johannesburg}, rest, Settings{ResolveAfter: time.Hour, QuietPeriod: 24 * time.Hour})
	if got := only(t, d).Title; got != "Mail outage" {
		t.Errorf("without its components the thread is %q", got)
	}
	o := over(down("o1", start), gone)
	o.End = &Moment{start, gone, gone, SourceUnwatched}
	for i := range o.Affected {
		o.Affected[i].End = o.End
	}
	d.ObserveOutage(gone, o)
	in := only(t, d)
	u := in.Latest()
	expectBody(t, u, KindRecovered, "Reading mail and fetching mail have not been watched since 18:21 SAST; a recovery was not seen.")
	if in.State != Investigating || len(u.Components) != 0 {
		t.Errorf("%s, steps %+v", in.State, u.Components)
	}
	if h := d.Snapshot().Headline; strings.Contains(h, "Working again") {
		t.Errorf("headline %q", h)
	}
	d.Tick(gone.Add(2 * time.Hour))
	in = only(t, d)
	if in.State != Resolved || strings.Contains(in.Latest().Body, "No failure") || !strings.Contains(in.Latest().Body, "a recovery was not seen") {
		t.Errorf("%s: %q", in.State, in.Latest().Body)
	}
}

func TestOnePartOfAnEndThatNobodySaw(t *testing.T) {
	d := newDesk(t, nil, Settings{ResolveAfter: time.Hour, QuietPeriod: 24 * time.Hour})
	start, gone, end := local(t, 1, "17:03"), local(t, 1, "17:30"), local(t, 1, "18:21")
	d.ObserveOutage(start, down("o1", start))
	d.Tick(start)
	o := over(down("o1", start), end)
	o.Affected[1].End = &Moment{start, gone, gone, SourceUnwatched}
	d.ObserveOutage(end, o)
	body := only(t, d).Latest().Body
	if !strings.Contains(body, "Reading mail has worked again since 18:21 SAST") || !strings.Contains(body, "Fetching mail has not been watched since 17:30 SAST") {
		t.Errorf("%q", body)
	}
}

func TestUpdateChangesTheLanguage(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	d.ObserveOutage(local(t, 1, "17:04"), down("o1", local(t, 1, "17:03")))
	d.Update(local(t, 1, "17:05"), Site{Zone: johannesburg, Words: German}, university, DefaultSettings())
	in := only(t, d)
	if in.Title != "Störung: Mail" {
		t.Errorf("the thread is called %q", in.Title)
	}
	if len(in.Changes) != 1 || in.Changes[0].What != ChangedTitle {
		t.Errorf("of its title it tells %+v", in.Changes)
	}
	if n := len(in.Updates); n != 1 || englishWords.FindString(in.Updates[0].Body) == "" {
		t.Errorf("what had been told is %+v", in.Updates)
	}
	if s := d.Snapshot(); englishWords.MatchString(strings.NewReplacer("Reading mail", "", "Fetching mail", "").Replace(s.Headline)) {
		t.Errorf("the headline is %q", s.Headline)
	}
}
