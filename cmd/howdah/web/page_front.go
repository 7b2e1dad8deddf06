package web

import (
	"slices"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// What the front page holds at most, so that it stays one flight of packets
// however bad the day is.
const (
	maxOpen    = 8
	maxOnDay   = 4 // threads
	recentDays = 7
	maxLines   = 16  // components, beyond which the drawings of how long checks took are left out
	maxExcerpt = 600 // characters of a thread's newest update
)

// front is the page that says how things stand.
func (ed *edition) front() resource {
	return page("", func() templates.Page {
		snap, st := ed.snap, ed.s.site
		p := templates.Front{
			Frame:       ed.frame("", ed.title()),
			State:       templates.State{Mark: pageMark(snap), Text: snap.Headline},
			Groups:      ed.groups(),
			Mail:        ed.mail(""),
			Recent:      ed.recent(),
			Planned:     ed.maintenances(),
			HistoryHref: st.href(placeHistory),
		}
		var checked time.Time
		for _, v := range snap.Components {
			p.Bars = p.Bars || len(v.Days) > 0
			if v.CheckedAt.After(checked) {
				checked = v.CheckedAt
			}
		}
		p.Checked = st.checked(checked, snap.At)
		open := 0
		// What goes on comes before what is being watched.
		threads := snap.Unresolved()
		slices.SortStableFunc(threads, func(a, b *incidents.Incident) int {
			switch {
			case a.Ongoing() == b.Ongoing():
				return 0
			case a.Ongoing():
				return -1
			}
			return 1
		})
		for _, in := range threads {
			if open++; open <= maxOpen {
				t := ed.line(in)
				t.Latest = ed.latest(in)
				if e := snap.Expectation(in.ID); e != nil {
					t.Expected = e.Text + "."
				}
				t.Affected, t.Spared = ed.names(in.Components), snap.SparedBy(in.ID)
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

// title is the headline, in short where something is down: a row of tabs has
// no room for more.
func (ed *edition) title() string {
	if pageMark(ed.snap) != templates.Down {
		return ed.snap.Headline
	}
	var since time.Time
	for _, v := range ed.snap.Components {
		if v.Status == incidents.MajorOutage && !v.NoData && !v.Answering && (since.IsZero() || v.Since.Before(since)) {
			since = v.Since
		}
	}
	if since.IsZero() {
		return ed.snap.Headline
	}
	return ed.s.site.lang.downTitle(ed.s.site.clock(since, ed.snap.At).Text)
}

// recent are the last days with their threads, today first.
func (ed *edition) recent() []templates.Recent {
	if ed.snap.At.IsZero() {
		return nil
	}
	st := ed.s.site
	var list []templates.Recent
	days := incidents.Timeline(nil).Days(st.zone, ed.snap.At, recentDays)
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		r := templates.Recent{Day: st.onDay(d.Start)}
		for _, in := range ed.threadsIn(d.Start, d.End) {
			if len(r.Threads) < maxOnDay {
				r.Threads = append(r.Threads, ed.line(in))
			}
		}
		r.Unseen = len(r.Threads) == 0 && !ed.seen(d)
		if place := placeOfDay(d.Start.In(st.zone)); ed.hasDay(d.Start) {
			r.Href = st.href(place)
		}
		list = append(list, r)
	}
	return list
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
	p := ed.post(in.Path(), u)
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
		c := templates.Component{
			Name:    v.Name,
			Href:    ed.s.site.href(placeOfComponent(v.Key)),
			State:   ed.s.site.lang.component(v),
			Checked: ed.s.site.checked(v.CheckedAt, ed.snap.At),
			Days:    ed.s.site.lang.daysOf(v),
		}
		if len(ed.snap.Components) <= maxLines {
			c.Line = ed.s.site.lang.line(ed.s.measured(v.Key), ed.snap.At)
		}
		groups[i].Components = append(groups[i].Components, c)
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
