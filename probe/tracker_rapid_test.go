package probe

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// history drives a tracker with facts drawn at random, and keeps what a store
// would have kept.
type history struct {
	t       *rapid.T
	tracker *Tracker
	checks  []Check
	comps   []Component
	now     time.Time
	saved   map[string]Outage
	order   []string
	// twin is told the same and never restarted. It is nil from the first
	// restart on that lost something: a count of failures or of good runs, or
	// that a refused password had shown the server at work.
	twin      *Tracker
	twinSaved map[string]Outage
}

func newHistory(t *rapid.T) *history {
	h := &history{t: t, now: day, saved: map[string]Outage{}, twinSaved: map[string]Outage{}}
	for i := range rapid.IntRange(1, 4).Draw(t, "components") {
		c := Component{Key: fmt.Sprintf("c%d", i), Host: rapid.SampledFrom([]string{"", "h1", "h2"}).Draw(t, "host")}
		h.comps = append(h.comps, c)
		for j := range rapid.IntRange(1, 2).Draw(t, "checks") {
			h.checks = append(h.checks, testCheck(fmt.Sprintf("%s-%d", c.Key, j), c.Key))
		}
	}
	h.tracker = NewTracker(DefaultSettings(), h.comps, h.checks)
	h.twin = NewTracker(DefaultSettings(), h.comps, h.checks)
	return h
}

func (h *history) pass() {
	h.now = h.now.Add(time.Duration(rapid.IntRange(1, 20_000).Draw(h.t, "ms")) * time.Millisecond)
	h.take(h.tracker.Tick(h.now))
	if h.twin != nil {
		h.takeTwin(h.twin.Tick(h.now))
	}
}

func (h *history) take(ch Changes) {
	for _, o := range ch.Outages {
		if old, ok := h.saved[o.ID]; !ok {
			h.order = append(h.order, o.ID)
		} else if !old.Open() {
			h.t.Fatalf("outage %s has ended and changes:\n%+v\n%+v", o.ID, old, o)
		} else {
			h.keepsParts(old, o)
		}
		h.saved[o.ID] = o
	}
}

// keepsParts: what has ended within an outage is never taken back.
func (h *history) keepsParts(old, o Outage) {
	for i, a := range old.Affected {
		b := o.Affected[i]
		if a.End != nil && !reflect.DeepEqual(a, b) || a.Component != b.Component || a.Start != b.Start {
			h.t.Fatalf("outage %s: part %d was %+v and is %+v", o.ID, i, a, b)
		}
	}
	if len(o.Exits) < len(old.Exits) {
		h.t.Fatalf("outage %s: lost an exit", o.ID)
	}
}

func (h *history) takeTwin(ch Changes) {
	for _, o := range ch.Outages {
		h.twinSaved[o.ID] = o
	}
}

func (h *history) run(check string, reason Reason) {
	r := ran(check, h.now, reason)
	h.now = r.EndedAt()
	h.take(h.tracker.Result(h.now, r))
	if h.twin != nil {
		h.takeTwin(h.twin.Result(h.now, r))
	}
}

func (h *history) exit() {
	host := rapid.SampledFrom([]string{"h1", "h2"}).Draw(h.t, "exited")
	e := Exit{At: h.now, Source: SourceExit, Host: host}
	for _, c := range h.comps {
		if c.Host == host {
			e.Components = append(e.Components, c.Key)
		}
	}
	h.now = h.now.Add(time.Millisecond)
	h.take(h.tracker.Exit(h.now, e))
	if h.twin != nil {
		h.takeTwin(h.twin.Exit(h.now, e))
	}
}

func (h *history) restart() {
	states := h.tracker.States()
	var outages []Outage
	for _, id := range h.order {
		outages = append(outages, h.saved[id])
	}
	for _, w := range h.tracker.checks {
		if w.state == Suspect || w.state == Recovering || !w.lastWorked.Equal(w.lastGood) {
			h.twin = nil
		}
	}
	h.tracker = NewTracker(DefaultSettings(), h.comps, h.checks)
	h.tracker.Restore(states, outages)
	if ch := h.tracker.Retire(h.now); len(ch.Outages) > 0 {
		h.t.Fatalf("a restart changes outages: %+v", ch.Outages)
	}
	for i, s := range h.tracker.States() {
		if s.State != states[i].State {
			h.t.Fatalf("a restart makes %s of %+v", s.State, states[i])
		}
	}
}

// check holds what is true at any time.
func (h *history) check() {
	open := map[string]bool{} // components in an open outage
	byComponent := map[string][]Affected{}
	for _, id := range h.order {
		o := h.saved[id]
		h.ordered(o.ID, o.Start)
		ended := true
		for _, a := range o.Affected {
			h.ordered(o.ID, a.Start)
			byComponent[a.Component] = append(byComponent[a.Component], a)
			if a.Start.Best.Before(o.Start.Best) {
				h.t.Fatalf("a part begins before its outage: %+v", o)
			}
			if a.End == nil {
				open[a.Component], ended = !o.Intermittent, false
				continue
			}
			h.ordered(o.ID, *a.End)
			if a.End.Best.Before(a.Start.Best) || o.End != nil && o.End.Best.Before(a.End.Best) {
				h.t.Fatalf("an end is too early: %+v", o)
			}
		}
		if ended && o.Open() && h.mayBeJoined() {
			continue
		}
		if ended == o.Open() {
			h.t.Fatalf("outage open %v, all its parts ended %v: %+v", o.Open(), ended, o)
		}
	}
	for key, parts := range byComponent {
		slices.SortStableFunc(parts, func(a, b Affected) int {
			if a.Start.Best.Equal(b.Start.Best) && a.End != nil && b.End == nil {
				return -1 // something took its place at once
			}
			return a.Start.Best.Compare(b.Start.Best)
		})
		for i := 1; i < len(parts); i++ {
			if parts[i-1].End == nil || parts[i].Start.Earliest.Before(parts[i-1].End.Best) {
				h.t.Fatalf("intervals of %s overlap: %+v", key, parts)
			}
		}
	}
	for _, f := range h.tracker.Components() {
		if down := f.State == Down || f.State == Recovering; down != open[f.Component] {
			h.t.Fatalf("%s is %s, in an open outage: %v", f.Component, f.State, open[f.Component])
		}
	}
}

// mayBeJoined reports whether something is suspected, so that an outage may wait
// for it although all its parts have ended.
func (h *history) mayBeJoined() bool {
	return slices.ContainsFunc(h.tracker.checks, func(w *watch) bool { return w.state == Suspect })
}

func (h *history) ordered(id string, m Moment) {
	if m.Earliest.After(m.Best) || m.Best.After(m.Latest) || m.Earliest.Location() != time.UTC {
		h.t.Fatalf("outage %s has a moment out of order: %+v", id, m)
	}
}

// Whatever happens in whatever order: no component is down twice at once, what
// has ended stays as it was, and a restart neither invents nor forgets an
// outage.
func TestTrackerHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		for range rapid.IntRange(1, 120).Draw(t, "events") {
			h.pass()
			switch event := rapid.IntRange(0, 19).Draw(t, "event"); {
			case event == 0:
				h.exit()
			case event == 1:
				h.restart()
			default:
				reason := rapid.SampledFrom([]Reason{"", "", "", refused, refused, refused, "auth.no", "probe.panic"}).Draw(t, "reason")
				key := rapid.SampledFrom(h.checks).Draw(t, "check").Key
				for range rapid.IntRange(1, 4).Draw(t, "times") {
					h.run(key, reason)
					h.pass()
				}
			}
			h.check()
		}
		if h.twin != nil && !sameOutages(h.saved, h.twinSaved) {
			t.Fatalf("restarted: %+v\nnever: %+v", h.saved, h.twinSaved)
		}
		h.recoverAll()
	})
}

// recoverAll: whatever has happened, once everything passes nothing stays open.
func (h *history) recoverAll() {
	for range 4 {
		for _, c := range h.checks {
			h.run(c.Key, "")
		}
		h.now = h.now.Add(15 * time.Second)
	}
	h.now = h.now.Add(time.Hour)
	h.take(h.tracker.Tick(h.now))
	h.check()
	for _, id := range h.order {
		if o := h.saved[id]; o.Open() {
			h.t.Fatalf("everything passes and this is open: %+v", o)
		}
	}
}

// sameOutages compares what people are told; evidence and bounds that a restart
// may widen are left out.
func sameOutages(a, b map[string]Outage) bool {
	if len(a) != len(b) {
		return false
	}
	for id, x := range a {
		y, ok := b[id]
		if !ok || x.Domain != y.Domain || (x.End == nil) != (y.End == nil) || len(x.Exits) != len(y.Exits) {
			return false
		}
		if x.Intermittent {
			continue // the time in which nobody watched is no part of it
		}
		if x.Start.Best != y.Start.Best || x.End != nil && x.End.Best != y.End.Best {
			return false
		}
		if !slices.EqualFunc(x.Affected, y.Affected, func(p, q Affected) bool {
			return p.Component == q.Component && p.Start.Best == q.Start.Best && (p.End == nil) == (q.End == nil) && (p.End == nil || p.End.Best == q.End.Best)
		}) {
			return false
		}
	}
	return true
}
