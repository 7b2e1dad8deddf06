package web

import (
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// monthPage is the page of the month that begins at m, in the site's zone.
func (ed *edition) monthPage(m time.Time) resource {
	place := placeOfMonth(m)
	return page(place, func() templates.Page {
		st := ed.s.site
		next := m.AddDate(0, 1, 0)
		name := st.lang.month(m)
		p := templates.MonthPage{
			Frame:  ed.frame(place, st.lang.history(name)),
			Around: ed.around(monthOf(m.AddDate(0, 0, -1)), next, ed.monthLink),
			Name:   name,
			Plans:  ed.plans(m, next),
			Of:     st.lang.Component,
			Shares: ed.shares(m, next),
		}
		for _, in := range ed.threadsIn(m, next) {
			p.Threads = append(p.Threads, ed.line(in))
		}
		for _, d := range ed.days() {
			if sameMonth(d.Start.In(st.zone), m) {
				p.Days = append(p.Days, ed.dayLine(d))
			}
		}
		return p
	})
}

// around are the links to what was before and after, where there is anything.
func (ed *edition) around(before, after time.Time, link func(time.Time) templates.Link) templates.Around {
	return templates.Around{Earlier: link(before), Later: link(after)}
}

// monthLink leads to the month that begins at m; empty where there is none.
func (ed *edition) monthLink(m time.Time) templates.Link {
	for _, have := range ed.months() {
		if sameMonth(have, m) {
			return templates.Link{Text: ed.s.site.lang.month(m), Href: ed.s.site.href(placeOfMonth(m))}
		}
	}
	return templates.Link{}
}

// dayLink leads to the day that begins at start; empty where there is none.
func (ed *edition) dayLink(start time.Time) templates.Link {
	if !ed.hasDay(start) {
		return templates.Link{}
	}
	t := start.In(ed.s.site.zone)
	return templates.Link{Text: ed.s.site.lang.day(t), Href: ed.s.site.href(placeOfDay(t))}
}

// dayLine sums a day of all components up.
func (ed *edition) dayLine(d incidents.Day) templates.DayLine {
	st := ed.s.site
	line := templates.DayLine{Day: st.onDay(d.Start), Href: ed.dayLink(d.Start).Href, Kind: "up", Text: st.lang.NoOutages}
	outages, kept := ed.outagesIn(d.Start, d.End), ed.maintenancesIn(d.Start, earliest(d.End, ed.snap.At))
	switch {
	case len(outages) > 0:
		down := incidents.Downtime(outages, ed.snap.At)
		line.Kind = barKind(incidents.Tally{Down: max(down, 1)})
		line.Text = st.lang.dayOutages(len(outages), st.lang.words.Span(down))
	case len(kept) > 0:
		line.Kind, line.Text = "kept", st.lang.titled(st.lang.Planned, kept[0].Title)
	case !ed.seen(d):
		line.Kind, line.Text = "unseen", st.lang.NotWatched
	default:
		if blind := ed.blind(d); blind >= time.Minute {
			line.Text += ", " + st.lang.unseenFor(st.lang.words.Span(blind))
		}
	}
	return line
}

// blind is for how long of a day nobody looked even at what was looked at most.
func (ed *edition) blind(d incidents.Day) time.Duration {
	least := d.End.Sub(d.Start)
	for _, v := range ed.snap.Components {
		least = min(least, v.Past.Tally(d.Start, earliest(d.End, ed.snap.At)).Unmonitored)
	}
	return least
}

// plans are the maintenances between two moments.
func (ed *edition) plans(from, to time.Time) []templates.Plan {
	var list []templates.Plan
	st := ed.s.site
	for _, m := range ed.maintenancesIn(from, to) {
		list = append(list, templates.Plan{
			Title: m.Title, Href: st.href(m.Path()), State: st.lang.plan(m),
			Start: st.full(m.Start), End: st.clock(m.End, m.Start),
		})
	}
	return list
}

// outagesIn are the parts of outages that fall between two moments.
func (ed *edition) outagesIn(from, to time.Time) []incidents.Outage {
	var list []incidents.Outage
	if ed.snap.At.Before(to) {
		to = ed.snap.At
	}
	for _, in := range ed.snap.Incidents {
		for i := range in.Outages {
			o := &in.Outages[i]
			start, end := o.Began().Best, ed.snap.At
			if e := o.Ended(); e != nil {
				end = e.Best
			}
			if !start.Before(to) || !end.After(from) {
				continue
			}
			start, end = latest(start, from), earliest(end, to)
			part := *o
			part.Stated = nil
			part.Start = incidents.Moment{Earliest: start, Best: start, Latest: start}
			part.End = &incidents.Moment{Earliest: end, Best: end, Latest: end}
			list = append(list, part)
		}
	}
	return list
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
