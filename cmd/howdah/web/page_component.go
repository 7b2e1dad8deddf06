package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

func placeOfComponent(key string) string { return "components/" + url.PathEscape(key) }

// component answers with the page of a component.
func (s *Server) component(c echo.Context) error {
	ed := s.edition()
	v := ed.snap.Component(c.Param("key"))
	if v == nil {
		return errNotFound
	}
	return s.send(c, ed, ed.component(v))
}

// component is the page of a component.
func (ed *edition) component(v *incidents.ComponentView) resource {
	place := placeOfComponent(v.Key)
	return page(place, func() templates.Page {
		st, now := ed.s.site, ed.snap.At
		state := st.lang.component(*v)
		p := templates.ComponentPage{
			Frame:       ed.frame(place, st.lang.titled(v.Name, state.Text)),
			Name:        v.Name,
			Description: v.Description,
			Group:       v.Group,
			State:       state,
			Checked:     st.checked(v.CheckedAt, now),
			Good:        st.checked(v.GoodAt, now),
		}
		p.Feeds = append(ed.s.linksTo(place+"/"+placeThreads, v.Name), p.Feeds...)
		// Since belongs to the status, not to what is said in its place.
		if !v.NoData && !v.Answering {
			p.Since = st.clock(v.Since, now)
		}
		if len(v.Past) > 0 {
			p.Of, p.Shares = st.lang.Period, ed.periods(v)
			p.Year, p.Trouble = ed.year(v)
		}
		m := ed.s.measured(v.Key)
		if p.Line = st.lang.line(m, now); p.Line != nil {
			p.Line.Text = sentence(p.Line.Text)
		}
		p.Times, p.Mail = st.times(m), ed.mail(v.Key)
		if n := len(m.Blips); n > 0 {
			p.Blips = st.lang.blips(n, st.clock(m.Blips[n-1], now).Text)
		}
		for _, in := range ed.snap.Incidents {
			if slices.Contains(in.Components, v.Key) {
				p.Threads = append(p.Threads, ed.line(in))
			}
		}
		return p
	})
}

// periods are those over which uptime is told, in hours.
var periods = []int{24, 7 * 24, 30 * 24, 90 * 24, 365 * 24}

func (ed *edition) periods(v *incidents.ComponentView) []templates.Share {
	var list []templates.Share
	now := ed.snap.At
	for _, hours := range periods {
		s := ed.s.site.lang.share(v.Past.Tally(now.Add(-time.Duration(hours)*time.Hour), now))
		s.Name = ed.s.site.lang.over(hours)
		list = append(list, s)
	}
	return list
}

// maxTrouble is how many days the page of a component has in words.
const maxTrouble = 30

// year is the last year of a component, the newest month first, and its days
// that were out of the ordinary, the newest first.
func (ed *edition) year(v *incidents.ComponentView) (rows []templates.YearRow, trouble []templates.DayLine) {
	st, l := ed.s.site, ed.s.site.lang
	for _, d := range slices.Backward(ed.days()) {
		here := d.Start.In(st.zone)
		if n := len(rows); n == 0 || here.AddDate(0, 0, 1).Day() == 1 {
			rows = append(rows, templates.YearRow{Month: ed.monthLink(here), Cells: make([]templates.Cell, here.Day())})
		}
		t := v.Past.Tally(d.Start, earliest(d.End, ed.snap.At))
		kind, href := barKind(t), st.href(placeOfDay(here))
		rows[len(rows)-1].Cells[here.Day()-1] = templates.Cell{Day: here.Day(), Href: href, Kind: kind}
		if kind != "up" && kind != "unseen" && len(trouble) < maxTrouble {
			trouble = append(trouble, templates.DayLine{Day: templates.Time{At: here, Text: l.date(here)}, Href: href, Kind: kind, Text: sentence(l.told(t))})
		}
	}
	return rows, trouble
}

// told is what was out of the ordinary in some time; empty for nothing.
func (l *phrases) told(t incidents.Tally) string {
	var parts []string
	for _, p := range []struct {
		length time.Duration
		say    func(string) string
	}{{t.Down, l.downFor}, {t.Degraded, l.degradedFor}, {t.Maintenance, l.keptFor}, {t.Unmonitored, l.unseenFor}} {
		if p.length > 0 {
			parts = append(parts, p.say(l.words.Span(p.length)))
		}
	}
	return strings.Join(parts, ", ")
}

// times are how long the phases of a component's checks took on the newest day
// that was counted, a table a check. Those that only people of the field know
// are left out.
func (st site) times(m Measured) []templates.Times {
	l := st.lang
	var list []templates.Times
	for _, c := range m.Checks {
		i := len(c.Days) - 1
		for i >= 0 && c.Days[i].P50 <= 0 {
			i--
		}
		if i < 0 {
			continue
		}
		d := c.Days[i]
		t := templates.Times{Name: l.measuredOn(c.Kind, l.date(d.Start.UTC())), Slowest: l.slowest(l.took(d.Max))}
		for _, p := range d.Phases {
			if name := l.steps[p.Name]; name != "" {
				t.Rows = append(t.Rows, templates.PhaseRow{Name: name, Half: l.took(p.P50), Most: l.took(p.P95)})
			}
		}
		t.Rows = append(t.Rows, templates.PhaseRow{Name: l.whole, Half: l.took(d.P50), Most: l.took(d.P95)})
		list = append(list, t)
	}
	return list
}
