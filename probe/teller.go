package probe

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// teller saves facts and then tells the observer, in order, from its one
// goroutine. Whoever puts facts in never waits.
type teller struct {
	store    Store
	observer Observer
	log      *slog.Logger
	signal   chan struct{}

	mu      sync.Mutex // guards what follows
	queue   []told
	fresh   facts
	refused time.Time // since when saving fails; zero while it works

	unsaved facts     // run's own
	retry   time.Time // run's own: when to save again; zero when nothing waits
	failed  int       // run's own: saves that failed in a row
}

type told struct {
	now time.Time
	ch  Changes
}

// facts wait to be saved.
type facts struct {
	outages []Outage // each ID once, the newest value
	runs    []Result
	blips   []Blip
	states  map[string]CheckState
	urgent  bool // there is more than the states of checks that go on passing
	dropped int  // runs and blips that were too many
}

const (
	saveWithin = time.Second      // the longest that a store can hold up the observer
	saveLazily = time.Minute      // how long good runs wait to be noted
	retryMax   = 30 * time.Second // between tries to save
	keepRuns   = 10_000           // runs and blips that wait while the store refuses
	keepTold   = 256              // changes that wait while the observer is slow
)

func newTeller(store Store, observer Observer, log *slog.Logger) *teller {
	return &teller{store: store, observer: observer, log: log, signal: make(chan struct{}, 1)}
}

// put hands over changes, with the runs to keep and the states that they led
// to.
func (t *teller) put(news told, more facts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	more.outages, more.blips = news.ch.Outages, news.ch.Blips
	t.fresh.add(more)
	if n := len(t.queue); n >= keepTold {
		t.queue[n-1] = t.queue[n-1].merge(news)
	} else {
		t.queue = append(t.queue, news)
	}
	select {
	case t.signal <- struct{}{}:
	default:
	}
}

// run works until ctx ends.
func (t *teller) run(ctx context.Context) {
	timer := time.NewTimer(saveLazily)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-t.signal:
		case <-timer.C:
		}
		t.turn(ctx)
		if !t.retry.IsZero() {
			timer.Reset(time.Until(t.retry))
		}
	}
}

// close saves and tells the rest, with states as the last word of the checks.
func (t *teller) close(states []CheckState) {
	t.put(told{now: time.Now().UTC()}, facts{states: byCheck(states), urgent: true})
	t.turn(context.Background())
}

// turn saves what there is, if it is urgent or has waited long enough, and
// tells the observer.
func (t *teller) turn(ctx context.Context) {
	t.mu.Lock()
	queue, fresh := t.queue, t.fresh
	t.queue, t.fresh = nil, facts{}
	t.mu.Unlock()

	urgent := fresh.urgent
	t.unsaved.add(fresh)
	now := time.Now()
	switch {
	case t.store == nil:
		t.unsaved = facts{}
	case urgent, !t.retry.IsZero() && !now.Before(t.retry):
		t.save(ctx)
	case t.retry.IsZero():
		t.retry = now.Add(saveLazily)
	}
	if t.observer == nil {
		return
	}
	for _, n := range queue {
		if !n.ch.empty() {
			t.observer.Observe(n.now, n.ch)
		}
	}
}

// save writes outages first: a state that says DOWN is only of use with its
// outage.
func (t *teller) save(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, saveWithin)
	defer cancel()
	u := &t.unsaved
	for len(u.outages) > 0 {
		if err := t.store.SaveOutage(ctx, u.outages[0]); err != nil {
			t.fail(err)
			return
		}
		u.outages = u.outages[1:]
	}
	states := make([]CheckState, 0, len(u.states))
	for _, s := range u.states {
		states = append(states, s)
	}
	if len(states)+len(u.runs)+len(u.blips) > 0 {
		if err := t.store.SaveResults(ctx, u.runs, states, u.blips); err != nil {
			t.fail(err)
			return
		}
	}
	if t.failed > 0 {
		t.log.Info("the store takes facts again", "dropped", u.dropped)
	}
	t.unsaved, t.retry, t.failed = facts{}, time.Time{}, 0
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = time.Time{}
}

func (t *teller) refusedSince() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused
}

func (t *teller) fail(err error) {
	t.failed++
	wait := min(time.Second<<min(t.failed-1, 10), retryMax)
	t.retry = time.Now().Add(wait)
	if t.failed == 1 {
		t.mu.Lock()
		t.refused = time.Now().UTC()
		t.mu.Unlock()
		t.log.Error("saving facts failed, they wait in memory", "err", err)
	}
}

// add takes in newer facts.
func (f *facts) add(n facts) {
	for _, o := range n.outages {
		f.addOutage(o)
	}
	f.runs = append(f.runs, n.runs...)
	f.blips = append(f.blips, n.blips...)
	if over := len(f.runs) - keepRuns; over > 0 {
		f.runs, f.dropped = f.runs[over:], f.dropped+over
	}
	if over := len(f.blips) - keepRuns; over > 0 {
		f.blips, f.dropped = f.blips[over:], f.dropped+over
	}
	if f.states == nil {
		f.states = map[string]CheckState{}
	}
	for key, s := range n.states {
		f.states[key] = s
	}
	f.urgent = f.urgent || n.urgent || len(n.outages)+len(n.runs)+len(n.blips) > 0
	f.dropped += n.dropped
}

func (f *facts) addOutage(o Outage) {
	for i := range f.outages {
		if f.outages[i].ID == o.ID {
			f.outages[i] = o
			return
		}
	}
	f.outages = append(f.outages, o)
}

func byCheck(states []CheckState) map[string]CheckState {
	m := make(map[string]CheckState, len(states))
	for _, s := range states {
		m[s.Check] = s
	}
	return m
}

func (c Changes) empty() bool {
	return len(c.Outages)+len(c.Blips)+len(c.Warnings)+len(c.Components) == 0
}

// merge makes one of two changes in a row.
func (a told) merge(b told) told {
	a.now = b.now
	a.ch.Outages = append(a.ch.Outages, b.ch.Outages...)
	a.ch.Blips = append(a.ch.Blips, b.ch.Blips...)
	a.ch.Warnings = append(a.ch.Warnings, b.ch.Warnings...)
	a.ch.Kick = nil
	for _, f := range b.ch.Components {
		known := false
		for i := range a.ch.Components {
			if a.ch.Components[i].Component == f.Component {
				a.ch.Components[i], known = f, true
			}
		}
		if !known {
			a.ch.Components = append(a.ch.Components, f)
		}
	}
	return a
}
