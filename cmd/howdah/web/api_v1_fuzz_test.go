package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"howdah/incidents"
)

// Whatever is asked, the answer is an answer or a problem, never a fault of
// ours, and never longer than a page.
func FuzzV1Query(f *testing.F) {
	for _, q := range []string{"", "limit=5", "state=open&component=imap", "since=2005-08-01&until=2005-08-02T00:00:00Z", "cursor=" + (mark{at(1, "17:03"), "i1"}).text(), "from=2005-07-01&to=2005-08-01", "limit=NaN", "a;b", "%zz", "from=0000-13-45"} {
		f.Add(q)
	}
	b := &board{}
	b.show(wide())
	s, err := New(Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}, Zone: zone}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, q string) {
		for _, path := range []string{"incidents", "maintenances", "components/imap/days", "status"} {
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/api/v1/" + path, RawQuery: q}, Header: http.Header{}, Host: "x"})
			var o struct {
				Incidents, Maintenances, Days []any
				Status                        int
			}
			if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
				t.Fatalf("%s?%s: %v", path, q, err)
			}
			if w.Code != http.StatusOK && (w.Code != http.StatusBadRequest || o.Status != w.Code) {
				t.Errorf("%s?%s: %d", path, q, w.Code)
			}
			if len(o.Incidents) > maxLimit || len(o.Maintenances) > maxLimit || len(o.Days) > maxDays {
				t.Errorf("%s?%s: %d, %d, %d", path, q, len(o.Incidents), len(o.Maintenances), len(o.Days))
			}
			for _, link := range w.Header().Values("Link") {
				if strings.ContainsAny(link, "\r\n") || strings.Count(link, "<") != 1 || strings.Count(link, ">") != 1 {
					t.Errorf("%s?%s: Link %q", path, q, link)
				}
			}
		}
	})
}

// Reading on from any place ends, and shows nothing twice.
func FuzzCursor(f *testing.F) {
	f.Add("i1", int64(0), 3)
	f.Add("gone", int64(1122908592000), 1)
	f.Fuzz(func(t *testing.T, id string, ms int64, limit int) {
		if limit < 1 || limit > maxLimit {
			return
		}
		list := wide().Incidents
		m, ok := parseMark((mark{id: id}).text())
		if ok != (id != "") || ok && m.id != id {
			t.Fatalf("mark of %q: %v, %v", id, m, ok)
		}
		from := filter{limit: limit, cursor: &mark{at(1, "00:00").AddDate(0, 0, -int(ms%4000)), id}}
		seen := map[string]bool{}
		for more := true; more; {
			var page []*incidents.Incident
			page, more = take(list, from, incidentMark, func(*incidents.Incident) bool { return true })
			for _, in := range page {
				if seen[in.ID] {
					t.Fatalf("%s is shown twice", in.ID)
				}
				seen[in.ID] = true
			}
			if len(page) > 0 {
				last := incidentMark(page[len(page)-1])
				from.cursor = &last
			}
		}
	})
}
