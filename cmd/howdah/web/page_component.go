package web

import (
	"net/url"
	"slices"

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
		for _, in := range ed.snap.Incidents {
			if slices.Contains(in.Components, v.Key) {
				p.Threads = append(p.Threads, ed.line(in))
			}
		}
		return p
	})
}
