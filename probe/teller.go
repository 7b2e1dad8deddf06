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
	due     time.Time // run's own: when to save again
	failed  int       // run's own: saves that failed in a row
	tended  time.Time // run's own: when the store was last asked for its upkeep
}

type told struct {
	now time.Time
	ch  Changes
}

const (
	saveWithin = time.Second      // the longest that a store can hold up the observer
	saveEvery  = time.Second      // runs that changed nothing are saved together, once in this time
	markEvery  = time.Minute      // how long the store goes without a word that we watch
	saveRuns   = 500              // in one transaction, so that a full queue is saved in pieces
	retryMax   = 30 * time.Second // between tries to save
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
	more.take(news.ch)
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
	t.due = time.Now().Add(markEvery)
	timer := time.NewTimer(markEvery)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-t.signal:
		case <-timer.C:
		}
		t.turn(ctx)
		timer.Reset(time.Until(t.due))
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

	t.unsaved.add(fresh)
	now := time.Now()
	switch {
	case t.store == nil:
		t.unsaved, t.due = facts{}, now.Add(markEvery)
	case fresh.urgent, !now.Before(t.due):
		t.save(ctx, now)
	case t.failed == 0 && t.due.Sub(now) > saveEvery:
		t.due = now.Add(saveEvery)
	}
	t.tell(queue)
	if t.store != nil && t.failed == 0 && now.Sub(t.tended) >= saveEvery {
		t.tended = now
		t.upkeep(ctx, now)
	}
}

func (t *teller) tell(queue []told) {
	if t.observer == nil {
		return
	}
	for _, n := range queue {
		if !n.ch.empty() {
			t.observer.Observe(n.now, n.ch)
		}
	}
}

// save writes what waits. Runs that are too many for one transaction follow in
// others, as long as there is time.
func (t *teller) save(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, saveWithin)
	defer cancel()
	for {
		next, rest := t.unsaved.part(saveRuns)
		next.WatchedUntil = now.UTC()
		if err := t.store.Save(ctx, next); err != nil {
			t.fail(err)
			return
		}
		t.saved(rest)
		switch {
		case len(rest.runs) == 0:
			t.due = now.Add(markEvery)
			return
		case time.Since(now) > saveWithin/2:
			t.due = now.Add(saveEvery)
			return
		}
	}
}

// upkeep is work that can wait: its failure is logged and changes nothing.
func (t *teller) upkeep(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, saveWithin)
	defer cancel()
	if err := t.store.Upkeep(ctx, now.UTC()); err != nil {
		t.log.Warn("counting and trimming what is stored failed", "err", err)
	}
}

// saved notes that the store took all but the rest.
func (t *teller) saved(rest facts) {
	if t.failed > 0 {
		t.log.Info("the store takes facts again", "dropped", t.unsaved.dropped)
	}
	t.unsaved, t.failed = rest, 0
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
	t.due = time.Now().Add(min(time.Second<<min(t.failed-1, 10), retryMax))
	if t.failed == 1 {
		t.mu.Lock()
		t.refused = time.Now().UTC()
		t.mu.Unlock()
		t.log.Error("saving facts failed, they wait in memory", "err", err)
	}
}

func (c Changes) empty() bool {
	return len(c.Outages)+len(c.Blips)+len(c.Warnings)+len(c.Components)+len(c.Canaries)+len(c.Segments) == 0
}

// merge makes one of two changes in a row.
func (a told) merge(b told) told {
	a.now = b.now
	a.ch.Outages = append(a.ch.Outages, b.ch.Outages...)
	a.ch.Blips = append(a.ch.Blips, b.ch.Blips...)
	a.ch.Warnings = append(a.ch.Warnings, b.ch.Warnings...)
	a.ch.Segments = append(a.ch.Segments, b.ch.Segments...)
	a.ch.Canaries = newest(a.ch.Canaries, b.ch.Canaries)
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
