package web

import (
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// What the front page holds at most, so that it stays one flight of packets
// however bad the day is.
const (
	maxOpen    = 8
	maxRecent  = 6
	maxExcerpt = 600 // characters of a thread's newest update
)

// front is the page that says how things stand.
func (ed *edition) front() resource {
	return page("", func() templates.Page {
		snap, st := ed.snap, ed.s.site
		p := templates.Front{
			Frame:       ed.frame("", snap.Headline),
			State:       templates.State{Mark: pageMark(snap), Text: snap.Headline},
			Groups:      ed.groups(),
			Planned:     ed.maintenances(),
			HistoryHref: st.href(placeHistory),
		}
		var checked time.Time
		for _, v := range snap.Components {
			if v.CheckedAt.After(checked) {
				checked = v.CheckedAt
			}
		}
		p.Checked = st.checked(checked, snap.At)
		open := 0
		for _, in := range snap.Incidents {
			if in.State == incidents.Resolved {
				if len(p.Recent) < maxRecent {
					p.Recent = append(p.Recent, ed.line(in))
				}
				continue
			}
			if open++; open <= maxOpen {
				t := ed.line(in)
				t.Latest = ed.latest(in)
				if e := snap.Expectation(in.ID); e != nil {
					t.Expected = e.Text + "."
				}
				t.Count = st.lang.updates(len(in.Updates))
				p.Open = append(p.Open, t)
			}
		}
		if more := open - len(p.Open); more > 0 {
			p.MoreOpen = st.lang.moreOpen(more)
		}
		return p
	})
}

// line is a thread in a list.
func (ed *edition) line(in *incidents.Incident) templates.Thread {
	return templates.Thread{
		Title:   in.Title,
		Href:    ed.s.site.href(in.Path()),
		State:   ed.s.site.lang.listed(in),
		Started: ed.s.site.full(started(in)),
		Tally:   ed.s.site.lang.tally(in, ed.snap.At),
	}
}

// latest is a thread's newest update as the front page shows it, nil when
// there is none.
func (ed *edition) latest(in *incidents.Incident) *templates.Post {
	u := in.Latest()
	if u == nil {
		return nil
	}
	p := ed.post(in, u)
	p.At = ed.s.site.clock(u.At, ed.snap.At)
	left := maxExcerpt
	for i, par := range p.Paragraphs {
		runes := []rune(par)
		if len(runes) > left {
			p.Cut = true
			p.Paragraphs = append(p.Paragraphs[:i:i], cut(runes, left))
			break
		}
		left -= len(runes)
	}
	return &p
}

// cut shortens text to at most n characters, at the end of a word if there is
// one near.
func cut(text []rune, n int) string {
	for i := n; i > n*3/4; i-- {
		if text[i] == ' ' || text[i] == '\n' {
			n = i
			break
		}
	}
	return string(text[:n]) + "…"
}

// groups are the components as the configuration groups them, in its order.
func (ed *edition) groups() []templates.Group {
	var groups []templates.Group
	at := map[string]int{}
	for _, v := range ed.snap.Components {
		i, ok := at[v.Group]
		if !ok {
			i = len(groups)
			at[v.Group] = i
			groups = append(groups, templates.Group{Name: v.Group})
		}
		groups[i].Components = append(groups[i].Components, templates.Component{
			Name:    v.Name,
			Href:    ed.s.site.href(placeOfComponent(v.Key)),
			State:   ed.s.site.lang.component(v),
			Checked: ed.s.site.checked(v.CheckedAt, ed.snap.At),
		})
	}
	for i := range groups {
		if groups[i].Name == "" && len(groups) > 1 {
			groups[i].Name = ed.s.site.lang.otherServices
		}
	}
	return groups
}

// started is when a thread's story begins.
func started(in *incidents.Incident) time.Time {
	if in.StartedAt.IsZero() {
		return in.CreatedAt
	}
	return in.StartedAt
}
