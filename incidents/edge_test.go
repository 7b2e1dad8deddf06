package incidents

import (
	"testing"
	"time"
)

func TestFactsThatComeLate(t *testing.T) {
	t.Run("long after all was over", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		now := local(t, 5, "12:00")
		d.ObserveOutage(now, over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21")))
		expectBody(t, only(t, d).Latest(), KindRecovered,
			"Reading mail and fetching mail did not work between 17:03 and 18:21 SAST on 1 August (1 h 18 min). We go on watching.")
		d.Tick(now)
		if in := only(t, d); in.State != Resolved || in.ResolvedAt.Before(now) {
			t.Errorf("%s at %v, before it was told", in.State, in.ResolvedAt)
		}
	})
	t.Run("after the thread was resolved", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "18:21:30"), over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21")))
		d.Tick(local(t, 1, "19:30"))
		d.ObserveOutage(local(t, 1, "20:00"), over(down("o0", local(t, 1, "16:00")), local(t, 1, "16:10")))
		in := only(t, d)
		if in.State != Resolved || in.Outages[0].ID != "o0" || !in.StartedAt.Equal(local(t, 1, "16:00")) || in.Latest().Kind != KindRecovered {
			t.Errorf("%s, first outage %s, started at %v", in.State, in.Outages[0].ID, in.StartedAt)
		}
	})
	t.Run("while another outage lasts", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
		d.ObserveOutage(local(t, 1, "17:10"), over(down("o0", local(t, 1, "16:00")), local(t, 1, "16:10")))
		if in := only(t, d); in.State != Investigating || len(in.Outages) != 2 {
			t.Errorf("%s with %d outages", in.State, len(in.Outages))
		}
	})
	t.Run("from before the quiet period", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(local(t, 3, "17:03:10"), down("o1", local(t, 3, "17:03")))
		d.ObserveOutage(local(t, 3, "17:10"), over(down("o0", local(t, 1, "16:00")), local(t, 1, "16:10")))
		if got := len(d.Snapshot().Incidents); got != 2 {
			t.Errorf("%d threads", got)
		}
	})
}

func TestComponentThatFailsIsNotResolvedOver(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	end, due := local(t, 1, "18:21"), local(t, 1, "19:21")
	d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
	d.ObserveComponents(due, facts(due, MajorOutage, false, due))
	d.Tick(due)
	if s := only(t, d).State; s != Monitoring {
		t.Fatalf("%s while it fails", s)
	}
	// It recovered before that second failure was told; the thread was never
	// seen to hold for as long as it should.
	d.ObserveComponents(due, facts(due, Operational, false, due))
	d.ObserveOutage(due.Add(time.Minute), down("o2", due.Add(30*time.Second)))
	for _, u := range only(t, d).Updates {
		if u.Kind == KindResolved {
			t.Errorf("resolved: %q", u.Body)
		}
	}
}

func TestPostComesAfterWhatWasDue(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	end := local(t, 1, "18:21")
	d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
	d.ObserveComponents(end, facts(local(t, 1, "19:59"), Operational, false, time.Time{}))
	in, _, err := d.Post(t.Context(), local(t, 1, "20:00"), Post{IncidentID: only(t, d).ID, Body: "It was the disk.", By: "Ops"})
	if err != nil {
		t.Fatal(err)
	}
	if in.State != Resolved || !in.ResolvedAt.Equal(local(t, 1, "19:21")) || in.Updates[1].Kind != KindResolved {
		t.Errorf("%s at %v", in.State, in.ResolvedAt)
	}
	for _, u := range in.Updates {
		if u.AnnouncedAt.Before(u.At) {
			t.Errorf("%s is announced before it was posted", u.Kind)
		}
	}
}

// A post from a shell while the service is down: the desk is loaded and knows
// nothing of what happened since.
func TestPostWithoutFactsResolvesNothing(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	end := local(t, 1, "18:21")
	d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
	d.Tick(end)
	d = newDesk(t, store, DefaultSettings())
	in, _, err := d.Post(t.Context(), local(t, 1, "23:00"), Post{IncidentID: only(t, d).ID, Body: "We know.", By: "Ops"})
	if err != nil {
		t.Fatal(err)
	}
	if in.State != Monitoring {
		t.Errorf("the machine made it %s", in.State)
	}
}

func TestReopenedThreadIsLeftAlone(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	end := local(t, 1, "18:21")
	d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
	d.Tick(local(t, 1, "19:30"))
	if _, _, err := d.Post(t.Context(), local(t, 1, "20:00"), Post{IncidentID: only(t, d).ID, State: Monitoring, Body: "Not over.", By: "Ops"}); err != nil {
		t.Fatal(err)
	}
	version := d.Snapshot().Version
	if next := d.Tick(local(t, 9, "20:00")); !next.IsZero() || d.Snapshot().Version != version {
		t.Errorf("next %v, version %d after %d", next, d.Snapshot().Version, version)
	}
}

func TestRecoveryOvertakesWhatStaffDeclared(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	if _, _, err := d.Post(t.Context(), local(t, 1, "17:10"), Post{IncidentID: only(t, d).ID, Body: "Down for everybody.", By: "Ops",
		Components: map[string]Status{"imap": MajorOutage, "outgoing": DegradedPerf}}); err != nil {
		t.Fatal(err)
	}
	now := local(t, 1, "18:21:30")
	d.ObserveOutage(now, over(o, local(t, 1, "18:21")))
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	s := d.Snapshot()
	if s.Component("imap").Status != Operational || s.Component("outgoing").Status != DegradedPerf || s.Indicator != IndicatorMinor {
		t.Errorf("imap %s, outgoing %s, %s", s.Component("imap").Status, s.Component("outgoing").Status, s.Indicator)
	}
}

func TestImpactIsTheWorstSoFar(t *testing.T) {
	start := exactly(local(t, 1, "17:03"))
	o := Outage{ID: "o1", Domain: "elephant", Start: start, Affected: []Affected{{Component: "imap", Start: start, Partial: true}}}
	d := newDesk(t, nil, DefaultSettings())
	for _, c := range []struct {
		affected []Affected
		want     Impact
	}{
		{o.Affected, ImpactMinor},
		{[]Affected{{Component: "imap", Start: start}}, ImpactMajor},
		{[]Affected{{Component: "imap", Start: start}, {Component: "pop3", Start: start}, {Component: "outgoing", Start: start}}, ImpactCritical},
		{[]Affected{{Component: "imap", Start: start, Partial: true}}, ImpactCritical},
	} {
		o.Affected = c.affected
		d.ObserveOutage(start.Best.Add(time.Minute), o)
		if got := only(t, d).Impact; got != c.want {
			t.Errorf("impact %q, want %q", got, c.want)
		}
	}
	if k := only(t, d).Updates[0]; k.Body != "Reading mail has worked only in part since 17:03 SAST. The cause is not yet known." || k.Components[0].New != PartialOutage {
		t.Errorf("%q, %v", k.Body, k.Components)
	}
}

func TestWideningEndsMonitoring(t *testing.T) {
	o := down("o1", local(t, 1, "17:03"))
	wide := o
	o.Affected = o.Affected[:1]
	d := newDesk(t, nil, DefaultSettings())
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	if _, _, err := d.Post(t.Context(), local(t, 1, "17:05"), Post{IncidentID: only(t, d).ID, State: Monitoring, Body: "Mended.", By: "Ops"}); err != nil {
		t.Fatal(err)
	}
	d.ObserveOutage(local(t, 1, "17:06"), wide)
	if in := only(t, d); in.State != Investigating || !in.MonitoringAt.IsZero() {
		t.Errorf("%s since %v", in.State, in.MonitoringAt)
	}
}

func TestChangeWhileSavingStaysUnsaved(t *testing.T) {
	store := &slowShelf{}
	d := newDesk(t, store, DefaultSettings())
	o, now := down("o1", local(t, 1, "17:03")), local(t, 1, "17:03:10")
	d.ObserveOutage(now, o)
	store.meanwhile = func() { d.ObserveOutage(now, over(o, now)) }
	d.Tick(now)
	d.Tick(now)
	if got := store.saved[only(t, d).ID]; got.Ongoing() {
		t.Error("the end came while the outage was being saved, and was lost")
	}
}

func TestClockSetBackInAnOutage(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 2, "17:03"))
	d.ObserveOutage(local(t, 2, "17:03:10"), o)
	now := local(t, 1, "17:05") // a day earlier
	d.ObserveOutage(now, over(o, local(t, 2, "17:03")))
	d.Tick(now)
	in := only(t, d)
	if in.State != Monitoring || in.Latest().Kind != KindRecovered {
		t.Errorf("%s, and the last word is %s", in.State, in.Latest().Kind)
	}
	for _, u := range in.Updates {
		if u.AnnouncedAt.IsZero() {
			t.Errorf("%s is held until the clock is there again", u.Kind)
		}
	}
	if in.UpdatedAt.Before(local(t, 2, "17:03:10")) {
		t.Errorf("the thread's last change went back to %v", in.UpdatedAt)
	}
}
