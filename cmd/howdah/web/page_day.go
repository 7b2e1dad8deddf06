package web

import (
	"slices"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// dayPage is the page of a day.
func (ed *edition) dayPage(d incidents.Day) resource {
	st := ed.s.site
	here := d.Start.In(st.zone)
	place := placeOfDay(here)
	return page(place, func() templates.Page {
		name := st.lang.date(here)
		p := templates.DayPage{
			Frame:  ed.frame(place, st.lang.history(name)),
			Around: ed.around(d.Start.Add(-time.Hour), d.End, ed.dayLink),
			Name:   name,
			Month:  ed.monthLink(here),
			Plans:  ed.plans(d.Start, d.End),
			Of:     st.lang.Component,
			Shares: ed.shares(d.Start, d.End),
		}
		for _, in := range ed.threadsIn(d.Start, d.End) {
			p.Threads = append(p.Threads, ed.line(in))
		}
		for _, in := range slices.Backward(ed.snap.Incidents) {
			for i := range in.Outages {
				o := &in.Outages[i]
				end := o.Ended()
				if o.Began().Best.Before(d.End) && (end == nil || end.Best.After(d.Start)) && !o.Began().Best.After(ed.snap.At) {
					p.Outages = append(p.Outages, ed.outage(o))
				}
			}
		}
		if outages := ed.outagesIn(d.Start, d.End); len(outages) > 0 {
			p.Total = st.lang.dayOutages(len(outages), st.lang.words.Span(incidents.Downtime(outages, ed.snap.At)))
		}
		return p
	})
}

// shares are how the components spent the time from one moment to another.
func (ed *edition) shares(from, to time.Time) []templates.Share {
	to = earliest(to, ed.snap.At)
	var list []templates.Share
	for _, v := range ed.snap.Components {
		s := ed.s.site.lang.share(v.Past.Tally(from, to))
		s.Name, s.Href = v.Name, ed.s.site.href(placeOfComponent(v.Key))
		list = append(list, s)
	}
	return list
}

// share is a tally in words.
func (l *phrases) share(t incidents.Tally) templates.Share {
	span := func(d time.Duration) string {
		if d <= 0 {
			return ""
		}
		return l.words.Span(d)
	}
	s := templates.Share{Down: span(t.Down), Degraded: span(t.Degraded), Kept: span(t.Maintenance), Unseen: span(t.Unmonitored)}
	if p := t.Percent(); p != "" {
		s.Uptime = l.percent(p)
	}
	return s
}
