package web

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"howdah/incidents"

	"github.com/labstack/echo/v4"
)

// Our own API says all that the pages say, in our own words. It only reads;
// every answer is a JSON object, and every fault is a problem (RFC 9457).
// openapi.json describes it. What has no parameters, or is asked for without
// them, is kept as the pages are; what visitors put together is made for each
// of them anew, from memory and bounded, and is not kept.
const placeV1 = "api/v1/"

// Places of our own API below the site's URL.
const (
	placeStatusV1       = placeV1 + "status"
	placeComponentsV1   = placeV1 + "components"
	placeIncidentsV1    = placeV1 + "incidents"
	placeMaintenancesV1 = placeV1 + "maintenances"
	placeMailV1         = placeV1 + "mail"
	placeOpenAPI        = placeV1 + "openapi.json"
)

// jsonOf is a resource of an API.
func jsonOf(place string, make func() any) resource {
	return resource{key: place, kind: kindJSON, shared: true, make: func(w io.Writer) error {
		return json.NewEncoder(w).Encode(make())
	}}
}

func (ed *edition) statusV1() resource {
	return jsonOf(placeStatusV1, func() any { return ed.herald().status() })
}

func (ed *edition) componentsV1() resource {
	return jsonOf(placeComponentsV1, func() any {
		list := v1Components{Components: []v1Component{}}
		for i := range ed.snap.Components {
			list.Components = append(list.Components, ed.herald().component(&ed.snap.Components[i]))
		}
		return list
	})
}

func (ed *edition) componentV1(v *incidents.ComponentView) resource {
	return jsonOf(placeV1+placeOfComponent(v.Key), func() any { return ed.herald().componentWhole(v) })
}

func (ed *edition) incidentV1(in *incidents.Incident) resource {
	return jsonOf(placeIncidentsV1+"/"+in.ID, func() any { return ed.herald().incidentWhole(in) })
}

func (ed *edition) maintenanceV1(m *incidents.Maintenance) resource {
	return jsonOf(placeMaintenancesV1+"/"+m.ID, func() any { return ed.herald().maintenanceWhole(m) })
}

func (ed *edition) mailV1() resource {
	return jsonOf(placeMailV1, func() any { return ed.herald().mail() })
}

// incidentsV1 is the first page of the list of threads.
func (ed *edition) incidentsV1() resource {
	return jsonOf(placeIncidentsV1, func() any { return ed.incidentsOf(ed.chosenIncidents(filter{limit: defaultLimit})) })
}

// maintenancesV1 is the first page of the list of maintenances.
func (ed *edition) maintenancesV1() resource {
	return jsonOf(placeMaintenancesV1, func() any { return ed.maintenancesOf(ed.chosenMaintenances(filter{limit: defaultLimit})) })
}

// chosenIncidents are the threads of a page of the list, and where the next
// page is; empty on the last.
func (ed *edition) chosenIncidents(f filter) (kept []*incidents.Incident, next string) {
	kept, more := take(ed.snap.Incidents, f, incidentMark, func(in *incidents.Incident) bool {
		return f.state.of(in.State, incidents.Resolved) && f.component.of(in.Components) && f.span.meets(started(in), in.ResolvedAt)
	})
	if more {
		next = ed.s.site.absolute(placeIncidentsV1) + "?" + f.after(incidentMark(kept[len(kept)-1]))
	}
	return kept, next
}

func (ed *edition) incidentsOf(list []*incidents.Incident, next string) v1Incidents {
	page := v1Incidents{Incidents: []v1Incident{}, Next: orNull(next)}
	for _, in := range list {
		page.Incidents = append(page.Incidents, ed.herald().incident(in))
	}
	return page
}

func incidentMark(in *incidents.Incident) mark { return mark{started(in), in.ID} }

// chosenMaintenances are likewise those of a page of the other list.
func (ed *edition) chosenMaintenances(f filter) (kept []*incidents.Maintenance, next string) {
	kept, more := take(ed.snap.Maintenances, f, maintenanceMark, func(m *incidents.Maintenance) bool {
		return f.state.of(m.State, incidents.Completed) && f.component.of(m.Components) && f.span.meets(m.Start, m.End)
	})
	if more {
		next = ed.s.site.absolute(placeMaintenancesV1) + "?" + f.after(maintenanceMark(kept[len(kept)-1]))
	}
	return kept, next
}

func (ed *edition) maintenancesOf(list []*incidents.Maintenance, next string) v1Maintenances {
	page := v1Maintenances{Maintenances: []v1Maintenance{}, Next: orNull(next)}
	for _, m := range list {
		page.Maintenances = append(page.Maintenances, ed.herald().maintenance(m))
	}
	return page
}

func maintenanceMark(m *incidents.Maintenance) mark { return mark{m.Start, m.ID} }

// fixed answers with what takes no parameters.
func (s *Server) fixed(of func(*edition) resource) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, err := parseQuery(c.Request().URL.RawQuery); err != nil {
			return err
		}
		ed := s.edition()
		return s.send(c, ed, of(ed))
	}
}

// componentV1 answers with a component.
func (s *Server) componentV1(c echo.Context) error {
	if _, err := parseQuery(c.Request().URL.RawQuery); err != nil {
		return err
	}
	ed := s.edition()
	v := ed.snap.Component(c.Param("name"))
	if v == nil {
		return errNotFound
	}
	return s.send(c, ed, ed.componentV1(v))
}

// maintenanceV1 answers with a maintenance.
func (s *Server) maintenanceV1(c echo.Context) error {
	if _, err := parseQuery(c.Request().URL.RawQuery); err != nil {
		return err
	}
	ed := s.edition()
	m := ed.snap.Maintenance(c.Param("name"))
	if m == nil {
		return errNotFound
	}
	return s.send(c, ed, ed.maintenanceV1(m))
}

// incidentV1 answers with a thread; where one was merged into another, with
// the way there.
func (s *Server) incidentV1(c echo.Context) error {
	if _, err := parseQuery(c.Request().URL.RawQuery); err != nil {
		return err
	}
	ed := s.edition()
	in := ed.snap.Incident(c.Param("name"))
	if in == nil {
		return errNotFound
	}
	if in.ID != c.Param("name") {
		c.Response().Header().Set("Cache-Control", "no-cache")
		c.Response().Header().Set("Access-Control-Allow-Origin", "*")
		return c.Redirect(http.StatusMovedPermanently, s.site.href(placeIncidentsV1+"/"+in.ID))
	}
	return s.send(c, ed, ed.incidentV1(in))
}

// incidentsV1 answers with a page of the list of threads.
func (s *Server) incidentsV1(c echo.Context) error {
	ed := s.edition()
	f, err := ed.readFilter(c.Request().URL.RawQuery, []incidents.State{incidents.Investigating, incidents.Identified, incidents.Monitoring, incidents.Resolved},
		func(key string) bool {
			return slices.ContainsFunc(ed.snap.Incidents, func(in *incidents.Incident) bool { return slices.Contains(in.Components, key) })
		})
	if err != nil {
		return err
	}
	list, next := ed.chosenIncidents(f)
	s.linkPages(c, placeIncidentsV1, f, next)
	if c.Request().URL.RawQuery == "" {
		return s.send(c, ed, ed.incidentsV1())
	}
	return sendOnce(c, ed.incidentsOf(list, next))
}

// maintenancesV1 answers with a page of the list of maintenances.
func (s *Server) maintenancesV1(c echo.Context) error {
	ed := s.edition()
	f, err := ed.readFilter(c.Request().URL.RawQuery, []incidents.State{incidents.Scheduled, incidents.InProgress, incidents.Verifying, incidents.Completed},
		func(key string) bool {
			return slices.ContainsFunc(ed.snap.Maintenances, func(m *incidents.Maintenance) bool { return slices.Contains(m.Components, key) })
		})
	if err != nil {
		return err
	}
	list, next := ed.chosenMaintenances(f)
	s.linkPages(c, placeMaintenancesV1, f, next)
	if c.Request().URL.RawQuery == "" {
		return s.send(c, ed, ed.maintenancesV1())
	}
	return sendOnce(c, ed.maintenancesOf(list, next))
}

// daysV1 answers with the days of a component.
func (s *Server) daysV1(c echo.Context) error {
	ed := s.edition()
	v := ed.snap.Component(c.Param("name"))
	if v == nil {
		return errNotFound
	}
	from, to, err := ed.readDays(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	return sendOnce(c, ed.herald().days(v, from, to))
}

// sendOnce answers with what is not kept.
func sendOnce(c echo.Context, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	d := &document{kind: kindJSON, shared: true, plain: b, tag: tagOf(b)}
	d.prepare()
	return d.send(c.Response(), c.Request())
}

// linkPages names the pages beside the one that is sent (RFC 8288).
func (s *Server) linkPages(c echo.Context, place string, f filter, next string) {
	first := s.site.absolute(place)
	if q := f.query(); q != "" {
		first += "?" + q
	}
	h := c.Response().Header()
	h.Add("Link", "<"+first+`>; rel="first"`)
	if next != "" {
		h.Add("Link", "<"+next+`>; rel="next"`)
	}
}

// open lets scripts of any site read an address, and tells them what they may
// send along (Fetch Standard, section "CORS protocol"): nothing by which a
// visitor is known.
func (s *Server) open(h echo.HandlerFunc) echo.HandlerFunc {
	described := "<" + s.site.absolute(placeOpenAPI) + `>; rel="service-desc"`
	return func(c echo.Context) error {
		c.Response().Header().Set("Access-Control-Expose-Headers", "ETag, Link")
		if strings.HasPrefix(c.Request().URL.Path, "/"+placeV1) {
			c.Response().Header().Add("Link", described)
		}
		return h(c)
	}
}

// preflight answers a browser that asks whether a script may read.
func preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Allow", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "Accept, If-Modified-Since, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	return c.NoContent(http.StatusNoContent)
}
