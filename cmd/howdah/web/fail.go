package web

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

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
		s.log.Debug("answer request", "request", requestID(c), "path", c.Request().URL.Path, "error", err)
		return
	}
	status := http.StatusInternalServerError
	var he *echo.HTTPError
	var wrong *parameterError
	switch {
	case errors.As(err, &he):
		status = he.Code
	case errors.As(err, &wrong):
		status = http.StatusBadRequest
	default:
		s.log.Error("answer request", "request", requestID(c), "path", c.Request().URL.Path, "error", err)
	}
	if forPrograms(c) {
		if err := s.refuseAPI(c, status, wrong); err != nil {
			s.log.Debug("send fault", "error", err)
		}
		return
	}
	if _, ok := s.problems[status]; !ok {
		status = http.StatusInternalServerError
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	body := s.problems[status]
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if err := c.Blob(status, kindHTML, body); err != nil {
		s.log.Debug("send fault", "error", err)
	}
}

var errNotFound = echo.NewHTTPError(http.StatusNotFound)
