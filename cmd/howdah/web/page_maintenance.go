package web

import (
	"net/http"
	"strings"

	"howdah/incidents"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

// maintenance answers with a planned maintenance. What follows the ID in the
// address, as behind a thread's, is for people.
func (s *Server) maintenance(c echo.Context) error {
	ed := s.edition()
	name := c.Param("idslug")
	id, _, more := strings.Cut(name, "-")
	m := ed.snap.Maintenance(name)
	if m == nil && more {
		if m = ed.snap.Maintenance(id); m != nil {
			c.Response().Header().Set("Cache-Control", "no-cache")
			return c.Redirect(http.StatusMovedPermanently, s.site.href(m.Path()))
		}
	}
	if m == nil {
		return errNotFound
	}
	return s.send(c, ed, ed.maintenance(m))
}

// maintenance is the page of a planned maintenance.
func (ed *edition) maintenance(m *incidents.Maintenance) resource {
	return page(m.Path(), func() templates.Page {
		st := ed.s.site
		p := templates.MaintenancePage{
			Heading: m.Title, State: st.lang.plan(m),
			Start: st.full(m.Start), End: st.clock(m.End, m.Start), Affected: ed.names(m.Components),
		}
		p.Frame = ed.frame(m.Path(), st.lang.titled(p.State.Text, m.Title))
		for i := len(m.Updates) - 1; i >= 0; i-- {
			p.Posts = append(p.Posts, ed.post(m.Path(), &m.Updates[i]))
		}
		return p
	})
}

// plan is how a maintenance stands.
func (l *phrases) plan(m *incidents.Maintenance) templates.State {
	s := templates.State{Mark: templates.Kept, Text: l.words.State(m.State)}
	switch {
	case m.Canceled:
		s = templates.State{Mark: templates.Unknown, Text: l.canceled}
	case m.State == incidents.Completed:
		s.Mark = templates.Up
	}
	return s
}
