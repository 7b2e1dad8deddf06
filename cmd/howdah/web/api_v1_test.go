package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
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

// oneHour is measures of one check and one hour.
type oneHour struct{}

func (oneHour) Measured(string) Measured {
	p := probe.Period{Check: "secret", Start: at(1, "20:00"), OK: 100, Slow: 15, Fail: 5, P50: 20 * time.Millisecond, P95: 30 * time.Millisecond, Max: 45678 * time.Microsecond,
		Phases: []probe.PhaseTimes{{Name: "connect", P50: 1234567 * time.Nanosecond}}}
	return Measured{Checks: []CheckTimes{{Kind: "IMAP", Hours: []probe.Period{p, {Start: at(1, "21:00"), Fail: 120}}}}, Blips: []time.Time{at(1, "11:00")}}
}

func TestV1Times(t *testing.T) {
	_, srv := serve(t, wide(), func(o *Options) { o.Measures = oneHour{} })
	o := decode(t, srv.URL+"/api/v1/components/imap/times")
	same(t, "times", o, object{"component": "imap", "blips": []any{"2005-08-01T09:00:00.000Z"}})
	check := list(t, o, "checks")[0]
	same(t, "check", check, object{"kind": "IMAP", "days": []any{}})
	hours := list(t, check, "hours")
	same(t, "an hour", hours[0], object{"start": "2005-08-01T18:00:00.000Z", "ok": 100.0, "slow": 15.0, "fail": 5.0, "inconclusive": 0.0, "p50_ms": 20.0, "p95_ms": 30.0, "max_ms": 45.678,
		"phases": []any{object{"name": "connect", "p50_ms": 1.235, "p95_ms": nil}}})
	same(t, "an hour in which nothing worked", hours[1], object{"fail": 120.0, "p50_ms": nil, "phases": []any{}})
	without(t, get(t, srv.URL+"/api/v1/components/imap/times"), "secret")
	_, quiet := serve(t, calm())
	same(t, "of nothing", decode(t, quiet.URL+"/api/v1/components/imap/times"), object{"checks": []any{}, "blips": []any{}})
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
