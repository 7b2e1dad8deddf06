package web

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"testing"
	"time"

	"howdah/incidents"
)

// object is JSON as a client without our types sees it.
type object = map[string]any

func decode(t *testing.T, url string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(get(t, url)), &o); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return o
}

// keys checks that the object has exactly these.
func keys(t *testing.T, what string, o object, want ...string) {
	t.Helper()
	var got []string
	for k := range o {
		got = append(got, k)
	}
	sort.Strings(got)
	sort.Strings(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s has keys %v, want %v", what, got, want)
	}
}

// same compares some of an object's fields.
func same(t *testing.T, what string, o, want object) {
	t.Helper()
	for k, v := range want {
		if got, ok := o[k]; !ok || !reflect.DeepEqual(got, v) {
			t.Errorf("%s: %s is %#v, want %#v", what, k, got, v)
		}
	}
}

func list(t *testing.T, o object, key string) []object {
	t.Helper()
	items, ok := o[key].([]any)
	if !ok {
		t.Fatalf("%s is %#v, want a list", key, o[key])
	}
	var out []object
	for _, it := range items {
		out = append(out, it.(object))
	}
	return out
}

func TestAPITopLevels(t *testing.T) {
	_, srv := serve(t, down())
	for path, want := range map[string][]string{
		"summary":                         {"page", "status", "components", "incidents", "scheduled_maintenances"},
		"status":                          {"page", "status"},
		"components":                      {"page", "components"},
		"incidents":                       {"page", "incidents"},
		"incidents/unresolved":            {"page", "incidents"},
		"scheduled-maintenances":          {"page", "scheduled_maintenances"},
		"scheduled-maintenances/upcoming": {"page", "scheduled_maintenances"},
		"scheduled-maintenances/active":   {"page", "scheduled_maintenances"},
	} {
		o := decode(t, srv.URL+"/api/v2/"+path+".json")
		keys(t, path, o, want...)
		page := o["page"].(object)
		keys(t, path+" page", page, "id", "name", "url", "time_zone", "updated_at")
		same(t, path+" page", page, object{
			"name": "Example Mail", "url": "https://status.example.edu", "time_zone": "Africa/Johannesburg",
			"updated_at": "2005-08-01T22:04:20.000+02:00",
		})
		if o["status"] != nil {
			same(t, path, o, object{"status": object{
				"indicator": "major", "description": "Partial System Outage",
				"headline": "Reading mail (IMAP) and Fetching mail (POP3) have not worked since 22:04:12 SAST",
			}})
		}
		if o["scheduled_maintenances"] != nil && len(list(t, o, "scheduled_maintenances")) != 0 {
			t.Errorf("%s: maintenance out of nowhere", path)
		}
	}
}

var componentKeys = []string{"id", "name", "status", "created_at", "updated_at", "position", "description", "showcase",
	"start_date", "group_id", "page_id", "group", "only_show_if_degraded"}

func TestAPIComponents(t *testing.T) {
	_, srv := serve(t, down())
	o := decode(t, srv.URL+"/api/v2/components.json")
	page := o["page"].(object)["id"]
	got := list(t, o, "components")
	if len(got) != 5 {
		t.Fatalf("%d components, want a group and its three, and one alone", len(got))
	}
	group := got[0]
	keys(t, "group", group, append(componentKeys, "components")...)
	same(t, "group", group, object{
		"name": "Mail", "status": "major_outage", "group": true, "group_id": nil, "description": nil, "page_id": page,
		"components": []any{"imap", "pop3", "smtp"}, "position": 1.0, "updated_at": "2005-08-01T22:04:12.000+02:00",
	})
	for _, c := range got[1:] {
		keys(t, "component", c, componentKeys...)
	}
	same(t, "imap", got[1], object{
		"id": "imap", "name": "Reading mail (IMAP)", "status": "major_outage", "position": 1.0, "showcase": true, "start_date": nil,
		"description": "For Pegasus Mail, Outlook, Thunderbird and others.", "group_id": group["id"], "group": false,
		"page_id": page, "only_show_if_degraded": false,
		"created_at": "2005-08-01T22:04:12.000+02:00", "updated_at": "2005-08-01T22:04:12.000+02:00",
	})
	same(t, "smtp", got[3], object{"id": "smtp", "position": 3.0, "status": "operational", "description": nil, "group_id": group["id"]})
	same(t, "web", got[4], object{"id": "web", "group_id": nil, "description": "No current data.", "position": 2.0})
}

func TestAPIIncidents(t *testing.T) {
	_, srv := serve(t, down())
	all := list(t, decode(t, srv.URL+"/api/v2/incidents.json"), "incidents")
	if len(all) != 2 || all[0]["id"] != "i1" || all[1]["id"] != "i0" {
		t.Fatalf("incidents are %v, want the newest first", all)
	}
	for _, path := range []string{"summary", "incidents/unresolved"} {
		open := list(t, decode(t, srv.URL+"/api/v2/"+path+".json"), "incidents")
		if len(open) != 1 || !reflect.DeepEqual(open[0], all[0]) {
			t.Errorf("%s: unresolved are %v", path, open)
		}
	}
	in := all[0]
	keys(t, "incident", in, "id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact", "shortlink",
		"started_at", "page_id", "reminder_intervals", "incident_updates", "components", "outages")
	same(t, "incident", in, object{
		"name": "Mail instability", "status": "investigating", "impact": "major", "shortlink": "https://status.example.edu/incidents/i1",
		"created_at": "2005-08-01T17:03:12.000+02:00", "updated_at": "2005-08-01T22:04:20.000+02:00",
		"started_at": "2005-08-01T17:03:10.000+02:00", "monitoring_at": nil, "resolved_at": nil, "reminder_intervals": nil,
		"outages": []any{
			object{"started_at": "2005-08-01T17:02:55.000+02:00", "ended_at": "2005-08-01T18:21:07.000+02:00", "duration_seconds": 4692.0, "components": []any{"imap", "pop3"}},
			object{"started_at": "2005-08-01T22:04:12.000+02:00", "ended_at": nil, "duration_seconds": nil, "components": []any{"imap", "pop3"}},
		},
	})
	same(t, "resolved incident", all[1], object{
		"status": "resolved", "monitoring_at": "2005-07-14T09:22:00.000+02:00", "resolved_at": "2005-07-14T10:22:00.000+02:00",
	})
	if c := list(t, in, "components"); len(c) != 2 || c[0]["id"] != "imap" || c[0]["status"] != "major_outage" {
		t.Errorf("components of the incident are %v", c)
	}
	updates := list(t, in, "incident_updates")
	var order []any
	for _, u := range updates {
		keys(t, "update", u, "id", "status", "body", "incident_id", "created_at", "updated_at", "display_at", "affected_components",
			"deliver_notifications", "custom_tweet", "tweet_id")
		order = append(order, u["id"])
	}
	if !reflect.DeepEqual(order, []any{"u4", "u3", "u2", "u1"}) {
		t.Errorf("updates are in the order %v, want the newest first", order)
	}
	same(t, "update of staff", updates[1], object{
		"status": "monitoring", "body": "The machine was started again by hand.\nWe don't know yet why it stopped.", "incident_id": "i1",
		"created_at": "2005-08-01T18:40:00.000+02:00", "display_at": "2005-08-01T18:40:00.000+02:00",
		"affected_components": nil, "custom_tweet": nil, "tweet_id": nil, "deliver_notifications": true,
	})
	same(t, "first update", updates[3], object{"affected_components": []any{
		object{"code": "imap", "name": "Reading mail (IMAP)", "old_status": "operational", "new_status": "major_outage"},
		object{"code": "pop3", "name": "Fetching mail (POP3)", "old_status": "operational", "new_status": "major_outage"},
	}})
	without(t, get(t, srv.URL+"/api/v2/incidents.json"), "Robin", "elephant")
}

func TestAPIStatusInSetPhrases(t *testing.T) {
	for _, c := range []struct {
		indicator, want, description string
		statuses                     string // of components: a letter each
	}{
		{"none", "none", "All Systems Operational", "oooo"},
		{"none", "none", "All Systems Operational", "ooou"}, // nobody claims to watch that one
		{"minor", "minor", "Partially Degraded Service", "dooo"},
		{"minor", "minor", "Minor Service Outage", "dpoo"},
		{"major", "major", "Partial System Outage", "mpoo"},
		{"critical", "critical", "Major Service Outage", "mmmm"},
		{"none", "maintenance", "Service Under Maintenance", "xooo"},
		{"major", "major", "Partial System Outage", "xmoo"},
		{"none", "none", "No Current Data", "????"},
		{"none", "none", "No Current Data", "???u"},
		{"none", "none", "No Current Data for Some Systems", "?ooo"},
		{"minor", "minor", "Minor Service Outage", "?poo"},
	} {
		s := calm()
		s.Indicator = incidents.Indicator(c.indicator)
		for i, letter := range c.statuses {
			v := &s.Components[i]
			v.Status = map[rune]incidents.Status{'d': incidents.DegradedPerf, 'p': incidents.PartialOutage, 'm': incidents.MajorOutage, 'x': incidents.UnderMaintenance}[letter]
			if v.Status == "" {
				v.Status = incidents.Operational
			}
			v.NoData, v.Unwatched = letter == '?' || letter == 'u', letter == 'u'
		}
		_, srv := serve(t, s)
		same(t, c.statuses, decode(t, srv.URL+"/api/v2/status.json")["status"].(object), object{"indicator": c.want, "description": c.description, "headline": s.Headline})
	}
}

// What a component was known to be first is when it was created.
func TestAPIComponentsKeepTheirBirthday(t *testing.T) {
	s := down()
	s.Components[0].Past = incidents.Timeline{{Component: "imap", From: at(1, "06:00"), Condition: incidents.WasUp}, {Component: "imap", From: at(1, "22:04:12"), Condition: incidents.WasDown}}
	_, srv := serve(t, s)
	same(t, "imap", list(t, decode(t, srv.URL+"/api/v2/components.json"), "components")[1], object{
		"created_at": "2005-08-01T06:00:00.000+02:00", "updated_at": "2005-08-01T22:04:12.000+02:00",
	})
}

func TestAPIOfAnEmptySite(t *testing.T) {
	_, srv := serve(t, &incidents.Snapshot{Version: 1, Indicator: incidents.IndicatorNone, Headline: "No current data"})
	o := decode(t, srv.URL+"/api/v2/summary.json")
	same(t, "summary", o, object{"components": []any{}, "incidents": []any{}, "scheduled_maintenances": []any{}})
	same(t, "page", o["page"].(object), object{"updated_at": nil})
}

func TestAPIOfAComponentThatNobodyEverChecked(t *testing.T) {
	s := calm()
	s.Components[0].ComponentFact = incidents.ComponentFact{Component: "imap"}
	s.Components[0].NoData = true
	_, srv := serve(t, s)
	imap := list(t, decode(t, srv.URL+"/api/v2/components.json"), "components")[1]
	same(t, "imap", imap, object{"id": "imap", "status": "operational", "description": "No current data. For Pegasus Mail, Outlook, Thunderbird and others.", "created_at": nil, "updated_at": nil})
}

func TestAPIIncidentsAreTheNewestFifty(t *testing.T) {
	s := calm()
	for i := range 70 {
		s.Incidents = append(s.Incidents, &incidents.Incident{ID: "i" + string(rune('A'+i)), State: incidents.Resolved, CreatedAt: at(1, "10:00")})
	}
	_, srv := serve(t, s)
	if got := list(t, decode(t, srv.URL+"/api/v2/incidents.json"), "incidents"); len(got) != 50 || got[0]["id"] != "iA" {
		t.Errorf("%d incidents, the first %v", len(got), got[0]["id"])
	}
}

// A check that found what the one before found is news to the front page only.
func TestAPIStaysTheSameWhileNothingHappens(t *testing.T) {
	b, srv := serve(t, down())
	tag := ask(t, "GET", srv.URL+"/api/v2/summary.json").header.Get("ETag")
	s := down()
	s.At = s.At.Add(time.Minute)
	for i := range s.Components {
		s.Components[i].CheckedAt = s.At
	}
	b.show(s)
	if a := ask(t, "GET", srv.URL+"/api/v2/summary.json", "If-None-Match", tag); a.status != 304 {
		t.Errorf("%d, want 304", a.status)
	}
	inOrder(t, get(t, srv.URL+"/"), "Last checked", "22:11:00")
}
