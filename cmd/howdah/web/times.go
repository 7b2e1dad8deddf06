package web

import (
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// Forms of a time. A date has its month in words: 1/8 is another day
// elsewhere.
const (
	formDay    = "2 January"
	formDate   = "2 January 2006"
	formMinute = "15:04"
	formSecond = "15:04:05"
)

// clock is a time to the minute. The date is left out if it is ref's, the year
// if it is ref's; a zero ref leaves out nothing.
func (st site) clock(t, ref time.Time) templates.Time { return st.say(t, ref, "", formMinute) }

// checked is a time to the second, as clock.
func (st site) checked(t, ref time.Time) templates.Time { return st.say(t, ref, "", formSecond) }

// full is a time to the minute with its date.
func (st site) full(t time.Time) templates.Time { return st.clock(t, time.Time{}) }

// moment is a time as exactly as it is known, as the threads' own words have
// it: "17:03:10 SAST", or "about 17:03 SAST".
func (st site) moment(m incidents.Moment, ref time.Time) templates.Time {
	switch {
	case !m.Exact():
		return st.say(m.Best, ref, "about ", formMinute)
	case m.Best.Second() == 0:
		return st.say(m.Best, ref, "", formMinute)
	}
	return st.say(m.Best, ref, "", formSecond)
}

func (st site) say(t, ref time.Time, about, form string) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	t, ref = t.In(st.zone), ref.In(st.zone)
	text := about + t.Format(form) + " " + zoneAt(t)
	switch {
	case t.Year() != ref.Year():
		text = t.Format(formDate) + ", " + text
	case t.YearDay() != ref.YearDay():
		text = t.Format(formDay) + ", " + text
	}
	return templates.Time{At: t, Text: text}
}

// bound is one end of an outage, with its date, and between what it lies when
// it is not known to the second. rough says that its bounds are of no use.
func (st site) bound(m incidents.Moment, rough bool) templates.Bound {
	switch {
	case rough:
		return templates.Bound{At: st.say(m.Best, time.Time{}, "about ", formMinute)}
	case m.Exact():
		return templates.Bound{At: st.moment(m, time.Time{})}
	}
	from, to, best := m.Earliest.In(st.zone), m.Latest.In(st.zone), m.Best.In(st.zone)
	form := formSecond
	if !sameDay(from, best) || !sameDay(to, best) {
		form = formDay + ", " + formSecond
	}
	return templates.Bound{
		At:     st.moment(m, time.Time{}),
		Within: "between " + from.Format(form) + " and " + to.Format(form),
	}
}

// zoneAt is the abbreviation in use at t, or its offset where there is none.
func zoneAt(t time.Time) string {
	name := t.Format("MST")
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

func sameDay(a, b time.Time) bool { return a.Year() == b.Year() && a.YearDay() == b.YearDay() }
