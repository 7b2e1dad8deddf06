package web

import (
	"fmt"
	"strings"
	"time"

	"howdah/probe"
	"howdah/templates"
)

// The small drawing of how long checks took.
const (
	lineStep   = 2 // an hour
	lineHeight = 16
	lineLeast  = 6 // hours that make a line worth drawing
)

// line draws how long a component's first check took, hour by hour until now;
// nil when too little was measured.
func (l *phrases) line(m Measured, now time.Time) *templates.Line {
	if len(m.Checks) == 0 {
		return nil
	}
	hours := m.Checks[0].Hours
	var top time.Duration
	var newest time.Duration
	good := 0
	for _, h := range hours {
		if h.P50 > 0 {
			good++
			newest = h.P50
			top = max(top, h.P50)
		}
	}
	if good < lineLeast {
		return nil
	}
	from := hours[0].Start
	width := int(now.Sub(from)/time.Hour) * lineStep
	return &templates.Line{Width: max(width, lineStep), Height: lineHeight, Path: linePath(hours, from, top), Text: l.answersIn(l.took(newest))}
}

// linePath breaks off where nothing was measured.
func linePath(hours []probe.Period, from time.Time, top time.Duration) string {
	var b strings.Builder
	lastX, lastY, drawing := 0, 0, false
	for _, h := range hours {
		if h.P50 <= 0 {
			drawing = false
			continue
		}
		x := int(h.Start.Sub(from)/time.Hour) * lineStep
		y := lineHeight - 1 - int(h.P50*(lineHeight-2)/top)
		switch {
		case b.Len() == 0:
			fmt.Fprintf(&b, "M%d %d", x, y)
		case !drawing || x-lastX > lineStep:
			fmt.Fprintf(&b, "m%d %d", x-lastX, y-lastY)
		default:
			fmt.Fprintf(&b, "l%d %d", x-lastX, y-lastY)
		}
		lastX, lastY, drawing = x, y, true
	}
	return b.String()
}

// took is a length of time as short as answers are: "45 ms", "1.2 s".
func (l *phrases) took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return l.decimal(fmt.Sprintf("%.1f", d.Seconds())) + " s"
}
