package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestV1RefusesParameters(t *testing.T) {
	_, srv := serve(t, wide())
	long := strings.Repeat("x", 600)
	for _, c := range []struct{ path, parameter, detail string }{
		{"status?page=1", "page", "this address takes no parameters"},
		{"components?x", "x", "takes no parameters"},
		{"components/imap?days=1", "days", "takes no parameters"},
		{"components/imap/times?days=1", "days", "takes no parameters"},
		{"incidents/i1?a=b", "a", "takes no parameters"},
		{"maintenances/m1?a=b", "a", "takes no parameters"},
		{"mail?_=1", "_", "takes no parameters"},
		{"openapi.json?v=3", "v", "takes no parameters"},
		{"incidents?page=-1", "page", "is not known here; there are state, component, since, until, limit, cursor"},
		{"incidents?limit=-1", "limit", "from 1 to 100"},
		{"incidents?limit=0", "limit", "from 1 to 100"},
		{"incidents?limit=101", "limit", "from 1 to 100"},
		{"incidents?limit=9999999999999999999999", "limit", "from 1 to 100"},
		{"incidents?limit=NaN", "limit", "from 1 to 100"},
		{"incidents?limit=1e1", "limit", "from 1 to 100"},
		{"incidents?limit=+5", "limit", "from 1 to 100"},
		{"incidents?limit=05", "limit", "from 1 to 100"},
		{"incidents?limit=", "limit", "from 1 to 100"},
		{"incidents?zebra=1&limit=0&apple=1", "apple", "is not known here"},
		{"incidents?since=x&limit=0&component=nobody", "component", "no component has this key"},
		{"incidents?limit=5&limit=6", "limit", "more than once"},
		{"incidents?state=broken", "state", "want open or one of [investigating identified monitoring resolved]"},
		{"incidents?component=nobody", "component", "no component has this key"},
		{"incidents?component=" + url.QueryEscape("' OR 1=1 --"), "component", "no component has this key"},
		{"incidents?since=0000-13-45", "since", "want a day as 2005-08-01"},
		{"incidents?since=0000-01-01", "since", "want a day"},
		{"incidents?since=99999-01-01", "since", "want a day"},
		{"incidents?since=yesterday", "since", "want a day"},
		{"incidents?since=2005-08-01T17:03:00+02:00", "since", "+ is written %2B"},
		{"incidents?since=2005-08-02&until=2005-08-01", "until", "is not after since"},
		{"incidents?cursor=abc", "cursor", "is none of ours"},
		{"incidents?cursor=" + url.QueryEscape("../../etc"), "cursor", "is none of ours"},
		{"incidents?cursor=" + long, "", "at most 512 characters"},
		{"incidents?%zz=1", "", "not well-formed"},
		{"incidents?a;b=1", "", "not well-formed"},
		{"maintenances?state=investigating", "state", "scheduled"},
		{"components/imap/days?from=2005-08-02", "from", "is yet to come"},
		{"components/imap/days?to=9999-12-31", "to", "want a day"},
		{"components/imap/days?from=2003-12-31&to=2004-01-02", "from", "days are told from 2004-01-01 on"},
		{"components/imap/days?from=2005-07-02&to=2005-07-01", "to", "is before from"},
		{"components/imap/days?from=2004-06-27", "from", "at most 400 days"},
		{"components/imap/days?from=2005-08-01T00:00:00Z", "from", "want a day"},
		{"components/imap/days?tz=../../etc", "tz", "there are from, to"},
	} {
		a := ask(t, http.MethodGet, srv.URL+"/api/v1/"+c.path)
		var got fault
		if err := json.Unmarshal([]byte(a.body), &got); err != nil {
			t.Errorf("%s: %v in %q", c.path, err, a.body)
			continue
		}
		if a.status != http.StatusBadRequest || got.Status != 400 || got.Type != "about:blank" || got.Title != "Bad Request" || got.Parameter != c.parameter || !strings.Contains(got.Detail, c.detail) {
			t.Errorf("%.80s: %d %+v, want %q: %s", c.path, a.status, got, c.parameter, c.detail)
		}
		if a.header.Get("Content-Type") != kindProblem || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("ETag") != "" {
			t.Errorf("%.80s: headers %v", c.path, a.header)
		}
		guardedHeaders(t, c.path, a.header)
	}
}

// A client of Statuspage's API may add what keeps caches away.
func TestV2TakesNoParametersAmiss(t *testing.T) {
	_, srv := serve(t, calm())
	if a := ask(t, http.MethodGet, srv.URL+"/api/v2/summary.json?_=1122908592"); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
}

func TestAPIFaultsAreProblems(t *testing.T) {
	_, srv := serve(t, wide())
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/api/v1/nothing", 404, ""},
		{"GET", "/api/v1/", 404, ""},
		{"GET", "/api/v1/components/nobody", 404, ""},
		{"GET", "/api/v1/components/nobody/days", 404, ""},
		{"GET", "/api/v1/incidents/i9", 404, ""},
		{"GET", "/api/v1/incidents/i1-mail-instability", 404, ""},
		{"GET", "/api/v1/maintenances/m9", 404, ""},
		{"GET", "/api/v2/incidents/i1.json", 404, ""},
		{"GET", "/api/v3/status", 404, ""},
		{"POST", "/api/v1/status", 405, "GET, HEAD, OPTIONS"},
		{"DELETE", "/api/v1/incidents/i1", 405, "GET, HEAD, OPTIONS"},
		{"TRACE", "/api/v2/summary.json", 405, "GET, HEAD, OPTIONS"},
	} {
		a := ask(t, c.method, srv.URL+c.path)
		var got fault
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != c.status || got.Status != c.status || got.Title != http.StatusText(c.status) || got.Detail == "" {
			t.Errorf("%s %s: %d %q, %v", c.method, c.path, a.status, a.body, err)
		}
		if a.header.Get("Content-Type") != kindProblem {
			t.Errorf("%s %s: %q", c.method, c.path, a.header.Get("Content-Type"))
		}
		allow := strings.Split(a.header.Get("Allow"), ", ")
		slices.Sort(allow)
		if strings.Join(allow, ", ") != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, allow, c.allow)
		}
		if open := a.header.Get("Access-Control-Allow-Origin") == "*"; open != (c.method == "GET") {
			t.Errorf("%s %s: open to scripts: %v", c.method, c.path, open)
		}
		guardedHeaders(t, c.path, a.header)
	}
}

func TestScriptsOfOtherSitesMayReadTheAPI(t *testing.T) {
	_, srv := serve(t, wide())
	for _, path := range []string{"/api/v1/status", "/api/v1/incidents?limit=2", "/api/v1/components/imap/days", "/api/v2/summary.json"} {
		a := ask(t, http.MethodGet, srv.URL+path, "Origin", "https://www.example.org")
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link", "Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Credentials": "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		p := ask(t, http.MethodOptions, srv.URL+path, "Origin", "https://www.example.org", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
		if p.status != http.StatusNoContent || p.header.Get("Access-Control-Allow-Origin") != "*" || p.header.Get("Access-Control-Allow-Methods") != "GET, HEAD" || !strings.Contains(p.header.Get("Access-Control-Allow-Headers"), "If-None-Match") {
			t.Errorf("%s: preflight %d %v", path, p.status, p.header)
		}
		if same := ask(t, http.MethodGet, srv.URL+path, "If-None-Match", a.header.Get("ETag")); same.status != http.StatusNotModified || same.body != "" {
			t.Errorf("%s: %d for what is known", path, same.status)
		}
		head := ask(t, http.MethodHead, srv.URL+path)
		if head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != a.header.Get("ETag") || head.header.Get("Content-Length") != fmt.Sprint(len(a.body)) {
			t.Errorf("%s: HEAD answers %d, %v", path, head.status, head.header)
		}
	}
}

// What visitors put together makes no entry in memory.
func TestV1QueriesAreNotKept(t *testing.T) {
	b := &board{}
	b.show(wide())
	s, err := New(Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}})
	if err != nil {
		t.Fatal(err)
	}
	h := s.Handler()
	ask := func(path string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code
	}
	ask("/api/v1/incidents")
	docs, stamps := len(s.current.Load().docs), len(s.stamps)
	for i := range 50 {
		for _, path := range []string{fmt.Sprintf("/api/v1/incidents?limit=%d", i+1), fmt.Sprintf("/api/v1/components/imap/days?from=2005-07-%02d", i%30+1)} {
			if got := ask(path); got != http.StatusOK {
				t.Fatalf("%s: %d", path, got)
			}
		}
		ask(fmt.Sprintf("/api/v1/components/x%d", i))
	}
	if len(s.current.Load().docs) != docs || len(s.stamps) != stamps {
		t.Errorf("%d documents became %d", docs, len(s.current.Load().docs))
	}
}
