package incidents

import (
	"slices"
	"time"
)

// Canary is a numbered test message that was sent through the real mail path.
type Canary struct {
	ID        string // unique
	Component string // whose path it went
	SentAt    time.Time
	ArrivedAt time.Time // when it was in its mailbox; zero while it is not
	Overdue   bool      // it has been awaited for longer than is usual
}

// maxCanaries bounds those that no thread has taken: they are looked at again
// when an outage turns out to have begun before they were sent.
const maxCanaries = 4000

// canaryGrace is how long after an outage's end an overdue test message is
// nothing to wonder at: sending servers try again after half an hour or more
// (RFC 5321, section 4.5.4.1).
const canaryGrace = 35 * time.Minute

// ObserveCanaries takes the newest facts of some test messages, each known by
// its ID. Told the same again it changes nothing; one that has arrived stays
// so. Those that were sent during a thread's outage are counted in it, and
// when all of an outage have arrived after its recovery was announced, that is
// an update of its own.
func (d *Desk) ObserveCanaries(now time.Time, canaries []Canary) {
	now = tidy(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range canaries {
		if c.ID == "" || c.SentAt.IsZero() {
			d.log.Error("test message without ID or time is left out", "canary", c.ID)
			continue
		}
		c.SentAt, c.ArrivedAt = tidy(c.SentAt), tidy(c.ArrivedAt)
		d.canaries = noted(d.canaries, c)
	}
	if over := len(d.canaries) - maxCanaries; over > 0 {
		d.canaries = slices.Delete(d.canaries, 0, over)
	}
	changed := false
	for _, t := range d.threads {
		if !slices.ContainsFunc(canaries, func(c Canary) bool { return d.counts(t.in, c) }) {
			continue
		}
		in := t.in.clone()
		d.count(in)
		if slices.Equal(in.Canaries, t.in.Canaries) {
			continue
		}
		d.tellMail(in, now)
		d.replace(t, in)
		d.announce(t, now)
		changed = true
	}
	if changed {
		d.publish(now)
	}
}

// counts reports whether the test message was sent during an outage of the
// thread that may have held it up.
func (d *Desk) counts(in *Incident, c Canary) bool {
	return slices.ContainsFunc(in.Outages, func(o Outage) bool {
		return o.covers(c.SentAt) && d.concerns(&o, c.Component)
	})
}

// concerns reports whether the component is in the outage, or on what it is
// an outage of.
func (d *Desk) concerns(o *Outage, component string) bool {
	if component == o.Domain || slices.Contains(o.Components(), component) {
		return true
	}
	return slices.ContainsFunc(d.components, func(c Component) bool {
		return c.Key == component && c.Domain == o.Domain
	})
}

// count takes into the thread the test messages that were sent during its
// outages, as far as they are known by now, and no others.
func (d *Desk) count(in *Incident) {
	all := slices.Clone(in.Canaries)
	for _, c := range d.canaries {
		if d.counts(in, c) {
			all = noted(all, c)
		}
	}
	in.Canaries = slices.DeleteFunc(all, func(c Canary) bool { return !d.counts(in, c) })
	if len(in.Canaries) == 0 {
		in.Canaries = nil
	}
}

// tellMail says of each outage that is over, once, that all its test messages
// have arrived. While its recovery is held that is told with it.
func (d *Desk) tellMail(in *Incident, now time.Time) {
	for i := range in.Outages {
		o := &in.Outages[i]
		told := in.said(KindRecovered, o.ID)
		if told == nil || told.AnnouncedAt.IsZero() {
			continue
		}
		sum := in.canariesOf(o.ID)
		if sum.arrived < sum.sent || told.Arrived >= sum.sent {
			continue
		}
		d.say(in, Update{
			Kind:     KindMail,
			State:    in.State,
			Body:     d.narrator.words.MailArrived(sum.sent, sum.slowest, false),
			OutageID: o.ID,
			At:       now,
			Sent:     sum.sent,
			Arrived:  sum.arrived,
		}, 0)
	}
}

// tally counts test messages.
type tally struct {
	sent, arrived int
	slowest       time.Duration // of those that have arrived
}

func summed(canaries []Canary) (sum tally) {
	for _, c := range canaries {
		sum.sent++
		if !c.ArrivedAt.IsZero() {
			sum.arrived++
			sum.slowest = max(sum.slowest, c.ArrivedAt.Sub(c.SentAt))
		}
	}
	return sum
}

// canariesOf counts those that were sent during one outage.
func (in *Incident) canariesOf(outage string) tally {
	o := in.outage(outage)
	return summed(slices.DeleteFunc(slices.Clone(in.Canaries), func(c Canary) bool { return !o.covers(c.SentAt) }))
}

// proven reports whether a test message that was sent after the outage began
// has arrived.
func (in *Incident) proven(o *Outage) bool {
	return in.canariesOf(o.ID).arrived > 0
}

// noted is the list, in order of sending, with the newest of a test message.
func noted(list []Canary, c Canary) []Canary {
	i := slices.IndexFunc(list, func(old Canary) bool { return old.ID == c.ID })
	if i >= 0 {
		if list[i].ArrivedAt.IsZero() {
			list[i] = c
		}
		return list
	}
	i = len(list)
	for i > 0 && list[i-1].SentAt.After(c.SentAt) {
		i--
	}
	return slices.Insert(list, i, c)
}
