package probe

import "time"

// SegmentState is what was known of a component over a stretch of time.
type SegmentState string

const (
	SegmentUp          SegmentState = "up"
	SegmentDegraded    SegmentState = "degraded"    // works for some: a part of its checks fails, or it fails now and then
	SegmentDown        SegmentState = "down"        // within an outage
	SegmentMaintenance SegmentState = "maintenance" // announced downtime, whatever its checks say
	SegmentUnmonitored SegmentState = "unmonitored" // nobody could look
)

// Segment says what is true of a component from a moment on, until the next
// one of that component. What was said before of the time from From on gives
// way: knowledge comes late, and an outage begins before it is confirmed. So
// the segments of a component, taken in the order in which they were told,
//
//	for each s: forget those with From >= s.From; keep s
//
// tile the time since its first without gap or overlap. The time before the
// first was not monitored. What already holds may be told again.
//
// The end of a run and the time until the next one are told by the Prober
// itself, as SegmentUnmonitored, also after an unclean end; an open outage
// goes on over it.
type Segment struct {
	Component string
	From      time.Time // UTC
	State     SegmentState
	Reason    Reason // why it is not up; may be empty
}

// tiles is what has been told of a component as segments.
type tiles struct {
	told     SegmentState // the last; empty before the first
	toldFrom time.Time
	// floor is the newest moment at which something is established that no later
	// knowledge changes: what is told after it begins no earlier.
	floor time.Time
	// watchedSince is when the newest stretch began in which somebody looked.
	watchedSince time.Time
	// lost is set when time has passed in which nobody could look, until a run
	// shows where the component stands now.
	lost bool
	// watchedAt is until when an earlier run of the program looked after it.
	watchedAt time.Time
}

// observed is what is known of the component now.
func (c *component) observed(now time.Time) (SegmentState, Reason) {
	switch {
	case c.outage != nil:
		a := c.outage.affected(c.Key)
		if c.spared() {
			return SegmentDegraded, a.Reason
		}
		return SegmentDown, a.Reason
	case c.maintained:
		return SegmentMaintenance, ""
	case c.lost || !now.Before(c.watchedUntil()) || c.worst() == Unknown:
		return SegmentUnmonitored, c.excuse()
	case c.worst() == Suspect && (c.told == SegmentUnmonitored || c.told == ""):
		return SegmentUnmonitored, "" // the verdict is not far
	case c.fit != nil:
		return SegmentDegraded, c.fit.Affected[0].Reason
	}
	return SegmentUp, ""
}

// spared reports whether some check of the component has no part in its outage.
// One that is only suspected has none yet; when that is confirmed, so is since
// when.
func (c *component) spared() bool {
	for _, w := range c.checks {
		up := w.state == Up || w.state == Suspect || w.state == Maintenance && w.lastGood.After(w.lastBad)
		if up && !w.wentDown {
			return true
		}
	}
	return false
}

// watchedUntil is until when the newest conclusive run tells of now.
func (c *component) watchedUntil() time.Time {
	var until time.Time
	for _, w := range c.checks {
		until = later(until, w.until)
	}
	return until
}

// excuse is why nobody could look, empty when nobody tried.
func (c *component) excuse() Reason {
	for _, w := range c.checks {
		if w.excuse != "" {
			return w.excuse
		}
	}
	return ""
}

// observe tells what is known of the component now, if that is news.
func (c *component) observe(turn *turn) {
	state, _ := c.observed(turn.now)
	from := turn.now
	switch {
	case c.told == "" && c.outage != nil:
		from = c.outage.affected(c.Key).Start.Best
	case c.told == "" && c.fit != nil && state == SegmentDegraded:
		from = c.fit.Start.Best
	case c.told == "" && !c.watchedAt.IsZero():
		from = c.watchedAt
	case c.told == "" && state == SegmentUnmonitored:
		return // as the time before
	case state == SegmentUnmonitored && !c.lost:
		if until := c.watchedUntil(); until.Before(from) {
			from = until
		}
	}
	c.tell(turn, from)
}

// establish tells what is known of the component now, and that nothing which is
// told later changes what was before from.
func (c *component) establish(turn *turn, from time.Time) {
	c.tell(turn, from)
	c.floor = later(c.floor, notAfter(from, turn.now))
}

// tell tells what is known of the component now, and that it has been so since
// from.
func (c *component) tell(turn *turn, from time.Time) {
	state, reason := c.observed(turn.now)
	c.put(turn, state, reason, from)
}

func (c *component) put(turn *turn, state SegmentState, reason Reason, from time.Time) {
	if state == c.told {
		return
	}
	from = notAfter(later(from, c.floor), turn.now)
	if c.told == SegmentUnmonitored || c.told == "" {
		c.watchedSince = from
	}
	c.told, c.toldFrom = state, from
	turn.ch.Segments = append(turn.ch.Segments, Segment{Component: c.Key, From: from, State: state, Reason: reason})
}

// notAfter is t, or now when t is yet to come by a clock that was set back; UTC.
func notAfter(t, now time.Time) time.Time {
	if t.Round(0).After(now.Round(0)) {
		t = now
	}
	return t.UTC()
}
