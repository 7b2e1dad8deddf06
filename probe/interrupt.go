package probe

import "time"

// stepNoticed is the step of the clock from which on the time that it skipped
// counts as not monitored.
const stepNoticed = time.Minute

// Interrupted takes into account that nobody could look since from, because
// this machine slept. Everything is to be asked anew.
func (t *Tracker) Interrupted(now, from time.Time, reason Reason) Changes {
	turn := t.turn(now)
	t.interrupt(turn, from, reason)
	return turn.done()
}

func (t *Tracker) interrupt(turn *turn, from time.Time, reason Reason) {
	for _, c := range t.components {
		c.lost = true
		if state, _ := c.observed(turn.now); state == SegmentUnmonitored && c.told != "" {
			c.put(turn, state, reason, from)
		}
	}
	for _, w := range t.checks {
		turn.ch.Kick = append(turn.ch.Kick, w.check.Key)
	}
}

// Stepped takes into account that the wall clock was set by so much, just now.
// What is told from now on has the new time. Nobody knows which of the two
// clocks was wrong, so outages keep the times that they have, and intervals
// neither overlap nor run backwards: one that ends after a step back beyond its
// start has no length.
func (t *Tracker) Stepped(now time.Time, by time.Duration) Changes {
	turn := t.turn(now)
	wall := now.UTC()
	switch {
	case by >= stepNoticed:
		t.interrupt(turn, wall.Add(-by), "clock.step")
	case by < 0:
		t.withdraw(turn, wall)
	}
	return turn.done()
}

// withdraw takes back what was told of a time that is yet to come.
func (t *Tracker) withdraw(turn *turn, wall time.Time) {
	for _, c := range t.components {
		if c.told != "" {
			c.told, c.floor = "", time.Time{}
			c.tell(turn, wall)
		}
	}
}
