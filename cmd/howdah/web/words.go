package web

import (
	"fmt"
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// componentState is a component's state in words.
func componentState(v incidents.ComponentView) templates.State {
	switch {
	case v.NoData:
		return templates.State{Mark: templates.Unknown, Text: "No current data"}
	case v.Status == incidents.UnderMaintenance:
		return templates.State{Mark: templates.Watch, Text: "Under maintenance"}
	case v.Answering:
		return templates.State{Mark: templates.Watch, Text: "Answering again, being watched"}
	}
	switch v.Status {
	case incidents.Operational:
		return templates.State{Mark: templates.Up, Text: "Working"}
	case incidents.DegradedPerf:
		return templates.State{Mark: templates.Partial, Text: "Working slowly"}
	case incidents.PartialOutage:
		return templates.State{Mark: templates.Partial, Text: "Partly working"}
	case incidents.MajorOutage:
		return templates.State{Mark: templates.Down, Text: "Not working"}
	}
	return templates.State{Mark: templates.Unknown, Text: "No current data"}
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
			seen[componentState(v).Mark] = true
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
	case slow:
		return templates.Partial
	case len(open) > 0:
		return templates.Watch
	case unknown > 0:
		return templates.Unknown
	}
	return templates.Up
}

// threadState is how a thread stands: what its facts say comes before what the
// thread calls itself, except that who resolved it has the last word.
func (st site) threadState(in *incidents.Incident, ref time.Time) templates.State {
	if in.State == incidents.Resolved {
		text := "Resolved"
		if !in.ResolvedAt.IsZero() {
			text += " " + st.clock(in.ResolvedAt, ref).Text
		}
		return templates.State{Mark: templates.Up, Text: text}
	}
	if since, partly, ok := ongoing(in); ok {
		if partly {
			return templates.State{Mark: templates.Partial, Text: "Partly working since " + st.moment(since, ref).Text}
		}
		return templates.State{Mark: templates.Down, Text: "Not working since " + st.moment(since, ref).Text}
	}
	text := map[incidents.State]string{
		incidents.Investigating: "being investigated",
		incidents.Identified:    "the cause is known",
		incidents.Monitoring:    "being watched",
	}[in.State]
	if n := len(in.Outages); n > 0 && in.Outages[n-1].Unseen() {
		return templates.State{Mark: templates.Unknown, Text: "Not watched since " + st.clock(in.Outages[n-1].End.Latest, ref).Text + "; " + text}
	} else if n > 0 {
		return templates.State{Mark: templates.Watch, Text: "Working again since " + st.moment(*in.Outages[n-1].End, ref).Text + "; " + text}
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
	return templates.State{Mark: mark, Text: sentence(text)}
}

// listState is the state of a thread in a list, where the dates stand beside
// it.
func listState(in *incidents.Incident) templates.State {
	if in.State == incidents.Resolved {
		return templates.State{Mark: templates.Up, Text: "Resolved"}
	}
	if _, partly, ok := ongoing(in); ok {
		if partly {
			return templates.State{Mark: templates.Partial, Text: "Partly working"}
		}
		return templates.State{Mark: templates.Down, Text: "Not working"}
	}
	return templates.State{Mark: templates.Watch, Text: label(in.State)}
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

// label is a state as the heading of an update.
func label(s incidents.State) string { return sentence(string(s)) }

// sentence begins s with a capital. Our own words begin with an ASCII letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// tally is how often and how long a thread's components were down by now;
// empty when there is nothing to count.
func tally(in *incidents.Incident, now time.Time) string {
	n := len(in.Outages)
	switch {
	case n == 0:
		return ""
	case n == 1 && in.Ongoing():
		return "1 outage, still going on"
	case n == 1:
		return "1 outage, " + span(in.Downtime(now))
	case in.Ongoing():
		return fmt.Sprintf("%d outages, still going on", n)
	}
	return fmt.Sprintf("%d outages, %s in all", n, span(in.Downtime(now)))
}

// count is n with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// span is a length of time in the words that the threads use.
func span(d time.Duration) string { return incidents.English.Span(d) }
