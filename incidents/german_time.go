package incidents

import (
	"fmt"
	"strings"
	"time"
)

var germanMonths = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}

// germanZones are the abbreviations that differ from those in use elsewhere.
var germanZones = map[string]string{
	"CET": "MEZ", "CEST": "MESZ", "EET": "OEZ", "EEST": "OESZ", "WET": "WEZ", "WEST": "WESZ",
}

// Span rounds as English does.
func (g german) Span(d time.Duration) string { return g.span(d, "Tage") }

// span has the days in the case that the sentence wants: "Tage" or "Tagen".
func (german) span(d time.Duration, days string) string {
	if d < time.Second {
		return "weniger als 1 s"
	}
	return strings.Replace(English.Span(d), "days", days, 1)
}

// roughly is a span in its largest unit.
func (g german) roughly(d time.Duration) string {
	unit := func(size time.Duration, one, many string) string {
		n := int(d.Round(size) / size)
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	switch {
	case d >= 48*time.Hour:
		return unit(24*time.Hour, "Tag", "Tage")
	case d >= time.Hour:
		return unit(time.Hour, "Stunde", "Stunden")
	case d >= time.Minute:
		return unit(time.Minute, "Minute", "Minuten")
	}
	return g.Span(d)
}

// Clock names seconds only for a moment that is exact to one.
func (g german) Clock(w When) string {
	t, layout := g.exactly(w)
	if day := g.date(t, w); day != "" {
		return day + ", " + g.clock(w, t, layout)
	}
	return g.clock(w, t, layout)
}

func (g german) Bounds(w When) string {
	if w.About || w.Exact() {
		return g.Clock(w)
	}
	return g.pair(w, w.Earliest, w.Latest, clockSeconds)
}

// Period does not say of an outage without end that it lasts: who reads the
// line later could not know.
func (g german) Period(start When, end *When) string {
	start.Told = time.Time{}
	if end == nil {
		return g.since(start)
	}
	a, b := start.Best.In(start.Zone), end.Best.In(end.Zone)
	from, to := a.Format(exactLayout(a)), b.Format(exactLayout(b))
	if start.About || !start.Exact() {
		from = "etwa " + a.Format(clockMinutes)
	}
	if !end.Exact() {
		to = "etwa " + b.Format(clockMinutes)
	}
	switch {
	case !sameDay(a, b):
		from, to = from+" Uhr "+g.Zone(a), g.dated(b)+", "+to
	case zone(a) != zone(b):
		from += " Uhr " + g.Zone(a)
	}
	return fmt.Sprintf("%s, %s bis %s Uhr %s (%s)", g.dated(a), from, to, g.Zone(b), g.lasted(start, *end, "Tage"))
}

func (german) Day(t time.Time) string {
	return fmt.Sprintf("%d. %s", t.Day(), germanMonths[t.Month()-1])
}

func (german) Month(t time.Time) string {
	return fmt.Sprintf("%s %d", germanMonths[t.Month()-1], t.Year())
}

func (g german) dated(t time.Time) string { return fmt.Sprintf("%s %d", g.Day(t), t.Year()) }

// date is empty on the day on which it is told.
func (g german) date(t time.Time, w When) string {
	told := w.Told.In(w.Zone)
	switch {
	case w.Told.IsZero() || t.Year() != told.Year():
		return g.dated(t)
	case !sameDay(t, told):
		return g.Day(t)
	}
	return ""
}

func (german) Zone(t time.Time) string {
	name := zone(t)
	if ours, ok := germanZones[name]; ok {
		return ours
	}
	return name
}

// clock is "17:03 Uhr SAST".
func (g german) clock(w When, t time.Time, layout string) string {
	if w.Bare {
		return t.Format(layout) + " Uhr"
	}
	return t.Format(layout) + " Uhr " + g.Zone(t)
}

// exactly is the moment in its zone, with the layout that says no more of it
// than is known.
func (german) exactly(w When) (time.Time, string) {
	t := w.Best.In(w.Zone)
	if w.About || !w.Exact() {
		return t, clockMinutes
	}
	return t, exactLayout(t)
}

// since is "seit 17:03 Uhr SAST" or "seit dem 1. August um 17:03 Uhr SAST".
func (g german) since(w When) string {
	if w.wide() {
		return "seit einem Zeitpunkt " + g.pair(w, w.Earliest, w.Latest, clockMinutes)
	}
	t, layout := g.exactly(w)
	about := w.About || !w.Exact()
	switch day := g.date(t, w); {
	case day != "" && about:
		return "seit dem " + day + " gegen " + g.clock(w, t, layout)
	case day != "":
		return "seit dem " + day + " um " + g.clock(w, t, layout)
	case about:
		return "seit etwa " + g.clock(w, t, layout)
	}
	return "seit " + g.clock(w, t, layout)
}

// sinceMinute is what follows "seit", to the minute.
func (g german) sinceMinute(w When) string { return g.joined("dem ", w) }

// until is what follows "bis", to the minute.
func (g german) until(w When) string { return g.joined("zum ", w) }

// joined puts the word before the day, where one is named.
func (g german) joined(word string, w When) string {
	t := w.Best.In(w.Zone)
	if day := g.date(t, w); day != "" {
		return word + day + " um " + g.clock(w, t, clockMinutes)
	}
	return g.clock(w, t, clockMinutes)
}

// at is "um 17:03 Uhr SAST" or "am 1. August um 17:03 Uhr SAST".
func (g german) at(w When) string {
	if w.wide() {
		return g.pair(w, w.Earliest, w.Latest, clockMinutes)
	}
	t, layout := g.exactly(w)
	word := "um "
	if w.About || !w.Exact() {
		word = "gegen "
	}
	return g.on(t, w) + word + g.clock(w, t, layout)
}

// atMinute is at, of a moment that nobody needs to know better.
func (g german) atMinute(w When) string {
	t := w.Best.In(w.Zone)
	return g.on(t, w) + "um " + g.clock(w, t, clockMinutes)
}

// on is "am 1. August " and empty on the day on which it is told.
func (g german) on(t time.Time, w When) string {
	if day := g.date(t, w); day != "" {
		return "am " + day + " "
	}
	return ""
}

// pair is "zwischen 16:58 und 17:03 Uhr SAST".
func (g german) pair(w When, from, to time.Time, layout string) string {
	a, b := from.In(w.Zone), to.In(w.Zone)
	switch {
	case !sameDay(a, b):
		return fmt.Sprintf("zwischen dem %s um %s und dem %s um %s", g.spelled(a, w), g.clock(w, a, layout), g.spelled(b, w), g.clock(w, b, layout))
	case zone(a) != zone(b):
		return fmt.Sprintf("%szwischen %s und %s", g.on(b, w), g.clock(w, a, layout), g.clock(w, b, layout))
	}
	return fmt.Sprintf("%szwischen %s und %s", g.on(b, w), a.Format(layout), g.clock(w, b, layout))
}

// spelled is the date, also on the day on which it is told.
func (g german) spelled(t time.Time, w When) string {
	if day := g.date(t, w); day != "" {
		return day
	}
	return g.Day(t)
}

// fromTo is the time from one moment to another: "von 02:45 bis 08:34 Uhr
// SAST".
func (g german) fromTo(start, end When) string {
	a, from := g.exactly(start)
	b, to := g.exactly(end)
	about := ""
	if start.About || !start.Exact() {
		about = "etwa "
	}
	switch {
	case !sameDay(a, b):
		return fmt.Sprintf("vom %s um %s bis zum %s um %s", g.spelled(a, start), g.clock(start, a, from), g.spelled(b, end), g.clock(end, b, to))
	case zone(a) != zone(b):
		return fmt.Sprintf("%svon %s%s bis %s", g.on(b, end), about, g.clock(start, a, from), g.clock(end, b, to))
	}
	return fmt.Sprintf("%svon %s%s bis %s", g.on(b, end), about, a.Format(from), g.clock(end, b, to))
}

// lasted is how long it was from one moment to another.
func (g german) lasted(start, end When, days string) string {
	span := g.span(end.Best.Sub(start.Best), days)
	if start.About || end.About || start.wide() || end.wide() {
		return "etwa " + span
	}
	return span
}
