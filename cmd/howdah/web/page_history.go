package web

import (
	"howdah/templates"
)

const placeHistory = "history"

// history is the page that lists all threads, by the month in which each
// began.
func (ed *edition) history() resource {
	return page(placeHistory, func() templates.Page {
		p := templates.History{Frame: ed.frame(placeHistory, ed.s.site.lang.incidents)}
		for _, in := range ed.snap.Incidents {
			at := started(in).In(ed.s.site.zone)
			key := at.Format("2006-01")
			if n := len(p.Months); n == 0 || p.Months[n-1].Key != key {
				p.Months = append(p.Months, templates.Month{Key: key, Name: ed.s.site.lang.month(at)})
			}
			m := &p.Months[len(p.Months)-1]
			m.Threads = append(m.Threads, ed.line(in))
		}
		return p
	})
}
