package incidents

import (
	"slices"
	"strings"
	"time"
)

// narrator decides which facts deserve a sentence; its Words are the
// sentences. It reads no clock.
type narrator struct {
	words      Words
	zone       *time.Location
	components []Component
	former     []Component // no longer configured; old threads name them
}

func newNarrator(w Words, zone *time.Location, components []Component) *narrator {
	return &narrator{words: w, zone: zone, components: components}
}

// title names a thread after all that it has affected.
func (n *narrator) title(components []string, instability bool) string {
	return n.words.Title(n.subject(components), instability)
}

// opened tells of an outage that lasts, for the first time in its thread or
// again. overran is a maintenance that should have been over by then, nil for
// none.
func (n *narrator) opened(in *Incident, o *Outage, facts map[string]ComponentFact, overran *Maintenance, now time.Time) string {
	i := slices.IndexFunc(in.Outages, func(x Outage) bool { return x.ID == o.ID })
	var quiet time.Duration
	if i > 0 && in.Outages[i-1].End != nil {
		quiet = o.Began().Best.Sub(in.Outages[i-1].Ended().Best)
	}
	start := n.start(o, now)
	fate, keys := n.told(o, o.Components())
	var p []string
	for _, g := range n.byHow(o, keys) {
		if i > 0 && quiet > 0 {
			p = append(p, n.words.StoppedAgain(g.what, g.how, start, quiet))
		} else {
			p = append(p, n.words.Stopped(g.what, g.how, start))
		}
	}
	if o.Unclean {
		p = append(p, n.words.ToldLate())
	}
	if overran != nil {
		p = append(p, n.words.Overran(overran.Title, n.bare(overran.End, start)))
	}
	p = append(p, n.others(in, o, facts, now, func(at time.Time) When { return n.bare(at, n.start(o, now)) })...)
	p = append(p, n.fateOf(fate)...)
	switch r := in.upTo(i).Recurrence(n.zone); {
	case i > 1 && r.LongestHeld > 0:
		p = append(p, n.words.Recurs(r))
	case i > 0:
		p = append(p, n.words.Again(i+1, n.within(in, o)))
	default:
		p = append(p, n.words.CauseUnknown())
	}
	return text(p)
}

// widened tells that more has stopped.
func (n *narrator) widened(o *Outage, more []string, now time.Time) string {
	var start *Moment
	for i := range o.Affected {
		if a := &o.Affected[i]; slices.Contains(more, a.Component) && (start == nil || a.Start.Best.Before(start.Best)) {
			start = &a.Start
		}
	}
	return n.words.StoppedToo(n.parts(more), n.when(*start, now))
}

// recovered tells that an outage is over; whole says that nobody was told of
// it before, expected is when it should have been, zero for never said.
func (n *narrator) recovered(in *Incident, o *Outage, whole bool, expected, now time.Time) string {
	start, end := n.start(o, now), n.when(*o.Ended(), now)
	seen, left := o.recovered()
	keys := seen
	if whole {
		keys = o.Components()
	}
	fate, keys := n.told(o, keys)
	var p []string
	for _, g := range n.byHow(o, keys) {
		if whole {
			p = append(p, n.words.WasDown(g.what, g.how, start, end))
		} else {
			p = append(p, n.words.WorksAgain(g.what, g.how, start, end))
		}
	}
	if o.Unclean && whole {
		p = append(p, n.words.ToldLate())
	}
	if !expected.IsZero() && left == nil {
		p = append(p, n.words.Restored(n.bare(expected, end), n.bared(end, end)))
	}
	if left != nil {
		p = append(p, n.left(left, o, now))
	}
	if fate == mailWaits && seen != nil {
		p = append(p, n.words.MailDelayed(o.Duration(now) < senderWaits))
	}
	sum := in.canariesOf(o.ID)
	switch {
	case sum.sent == 0:
		if seen != nil {
			p = append(p, n.words.Watching())
		}
	case sum.arrived < sum.sent:
		p = append(p, n.words.MailSoFar(sum.arrived, sum.sent))
	default:
		p = append(p, n.words.MailArrived(sum.sent, sum.slowest, false))
	}
	return text(p)
}

// left tells of components of which nobody knows whether they work again.
func (n *narrator) left(components []string, o *Outage, now time.Time) string {
	var at time.Time
	for _, a := range o.Affected {
		if a.End != nil && slices.Contains(components, a.Component) {
			at = earliest(at, a.End.Latest)
		}
	}
	return n.words.LeftUnwatched(n.parts(components), n.when(stated(at), now))
}

// resolved tells that the thread has held, and what it held up.
func (n *narrator) resolved(in *Incident, now time.Time) string {
	last := &in.Outages[n.last(in)]
	p := []string{n.words.Held(n.when(last.endMoment(), now))}
	if last.Unseen() {
		_, left := last.recovered()
		p = []string{n.left(left, last, now)}
	}
	for _, t := range n.totals(in, now) {
		p = append(p, n.words.Total(t.what, t.times, t.down))
	}
	if sum := summed(in.Canaries); sum.sent > 0 && sum.arrived == sum.sent {
		p = append(p, n.words.MailArrived(sum.sent, sum.slowest, in.Instability()))
	}
	return text(append(p, n.found(in)...))
}

// last is the outage that ended last.
func (n *narrator) last(in *Incident) int {
	last := 0
	for i := range in.Outages {
		if in.Outages[i].endMoment().Best.After(in.Outages[last].endMoment().Best) {
			last = i
		}
	}
	return last
}

func (o *Outage) endMoment() Moment {
	if end := o.Ended(); end != nil {
		return *end
	}
	return Moment{}
}

// upTo is the thread as it was with its outage i as the last.
func (in *Incident) upTo(i int) *Incident {
	c := *in
	c.Outages = in.Outages[:i+1]
	return &c
}

func (n *narrator) when(m Moment, now time.Time) When {
	return When{Moment: m, Told: now, Zone: n.zone}
}

// bare is a moment told right after another, whose zone need not be named
// again.
func (n *narrator) bare(at time.Time, after When) When {
	return n.bared(n.when(stated(at), after.Told), after)
}

func (n *narrator) bared(w, after When) When {
	w.Bare = zone(w.Best.In(n.zone)) == zone(after.Best.In(n.zone))
	return w
}

// start is when the outage began, as it is to be told. After an unclean stop
// the last heartbeat is the best that will ever be known.
func (n *narrator) start(o *Outage, now time.Time) When {
	w := n.when(o.Began(), now)
	w.About = o.Unclean && w.Source != SourceStaff
	return w
}

// within says in what time the failures up to this one happened.
func (n *narrator) within(in *Incident, o *Outage) Within {
	first, last := in.Outages[0].Began().Best.In(n.zone), o.Began().Best.In(n.zone)
	switch {
	case sameDay(first, last):
		return Within{Today: true}
	case last.Sub(first) <= 24*time.Hour:
		return Within{}
	}
	return Within{Since: first}
}

// text joins sentences into paragraphs.
func text(paragraphs ...[]string) string {
	var filled []string
	for _, sentences := range paragraphs {
		if len(sentences) > 0 {
			filled = append(filled, strings.Join(sentences, " "))
		}
	}
	return strings.Join(filled, "\n\n")
}
