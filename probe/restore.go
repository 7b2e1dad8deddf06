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

func (m *machine) restore(s CheckState) {
	m.state, m.since, m.everOK = s.State, s.Since, s.EverOK
	m.lastGood, m.lastRun, m.reason = s.LastGoodAt, s.LastRunAt, s.Reason
	m.lastWorked = s.LastGoodAt
	switch m.state {
	case Up, Suspect, Down, Recovering:
	default:
		m.state = Unknown
		if m.everOK {
			m.state = Up
		}
	}
	switch m.state {
	case Suspect:
		m.fails = 1
	case Down:
		m.downSince = s.Since
	case Recovering:
		m.goods, m.firstGood = 1, s.Since
	}
}

func (t *Tracker) restoreOutage(o Outage) {
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
		}
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
	t.arrange(components, checks, t.byKey)
	ch := t.Retire(now)
	ch.Components = t.Components()
	return ch
}

// Retire ends what no check can end any more: the parts of components in
// outages that have no check left which is down.
func (t *Tracker) Retire(now time.Time) Changes {
	var touched touched
	now = now.UTC()
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
			end := Moment{Earliest: a.Start.Best, Best: now, Latest: now, Source: SourceUnwatched}
			end = end.notBefore(a.Start.Best)
			a.End = &end
			if c != nil {
				c.outage, c.end, c.lastEnd = nil, nil, end.Best
			}
			touched.add(out)
		}
		t.finishOutage(out)
	}
	return Changes{Outages: touched.clones()}
}
