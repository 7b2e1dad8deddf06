package incidents

import (
	"slices"
	"time"
)

// group is what of an outage fails in the same way.
type group struct {
	what []Part
	how  How
}

// byHow parts what stopped from what still works in some ways.
func (n *narrator) byHow(o *Outage, components []string) []group {
	var whole, part []string
	for _, c := range components {
		if o.partial(c) && !o.Intermittent {
			part = append(part, c)
		} else {
			whole = append(whole, c)
		}
	}
	var groups []group
	if whole != nil {
		how := Wholly
		if o.Intermittent {
			how = NowAndThen
		}
		groups = append(groups, group{n.parts(whole), how})
	}
	if part != nil {
		groups = append(groups, group{n.parts(part), InPart})
	}
	return groups
}

// others tells of the components that the outage left alone, where there is
// something to tell: a check that passed after it began and lately, or that
// there is none. when is how the moment of a check is told.
func (n *narrator) others(in *Incident, o *Outage, facts map[string]ComponentFact, now time.Time, when func(time.Time) When) []string {
	down := o.Components()
	var working, unwatched []string
	var checked time.Time
	for _, c := range n.components {
		f, known := facts[c.Key]
		switch {
		case slices.Contains(down, c.Key):
		case c.Unwatched || known && !f.Watched:
			unwatched = append(unwatched, c.Key)
		case known && f.Status == Operational && f.GoodAt.After(o.Start.Latest) && !f.stale(now) && f.recent(now):
			working = append(working, c.Key)
			checked = earliest(checked, f.GoodAt)
		}
	}
	var p []string
	at := when(checked)
	mail, working := n.byRole(RoleReceiving, working)
	if len(working) > 0 {
		p = append(p, n.words.Working(n.parts(working), at))
	}
	switch {
	case len(mail) == 0:
	case !n.whole(RoleReceiving, mail):
		p = append(p, n.words.Working(n.parts(mail), at))
	case o.risksMail():
		// What was accepted may not have been kept.
	case in.proven(o):
		p = append(p, n.words.MailStored(at))
	default:
		p = append(p, n.words.MailAccepted(at))
	}
	if unwatched != nil {
		p = append(p, n.words.Unwatched(n.parts(unwatched)))
	}
	return p
}

type total struct {
	what  []Part
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
			o := &in.Outages[i]
			hit := false
			for _, a := range o.Affected {
				if a.Component == c {
					hit = true
					f.down += o.lasted(a, now)
				}
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
		all = append(all, total{n.parts(keys[f]), f.times, f.down})
	}
	return all
}
