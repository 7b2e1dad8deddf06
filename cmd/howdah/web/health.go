package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// alive says that this process answers.
func (s *Server) alive(c echo.Context) error {
	return plain(c, http.StatusOK, "ok\n")
}

// isReady says whether this process does its work. Why it does not is for the
// log and for this machine: the address is public.
func (s *Server) isReady(c echo.Context) error {
	if err := s.ready(); err != nil {
		s.log.Warn("not ready", "error", err)
		text := "not ready\n"
		if direct(c.Request()) {
			text = "not ready: " + err.Error() + "\n"
		}
		return plain(c, http.StatusServiceUnavailable, text)
	}
	return plain(c, http.StatusOK, "ready\n")
}

func plain(c echo.Context, status int, text string) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(status, kindText, []byte(text))
}
