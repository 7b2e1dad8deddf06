package web

import (
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// component is a component's state in words.
func (l *phrases) component(v incidents.ComponentView) templates.State {
	switch {
	case v.NoData:
		return templates.State{Mark: templates.Unknown, Text: l.noData}
	case v.Status == incidents.UnderMaintenance:
		return templates.State{Mark: templates.Kept, Text: l.maintained}
	case v.Answering:
		return templates.State{Mark: templates.Watch, Text: l.answering}
	}
	switch v.Status {
	case incidents.Operational:
		return templates.State{Mark: templates.Up, Text: l.working}
	case incidents.DegradedPerf:
		return templates.State{Mark: templates.Partial, Text: l.slow}
	case incidents.PartialOutage:
		return templates.State{Mark: templates.Partial, Text: l.partly}
	case incidents.MajorOutage:
		return templates.State{Mark: templates.Down, Text: l.down}
	}
	return templates.State{Mark: templates.Unknown, Text: l.noData}
}

// pageMark is the shape that goes with the headline: it looks at what the
// desk's headline looks at, in the same order.
func pageMark(s *incidents.Snapshot) templates.Mark {
	seen := map[templates.Mark]bool{}
	slow, unknown := false, 0
	for _, v := range s.Components {
		switch {
		case v.NoData:
			unknown++
		case v.Status == incidents.DegradedPerf && !v.Answering:
			slow = true
		default:
			seen[english.component(v).Mark] = true
		}
	}
	open := s.Unresolved()
	switch {
	case seen[templates.Down]:
		return templates.Down
	case seen[templates.Watch]:
		return templates.Watch
	case seen[templates.Partial]:
		return templates.Partial
	case unknown == len(s.Components):
		return templates.Unknown
	case seen[templates.Kept]:
		return templates.Kept
	case slow:
		return templates.Partial
	case len(open) > 0:
		return templates.Watch
	case unknown > 0:
		return templates.Unknown
	}
	return templates.Up
}

// thread is how a thread stands: what its facts say comes before what the
// thread calls itself, except that who resolved it has the last word.
func (st site) thread(in *incidents.Incident, ref time.Time) templates.State {
	l := st.lang
	if in.State == incidents.Resolved {
		if in.ResolvedAt.IsZero() {
			return templates.State{Mark: templates.Up, Text: l.resolved}
		}
		return templates.State{Mark: templates.Up, Text: l.resolvedAt(st.clock(in.ResolvedAt, ref).Text)}
	}
	if since, partly, ok := ongoing(in); ok {
		if partly {
			return templates.State{Mark: templates.Partial, Text: l.partlySince(st.moment(since, ref).Text)}
		}
		return templates.State{Mark: templates.Down, Text: l.downSince(st.moment(since, ref).Text)}
	}
	doing := map[incidents.State]string{
		incidents.Investigating: l.investigated,
		incidents.Identified:    l.identified,
		incidents.Monitoring:    l.watched,
	}[in.State]
	if n := len(in.Outages); n > 0 && in.Outages[n-1].Unseen() {
		return templates.State{Mark: templates.Unknown, Text: l.unwatchedSince(st.clock(in.Outages[n-1].End.Latest, ref).Text, doing)}
	} else if n > 0 {
		return templates.State{Mark: templates.Watch, Text: l.againSince(st.moment(*in.Outages[n-1].End, ref).Text, doing)}
	}
	mark := templates.Unknown
	switch {
	case in.State == incidents.Monitoring:
		mark = templates.Watch
	case in.Impact == incidents.ImpactMajor, in.Impact == incidents.ImpactCritical:
		mark = templates.Down
	case in.Impact == incidents.ImpactMinor:
		mark = templates.Partial
	}
	return templates.State{Mark: mark, Text: sentence(doing)}
}

// listed is the state of a thread in a list, where the dates stand beside it.
func (l *phrases) listed(in *incidents.Incident) templates.State {
	if in.State == incidents.Resolved {
		return templates.State{Mark: templates.Up, Text: l.resolved}
	}
	if _, partly, ok := ongoing(in); ok {
		if partly {
			return templates.State{Mark: templates.Partial, Text: l.partly}
		}
		return templates.State{Mark: templates.Down, Text: l.down}
	}
	return templates.State{Mark: templates.Watch, Text: l.words.State(in.State)}
}

// ongoing is since when the thread's outages that last have lasted, and
// whether all that they affect works in part.
func ongoing(in *incidents.Incident) (since incidents.Moment, partly, ok bool) {
	partly = true
	for _, o := range in.Outages {
		if o.End != nil {
			continue
		}
		if !ok {
			since, ok = o.Start, true
		}
		if len(o.Affected) == 0 {
			partly = false
		}
		for _, a := range o.Affected {
			partly = partly && (a.Partial || a.End != nil)
		}
	}
	return since, partly, ok
}

// sentence begins s with a capital. Our own words begin with an ASCII letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// tally is how often and how long a thread's components were down by now;
// empty when there is nothing to count.
func (l *phrases) tally(in *incidents.Incident, now time.Time) string {
	if len(in.Outages) == 0 {
		return ""
	}
	return l.outages(len(in.Outages), in.Ongoing(), l.words.Span(in.Downtime(now)))
}
