package web

import (
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// Forms of a time. A date always has its month in words: 1/8 is another day
// elsewhere.
const (
	formDay     = "2 January"
	formDate    = "2 January 2006"
	formMinute  = "15:04 MST"
	formSecond  = "15:04:05 MST"
	formSeconds = "15:04:05"
)

// clock is a time to the minute. The day is left out when it is ref's, the
// year when it is ref's.
func (st site) clock(t, ref time.Time) templates.Time { return st.near(t, ref, formMinute) }

// checked is a time to the second, as clock.
func (st site) checked(t, ref time.Time) templates.Time { return st.near(t, ref, formSecond) }

// full is a time to the minute with its date.
func (st site) full(t time.Time) templates.Time { return st.near(t, time.Time{}, formMinute) }

func (st site) near(t, ref time.Time, form string) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	t, ref = t.In(st.zone), ref.In(st.zone)
	text := t.Format(form)
	switch {
	case t.Year() != ref.Year():
		text = t.Format(formDate) + ", " + text
	case t.YearDay() != ref.YearDay():
		text = t.Format(formDay) + ", " + text
	}
	return templates.Time{At: t, Text: text}
}

// bound is one end of an outage: to the second when it is known so, else to
// the minute and between what.
func (st site) bound(m incidents.Moment) templates.Bound {
	if m.Exact() {
		return templates.Bound{At: st.near(m.Best, time.Time{}, formSecond)}
	}
	from, to := m.Earliest.In(st.zone), m.Latest.In(st.zone)
	b := templates.Bound{At: st.full(m.Best)}
	if sameDay(from, to) && sameDay(from, m.Best.In(st.zone)) {
		b.Within = "between " + from.Format(formSeconds) + " and " + to.Format(formSeconds)
	} else {
		b.Within = "between " + from.Format(formDay+", "+formSeconds) + " and " + to.Format(formDay+", "+formSeconds)
	}
	return b
}

func sameDay(a, b time.Time) bool { return a.Year() == b.Year() && a.YearDay() == b.YearDay() }
