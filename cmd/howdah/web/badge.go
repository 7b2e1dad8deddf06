package web

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode"

	"howdah/incidents"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

const kindSVG = "image/svg+xml; charset=utf-8"

// badgeDays are the times over which a badge can show the uptime: few, so that
// what visitors ask for does not fill the memory.
var badgeDays = []int{7, 30, 90}

// badgeSpans are what badges are over, with 0 for the state.
var badgeSpans = append([]int{0}, badgeDays...)

// badgeColours carry white text with a contrast of 4.5 to 1 or more.
var badgeColours = map[templates.Mark]string{
	templates.Up:      "#14702f",
	templates.Partial: "#855400",
	templates.Down:    "#b3142a",
	templates.Watch:   "#0a5a8a",
	templates.Kept:    "#0a5a8a",
	templates.Unknown: "#535c66",
}

// badge is what a badge says.
type badge struct {
	label, message string
	mark           templates.Mark
}

// subject is what a badge is of: the whole page (nil) or a component.
type subject = *incidents.ComponentView

// placeOfBadge is the place of a badge in a format, "svg" or "json". days is 0
// for the state.
func placeOfBadge(of subject, ext string, days int) string {
	place := badgeName(ext, days)
	if of != nil {
		place = placeOfComponent(of.Key) + "/" + place
	}
	return place
}

// badgeName has the days in it, so that an export has a file for each.
func badgeName(ext string, days int) string {
	if days > 0 {
		return "badge-uptime-" + strconv.Itoa(days) + "." + ext
	}
	return "badge." + ext
}

// badge is a badge as a resource.
func (ed *edition) badge(of subject, ext string, days int) resource {
	r := resource{key: placeOfBadge(of, ext, days), kind: kindSVG, shared: true, make: func(w io.Writer) error {
		return ed.state(of, days).svg(w)
	}}
	if ext == "json" {
		r.kind, r.make = kindJSON, func(w io.Writer) error { return ed.state(of, days).shield(w) }
	}
	return r
}

// state is what a badge has to say; over the last days it is the uptime.
func (ed *edition) state(of subject, days int) badge {
	l := ed.s.site.lang
	b := badge{label: ed.s.site.name, mark: pageMark(ed.snap)}
	if of == nil {
		b.message = map[templates.Mark]string{
			templates.Up: l.working, templates.Partial: l.partly, templates.Down: l.down,
			templates.Watch: sentence(l.watched), templates.Kept: l.maintained, templates.Unknown: l.noData,
		}[b.mark]
	} else {
		s := l.component(*of)
		b.label, b.message, b.mark = of.Name, s.Text, s.Mark
	}
	if days == 0 {
		return b
	}
	var sum incidents.Tally
	for _, v := range ed.snap.Components {
		if of != nil && v.Key != of.Key {
			continue
		}
		for _, d := range v.Days[max(len(v.Days)-days, 0):] {
			sum = sum.Plus(d.Tally)
		}
	}
	b.label += ": " + l.places.uptimeIn(days)
	share, known := sum.Uptime()
	switch {
	case !known:
		b.message, b.mark = l.places.unknown, templates.Unknown
	case share >= 9990:
		b.message, b.mark = l.percent(sum.Percent()), templates.Up
	case share >= 9900:
		b.message, b.mark = l.percent(sum.Percent()), templates.Partial
	default:
		b.message, b.mark = l.percent(sum.Percent()), templates.Down
	}
	return b
}

// maxBadge is how many characters one half of a badge shows.
const maxBadge = 60

// svg writes the badge as a picture whose text can be read out.
func (b badge) svg(w io.Writer) error {
	label, message := oneLine(b.label), oneLine(b.message)
	left, right := badgeWidth(label), badgeWidth(message)
	all := html.EscapeString(label + ": " + message)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s"><title>%s</title>`+
		`<path fill="#3b424a" d="M3 0h%dv20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/><path fill="%s" d="M%d 0h%da3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%dz"/>`+
		`<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="8" y="14" textLength="%d">%s</text><text x="%d" y="14" textLength="%d">%s</text></g></svg>`+"\n",
		left+right, all, all,
		left-3, badgeColours[b.mark], left, right-3, right-3,
		left-16, html.EscapeString(label), left+8, right-16, html.EscapeString(message))
	return err
}

// badgeWidth is about how wide a text is, with space around it. The picture
// makes the text fit.
func badgeWidth(s string) int {
	tenths := 0
	for _, r := range s {
		switch {
		case r == 'i' || r == 'l' || r == 'j' || r == '.' || r == ',' || r == ':' || r == '(' || r == ')' || r == ' ':
			tenths += 42
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%':
			tenths += 105
		case r < 0x2000:
			tenths += 70
		default:
			tenths += 115
		}
	}
	return tenths/10 + 16
}

// oneLine is text for a place that has one line, without what would not be
// seen in it.
func oneLine(s string) string {
	runes := []rune(printable(s))
	for i, r := range runes {
		if unicode.IsSpace(r) {
			runes[i] = ' '
		}
	}
	if len(runes) > maxBadge {
		return string(runes[:maxBadge-1]) + "…"
	}
	return string(runes)
}

// shield writes the badge for those who draw it themselves, in the form of
// shields.io's endpoint.
func (b badge) shield(w io.Writer) error {
	return json.NewEncoder(w).Encode(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
		IsError       bool   `json:"isError"`
		CacheSeconds  int    `json:"cacheSeconds"`
	}{1, oneLine(b.label), oneLine(b.message), badgeColours[b.mark][1:], b.mark == templates.Down, 300})
}

// badgeFor answers with a badge in a format, of the page or of the component
// that the address names. It is over days, or for 0 over what the query says.
func (s *Server) badgeFor(ext string, days int) echo.HandlerFunc {
	return func(c echo.Context) error {
		days := days
		ed := s.edition()
		var of subject
		if key := c.Param("key"); key != "" {
			if of = ed.snap.Component(key); of == nil {
				return errNotFound
			}
		}
		if days == 0 {
			var ok bool
			if days, ok = daysAsked(c); !ok {
				return plain(c, http.StatusBadRequest, "show is state or uptime, and days, with uptime, 7, 30 or 90\n")
			}
		}
		return s.send(c, ed, ed.badge(of, ext, days))
	}
}

// daysAsked is over how many days a badge is to show the uptime, 0 for the
// state. Without a number it is the most.
func daysAsked(c echo.Context) (days int, ok bool) {
	q := c.QueryParams()
	show, given := q.Get("show"), q.Get("days")
	switch {
	case (show == "" || show == "state") && given == "":
		return 0, true
	case show != "uptime":
		return 0, false
	case given == "":
		return badgeDays[len(badgeDays)-1], true
	}
	i := slices.IndexFunc(badgeDays, func(n int) bool { return given == strconv.Itoa(n) })
	if i < 0 {
		return 0, false
	}
	return badgeDays[i], true
}
