package web

import (
	"time"

	"howdah/templates"

	"github.com/labstack/echo/v4"
)

const placeHistory = "history"

// maxHistory is how many threads the history shows by itself; those of earlier
// months are on the months' pages.
const maxHistory = 100

// history is the page that leads to every month that there is something to
// tell of.
func (ed *edition) history() resource {
	return page(placeHistory, func() templates.Page {
		st := ed.s.site
		p := templates.History{Frame: ed.frame(placeHistory, st.lang.incidents)}
		shown := 0
		for _, m := range ed.months() {
			month := templates.Month{Key: m.Format("2006-01"), Name: st.lang.month(m), Href: st.href(placeOfMonth(m))}
			for _, in := range ed.snap.Incidents {
				if sameMonth(started(in).In(st.zone), m) {
					month.Threads = append(month.Threads, ed.line(in))
				}
			}
			if shown += len(month.Threads); shown > maxHistory {
				month.Count, month.Threads = st.lang.incidentsOf(len(month.Threads)), nil
			}
			p.Months = append(p.Months, month)
		}
		return p
	})
}

// past answers with the page of a month or of a day.
func (s *Server) past(c echo.Context) error {
	ed := s.edition()
	when := c.Param("when")
	if d, ok := ed.day(when); ok {
		return s.send(c, ed, ed.dayPage(d))
	}
	for _, m := range ed.months() {
		if m.Format("2006-01") == when {
			return s.send(c, ed, ed.monthPage(m))
		}
	}
	return errNotFound
}

// months are the first moments of those that there is something to tell of,
// newest first, in the site's zone.
func (ed *edition) months() []time.Time {
	began := ed.recordBegan()
	if began.IsZero() || ed.snap.At.IsZero() {
		return nil
	}
	zone := ed.s.site.zone
	var list []time.Time
	for m := monthOf(ed.snap.At.In(zone)); !m.Before(monthOf(began.In(zone))); m = monthOf(m.AddDate(0, 0, -1)) {
		list = append(list, m)
	}
	return list
}

// monthOf is the first moment of the month that t, in the site's zone, is in.
func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

func sameMonth(a, b time.Time) bool { return a.Year() == b.Year() && a.Month() == b.Month() }
