package web

import (
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// clock is a time to the minute. The date is left out if it is ref's, the year
// if it is ref's; a zero ref leaves out nothing.
func (st site) clock(t, ref time.Time) templates.Time {
	return st.say(t, ref, st.lang.minute(t.In(st.zone)))
}

// checked is a time to the second, as clock.
func (st site) checked(t, ref time.Time) templates.Time {
	return st.say(t, ref, st.lang.second(t.In(st.zone)))
}

// full is a time to the minute with its date.
func (st site) full(t time.Time) templates.Time { return st.clock(t, time.Time{}) }

// onDay is the day on which t is.
func (st site) onDay(t time.Time) templates.Time {
	t = t.In(st.zone)
	return templates.Time{At: t, Text: st.lang.day(t)}
}

// moment is a time as exactly as it is known, as the threads' own words have
// it: "17:03:10 SAST", or "about 17:03 SAST".
func (st site) moment(m incidents.Moment, ref time.Time) templates.Time {
	switch {
	case !m.Exact():
		return st.roughly(m.Best, ref)
	case m.Best.Second() == 0:
		return st.clock(m.Best, ref)
	}
	return st.checked(m.Best, ref)
}

// roughly is a time that is known no better than to some minutes, as clock.
func (st site) roughly(t, ref time.Time) templates.Time {
	return st.say(t, ref, st.lang.about(st.lang.minute(t.In(st.zone))))
}

// say puts the day before a time's words where ref is of another.
func (st site) say(t, ref time.Time, text string) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	t, ref = t.In(st.zone), ref.In(st.zone)
	switch {
	case t.Year() != ref.Year():
		text = st.lang.dated(st.lang.date(t), text)
	case t.YearDay() != ref.YearDay():
		text = st.lang.dated(st.lang.day(t), text)
	}
	return templates.Time{At: t, Text: text}
}

// bound is one end of an outage, with its date, and between what it lies when
// it is not known to the second. rough says that its bounds are of no use.
func (st site) bound(m incidents.Moment, rough bool) templates.Bound {
	switch {
	case rough:
		return templates.Bound{At: st.roughly(m.Best, time.Time{})}
	case m.Exact():
		return templates.Bound{At: st.moment(m, time.Time{})}
	}
	from, to, best := m.Earliest.In(st.zone), m.Latest.In(st.zone), m.Best.In(st.zone)
	l := st.lang
	a, b := l.bare(from), l.bare(to)
	if !sameDay(from, best) || !sameDay(to, best) {
		a, b = l.dated(l.day(from), a), l.dated(l.day(to), b)
	}
	return templates.Bound{At: st.moment(m, time.Time{}), Within: l.within(a, b)}
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
