package probe

import (
	"slices"
	"time"
)

// Maintain says which components are under maintenance from now on; those that
// are not named are no longer. Their checks go on to be run, and what they find
// begins nothing. An outage that is open goes on, and ends as any other. What
// fails when the maintenance is over is confirmed like any other failure, and
// has not begun before that.
func (t *Tracker) Maintain(now time.Time, components []string) Changes {
	turn := t.turn(now)
	for _, c := range t.components {
		named := slices.Contains(components, c.Key)
		if named == c.maintained {
			continue
		}
		c.maintained, c.maintainedAt = named, now.UTC()
		if named {
			t.cutFit(turn, c, now.UTC())
			c.keepMaintained()
		} else {
			for _, w := range c.checks {
				w.release(now)
				turn.ch.Kick = append(turn.ch.Kick, w.check.Key)
			}
		}
		if c.outage == nil {
			c.establish(turn, now)
		}
		turn.ch.Components = append(turn.ch.Components, c.fact())
	}
	return turn.done()
}

// keepMaintained takes the component's checks out of the usual course while it
// is under maintenance.
func (c *component) keepMaintained() {
	if !c.maintained {
		return
	}
	for _, w := range c.checks {
		switch w.state {
		case Unknown, Up, Suspect:
			w.state, w.since, w.first = Maintenance, c.maintainedAt, nil
		}
	}
}

// release puts the check back into the usual course.
func (m *machine) release(now time.Time) {
	if m.state != Maintenance {
		return
	}
	m.state, m.since = Unknown, now
	if m.everOK {
		m.state = Up
	}
	if m.lastBad.After(m.lastGood) {
		m.lastWorked = now // nobody was promised that it would work before
	}
}
