package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

// wide is told's picture with a past, test messages and 60 earlier threads.
func wide() *incidents.Snapshot {
	s := told()
	for _, m := range s.Maintenances {
		m.Updates[0].Kind = incidents.KindPlanned
	}
	old := s.Incidents[1]
	old.Outages[0].Affected[0].Start = old.Outages[0].Start
	v := &s.Components[0]
	v.Past = incidents.Timeline{
		{Component: "imap", From: at(1, "00:00").AddDate(0, 0, -40), Condition: incidents.WasUp},
		{Component: "imap", From: at(1, "17:03"), Condition: incidents.WasDown},
		{Component: "imap", From: at(1, "18:21"), Condition: incidents.WasUp},
		{Component: "imap", From: at(1, "22:04:12"), Condition: incidents.WasDown},
	}
	v.Days = v.Past.Days(zone, s.At, 90)
	for _, d := range v.Days {
		v.Uptime90 = v.Uptime90.Plus(d.Tally)
	}
	s.Mail = []incidents.MailPath{{Component: "smtp", SeenAt: at(1, "22:00"), Within: 12345 * time.Millisecond, Count: 12, Waiting: at(1, "22:01")}}
	s.Spared = []incidents.Spared{{IncidentID: "i1", Sentences: []string{"Sending mail works (checked 22:09 SAST)."}}}
	for i := range 60 {
		begin := time.Date(2005, 6, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -i)
		s.Incidents = append(s.Incidents, &incidents.Incident{
			ID: fmt.Sprintf("ie%02d", i), Title: "Webmail outage", State: incidents.Resolved, Components: []string{"web"},
			CreatedAt: begin, StartedAt: begin, UpdatedAt: begin.Add(time.Hour), ResolvedAt: begin.Add(time.Hour),
			Updates: []incidents.Update{{ID: fmt.Sprintf("ue%02d", i), Kind: incidents.KindResolved, State: incidents.Resolved, At: begin.Add(time.Hour), AnnouncedAt: begin.Add(time.Hour), Body: "x"}},
		})
	}
	return s
}

func TestV1Status(t *testing.T) {
	b, srv := serve(t, wide())
	o := decode(t, srv.URL+"/api/v1/status")
	same(t, "status", o, object{
		"site":      object{"name": "Example Mail", "url": "https://status.example.edu/", "time_zone": "Africa/Johannesburg", "language": "en"},
		"indicator": "major", "open_incidents": []any{"i1"}, "open_maintenances": []any{"m3", "m2"}, "unsaved_since": nil, "unread_before": nil,
	})
	tag := ask(t, http.MethodGet, srv.URL+"/api/v1/status").header.Get("ETag")
	s := wide()
	s.At = s.At.Add(time.Minute)
	for i := range s.Components {
		s.Components[i].CheckedAt = s.At
	}
	b.show(s)
	if a := ask(t, http.MethodGet, srv.URL+"/api/v1/status", "If-None-Match", tag); a.status != http.StatusNotModified {
		t.Errorf("after a check that found nothing new: %d", a.status)
	}
}

func TestV1Components(t *testing.T) {
	_, srv := serve(t, wide())
	all := list(t, decode(t, srv.URL+"/api/v1/components"), "components")
	same(t, "imap", all[0], object{
		"key": "imap", "group": "Mail", "role": "other", "position": 1.0, "url": "https://status.example.edu/components/imap", "status": "major_outage",
		"answering": false, "monitored": true, "since": "2005-08-01T20:04:12.000Z", "checked_at": "2005-08-01T20:09:50.000Z", "open_incidents": []any{"i1"},
		"uptime_90_days_percent": 99.85,
	})
	same(t, "web", all[3], object{"status": "unknown", "since": nil, "group": nil, "description": nil, "uptime_90_days_percent": nil, "open_incidents": []any{}})
	days := list(t, decode(t, srv.URL+"/api/v1/components/imap"), "days")
	if len(days) != 90 {
		t.Fatalf("%d days", len(days))
	}
	same(t, "today", days[89], object{"date": "2005-08-01", "down_seconds": 5028.0, "unmonitored_seconds": 0.0, "up_seconds": 74772.0, "uptime_percent": 93.69})
	same(t, "before it was watched", days[0], object{"date": "2005-05-04", "up_seconds": 0.0, "unmonitored_seconds": 86400.0, "uptime_percent": nil})
}

func TestV1Days(t *testing.T) {
	_, srv := serve(t, wide())
	o := decode(t, srv.URL+"/api/v1/components/imap/days?from=2005-07-31&to=2005-08-01")
	same(t, "days", o, object{"component": "imap", "from": "2005-07-31", "to": "2005-08-01", "time_zone": "Africa/Johannesburg"})
	if days := list(t, o, "days"); len(days) != 2 || days[0]["date"] != "2005-07-31" || days[0]["up_seconds"] != 86400.0 {
		t.Errorf("%v", days)
	}
	same(t, "both", o["all"].(object), object{"up_seconds": 161172.0, "down_seconds": 5028.0})
	if days := list(t, decode(t, srv.URL+"/api/v1/components/imap/days"), "days"); len(days) != 90 || days[89]["date"] != "2005-08-01" {
		t.Errorf("without a span: %d days", len(days))
	}
	if days := list(t, decode(t, srv.URL+"/api/v1/components/imap/days?to=2004-01-02"), "days"); len(days) != 2 || days[0]["date"] != "2004-01-01" {
		t.Errorf("at the beginning of what is known: %v", days)
	}
	if days := list(t, decode(t, srv.URL+"/api/v1/components/imap/days?from=2004-06-28"), "days"); len(days) != maxDays {
		t.Errorf("as many as there may be: %d", len(days))
	}
}

func TestV1Incident(t *testing.T) {
	_, srv := serve(t, wide())
	o := decode(t, srv.URL+"/api/v1/incidents/i1")
	same(t, "incident", o, object{
		"id": "i1", "title": "Mail instability", "state": "investigating", "impact": "major", "ongoing": true, "outage_count": 2.0, "downtime_seconds": nil,
		"url": "https://status.example.edu/incidents/i1-mail-instability", "started_at": "2005-08-01T15:03:10.000Z",
		"not_affected": []any{"Sending mail works (checked 22:09 SAST)."}, "test_messages": object{"sent": 2.0, "arrived": 1.0}, "former_ids": []any{"iold"},
	})
	outages := list(t, o, "outages")
	same(t, "first outage", outages[0], object{
		"id": "o1", "duration_seconds": 4987.0, "intermittent": false, // from when staff say that it began
		"start": object{"at": "2005-08-01T14:58:00.000Z", "earliest": "2005-08-01T14:58:00.000Z", "latest": "2005-08-01T14:58:00.000Z"},
	})
	same(t, "a component of it", list(t, outages[0], "components")[0], object{
		"component": "imap", "partly": false, "start": object{"at": "2005-08-01T15:02:55.000Z", "earliest": "2005-08-01T15:02:40.000Z", "latest": "2005-08-01T15:03:10.000Z"},
	})
	same(t, "second outage", outages[1], object{"end": nil, "duration_seconds": nil})
	updates := list(t, o, "updates")
	var order []any
	for _, u := range updates {
		order = append(order, u["id"])
	}
	if updates[0]["id"] != o["latest_update"].(object)["id"] || !slices.IsSortedFunc(updates, func(a, b object) int { return -strings.Compare(a["at"].(string), b["at"].(string)) }) {
		t.Errorf("updates in the order %v", order)
	}
	i := slices.IndexFunc(updates, func(u object) bool { return u["topic"] == "cause" })
	if i < 0 {
		t.Fatalf("no update tells the cause: %v", updates)
	}
	same(t, "cause", updates[i], object{"by_staff": true, "kind": "staff"})
	if earlier := list(t, updates[i], "earlier_texts"); len(earlier) != 1 || earlier[0]["body"] != "It was started again." {
		t.Errorf("%v", earlier)
	}
	for _, c := range list(t, o, "changes") {
		if c["what"] == "taken" {
			t.Errorf("readers are told %v", c)
		}
	}
	without(t, get(t, srv.URL+"/api/v1/incidents/i1"), "Robin", "elephant", "Mark")
	a := ask(t, http.MethodGet, srv.URL+"/api/v1/incidents/iold")
	if a.status != http.StatusMovedPermanently || a.header.Get("Location") != "/api/v1/incidents/i1" || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a merged incident: %d to %q", a.status, a.header.Get("Location"))
	}
}

func TestV1IncidentsByPage(t *testing.T) {
	b, srv := serve(t, wide())
	var ids []string
	next := "/api/v1/incidents?limit=20"
	for pages := 0; next != ""; pages++ {
		a := ask(t, http.MethodGet, srv.URL+next)
		var page struct {
			Incidents []struct{ ID string }
			Next      *string
		}
		if err := json.Unmarshal([]byte(a.body), &page); a.status != http.StatusOK || err != nil {
			t.Fatalf("%s: %d, %v", next, a.status, err)
		}
		for _, in := range page.Incidents {
			ids = append(ids, in.ID)
		}
		links := strings.Join(a.header.Values("Link"), ", ")
		inOrder(t, links, `<https://status.example.edu/api/v1/openapi.json>; rel="service-desc"`, `<https://status.example.edu/api/v1/incidents?limit=20>; rel="first"`)
		if page.Next == nil {
			without(t, links, `rel="next"`)
			break
		}
		inOrder(t, links, "<"+*page.Next+`>; rel="next"`)
		next = strings.TrimPrefix(*page.Next, "https://status.example.edu")
		if pages == 0 { // another comes while we read on
			s := wide()
			s.Incidents = append([]*incidents.Incident{{ID: "inew", StartedAt: at(1, "22:09"), CreatedAt: at(1, "22:09"), State: incidents.Investigating}}, s.Incidents...)
			b.show(s)
		}
		if pages == 1 { // and one that we have just read goes
			s := wide()
			s.Incidents = slices.DeleteFunc(s.Incidents, func(in *incidents.Incident) bool { return in.ID == ids[len(ids)-1] })
			b.show(s)
		}
	}
	if len(ids) != 62 || len(slices.Compact(slices.Clone(ids))) != 62 || ids[0] != "i1" || ids[61] != "ie59" {
		t.Errorf("%d: %v", len(ids), ids)
	}
	first := list(t, decode(t, srv.URL+"/api/v1/incidents"), "incidents")
	if len(first) != defaultLimit {
		t.Errorf("%d on a page that names no limit", len(first))
	}
	if a := ask(t, http.MethodGet, srv.URL+"/api/v1/incidents?cursor="+(mark{time.Unix(0, 0), "gone"}).text()); a.status != http.StatusOK || !strings.Contains(a.body, `"incidents":[],"next":null`) {
		t.Errorf("after the last: %d %s", a.status, a.body)
	}
}

func TestV1Filters(t *testing.T) {
	_, srv := serve(t, wide())
	for _, c := range []struct{ query, want string }{
		{"incidents?state=open", "i1"},
		{"incidents?state=investigating", "i1"},
		{"incidents?state=monitoring", ""},
		{"incidents?component=smtp", "i0"},
		{"incidents?component=web&limit=2", "ie00 ie01"},
		{"incidents?since=2005-07-14", "i1 i0"},
		{"incidents?since=2005-07-15", "i1"},
		{"incidents?since=2005-07-14T08:22:00Z&until=2005-07-15", "i0"},
		{"incidents?since=2005-07-14T10:22:00%2B02:00&until=2005-07-15", "i0"},
		{"incidents?since=2005-07-14T10:22:01%2B02:00&until=2005-07-15", ""},
		{"incidents?state=resolved&until=2005-07-14T07:00:00Z&limit=1", "ie00"},
		{"maintenances", "m3 m2 m1"},
		{"maintenances?state=open", "m3 m2"},
		{"maintenances?state=scheduled&component=web", "m3"},
		{"maintenances?since=2005-08-02", "m3"},
		{"maintenances?until=2005-08-01T20:00:00Z", "m1"},
	} {
		var ids []string
		what, _, _ := strings.Cut(c.query, "?")
		for _, v := range list(t, decode(t, srv.URL+"/api/v1/"+c.query), what) {
			ids = append(ids, v["id"].(string))
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.query, got, c.want)
		}
	}
}

func TestV1RefusesParameters(t *testing.T) {
	_, srv := serve(t, wide())
	long := strings.Repeat("x", 600)
	for _, c := range []struct{ path, parameter, detail string }{
		{"status?page=1", "page", "this address takes no parameters"},
		{"components?x", "x", "takes no parameters"},
		{"components/imap?days=1", "days", "takes no parameters"},
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

func TestPermalinkOfAnUpdate(t *testing.T) {
	_, srv := serve(t, told())
	for id, want := range map[string]string{"u3": "/incidents/i1-mail-instability#update-u3", "u0": "/incidents/i0-sending-mail-outage#update-u0"} {
		if a := ask(t, http.MethodGet, srv.URL+"/updates/"+id); a.status != http.StatusFound || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", id, a.status, a.header.Get("Location"), want)
		}
	}
	if a := ask(t, http.MethodGet, srv.URL+"/updates/u99"); a.status != http.StatusNotFound {
		t.Errorf("an update that never was: %d", a.status)
	}
	if !reflect.DeepEqual(told().Incidents[0].Aliases, []string{"iold"}) {
		t.Error("the picture has no merged thread")
	}
}
