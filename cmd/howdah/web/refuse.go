package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

const kindProblem = "application/problem+json"

// forPrograms reports whether a request is to an API, whose faults are told to
// programs.
func forPrograms(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/api/") }

// details are what programs are told of faults that say nothing themselves.
var details = map[int]string{
	http.StatusNotFound:            "there is nothing at this address",
	http.StatusMethodNotAllowed:    "the methods that this address knows are in the Allow header",
	http.StatusInternalServerError: "this could not be made; that says nothing about the services that are watched",
}

// fault is a problem as RFC 9457 has it.
type fault struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Parameter is ours: the one that can't be used.
	Parameter string `json:"parameter,omitempty"`
}

// refuse answers a request to our own API that can't be done. What detail says
// is public.
func (s *Server) refuse(c echo.Context, status int, detail string) error {
	return s.sendFault(c, fault{Status: status, Detail: detail})
}

// refuseAPI answers a request to an API that failed; wrong is the parameter to
// blame, nil when it is none.
func (s *Server) refuseAPI(c echo.Context, status int, wrong *parameterError) error {
	f := fault{Status: status, Detail: details[status]}
	if wrong != nil {
		f.Detail, f.Parameter = wrong.Error(), wrong.name
	}
	if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
		h := c.Response().Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	return s.sendFault(c, f)
}

func (s *Server) sendFault(c echo.Context, f fault) error {
	if f.Status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	}
	f.Type, f.Title = "about:blank", http.StatusText(f.Status)
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(f.Status, kindProblem, append(body, '\n'))
}
