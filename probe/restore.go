package probe

import (
	"maps"
	"slices"
	"time"
)

// Restore takes up where an earlier Tracker ended: states as it last gave them,
// outages that were open or have ended of late. Both may be a little older than
// the other, as after a crash between two saves: an open outage stays open
// until its checks pass again, and a state that contradicts the outages gives
// way. It is to be called once, before anything else.
func (t *Tracker) Restore(states []CheckState, outages []Outage) {
	for _, s := range states {
		if w := t.byKey[s.Check]; w != nil {
			w.restore(s)
		}
	}
	for i := range outages {
		t.restoreOutage(outages[i].Clone())
	}
	for _, c := range t.components {
		c.reconcile()
	}
}

func (w *watch) restore(s CheckState) {
	w.state, w.since, w.everOK = s.State, s.Since, s.EverOK
	w.lastGood, w.lastRun, w.reason = s.LastGoodAt, s.LastRunAt, s.Reason
	w.lastWorked = s.LastGoodAt
	w.runs, w.failures = s.Runs, slices.Clone(s.Failures)
	if !w.lastRun.IsZero() {
		w.until, w.staleAt = w.check.beat(w.lastRun, watchedFor), w.check.beat(w.lastRun, staleAfter)
	}
	switch w.state {
	case Up, Suspect, Down, Recovering, Maintenance:
	default:
		w.state = Unknown
		if w.everOK {
			w.state = Up
		}
	}
	switch w.state {
	case Suspect:
		w.fails = 1
	case Down:
		w.downSince = s.Since
	case Recovering:
		w.goods, w.firstGood = 1, s.Since
	case Maintenance:
		w.component.maintained, w.component.maintainedAt = true, s.Since
	}
	c := w.component
	c.lost, c.watchedAt = true, later(c.watchedAt, s.WatchedAt)
}

func (t *Tracker) restoreOutage(o Outage) {
	for _, e := range o.Exits {
		t.restoreExit(e)
	}
	if o.Intermittent {
		t.restoreFit(&o)
		return
	}
	if o.Open() {
		t.open[o.Domain] = &o
	}
	for i := range o.Affected {
		a := &o.Affected[i]
		c := t.component(a.Component)
		switch {
		case c == nil:
		case a.End == nil:
			c.outage = &o
		default:
			c.lastEnd = later(c.lastEnd, a.End.Best)
			c.recoveredAt = c.lastEnd
		}
	}
}

func (t *Tracker) restoreFit(o *Outage) {
	c := t.component(o.Affected[0].Component)
	switch {
	case c == nil && o.Open():
		t.orphans = append(t.orphans, o)
	case o.Open():
		c.fit = o
	case c != nil:
		c.lastEnd = later(c.lastEnd, o.End.Best)
	}
}

// reconcile makes the states of the component's checks agree with its outage.
func (c *component) reconcile() {
	if c.outage == nil {
		for _, w := range c.checks {
			if w.state == Down || w.state == Recovering {
				w.withoutOutage(c.lastEnd)
			}
		}
		return
	}
	start := c.outage.affected(c.Key).Start.Best
	down := false
	for _, w := range c.checks {
		switch {
		case w.state == Down || w.state == Recovering:
			w.wentDown, w.downSince, down = true, start, true
		case w.state == Up && w.since.After(start):
			w.wentDown = true
			c.recovered(Exact(w.since, SourceFirstGood))
		}
	}
	for _, w := range c.checks {
		if !down {
			w.wentDown, w.everOK = true, true
			w.state, w.since, w.downSince = Down, start, start
		}
	}
}

// withoutOutage is for a check whose outage is not there: it has ended, or it
// was never saved. Then the failure has to be confirmed again.
func (m *machine) withoutOutage(lastEnd time.Time) {
	if m.state == Recovering || !lastEnd.Before(m.since) {
		m.state, m.since = Up, later(lastEnd, m.lastGood)
		return
	}
	m.state, m.fails = Suspect, 1
}

// Update replaces components, checks and settings. A check keeps its state when
// its key, component and target stay.
func (t *Tracker) Update(now time.Time, components []Component, checks []Check, settings Settings) Changes {
	t.settings = settings
	turn := t.turn(now)
	for _, c := range t.components {
		if slices.ContainsFunc(components, func(k Component) bool { return k.Key == c.Key }) {
			continue
		}
		c.put(turn, SegmentUnmonitored, "", now)
		if c.fit != nil {
			t.orphans = append(t.orphans, c.fit)
		}
	}
	t.arrange(components, checks, t.byKey)
	t.retire(turn)
	turn.ch.Components = t.Components()
	return turn.done()
}

// Stop takes into account that nobody watches from now on.
func (t *Tracker) Stop(now time.Time) Changes {
	turn := t.turn(now)
	for _, c := range t.components {
		if c.outage == nil && !c.maintained && c.told != "" {
			c.put(turn, SegmentUnmonitored, "", now)
		}
	}
	return turn.done()
}

// Retire ends what no check can end any more: the parts of components in
// outages that have no check left which is down.
func (t *Tracker) Retire(now time.Time) Changes {
	turn := t.turn(now)
	t.retire(turn)
	return turn.done()
}

func (t *Tracker) retire(turn *turn) {
	now := turn.now.UTC()
	for _, domain := range slices.Sorted(maps.Keys(t.open)) {
		out := t.open[domain]
		for i := range out.Affected {
			a := &out.Affected[i]
			if a.End != nil {
				continue
			}
			c := t.component(a.Component)
			if c != nil && (c.worst() == Down || c.worst() == Recovering) {
				continue
			}
			end := Moment{Earliest: a.Start.Best, Best: now, Latest: now, Source: SourceUnwatched}.notBefore(a.Start.Best)
			a.End = &end
			if c != nil {
				c.outage, c.end, c.lastEnd = nil, nil, end.Best
			}
			turn.touched.add(out)
		}
	}
	t.closeOutages(turn)
	for _, out := range t.orphans {
		end := Exact(now, SourceUnwatched).notBefore(out.Start.Best)
		out.Affected[0].End, out.End = &end, &end
		turn.touched.add(out)
	}
	t.orphans = nil
	for _, c := range t.components {
		c.observe(turn)
	}
}
