package web

import (
	"fmt"
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// A day of the row of bars, and the space from one to the next.
const (
	barWidth = 3
	barStep  = barWidth + 1
	barFloor = 24 // where the bars stand
)

// barKinds are what a day can be, with the height of its bar: trouble stands
// out also where colours can't be told apart. In this order they are drawn.
var barKinds = []struct {
	name   string
	height int
}{
	{"up", 8}, {"unseen", 6}, {"kept", 12}, {"partial", 12}, {"down1", 16}, {"down2", 20}, {"down3", 24},
}

// barKind is what a day is shown as: the worst of it.
func barKind(t incidents.Tally) string {
	switch {
	case t.Down >= 4*time.Hour:
		return "down3"
	case t.Down >= time.Hour:
		return "down2"
	case t.Down > 0:
		return "down1"
	case t.Degraded > 0:
		return "partial"
	case t.Maintenance > 0:
		return "kept"
	case t.Up > 0:
		return "up"
	}
	return "unseen"
}

// bars draw days, oldest first: one path a kind, one stroke a run of days, which
// the style sheet cuts into dashes.
func bars(days []incidents.Day) []templates.Bar {
	var list []templates.Bar
	for _, k := range barKinds {
		var b strings.Builder
		end := 0 // of the last run
		for i := 0; i < len(days); {
			n := 0
			for i+n < len(days) && barKind(days[i+n].Tally) == k.name {
				n++
			}
			if n == 0 {
				i++
				continue
			}
			if b.Len() == 0 {
				fmt.Fprintf(&b, "M%d %dh%d", i*barStep, barFloor-k.height/2, n*barStep-1)
			} else {
				fmt.Fprintf(&b, "m%d 0h%d", i*barStep-end, n*barStep-1)
			}
			i += n
			end = i*barStep - 1
		}
		if b.Len() > 0 {
			list = append(list, templates.Bar{Kind: k.name, Path: b.String()})
		}
	}
	return list
}

// daysOf are the days of a component as a row of bars; nil when there are none.
func (l *phrases) daysOf(v incidents.ComponentView) *templates.Days {
	n := len(v.Days)
	if n == 0 {
		return nil
	}
	var bad, unseen int
	for _, d := range v.Days {
		switch barKind(d.Tally) {
		case "down1", "down2", "down3":
			bad++
		case "unseen":
			unseen++
		}
	}
	d := &templates.Days{Width: n*barStep - 1, Bars: bars(v.Days)}
	if p := v.Uptime90.Percent(); p != "" {
		d.Uptime = l.uptimeOver(l.percent(p), n-unseen)
	}
	var down string
	if bad > 0 {
		down = l.words.Span(v.Uptime90.Down)
	}
	d.Summary = l.daysSummary(n, bad, down, unseen)
	return d
}
