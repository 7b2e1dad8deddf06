package probe

import (
	"fmt"
	"slices"
	"time"
)

// severity orders the states of a component's checks. A check that has never
// passed says nothing, so it comes first.
var severity = map[State]int{Unknown: 0, Up: 1, Maintenance: 2, Suspect: 3, Recovering: 4, Down: 5}

// Components is where every component stands, in the configuration's order.
func (t *Tracker) Components() []ComponentFact {
	facts := make([]ComponentFact, 0, len(t.components))
	for _, c := range t.components {
		facts = append(facts, c.fact())
	}
	return facts
}

// States is what of every check outlives a restart. Times are UTC.
func (t *Tracker) States() []CheckState {
	states := make([]CheckState, 0, len(t.checks))
	for _, w := range t.checks {
		states = append(states, w.saved(t.seen))
	}
	return states
}

func (w *watch) saved(now time.Time) CheckState {
	return CheckState{
		Check:      w.check.Key,
		State:      w.state,
		Since:      utc(w.since),
		EverOK:     w.everOK,
		LastGoodAt: utc(w.lastGood),
		LastRunAt:  utc(w.lastRun),
		Reason:     w.reason,
		WatchedAt:  utc(now),
		Runs:       w.runs,
		Failures:   utcFailures(w.failures),
	}
}

func utcFailures(list []Failure) []Failure {
	out := slices.Clone(list)
	for i := range out {
		out[i].At = out[i].At.UTC()
	}
	return out
}

func (c *component) worst() State {
	state := Unknown
	for _, w := range c.checks {
		if severity[w.state] > severity[state] {
			state = w.state
		}
	}
	return state
}

// partial reports whether some check of the component has gone on passing
// through its outage.
func (c *component) partial() bool {
	for _, w := range c.checks {
		up := w.state == Up || w.state == Maintenance && w.lastGood.After(w.lastBad)
		if up && !w.wentDown {
			return true
		}
	}
	return false
}

// recovered notes the end of one check's part in the component's outage.
func (c *component) recovered(end Moment) {
	if c.end == nil || end.Best.After(c.end.Best) {
		c.end = &end
	}
}

func (c *component) fact() ComponentFact {
	f := ComponentFact{Component: c.Key, State: c.worst(), Intermittent: c.fit != nil}
	var upSince time.Time
	for _, w := range c.checks {
		f.CheckedAt = later(f.CheckedAt, utc(w.lastRun))
		f.LastGood = later(f.LastGood, utc(w.lastGood))
		f.StaleAt = later(f.StaleAt, utc(w.staleAt))
		if w.state != f.State {
			continue
		}
		if f.Since.IsZero() || w.since.Before(f.Since) {
			f.Since, f.Reason = utc(w.since), w.reason
		}
		upSince = later(upSince, utc(w.since))
	}
	switch f.State {
	case Up:
		f.Since, f.Reason = upSince, ""
		if !c.lastEnd.IsZero() {
			f.Since = c.lastEnd
		}
	case Down:
		if c.outage != nil {
			f.Since = c.outage.affected(c.Key).Start.Best
		}
		fallthrough
	case Suspect, Recovering:
		f.Partial = c.partial()
	}
	return f
}

// affected is the component's newest interval within the outage; nil when it
// has none.
func (o *Outage) affected(component string) *Affected {
	for i := len(o.Affected) - 1; i >= 0; i-- {
		if o.Affected[i].Component == component {
			return &o.Affected[i]
		}
	}
	return nil
}

// how says how the process ended.
func (e Exit) how() string {
	if e.Signal != "" {
		return "signal: " + e.Signal
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// touched collects outages that changed, each once, in order.
type touched struct{ list []*Outage }

func (t *touched) add(o *Outage) {
	if o == nil {
		return
	}
	for _, known := range t.list {
		if known == o {
			return
		}
	}
	t.list = append(t.list, o)
}

func (t *touched) clones() []Outage {
	var out []Outage
	for _, o := range t.list {
		out = append(out, o.Clone())
	}
	return out
}

// utc is t for people and for the store; the zero time stays what it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
