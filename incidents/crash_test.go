package incidents

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// crashing is a run of events on a desk that may be killed after any of them,
// with what was stored until then and the facts, which are stored elsewhere.
type crashing struct {
	t        *testing.T
	store    *shelf
	d        *Desk
	outages  []Outage
	canaries []Canary
}

func (c *crashing) start(now time.Time) {
	c.d = NewDesk(Options{Store: c.store, Site: Site{Zone: johannesburg}, Components: elephant, Settings: DefaultSettings()})
	if err := c.d.Load(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	for _, o := range c.outages {
		c.d.ObserveOutage(now, o)
	}
	c.d.ObserveCanaries(now, c.canaries)
}

// record stores a fact, before the desk hears of it.
func (c *crashing) record(o Outage) {
	i := slices.IndexFunc(c.outages, func(old Outage) bool { return old.ID == o.ID })
	if i < 0 {
		c.outages = append(c.outages, o)
		return
	}
	c.outages[i] = o
}

// Howdah is killed between recording an outage and opening its thread, and at
// each step after: there is one thread, every word in it once, and nothing is
// lost.
func TestKilledAtEachStep(t *testing.T) {
	at := func(clock string) time.Time { return local(t, 1, clock) }
	o1 := failed(t, "elephant", map[string]string{"imap": "connect.refused", "pop3": "connect.refused", "incoming": "connect.refused"})
	o2 := o1
	o2.ID, o2.Start = "o2", exactly(at("22:04"))
	o2.Affected = slices.Clone(o1.Affected)
	for i := range o2.Affected {
		o2.Affected[i].Start = o2.Start
	}
	sent := Canary{ID: "c1", Component: "incoming", SentAt: at("17:10")}
	arrived := sent
	arrived.ArrivedAt = at("18:40")
	type step struct {
		at string
		do func(c *crashing, now time.Time)
	}
	hear := func(o Outage) []step {
		return []step{
			{"", func(c *crashing, _ time.Time) { c.record(o) }},
			{"", func(c *crashing, now time.Time) { c.d.ObserveOutage(now, o) }},
			{"", func(c *crashing, now time.Time) { c.d.Tick(now) }},
		}
	}
	mail := func(m Canary) []step {
		return []step{
			{"", func(c *crashing, _ time.Time) { c.canaries = noted(c.canaries, m) }},
			{"", func(c *crashing, now time.Time) { c.d.ObserveCanaries(now, []Canary{m}) }},
			{"", func(c *crashing, now time.Time) { c.d.Tick(now) }},
		}
	}
	var steps []step
	add := func(clock string, more []step) {
		for _, s := range more {
			s.at = clock
			steps = append(steps, s)
		}
	}
	tick := []step{{"", func(c *crashing, now time.Time) { c.d.Tick(now) }}}
	add("17:03:10", hear(o1))
	add("17:03:40", tick)
	add("17:10:10", mail(sent))
	add("18:21:30", hear(over(o1, at("18:21"))))
	add("18:22", tick)
	add("18:40:10", mail(arrived))
	add("18:40:40", tick)
	add("19:21", tick)
	add("22:04:10", hear(o2))
	add("22:04:40", tick)
	add("22:26:30", hear(over(o2, at("22:26"))))
	add("22:27", tick)

	play := func(killed int) *Incident {
		c := &crashing{t: t, store: &shelf{}}
		c.start(at("17:00"))
		for i, s := range steps {
			now := at(s.at)
			s.do(c, now)
			if i == killed {
				c.start(now)
			}
		}
		c.d.Tick(local(t, 2, "22:26"))
		c.d.Tick(local(t, 2, "22:27"))
		in := only(t, c.d)
		if stored := c.store.saved[in.ID]; len(c.store.saved) != 1 || aloud(stored) != aloud(in) {
			t.Errorf("killed after step %d: stored is not what is shown", killed)
		}
		return in
	}
	want := play(-1)
	if got := spoken(want); got != "opened recovered mail resolved opened recovered resolved" {
		t.Fatalf("%s", got)
	}
	for i := range steps {
		in := play(i)
		if in.ID != want.ID || spoken(in) != spoken(want) || len(in.Outages) != 2 {
			t.Errorf("killed after step %d: %s", i, spoken(in))
			continue
		}
		for j, u := range in.Updates {
			if w := want.Updates[j]; u.ID != w.ID || u.Body != w.Body || u.Superseded != w.Superseded || u.AnnouncedAt.IsZero() {
				t.Errorf("killed after step %d: update %d is %+v, want %+v", i, j, u, w)
			}
		}
		for j := range in.Outages {
			if in.Outages[j].End == nil || !in.Outages[j].End.Best.Equal(want.Outages[j].End.Best) {
				t.Errorf("killed after step %d: outage %d is %+v", i, j, in.Outages[j])
			}
		}
	}
}

func TestTwoOutagesAtTheSameMillisecond(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	now := local(t, 1, "17:03:10")
	a, b := down("oa", local(t, 1, "17:03")), down("ob", local(t, 1, "17:03"))
	b.Affected = b.Affected[1:]
	a.Affected = a.Affected[:1]
	d.ObserveOutage(now, a)
	d.ObserveOutage(now, b)
	end := local(t, 1, "18:21")
	d.ObserveOutage(end, over(b, end))
	d.ObserveOutage(end, over(a, end))
	d.Tick(end)
	in := only(t, d)
	if len(in.Outages) != 2 || in.Ongoing() || in.State != Monitoring || in.Downtime(end) != 78*time.Minute {
		t.Errorf("%d outages, %s, down %v", len(in.Outages), in.State, in.Downtime(end))
	}
	seen := map[string]bool{}
	for _, u := range in.Updates {
		if seen[u.ID] {
			t.Errorf("two updates are %s", u.ID)
		}
		seen[u.ID] = true
	}
	again := newDesk(t, store, DefaultSettings())
	if got := aloud(only(t, again)); got != aloud(in) {
		t.Errorf("stored\n%s\nshown\n%s", got, aloud(in))
	}
}

// The store refuses for a minute in which much happens: all of it is written
// afterwards, and what is shown never waits.
func TestStoreRefusesForAMinute(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	start := local(t, 1, "17:03")
	store.refuse(errors.New("disk is full"))
	for i := range 60 {
		now := start.Add(time.Duration(i) * time.Second)
		o := down(fmt.Sprintf("o%d", i/2), now)
		o.Domain = fmt.Sprintf("host%d", i/2%5)
		if i%2 == 1 {
			o = over(down(fmt.Sprintf("o%d", i/2), now.Add(-time.Second)), now)
			o.Domain = fmt.Sprintf("host%d", i/2%5)
		}
		d.ObserveOutage(now, o)
		d.Tick(now)
		if got := d.Snapshot(); !got.At.Equal(now) || got.UnsavedSince.IsZero() {
			t.Fatalf("after %d s the page is of %v, unsaved since %v", i, got.At, got.UnsavedSince)
		}
	}
	store.refuse(nil)
	now := start.Add(time.Minute)
	for next := d.Tick(now); !d.Snapshot().UnsavedSince.IsZero(); next = d.Tick(next) {
		if next.IsZero() || next.Sub(now) > 2*time.Minute {
			t.Fatalf("it is still unsaved, and the next try is %v on", next.Sub(now))
		}
	}
	shown := d.Snapshot().Incidents
	if len(shown) != 5 || len(store.saved) != 5 {
		t.Fatalf("%d threads, %d stored", len(shown), len(store.saved))
	}
	for _, in := range shown {
		if aloud(store.saved[in.ID]) != aloud(in) || len(in.Outages) != 6 || in.Ongoing() {
			t.Errorf("stored\n%s\nshown\n%s", aloud(store.saved[in.ID]), aloud(in))
		}
	}
}
