package web

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// policy lets a page bring the one style sheet and an icon, and follow changes by
// the one script that this site has: nothing else here has a script's media
// type, and what has another is not run as one.
func policy(style string) string {
	return "default-src 'none'; style-src " + style +
		"; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// secured puts the security headers on every answer, also on faults. All
// answers share their values.
func (s *Server) secured(next http.Handler) http.Handler {
	fixed := http.Header{
		"Content-Security-Policy":      {policy(s.site.brand.source)},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"interest-cohort=(), camera=(), microphone=(), geolocation=()"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, values := range fixed {
			h[name] = values
		}
		next.ServeHTTP(w, r)
	})
}

// guarded turns a panic into a fault that is logged with its stack.
func (s *Server) guarded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			s.log.Error("answer request: panic", "request", requestID(c), "path", c.Request().URL.Path, "panic", v, "stack", string(debug.Stack()))
			err = echo.NewHTTPError(http.StatusInternalServerError)
		}()
		return next(c)
	}
}

// identified names each request, in its answer and in the log, so that a reader
// can tell us which one failed. What the asker calls it is not looked at.
func identified(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, fmt.Sprintf("%016x", rand.Uint64())) // #nosec G404 -- a name, no secret
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// logged tells of each request at debug level: the path, never the query.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err) // answers now, so that the status below is the one sent
		}
		if !s.log.Enabled(c.Request().Context(), slog.LevelDebug) {
			return nil
		}
		s.log.Debug("request", "request", requestID(c), "method", c.Request().Method, "path", c.Request().URL.Path,
			"status", c.Response().Status, "bytes", c.Response().Size,
			"took", time.Since(start), "client", c.RealIP())
		return nil
	}
}

// extractor believes X-Forwarded-For from the proxies named and from nobody
// else; without any it is not read at all.
func extractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP:   p.Addr().AsSlice(),
			Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
