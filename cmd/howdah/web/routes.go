package web

import (
	"net/http"

	"howdah/public"

	"github.com/labstack/echo/v4"
)

// routes is the whole surface, below the site's path.
func (s *Server) routes(e *echo.Echo) {
	read := func(path string, h echo.HandlerFunc) {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, h)
	}

	// Pages
	read("/", s.serve((*edition).front))
	read("/history", s.serve((*edition).history))
	read("/history/:when", s.past)
	read("/maintenance/:idslug", s.maintenance)
	read("/incidents/:idslug", s.incident)
	read("/components/:key", s.component)

	read("/"+placeSubscribe, s.serve((*edition).subscribe))
	read("/"+placeEmbed, s.embedded)

	// For calendars, terminals and other sites
	read("/"+placeCalendar, s.serve((*edition).calendarFile))
	read("/"+placePlain, s.serve((*edition).plainText))
	read("/"+placeGuide, s.serve((*edition).guide))
	for _, ext := range []string{"svg", "json"} {
		for _, days := range badgeSpans {
			read("/"+badgeName(ext, days), s.badgeFor(ext, days))
			read("/components/:key/"+badgeName(ext, days), s.badgeFor(ext, days))
		}
	}

	// Changes as they happen
	if s.live != nil {
		e.GET("/"+placeEvents, s.events)
		read("/"+public.ScriptName(), s.script)
	}

	if l := s.site.brand.logo; l != nil {
		read("/"+l.place, s.serve(func(*edition) resource { return l.resource() }))
	}

	// Feeds
	for _, f := range formats {
		read("/"+placeUpdates+"."+f.ext, s.serve(func(ed *edition) resource { return ed.updates(f) }))
		read("/"+placeThreads+"."+f.ext, s.serve(func(ed *edition) resource { return ed.threads(f) }))
		read("/components/:key/"+placeThreads+"."+f.ext, s.componentFeed(f))
		// By the names that other status pages have for it.
		read("/"+placeHistory+"."+f.ext, s.serve(func(ed *edition) resource { return ed.threads(f) }))
	}

	// The permalink of an update, whichever thread it is in by now
	read("/updates/:id", s.permalink)

	open := func(path string, h echo.HandlerFunc) {
		read(path, s.open(h))
		e.OPTIONS(path, preflight)
	}

	// JSON in Statuspage's public shape
	for _, name := range apiNames {
		open("/"+apiPath(name), s.serve(func(ed *edition) resource { return ed.api(name) }))
	}

	// Our own API
	open("/"+placeStatusV1, s.fixed((*edition).statusV1))
	open("/"+placeComponentsV1, s.fixed((*edition).componentsV1))
	open("/"+placeComponentsV1+"/:name", s.componentV1)
	open("/"+placeComponentsV1+"/:name/days", s.daysV1)
	open("/"+placeComponentsV1+"/:name/times", s.timesV1)
	open("/"+placeIncidentsV1, s.incidentsV1)
	open("/"+placeIncidentsV1+"/:name", s.incidentV1)
	open("/"+placeMaintenancesV1, s.maintenancesV1)
	open("/"+placeMaintenancesV1+"/:name", s.maintenanceV1)
	open("/"+placeMailV1, s.fixed((*edition).mailV1))
	open("/"+placeOpenAPI, s.fixed((*edition).openapi))
	if s.pushes != nil {
		e.POST("/api/v1/push/:name", s.push)
	}

	// For machines that watch the watcher
	read("/healthz", s.alive)
	read("/readyz", s.isReady)
	if s.metrics != nil {
		read("/metrics", echo.WrapHandler(s.metrics))
	}
	if s.probe != nil {
		read("/probe", echo.WrapHandler(s.probe))
	}
}

// serve answers with what of picks from the newest edition.
func (s *Server) serve(of func(*edition) resource) echo.HandlerFunc {
	return func(c echo.Context) error {
		ed := s.edition()
		return s.send(c, ed, of(ed))
	}
}

// send answers with a resource of an edition.
func (s *Server) send(c echo.Context, ed *edition, r resource) error {
	d, err := ed.document(r)
	if err != nil {
		return err
	}
	return d.send(c.Response(), c.Request())
}
