package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"
)

func figures() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "howdah_up 1") })
}

func TestMetricsAreForThisMachine(t *testing.T) {
	local := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	remote := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		what    string
		peer    string
		header  string
		value   string
		proxies []netip.Prefix
		public  bool
		want    int
	}{
		{what: "from this machine", peer: "127.0.0.1:4000", want: 200},
		{what: "over IPv6", peer: "[::1]:4000", want: 200},
		{what: "over IPv6 by IPv4", peer: "[::ffff:127.0.0.1]:4000", want: 200},
		{what: "from elsewhere", peer: "10.0.0.7:4000", want: 403},
		{what: "from elsewhere, but it says otherwise", peer: "10.0.0.7:4000", header: "X-Forwarded-For", value: "127.0.0.1", want: 403},
		{what: "through a proxy elsewhere", peer: "10.0.0.7:4000", header: "X-Forwarded-For", value: "127.0.0.1", proxies: remote, want: 403},
		{what: "through an unknown proxy here", peer: "127.0.0.1:4000", header: "X-Forwarded-For", value: "127.0.0.1", want: 403},
		{what: "through a trusted proxy here", peer: "127.0.0.1:4000", header: "X-Forwarded-For", value: "127.0.0.1", proxies: local, want: 403},
		{what: "through a proxy that names nobody", peer: "127.0.0.1:4000", header: "Via", value: "1.1 proxy", want: 403},
		{what: "through a proxy that follows RFC 7239", peer: "127.0.0.1:4000", header: "Forwarded", value: "for=127.0.0.1", want: 403},
		{what: "public, from elsewhere", peer: "10.0.0.7:4000", public: true, want: 200},
		{what: "public, through a proxy", peer: "127.0.0.1:4000", header: "X-Forwarded-For", value: "192.0.2.1", proxies: local, public: true, want: 200},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := &board{}
			b.show(calm())
			s, err := New(Options{
				Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}},
				Metrics: figures(), MetricsPublic: c.public, Probe: figures(), ProbePublic: c.public, TrustedProxies: c.proxies,
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"/metrics", "/probe"} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr = c.peer
				if c.header != "" {
					r.Header.Set(c.header, c.value)
				}
				w := httptest.NewRecorder()
				s.Handler().ServeHTTP(w, r)
				if got := w.Body.String(); w.Code != c.want || (got == "howdah_up 1\n") != (c.want == 200) {
					t.Errorf("%s: %d %q, want %d", path, w.Code, got, c.want)
				}
				guardedHeaders(t, path, w.Header())
			}
		})
	}
}

func TestMetricsThatAreOff(t *testing.T) {
	_, srv := serve(t, calm())
	for _, path := range []string{"/metrics", "/probe"} {
		if a := ask(t, http.MethodGet, srv.URL+path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

func TestRenewedServerGoesOnWithTheDates(t *testing.T) {
	b := &board{}
	b.show(calm())
	o := Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	date := func(s *Server) time.Time {
		t.Helper()
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		at, err := http.ParseTime(w.Header().Get("Last-Modified"))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	before := date(s)
	same, err := s.Renew(o)
	if err != nil {
		t.Fatal(err)
	}
	if at := date(same); !at.Equal(before) {
		t.Errorf("the same page is of %v, was of %v", at, before)
	}
	o.Site.Name = "Post"
	n, err := same.Renew(o)
	if err != nil {
		t.Fatal(err)
	}
	if at := date(n); !at.After(before) {
		t.Errorf("the page with another name is of %v, the one before of %v", at, before)
	}
	o.Site.Name = ""
	if _, err := n.Renew(o); err == nil {
		t.Error("a site without a name was accepted")
	}
}
