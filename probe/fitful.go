package probe

import (
	"slices"
	"time"
)

// beginFit begins an intermittent failure of the watch's component when the
// blip that just came makes one.
func (t *Tracker) beginFit(turn *turn, w *watch, o outcome) {
	c := w.component
	failures := w.fitful(turn.now)
	settled := later(later(c.lastEnd, c.floor), c.watchedSince)
	if len(failures) == 0 || o.blip.At.Before(settled) || c.fit != nil || c.outage != nil || c.maintained {
		return
	}
	first := slices.IndexFunc(failures, func(f Failure) bool { return !f.At.UTC().Before(settled) })
	start := Exact(failures[first].At.UTC(), SourceFirstBad)
	c.fit = &Outage{
		ID:           outageID(c.Key+" intermittent", o.blip.At),
		Domain:       c.domain,
		Intermittent: true,
		Start:        start,
		Affected:     []Affected{{Component: c.Key, Start: start, Reason: o.blip.Reason, Partial: true}},
	}
	if o.first != nil {
		evidence := *o.first
		evidence.StartedAt = evidence.StartedAt.UTC()
		c.fit.Evidence = &evidence
	}
	turn.touched.add(c.fit)
	c.establish(turn, start.Best)
}

// endFit ends the component's intermittent failure when its checks have passed
// for long enough, with the good run behind the last failure.
func (t *Tracker) endFit(turn *turn, c *component) {
	if c.fit == nil {
		return
	}
	end := Exact(later(c.fit.Start.Best, c.floor), SourceFirstGood)
	for _, w := range c.checks {
		if len(w.fitful(turn.now)) > 0 || w.state == Suspect {
			return
		}
		if !w.goodAt.IsZero() {
			end = end.notBefore(w.goodAt.UTC())
		}
	}
	t.closeFit(turn, c, end)
}

// cutFit ends the component's intermittent failure at t, because something else
// begins.
func (t *Tracker) cutFit(turn *turn, c *component, at time.Time) {
	if c.fit != nil {
		t.closeFit(turn, c, Exact(at, SourceFirstBad).notBefore(c.fit.Start.Best))
	}
}

func (t *Tracker) closeFit(turn *turn, c *component, end Moment) {
	out := c.fit
	out.Affected[0].End, out.End = &end, &end
	c.fit, c.lastEnd = nil, end.Best
	turn.touched.add(out)
	if told, from := c.told, c.toldFrom; told == SegmentUnmonitored && end.Best.Before(from) {
		c.put(turn, SegmentUp, "", end.Best)
		c.put(turn, told, "", from)
		return
	}
	c.establish(turn, end.Best)
}
