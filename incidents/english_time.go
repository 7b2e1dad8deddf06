package incidents

import (
	"fmt"
	"strings"
	"time"
)

// Span rounds to whole seconds below ten minutes, so that short outages add up
// to what is said of them together, and to whole minutes above.
func (english) Span(d time.Duration) string {
	if d < time.Second {
		return "less than 1 s"
	}
	switch s := int(d.Round(time.Second) / time.Second); {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 10*60 && s%60 != 0:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	m := int(d.Round(time.Minute) / time.Minute)
	days, hours, minutes := m/(24*60), m/60%24, m%60
	if m < 48*60 {
		days, hours = 0, m/60
	}
	var parts []string
	if days > 0 {
		parts = append(parts, fmt.Sprintf("%d days", days))
	}
	if hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if minutes > 0 {
		parts = append(parts, fmt.Sprintf("%d min", minutes))
	}
	return strings.Join(parts, " ")
}

func (english) Day(t time.Time) string   { return t.Format("2 January") }
func (english) Month(t time.Time) string { return t.Format("January 2006") }
func (english) Zone(t time.Time) string  { return zone(t) }

// roughly is a span in its largest unit.
func (e english) roughly(d time.Duration) string {
	unit := func(size time.Duration, name string) string {
		n := int(d.Round(size) / size)
		if n == 1 {
			return "1 " + name
		}
		return fmt.Sprintf("%d %ss", n, name)
	}
	switch {
	case d >= 48*time.Hour:
		return unit(24*time.Hour, "day")
	case d >= time.Hour:
		return unit(time.Hour, "hour")
	case d >= time.Minute:
		return unit(time.Minute, "minute")
	}
	return e.Span(d)
}

// Clock names seconds only for a moment that is exact to one.
func (e english) Clock(w When) string {
	if w.About || !w.Exact() {
		return e.minute(w)
	}
	return e.say(w, w.Best, exactLayout(w.Best))
}

func (e english) Bounds(w When) string {
	if w.About || w.Exact() {
		return e.Clock(w)
	}
	return e.pair(w, w.Earliest, w.Latest, clockSeconds)
}

// Period does not say of an outage without end that it lasts: who reads the
// line later could not know.
func (e english) Period(start When, end *When) string {
	start.Told = time.Time{}
	if end == nil {
		return e.since(start)
	}
	a, b := start.Best.In(start.Zone), end.Best.In(end.Zone)
	from, to := a.Format(exactLayout(a)), b.Format(exactLayout(b))
	if start.About || !start.Exact() {
		from = "about " + a.Format(clockMinutes)
	}
	if !end.Exact() {
		to = "about " + b.Format(clockMinutes)
	}
	day := a.Format("2 January 2006")
	switch {
	case !sameDay(a, b):
		from, to = from+" "+zone(a), b.Format("2 January 2006")+", "+to
	case zone(a) != zone(b):
		from += " " + zone(a)
	}
	return fmt.Sprintf("%s, %s to %s %s (%s)", day, from, to, zone(b), e.lasted(start, *end))
}

const (
	clockMinutes = "15:04"
	clockSeconds = "15:04:05"
)

func exactLayout(t time.Time) string {
	if t.Second() == 0 {
		return clockMinutes
	}
	return clockSeconds
}

func (e english) minute(w When) string { return e.say(w, w.Best, clockMinutes) }

func (e english) say(w When, t time.Time, layout string) string {
	t = t.In(w.Zone)
	if w.Bare {
		return t.Format(layout) + date(t, w)
	}
	return t.Format(layout) + " " + zone(t) + date(t, w)
}

// date is empty on the day on which it is told.
func date(t time.Time, w When) string {
	told := w.Told.In(w.Zone)
	switch {
	case w.Told.IsZero() || t.Year() != told.Year():
		return t.Format(" on 2 January 2006")
	case !sameDay(t, told):
		return t.Format(" on 2 January")
	}
	return ""
}

// zone is the abbreviation in use at t, or its offset where there is none.
func zone(t time.Time) string {
	name := t.Format("MST")
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// wide reports whether the bounds are so far apart that Best would mislead.
func (w When) wide() bool { return !w.About && w.Latest.Sub(w.Earliest) > time.Minute }

func (e english) since(w When) string {
	switch {
	case w.wide():
		return "since some time " + e.pair(w, w.Earliest, w.Latest, clockMinutes)
	case w.About || !w.Exact():
		return "since about " + e.minute(w)
	}
	return "since " + e.Clock(w)
}

func (e english) at(w When) string {
	switch {
	case w.wide():
		return e.pair(w, w.Earliest, w.Latest, clockMinutes)
	case w.About || !w.Exact():
		return "at about " + e.minute(w)
	}
	return "at " + e.Clock(w)
}

// pair is "between 16:58 and 17:03 SAST".
func (e english) pair(w When, from, to time.Time, layout string) string {
	a, b := from.In(w.Zone), to.In(w.Zone)
	if sameDay(a, b) && zone(a) == zone(b) {
		return fmt.Sprintf("between %s and %s", a.Format(layout), e.say(w, to, layout))
	}
	return fmt.Sprintf("between %s and %s", e.say(w, from, layout), e.say(w, to, layout))
}

// fromTo is the time from one moment to another: "between 02:45 and 08:34 SAST".
func (e english) fromTo(start, end When) string {
	a, b := start.Best.In(start.Zone), end.Best.In(end.Zone)
	from := a.Format(exactLayout(a))
	if start.About || !start.Exact() {
		from = "about " + a.Format(clockMinutes)
	}
	if !sameDay(a, b) || zone(a) != zone(b) {
		from += " " + zone(a) + date(a, start)
	}
	return fmt.Sprintf("between %s and %s", from, e.Clock(end))
}

// lasted is how long it was from one moment to another.
func (e english) lasted(start, end When) string {
	span := e.Span(end.Best.Sub(start.Best))
	if start.About || end.About || start.wide() || end.wide() {
		return "about " + span
	}
	return span
}
