package incidents

import (
	"fmt"
	"slices"
	"time"
)

// Condition is what is known of a component over a stretch of time.
type Condition string

const (
	WasUp          Condition = "up"
	WasDegraded    Condition = "degraded"    // it worked for some, or failed now and then
	WasDown        Condition = "down"        // within an outage
	WasMaintained  Condition = "maintenance" // planned downtime
	WasUnmonitored Condition = "unmonitored" // nobody could look
)

// Segment is what a component was from a moment on, until its next one.
type Segment struct {
	Component string
	From      time.Time
	Condition Condition
}

// Timeline is the past of one component, in order of time: each segment lasts
// until the next, the last one until now. The time before the first was not
// monitored. A Timeline is never written to.
type Timeline []Segment

// with is the timeline after more was learned: each segment, in this order,
// replaces what was known of the time after its From.
func (t Timeline) with(more []Segment) Timeline {
	t = slices.Clone(t)
	for _, s := range more {
		t = t[:t.at(s.From)]
		if n := len(t); n == 0 || t[n-1].Condition != s.Condition {
			t = append(t, s)
		}
	}
	return t
}

// at is the place of the first segment that does not begin before the moment.
func (t Timeline) at(moment time.Time) int {
	i, _ := slices.BinarySearchFunc(t, moment, func(s Segment, m time.Time) int { return s.From.Compare(m) })
	return i
}

// Tally sums up the time from one moment until another, which is not in the
// future.
func (t Timeline) Tally(from, to time.Time) Tally {
	var sum Tally
	i := t.at(from)
	if i == len(t) || t[i].From.After(from) {
		i-- // what began earlier goes on
	}
	for at := from; at.Before(to); i++ {
		until, condition := to, WasUnmonitored
		if i >= 0 {
			condition = t[i].Condition
		}
		if i+1 < len(t) && t[i+1].From.Before(to) {
			until = t[i+1].From
		}
		sum.add(condition, until.Sub(at))
		at = until
	}
	return sum
}

// Tally is how some time was spent.
type Tally struct {
	Up, Degraded, Down, Maintenance, Unmonitored time.Duration
}

func (t *Tally) add(c Condition, d time.Duration) {
	switch c {
	case WasUp:
		t.Up += d
	case WasDegraded:
		t.Degraded += d
	case WasDown:
		t.Down += d
	case WasMaintained:
		t.Maintenance += d
	default:
		t.Unmonitored += d
	}
}

// Plus is both together.
func (t Tally) Plus(o Tally) Tally {
	return Tally{
		Up: t.Up + o.Up, Degraded: t.Degraded + o.Degraded, Down: t.Down + o.Down,
		Maintenance: t.Maintenance + o.Maintenance, Unmonitored: t.Unmonitored + o.Unmonitored,
	}
}

// Whole is all of the time.
func (t Tally) Whole() time.Duration {
	return t.Up + t.Degraded + t.Down + t.Maintenance + t.Unmonitored
}

// Uptime is the share of the time up in the time up or down, in hundredths of
// a percent and rounded down: it is 10000 only when nothing was down. Time that
// was degraded, planned or not monitored counts for neither. Not ok means that
// there was no other.
func (t Tally) Uptime() (hundredths int, ok bool) {
	up, down := t.Up.Microseconds(), t.Down.Microseconds() // in nanoseconds the product would not fit
	if t.Down > 0 && down == 0 {
		down = 1
	}
	if up+down <= 0 {
		return 0, false
	}
	lost := (down*10_000 + up + down - 1) / (up + down)
	return int(10_000 - lost), true
}

// Percent is Uptime for people, "99.98" or "100"; empty when it is not known.
func (t Tally) Percent() string {
	switch share, ok := t.Uptime(); {
	case !ok:
		return ""
	case share == 10_000:
		return "100"
	default:
		return fmt.Sprintf("%d.%02d", share/100, share%100)
	}
}
