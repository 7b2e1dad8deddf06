package web

import (
	"net/http"
	"strings"

	"howdah/incidents"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

// incident answers with a thread. What follows the ID in the address is for
// people: if it is not the thread's present title, its present address is
// where the reader is sent.
func (s *Server) incident(c echo.Context) error {
	ed := s.edition()
	name := c.Param("idslug")
	id, _, _ := strings.Cut(name, "-")
	in := ed.snap.Incident(id)
	if in == nil {
		return errNotFound
	}
	if "incidents/"+name != in.Path() {
		// Asked about each time: titles change back, and browsers that kept
		// both ways would go round in circles.
		c.Response().Header().Set("Cache-Control", "no-cache")
		return c.Redirect(http.StatusMovedPermanently, s.site.href(in.Path()))
	}
	return s.send(c, ed, ed.incident(in))
}

// incident is the page of a thread.
func (ed *edition) incident(in *incidents.Incident) resource {
	return page(in.Path(), func() templates.Page {
		st := ed.s.site
		state := st.thread(in, ed.snap.At)
		p := templates.Incident{
			Frame:    ed.frame(in.Path(), st.lang.titled(state.Text, in.Title)),
			Heading:  in.Title,
			State:    state,
			Summary:  st.lang.tally(in, ed.snap.At),
			Affected: ed.names(in.Components),
			Total:    ed.total(in),
			Recurs:   ed.recurs(in),
			Messages: st.lang.messagesOf(in),
			Changes:  ed.changes(in),
			Restored: ed.restored(in),
			Spared:   ed.snap.SparedBy(in.ID),
		}
		if e := ed.snap.Expectation(in.ID); e != nil {
			p.Expected = e.Text + "."
		}
		for i := range in.Outages {
			p.Outages = append(p.Outages, ed.outage(&in.Outages[i]))
		}
		for i := len(in.Updates) - 1; i >= 0; i-- {
			p.Posts = append(p.Posts, ed.post(in.Path(), &in.Updates[i]))
		}
		return p
	})
}

// restored holds what staff had expected of each outage against what came, in
// the order in which it came.
func (ed *edition) restored(in *incidents.Incident) []string {
	var said []string
	for i := range in.Updates {
		u := &in.Updates[i]
		if u.Kind != incidents.KindRecovered || u.ExpectedAt.IsZero() {
			continue
		}
		for j := range in.Outages {
			o := &in.Outages[j]
			if o.ID != u.OutageID || o.Ended() == nil {
				continue
			}
			at := incidents.Moment{Earliest: u.ExpectedAt, Best: u.ExpectedAt, Latest: u.ExpectedAt}
			said = append(said, ed.s.site.lang.words.Restored(ed.when(at), ed.when(*o.Ended())))
		}
	}
	return said
}

// when is a moment as it is told on a page.
func (ed *edition) when(m incidents.Moment) incidents.When {
	return incidents.When{Moment: m, Told: ed.snap.At, Zone: ed.s.site.zone}
}

// outage is a row of a table.
func (ed *edition) outage(o *incidents.Outage) templates.Outage {
	st := ed.s.site
	row := templates.Outage{
		From:   st.bound(o.Began(), o.Unclean && o.Began() == o.Start),
		Lasted: st.lang.words.Span(o.Duration(ed.snap.At)),
		What:   ed.what(o),
	}
	end := o.Ended()
	if end == nil {
		row.Lasted = st.lang.soFar(row.Lasted, st.clock(ed.snap.At, o.Began().Best).Text)
		return row
	}
	to := st.bound(*end, false)
	switch {
	case o.Unseen() && end.Source == incidents.SourceUnwatched:
		to.Within = st.lang.unseenEnd
	case end.Source == incidents.SourceStaff:
		to.Within = st.lang.statedBy
	}
	row.To, row.How = &to, o.HowEnded(st.lang.words)
	if o.Began().Source == incidents.SourceStaff {
		row.From.Within = st.lang.statedBy
	}
	return row
}

// total sums several outages up; one alone has its length beside it.
func (ed *edition) total(in *incidents.Incident) string {
	if !in.Instability() {
		return ""
	}
	l := ed.s.site.lang
	return l.total(len(in.Outages), in.Ongoing(), l.words.Span(in.Downtime(ed.snap.At)))
}

// what names an outage's components, and says of which a part worked.
func (ed *edition) what(o *incidents.Outage) string {
	partly := map[string]bool{}
	for _, a := range o.Affected {
		was, seen := partly[a.Component]
		partly[a.Component] = a.Partial && (was || !seen)
	}
	var names []string
	for _, key := range o.Components() {
		name := ed.name(key)
		if partly[key] {
			name = ed.s.site.lang.partial(name)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func (ed *edition) names(keys []string) string {
	var names []string
	for _, key := range keys {
		names = append(names, ed.name(key))
	}
	return strings.Join(names, ", ")
}

// name is what readers call a component; one that is no longer in the
// configuration has only its key left.
func (ed *edition) name(key string) string {
	if v := ed.snap.Component(key); v != nil {
		return v.Name
	}
	return key
}

// paragraphs parts a text at its empty lines.
func paragraphs(body string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
