package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

const kindProblem = "application/problem+json"

// ours reports whether a request is to our own API, whose faults are told to
// programs.
func ours(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/api/v1/") }

// refuse answers a request to our own API that can't be done (RFC 9457). What
// detail says is public.
func (s *Server) refuse(c echo.Context, status int, detail string) error {
	if status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	}
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{"about:blank", http.StatusText(status), status, detail})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(status, kindProblem, append(body, '\n'))
}
