package incidents

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPostNamesWhatIsWrong(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	good := Post{Title: "Webmail is slow", State: Investigating, Body: "We are looking.", By: "Ops"}
	for _, c := range []struct {
		want string
		err  error
		mend func(*Post)
	}{
		{"title is empty", ErrInvalid, func(p *Post) { p.Title = " \x00\n" }},
		{"title is longer than 200", ErrInvalid, func(p *Post) { p.Title = strings.Repeat("é", 201) }},
		{"body is empty", ErrInvalid, func(p *Post) { p.Body = "\t\n" }},
		{"body is longer", ErrInvalid, func(p *Post) { p.Body = strings.Repeat("x", maxBody+1) }},
		{"by is empty", ErrInvalid, func(p *Post) { p.By = "" }},
		{`state "done"`, ErrInvalid, func(p *Post) { p.State = "done" }},
		{`component "fax"`, ErrInvalid, func(p *Post) { p.Components = map[string]Status{"fax": MajorOutage} }},
		{`status "broken" of component "imap"`, ErrInvalid, func(p *Post) { p.Components = map[string]Status{"imap": "broken"} }},
		{`"inone"`, ErrNotFound, func(p *Post) { p.IncidentID = "inone" }},
	} {
		p := good
		c.mend(&p)
		_, _, err := d.Post(t.Context(), local(t, 1, "12:00"), p)
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v does not say %s", err, c.want)
		}
	}
	if len(d.Snapshot().Incidents) != 0 {
		t.Error("a wrong post opened a thread")
	}
}

func TestStaffOpenAThread(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	now := local(t, 1, "12:00")
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	in, u, err := d.Post(t.Context(), now, Post{
		Title: "  Sending\x0b mail\tis late ", Body: "The queue is long.\r\n\r\nWe are adding workers.\x00", By: "Ops",
		Components: map[string]Status{"outgoing": DegradedPerf},
	})
	if err != nil {
		t.Fatal(err)
	}
	if in.Title != "Sending mail is late" || u.Body != "The queue is long.\n\nWe are adding workers." || u.State != Investigating || in.Impact != ImpactMinor {
		t.Errorf("%q, %q, %s, %s", in.Title, u.Body, u.State, in.Impact)
	}
	if store.saved[in.ID] == nil || !u.AnnouncedAt.Equal(now) {
		t.Error("shown without being stored and announced")
	}
	s := d.Snapshot()
	if v := s.Component("outgoing"); v.Status != DegradedPerf || s.Indicator != IndicatorMinor || s.Headline != "Sending mail (SMTP) is slow" {
		t.Errorf("%s, %s, %q", v.Status, s.Indicator, s.Headline)
	}
	second, _, err := d.Post(t.Context(), now, Post{Title: in.Title, Body: u.Body, By: "Ops"})
	if err != nil || second.ID == in.ID {
		t.Errorf("a second thread at the same moment: %v, error %v", second.ID, err)
	}
	d.Tick(now.Add(100 * time.Hour))
	if s := d.Snapshot().Incident(in.ID).State; s != Investigating {
		t.Errorf("the machine made it %s", s)
	}
	later := now.Add(101 * time.Hour)
	d.ObserveComponents(later, facts(later, Operational, false, time.Time{}))
	for _, id := range []string{in.ID, second.ID} {
		if _, _, err := d.Post(t.Context(), later, Post{IncidentID: id, State: Resolved, Body: "Mail is sent as it comes.", By: "Ops"}); err != nil {
			t.Fatal(err)
		}
	}
	if s := d.Snapshot(); s.Headline != "All systems operational" || s.Component("outgoing").Status != Operational {
		t.Errorf("%q, %s", s.Headline, s.Component("outgoing").Status)
	}
}

// slowShelf is a store whose next write lets something happen meanwhile.
type slowShelf struct {
	shelf
	meanwhile func()
}

func (s *slowShelf) SaveIncident(ctx context.Context, in *Incident) error {
	if f := s.meanwhile; f != nil {
		s.meanwhile = nil
		f()
	}
	return s.shelf.SaveIncident(ctx, in)
}

func TestMachineSpeaksWhileAPostIsStored(t *testing.T) {
	store := &slowShelf{}
	d := newDesk(t, store, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	now := local(t, 1, "18:21:30")
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	store.meanwhile = func() { d.ObserveOutage(now.Add(time.Second), over(o, local(t, 1, "18:21"))) }
	in, _, err := d.Post(t.Context(), now, Post{IncidentID: only(t, d).ID, State: Identified, Body: "Rebooting.", By: "Ops"})
	if err != nil {
		t.Fatal(err)
	}
	if in.State != Monitoring || in.Ongoing() || len(in.Updates) != 3 || in.Updates[1].Kind != KindStaff {
		t.Errorf("%s, ongoing %v, %d updates", in.State, in.Ongoing(), len(in.Updates))
	}
	for _, u := range in.Updates {
		if u.AnnouncedAt.Before(u.At) {
			t.Errorf("%s is announced before it was said", u.Kind)
		}
	}
	d.Tick(now.Add(2 * time.Second))
	if got := len(store.saved[in.ID].Updates); got != 3 {
		t.Errorf("%d updates stored", got)
	}
}

func TestStaffDecideOnTheState(t *testing.T) {
	o := down("o1", local(t, 1, "17:03"))
	post := func(t *testing.T, d *Desk, clock string, s State) {
		t.Helper()
		if _, _, err := d.Post(t.Context(), local(t, 1, clock), Post{IncidentID: only(t, d).ID, State: s, Body: "So it is.", By: "Ops"}); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("resolved while it lasts", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "17:03:10"), o)
		post(t, d, "17:30", Resolved)
		d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
		in := only(t, d)
		if in.State != Resolved || !in.ResolvedAt.Equal(local(t, 1, "17:30")) || in.Latest().Kind != KindRecovered {
			t.Errorf("%s at %v, then %s", in.State, in.ResolvedAt, in.Latest().Kind)
		}
		d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
		if s := only(t, d).State; s != Investigating {
			t.Errorf("after a new failure %s", s)
		}
	})
	t.Run("reopened by staff", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
		d.Tick(local(t, 1, "19:30"))
		post(t, d, "20:00", Identified)
		d.Tick(local(t, 5, "20:00"))
		if in := only(t, d); in.State != Identified || !in.ResolvedAt.IsZero() {
			t.Errorf("the machine made it %s again", in.State)
		}
	})
	t.Run("renamed by staff", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
		if _, _, err := d.Post(t.Context(), local(t, 1, "19:00"), Post{IncidentID: only(t, d).ID, Title: "Broken disk", Body: "It was the disk.", By: "Ops"}); err != nil {
			t.Fatal(err)
		}
		d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
		if got := only(t, d).Title; got != "Broken disk" {
			t.Errorf("the machine renamed it %q", got)
		}
	})
	t.Run("taken over", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
		taken := only(t, d).clone()
		taken.Taken = true
		store := &shelf{}
		if err := store.SaveIncident(t.Context(), taken); err != nil {
			t.Fatal(err)
		}
		d = newDesk(t, store, DefaultSettings())
		d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
		d.Tick(local(t, 5, "22:04"))
		if in := only(t, d); len(in.Outages) != 2 || len(in.Updates) != 1 || in.State != Monitoring {
			t.Errorf("%d outages, %d updates, %s", len(in.Outages), len(in.Updates), in.State)
		}
		post(t, d, "23:00", Resolved)
		d.ObserveOutage(local(t, 1, "23:30"), down("o3", local(t, 1, "23:29")))
		if got := len(d.Snapshot().Incidents); got != 2 {
			t.Errorf("%d threads: a new failure went unheard in a closed one", got)
		}
	})
}
