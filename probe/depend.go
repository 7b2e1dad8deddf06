package probe

import (
	"maps"
	"slices"
	"time"
)

// maxDepth bounds how far what components depend on is followed, so that those
// which depend on each other hold nothing up.
const maxDepth = 8

// root is the failure domain that the component belongs to: its host, or that
// of what it depends on, or itself.
func (c *component) root() string {
	top := c
	for range maxDepth {
		if top.Host != "" {
			return top.Host
		}
		if top.parent == nil {
			return top.Key
		}
		top = top.parent
	}
	return c.Key
}

// on reports whether the component depends on the other, directly or not.
func (c *component) on(other *component) bool {
	p := c.parent
	for range maxDepth {
		if p == nil || p == other {
			break
		}
		p = p.parent
	}
	return p == other
}

// related reports whether a failure of one may be one of the other: they share
// their failure domain, or one depends on the other.
func related(a, b *component) bool { return a.domain == b.domain || a.on(b) || b.on(a) }

// openFor is the open outage that a failure of the component belongs to: that
// of its domain, or of what it depends on; nil for none.
func (t *Tracker) openFor(c *component) *Outage {
	if out := t.open[c.domain]; out != nil {
		return out
	}
	for _, domain := range slices.Sorted(maps.Keys(t.open)) {
		for _, a := range t.open[domain].Affected {
			if p := t.component(a.Component); p != nil && c.on(p) {
				return t.open[domain]
			}
		}
	}
	return nil
}

// patience is until when a confirmed failure of the watch begins no outage: as
// long as what its component depends on has no verdict yet, for at most the
// time that a confirmation takes, and while the domain settles after a recovery.
func (t *Tracker) patience(w *watch) time.Time {
	var until time.Time
	if w.state != Suspect {
		return until
	}
	for _, c := range t.components {
		if c == w.component {
			continue
		}
		if w.component.on(c) && c.undecided(w.since) {
			until = w.since.Add(2 * t.settings.budget())
		}
	}
	if t.openFor(w.component) != nil {
		return until // it joins that
	}
	for _, c := range t.components {
		if c != w.component && !c.recoveredAt.IsZero() && c.outage == nil && related(c, w.component) {
			until = later(until, c.recoveredAt.Add(t.settings.settling()))
		}
	}
	return until
}

// undecided reports whether it is not known if the component works since then.
func (c *component) undecided(since time.Time) bool {
	for _, w := range c.checks {
		if w.state == Suspect || w.state == Up && w.lastRun.Before(since) {
			return true
		}
	}
	return false
}

// mayJoin reports whether something that the outage touches is suspected, soon
// after the outage's last part ended.
func (t *Tracker) mayJoin(now time.Time, out *Outage) bool {
	for i := range out.Affected {
		c := t.component(out.Affected[i].Component)
		if c == nil || c.recoveredAt.IsZero() || now.Sub(c.recoveredAt) >= t.settings.settling() {
			continue
		}
		for _, w := range t.checks {
			if w.state == Suspect && related(w.component, c) {
				return true
			}
		}
	}
	return false
}
