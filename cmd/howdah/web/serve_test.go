package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

// everything is each address that the story's site answers with 200.
var everything = []string{
	"/", "/history", "/history/2005-08", "/history/2005-08-01", "/incidents/i1-mail-instability", "/incidents/i0-sending-mail-outage", "/components/imap",
	"/updates.rss", "/updates.atom", "/updates.json", "/feed.rss", "/feed.atom", "/feed.json",
	"/history.rss", "/history.atom", "/components/imap/feed.rss", "/components/imap/feed.atom", "/components/imap/feed.json",
	"/api/v2/summary.json", "/api/v2/status.json", "/api/v2/components.json", "/api/v2/incidents.json", "/api/v2/incidents/unresolved.json",
	"/api/v2/scheduled-maintenances.json", "/api/v2/scheduled-maintenances/upcoming.json", "/api/v2/scheduled-maintenances/active.json",
	"/api/v1/status", "/api/v1/components", "/api/v1/components/imap", "/api/v1/incidents", "/api/v1/incidents/i1", "/api/v1/openapi.json",
	"/healthz", "/readyz",
}

func kindOf(path string) string {
	switch {
	case strings.HasSuffix(path, ".rss"):
		return "application/rss+xml; charset=utf-8"
	case strings.HasSuffix(path, ".atom"):
		return "application/atom+xml; charset=utf-8"
	case strings.HasPrefix(path, "/api/"):
		return "application/json; charset=utf-8"
	case strings.HasSuffix(path, ".json"):
		return "application/feed+json; charset=utf-8"
	case strings.HasSuffix(path, "z"):
		return "text/plain; charset=utf-8"
	}
	return "text/html; charset=utf-8"
}

func guardedHeaders(t *testing.T, what string, h http.Header) {
	t.Helper()
	csp := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "style-src 'sha256-", "img-src 'self' data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, part) {
			t.Errorf("%s: policy %q lacks %q", what, csp, part)
		}
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	if h.Get("Cross-Origin-Resource-Policy") == "" {
		t.Errorf("%s: no Cross-Origin-Resource-Policy", what)
	}
	if len(h.Values("Set-Cookie")) > 0 {
		t.Errorf("%s: sets a cookie", what)
	}
}

func TestEveryAddressAnswers(t *testing.T) {
	_, srv := serve(t, down())
	for _, path := range everything {
		a := ask(t, http.MethodGet, srv.URL+path)
		if a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
			continue
		}
		if got := a.header.Get("Content-Type"); got != kindOf(path) {
			t.Errorf("%s: Content-Type %q, want %q", path, got, kindOf(path))
		}
		guardedHeaders(t, path, a.header)
		shared := strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, ".rss") || strings.HasSuffix(path, ".atom") || strings.HasSuffix(path, ".json")
		if got := a.header.Get("Access-Control-Allow-Origin") == "*"; got != shared {
			t.Errorf("%s: open to scripts of other sites: %v, want %v", path, got, shared)
		}
		head := ask(t, http.MethodHead, srv.URL+path)
		if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Length") != a.header.Get("Content-Length") {
			t.Errorf("%s: HEAD answers %d with %d bytes and Content-Length %q, GET's is %q",
				path, head.status, len(head.body), head.header.Get("Content-Length"), a.header.Get("Content-Length"))
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	_, srv := serve(t, down())
	for _, path := range []string{
		"/nothing", "/incidents", "/incidents/", "/incidents/i9-mail", "/incidents/-", "/components/nobody", "/components/nobody/feed.rss",
		"/api/v2/nothing.json", "/api/v2/incidents/i1.json", "/index.php", "/..%2f..%2fetc/passwd", "/%00", "//", "/incidents/i1/extra",
	} {
		a := ask(t, http.MethodGet, srv.URL+path)
		if a.status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, a.status)
		}
		guardedHeaders(t, path, a.header)
		if got := a.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if strings.HasPrefix(path, "/api/") {
			if !strings.HasPrefix(a.body, `{"type":"about:blank","title":"Not Found","status":404,`) {
				t.Errorf("%s: %q", path, a.body)
			}
		} else if !strings.Contains(a.body, "<h1>Page not found</h1>") {
			t.Errorf("%s: no page says so: %.200q", path, a.body)
		}
	}
}

func TestOnlyReading(t *testing.T) {
	_, srv := serve(t, down())
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		a := ask(t, method, srv.URL+"/")
		if a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d, want 405", method, a.status)
		}
		if allow := a.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "HEAD") || strings.Contains(allow, "POST") {
			t.Errorf("%s: Allow %q", method, allow)
		}
		guardedHeaders(t, method, a.header)
	}
}

func TestStyleIsTheOneThatThePolicyLetsThrough(t *testing.T) {
	_, srv := serve(t, down())
	a := ask(t, http.MethodGet, srv.URL+"/")
	styles := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(a.body, -1)
	if len(styles) != 1 {
		t.Fatalf("%d style elements", len(styles))
	}
	sum := sha256.Sum256([]byte(styles[0][1]))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(a.header.Get("Content-Security-Policy"), want) {
		t.Errorf("policy lacks the style's hash %s", want)
	}
}

func TestSiteBelowAPath(t *testing.T) {
	_, srv := serve(t, down(), func(o *Options) {
		o.Site.URL = &url.URL{Scheme: "https", Host: "www.example.edu", Path: "/mail/status/"}
	})
	// A proxy may leave the path or strip it.
	for _, prefix := range []string{"/mail/status", ""} {
		for _, path := range everything {
			a := ask(t, http.MethodGet, srv.URL+prefix+path)
			if a.status != http.StatusOK {
				t.Errorf("%s%s: %d", prefix, path, a.status)
			}
			for _, m := range regexp.MustCompile(`(?:href|src)="(/[^"]*)"`).FindAllStringSubmatch(a.body, -1) {
				if !strings.HasPrefix(m[1], "/mail/status/") {
					t.Errorf("%s%s: link %q leaves the path", prefix, path, m[1])
				}
			}
		}
		a := ask(t, http.MethodGet, srv.URL+prefix+"/incidents/i1-old-title")
		if got, want := a.header.Get("Location"), "/mail/status/incidents/i1-mail-instability"; got != want {
			t.Errorf("redirect to %q, want %q", got, want)
		}
	}
	if a := ask(t, http.MethodGet, srv.URL+"/mail/status"); a.status != http.StatusOK {
		t.Errorf("the path without its slash: %d", a.status)
	}
	if a := ask(t, http.MethodGet, srv.URL+"/mail/statusquo"); a.status != http.StatusNotFound {
		t.Errorf("a path that only begins alike: %d", a.status)
	}
	front := get(t, srv.URL+"/")
	inOrder(t, front, `<link rel="canonical" href="https://www.example.edu/mail/status/">`)
	inOrder(t, get(t, srv.URL+"/api/v2/summary.json"), `"url":"https://www.example.edu/mail/status"`, `"shortlink":"https://www.example.edu/mail/status/incidents/i1"`)
}

func TestEveryLinkOfEveryPageLeadsSomewhere(t *testing.T) {
	for _, snap := range []*incidents.Snapshot{down(), busy()} {
		followLinks(t, snap)
	}
}

func followLinks(t *testing.T, snap *incidents.Snapshot) {
	t.Helper()
	_, srv := serve(t, snap)
	seen := map[string]bool{}
	queue := []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if path, _, _ = strings.Cut(path, "#"); seen[path] || path == "" {
			continue
		}
		seen[path] = true
		a := ask(t, http.MethodGet, srv.URL+path)
		if a.status != http.StatusOK {
			t.Errorf("%s: %d", path, a.status)
		}
		if kindOf(path) != kindHTML {
			continue
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(a.body, -1) {
			switch {
			case strings.HasPrefix(m[1], "/"):
				queue = append(queue, m[1])
			case strings.HasPrefix(m[1], "#"):
				if !strings.Contains(a.body, `id="`+m[1][1:]+`"`) {
					t.Errorf("%s: nothing has the ID of %q", path, m[1])
				}
			case !strings.HasPrefix(m[1], "data:") && !strings.HasPrefix(m[1], "https://status.example.edu/"):
				t.Errorf("%s: link to %q", path, m[1])
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d addresses were found", len(seen))
	}
}

// broken is a Board that panics.
type broken struct{}

func (broken) Snapshot() *incidents.Snapshot { panic("no picture") }

func TestPanicIsAFaultThatSaysNothing(t *testing.T) {
	var logged bytes.Buffer
	_, srv := serve(t, calm(), func(o *Options) {
		o.Board = broken{}
		o.Log = slog.New(slog.NewTextHandler(&logged, nil))
	})
	a := ask(t, http.MethodGet, srv.URL+"/")
	if a.status != http.StatusInternalServerError {
		t.Errorf("%d, want 500", a.status)
	}
	inOrder(t, a.body, "Something went wrong")
	without(t, a.body, "no picture", "goroutine")
	guardedHeaders(t, "/", a.header)
	inOrder(t, logged.String(), "no picture")
	if a := ask(t, http.MethodGet, srv.URL+"/healthz"); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
}

func TestPageThatCantBeMadeLeavesTheOthers(t *testing.T) {
	s := down()
	s.Incidents = append(s.Incidents, nil)
	_, srv := serve(t, s, func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
	for range 2 {
		if a := ask(t, http.MethodGet, srv.URL+"/history"); a.status != http.StatusInternalServerError {
			t.Errorf("history: %d, want 500", a.status)
		}
	}
	if a := ask(t, http.MethodGet, srv.URL+"/healthz"); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
}

func TestReadiness(t *testing.T) {
	var why error
	_, srv := serve(t, calm(), func(o *Options) {
		o.Ready = func() error { return why }
		o.Log = slog.New(slog.DiscardHandler)
	})
	if a := ask(t, http.MethodGet, srv.URL+"/readyz"); a.status != http.StatusOK || a.body != "ready\n" {
		t.Errorf("ready: %d %q", a.status, a.body)
	}
	why = errors.New("disk /var/lib is full")
	a := ask(t, http.MethodGet, srv.URL+"/readyz")
	if a.status != http.StatusServiceUnavailable || a.body != "not ready: disk /var/lib is full\n" {
		t.Errorf("not ready: %d %q", a.status, a.body)
	}
	a = ask(t, http.MethodGet, srv.URL+"/readyz", "X-Forwarded-For", "127.0.0.1")
	if a.status != http.StatusServiceUnavailable || a.body != "not ready\n" {
		t.Errorf("not ready, through a proxy: %d %q", a.status, a.body)
	}
	if a := ask(t, http.MethodGet, srv.URL+"/healthz"); a.status != http.StatusOK || a.body != "ok\n" {
		t.Errorf("alive: %d %q", a.status, a.body)
	}
}

func TestForwardedForIsBelievedOnlyFromProxies(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "10.0.0.7:4000"
	r.Header.Set("X-Forwarded-For", "6.6.6.6, 192.0.2.1")
	for _, c := range []struct {
		proxies []netip.Prefix
		want    string
	}{
		{nil, "10.0.0.7"},
		{[]netip.Prefix{netip.MustParsePrefix("172.16.0.0/12")}, "10.0.0.7"},
		{[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "192.0.2.1"},
	} {
		if got := extractor(c.proxies)(r); got != c.want {
			t.Errorf("proxies %v: client is %s, want %s", c.proxies, got, c.want)
		}
	}
}

func TestNewRefusesWhatCantWork(t *testing.T) {
	ok := Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}
	b := &board{}
	b.show(calm())
	for name, o := range map[string]Options{
		"no board": {Site: ok},
		"no URL":   {Board: b, Site: Site{Name: "Mail"}},
		"no host":  {Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https"}}},
		"mailto":   {Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "mailto", Opaque: "a@example.edu"}}},
		"no name":  {Board: b, Site: Site{URL: ok.URL}},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestServerBoundsEverything(t *testing.T) {
	h := HTTPServer(http.NotFoundHandler())
	for name, d := range map[string]time.Duration{
		"ReadHeaderTimeout": h.ReadHeaderTimeout, "ReadTimeout": h.ReadTimeout, "WriteTimeout": h.WriteTimeout, "IdleTimeout": h.IdleTimeout,
	} {
		if d <= 0 {
			t.Errorf("%s is not set", name)
		}
	}
	_, srv := serve(t, calm())
	limited := httptest.NewUnstartedServer(srv.Config.Handler)
	limited.Config = HTTPServer(srv.Config.Handler)
	limited.Start()
	defer limited.Close()
	if a := ask(t, http.MethodGet, limited.URL+"/", "X-Long", strings.Repeat("x", 64<<10)); a.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KiB of header: %d, want 431", a.status)
	}
}
