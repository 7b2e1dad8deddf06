package web

import (
	"strings"

	"howdah/templates"

	"github.com/labstack/echo/v4"
)

// embed is the one page that other sites may put into a frame: the state in a
// line, with a link to the page.
func (ed *edition) embed() resource {
	return page(placeEmbed, func() templates.Page {
		return templates.Embed{
			Frame: ed.s.frame(ed.snap, ed.title()),
			State: templates.State{Mark: pageMark(ed.snap), Text: ed.snap.Headline},
			Href:  ed.s.site.absolute(""),
		}
	})
}

// framed makes the policy of every answer that of what may be put into a frame:
// no script, and anybody may frame it.
var framed = strings.NewReplacer("frame-ancestors 'none'", "frame-ancestors *", " script-src 'self';", "", " connect-src 'self';", "")

// embedded answers with the page that may be framed.
func (s *Server) embedded(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", framed.Replace(h.Get("Content-Security-Policy")))
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // for pages that isolate themselves
	return s.serve((*edition).embed)(c)
}
