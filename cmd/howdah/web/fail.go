package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"howdah/templates"

	"github.com/labstack/echo/v4"
)

// problem is what readers are told of a fault.
type problem struct{ heading, text string }

// renderProblems makes the pages for faults.
func (s *Server) renderProblems() (map[int][]byte, error) {
	pages := map[int][]byte{}
	for status, p := range s.site.lang.problems {
		f := s.frame(nil, p.heading)
		var b bytes.Buffer
		if err := templates.Render(&b, templates.Problem{Frame: f, Heading: p.heading, Text: p.text}); err != nil {
			return nil, err
		}
		pages[status] = b.Bytes()
	}
	return pages, nil
}

// fail answers a request whose handler returned an error. What a reader is
// told depends on the status only; the cause goes to the log.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		// Too late for a page: the client went away, or got a part.
		s.log.Debug("answer request", "path", c.Request().URL.Path, "error", err)
		return
	}
	status := http.StatusInternalServerError
	var he *echo.HTTPError
	if errors.As(err, &he) {
		status = he.Code
	} else {
		s.log.Error("answer request", "path", c.Request().URL.Path, "error", err)
	}
	if ours(c) {
		if err := s.refuse(c, status, ""); err != nil {
			s.log.Debug("send fault", "error", err)
		}
		return
	}
	if _, ok := s.problems[status]; !ok {
		status = http.StatusInternalServerError
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	kind, body := kindHTML, s.problems[status]
	if strings.HasPrefix(c.Request().URL.Path, "/api/") {
		kind, body = kindJSON, []byte(`{"error":`+strconv.Quote(strings.ToLower(http.StatusText(status)))+"}\n")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if err := c.Blob(status, kind, body); err != nil {
		s.log.Debug("send fault", "error", err)
	}
}

var errNotFound = echo.NewHTTPError(http.StatusNotFound)
