package probe

import (
	"fmt"
	"time"
)

// Clock is what the clocks of the machine show at one moment.
type Clock struct {
	Wall time.Time
	Mono time.Duration // since some moment, without sleeps of the machine
	Boot time.Duration // likewise, with them
}

const (
	tickEvery = time.Second
	// odd is the difference between two clocks, or between when the pulse was
	// due and when it came, from which on something is wrong.
	odd = 2 * time.Second
)

// pulse is what the prober remembers of its last beat.
type pulse struct {
	at    time.Time
	clock Clock
	// From the first moment to the second something was wrong with ourselves:
	// what failed within is not believed.
	illFrom, illTo time.Time
	ill            Reason
}

func (p *pulse) begin(now time.Time, clock func() Clock) {
	p.at = now
	if clock != nil {
		p.clock = clock()
	}
}

// illWithin is why nothing is believed that failed between two moments; empty
// when there is no reason.
func (p *pulse) illWithin(from, to time.Time) Reason {
	if p.ill != "" && !from.After(p.illTo) && !to.Before(p.illFrom) {
		return p.ill
	}
	return ""
}

// beat is called at least every second, and whenever something failed. It looks
// whether time passed as it should have. The caller holds mu.
func (p *Prober) beat(now time.Time) {
	last := p.pulse.at
	if now.Sub(last) < tickEvery {
		return
	}
	p.pulse.at = now
	if now.Sub(last) > tickEvery+odd {
		p.figures.Stalls++
		p.pulse.illFrom, p.pulse.illTo, p.pulse.ill = last, now, "self.lag"
	}
	if p.clock != nil {
		p.compare(now, last)
	}
	if ch := p.tracker.Tick(now); !ch.empty() {
		p.publish(now, ch, facts{})
	}
	p.findOverdue(now)
}

// compare looks for steps of the wall clock and for sleeps of the machine since
// the last beat.
func (p *Prober) compare(now, last time.Time) {
	before, after := p.pulse.clock, p.clock()
	p.pulse.clock = after
	mono := after.Mono - before.Mono
	slept := after.Boot - before.Boot - mono
	step := after.Wall.Round(0).Sub(before.Wall.Round(0)) - mono
	if slept > odd {
		step -= slept
		p.figures.Suspends++
		p.pulse.illFrom, p.pulse.illTo, p.pulse.ill = last, now, "self.suspend"
		ch := p.tracker.Interrupted(now, before.Wall, "suspend")
		p.alarm(now, ch, Warning{Reason: "suspend", Text: fmt.Sprintf("this machine slept for %v; in that time nothing was monitored", slept.Round(time.Second))})
	}
	if step.Abs() > odd {
		p.figures.ClockSteps++
		p.queue.fill(p.slots) // turns by the wall clock have moved
		ch := p.tracker.Stepped(now, step)
		p.alarm(now, ch, Warning{Reason: "clock.step", Text: fmt.Sprintf("the clock of this machine was set by %v", step.Round(time.Millisecond))})
	}
}

// findOverdue warns of checks that have become overdue.
func (p *Prober) findOverdue(now time.Time) {
	for key, s := range p.slots {
		overdue := p.isOverdue(now, s)
		if overdue && !s.overdue {
			p.figures.OverdueTotal++
			p.alarm(now, Changes{}, Warning{Check: key, Reason: "schedule.overdue", Text: fmt.Sprintf("check %q has no result, %v after it was due; that is a fault of this program or of its machine", key, now.Sub(s.next).Round(time.Second))})
		}
		s.overdue = overdue
	}
}

func (p *Prober) alarm(now time.Time, ch Changes, w Warning) {
	w.At = now.UTC()
	ch.Warnings = append(ch.Warnings, w)
	p.publish(now, ch, facts{})
}
