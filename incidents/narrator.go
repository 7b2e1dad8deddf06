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
// again.
func (n *narrator) opened(in *Incident, o *Outage, facts map[string]ComponentFact, now time.Time) string {
	i := slices.IndexFunc(in.Outages, func(x Outage) bool { return x.ID == o.ID })
	first := i <= 0
	var quiet time.Duration
	if !first && in.Outages[i-1].End != nil {
		quiet = o.Start.Best.Sub(in.Outages[i-1].End.Best)
	}
	start := n.start(o, now)
	var p []string
	for _, g := range n.byPartial(o, o.Components()) {
		switch {
		case !first && quiet > 0:
			p = append(p, n.words.StoppedAgain(g.names, g.partial, start, quiet))
		default:
			p = append(p, n.words.Stopped(g.names, g.partial, start))
		}
	}
	if o.Unclean {
		p = append(p, n.words.ToldLate())
	}
	if !first {
		return text(append(p, n.words.Again(i+1, n.within(in, o))), n.others(o, facts, now))
	}
	return text(p, n.others(o, facts, now), []string{n.words.CauseUnknown()})
}

// widened tells that more has stopped.
func (n *narrator) widened(o *Outage, more []string, now time.Time) string {
	var start *Moment
	for i := range o.Affected {
		if a := &o.Affected[i]; slices.Contains(more, a.Component) && (start == nil || a.Start.Best.Before(start.Best)) {
			start = &a.Start
		}
	}
	return n.words.StoppedToo(n.names(more), When{Moment: *start, Told: now, Zone: n.zone})
}

// recovered tells that an outage is over; whole says that nobody was told of
// it before.
func (n *narrator) recovered(o *Outage, whole bool, now time.Time) string {
	start, end := n.start(o, now), When{Moment: *o.End, Told: now, Zone: n.zone}
	seen, left := o.recovered()
	told := seen
	if whole {
		told = o.Components()
	}
	var p []string
	for _, g := range n.byPartial(o, told) {
		if whole {
			p = append(p, n.words.WasDown(g.names, g.partial, start, end))
		} else {
			p = append(p, n.words.WorksAgain(g.names, g.partial, start, end))
		}
	}
	if o.Unclean && whole {
		p = append(p, n.words.ToldLate())
	}
	if left != nil {
		p = append(p, n.left(left, o, now))
	}
	if seen != nil {
		p = append(p, n.words.Watching())
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
	return n.words.LeftUnwatched(n.names(components), When{Moment: Moment{Earliest: at, Best: at, Latest: at}, Told: now, Zone: n.zone})
}

// resolved tells that the thread has held, and what it held up.
func (n *narrator) resolved(in *Incident, now time.Time) string {
	last := &in.Outages[n.last(in)]
	p := []string{n.words.Held(When{Moment: last.endMoment(), Told: now, Zone: n.zone})}
	if last.Unseen() {
		_, left := last.recovered()
		p = []string{n.left(left, last, now)}
	}
	for _, t := range n.totals(in, now) {
		p = append(p, n.words.Total(t.names, t.times, t.down))
	}
	return text(p)
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
	if o.End == nil {
		return Moment{}
	}
	return *o.End
}

// start is when the outage began, as it is to be told. After an unclean stop
// the last heartbeat is the best that will ever be known.
func (n *narrator) start(o *Outage, now time.Time) When {
	return When{Moment: o.Start, Told: now, Zone: n.zone, About: o.Unclean}
}

// within says in what time the failures up to this one happened.
func (n *narrator) within(in *Incident, o *Outage) Within {
	first, last := in.Outages[0].Start.Best.In(n.zone), o.Start.Best.In(n.zone)
	switch {
	case sameDay(first, last):
		return Within{Today: true}
	case last.Sub(first) <= 24*time.Hour:
		return Within{}
	}
	return Within{Since: first}
}

type total struct {
	names []string
	times int
	down  time.Duration
}

// totals are how often and for how long each component was down, those with
// the same figures together.
func (n *narrator) totals(in *Incident, now time.Time) []total {
	type figures struct {
		times int
		down  time.Duration
	}
	keys := map[figures][]string{}
	var order []figures
	for _, c := range in.Components {
		var f figures
		for i := range in.Outages {
			hit := false
			for _, a := range in.Outages[i].Affected {
				if a.Component != c {
					continue
				}
				hit = true
				end := now
				if a.End != nil {
					end = a.End.Best
				}
				f.down += max(end.Sub(a.Start.Best), 0)
			}
			if hit {
				f.times++
			}
		}
		if f.times == 0 {
			continue
		}
		if keys[f] == nil {
			order = append(order, f)
		}
		keys[f] = append(keys[f], c)
	}
	var all []total
	for _, f := range order {
		all = append(all, total{n.names(keys[f]), f.times, f.down})
	}
	return all
}

// others tells of the components that the outage left alone, where there is
// something to tell: a check that passed after it began, or that there is none.
func (n *narrator) others(o *Outage, facts map[string]ComponentFact, now time.Time) []string {
	var working, unwatched []string
	var checked time.Time
	for _, c := range n.components {
		f, known := facts[c.Key]
		switch {
		case !known || slices.Contains(o.Components(), c.Key):
		case !f.Watched:
			unwatched = append(unwatched, c.Key)
		case f.Status == Operational && f.GoodAt.After(o.Start.Latest) && !f.stale(now):
			working = append(working, c.Key)
			checked = earliest(checked, f.GoodAt)
		}
	}
	var p []string
	if working != nil {
		at := When{Moment: Moment{Earliest: checked, Best: checked, Latest: checked}, Told: now, Zone: n.zone}
		p = append(p, n.words.Working(n.names(working), at))
	}
	if unwatched != nil {
		p = append(p, n.words.Unwatched(n.names(unwatched)))
	}
	return p
}

type partGroup struct {
	names   []string
	partial bool
}

// byPartial parts what stopped from what still works in some ways.
func (n *narrator) byPartial(o *Outage, components []string) []partGroup {
	var whole, part []string
	for _, c := range components {
		if o.partial(c) {
			part = append(part, c)
		} else {
			whole = append(whole, c)
		}
	}
	var groups []partGroup
	if whole != nil {
		groups = append(groups, partGroup{n.names(whole), false})
	}
	if part != nil {
		groups = append(groups, partGroup{n.names(part), true})
	}
	return groups
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
