package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

// told is the picture in the second outage, with all that staff can add to it.
func told() *incidents.Snapshot {
	s := down()
	in := *s.Incidents[0]
	in.Outages = append([]incidents.Outage(nil), in.Outages...)
	in.Outages[0].Stated = &incidents.Stated{Start: at(1, "16:58"), By: "Robin", At: at(1, "22:00")}
	in.Updates = append([]incidents.Update(nil), in.Updates...)
	in.Updates[0].Edits = []incidents.Edit{{Body: "Reading mail <b>does not</b> work.", At: at(1, "17:04")}}
	u := &in.Updates[2]
	u.Topic, u.ExpectedAt = incidents.TopicCause, at(1, "20:00")
	u.Edits = []incidents.Edit{{Body: "It was started again.", By: "Robin", At: at(1, "18:45")}}
	in.Canaries = []incidents.Canary{{ID: "c1", ArrivedAt: at(1, "18:30")}, {ID: "c2"}}
	in.Changes = []incidents.Change{
		{At: at(1, "22:04:20"), What: incidents.ChangedTitle, Was: "Mail outage", Now: "Mail instability"},
		{At: at(1, "22:06"), By: "Robin", What: incidents.ChangedImpact, Was: "critical", Now: "major"},
		{At: at(1, "22:07"), By: "Robin", What: incidents.ChangedTaken},
	}
	in.Aliases = []string{"iold"}
	s.Incidents = []*incidents.Incident{&in, s.Incidents[1]}
	s.Expected = []incidents.Expectation{{IncidentID: "i1", At: at(1, "22:00"), Late: 10 * time.Minute, Text: "Expected by 22:00 SAST, overdue by 10 min"}}
	plan := func(id string, state incidents.State, start time.Time, body string) *incidents.Maintenance {
		return &incidents.Maintenance{
			ID: id, Title: "Kernel " + id, State: state, Components: []string{"imap", "web"}, Start: start, End: start.Add(20 * time.Minute),
			CreatedAt: at(1, "12:00"), Updates: []incidents.Update{{ID: "u" + id, IncidentID: id, State: state, Body: body, At: at(1, "12:00")}},
		}
	}
	s.Maintenances = []*incidents.Maintenance{
		plan("m3", incidents.Scheduled, at(2, "12:00"), "It may be quick."),
		plan("m2", incidents.InProgress, at(1, "22:00"), "It has begun."),
		plan("m1", incidents.Completed, at(1, "13:00"), "It is over."),
	}
	return s
}

func TestWhatStaffAddIsShown(t *testing.T) {
	_, srv := serve(t, told())
	page := get(t, srv.URL+"/incidents/i1-mail-instability")
	inOrder(t, page,
		"<dt>Restoration</dt><dd><strong>Expected by 22:00 SAST, overdue by 10 min.</strong></dd>",
		"<dt>Where is my mail?</dt><dd>1 of 2 test messages sent while it did not work arrived.</dd>",
		"<h3>Monitoring · Cause</h3>", "written by staff", "Expected by <time", "20:00 SAST",
		"<details", "18:45 SAST", "staff changed it", "It was started again.",
		"<details", "17:04 SAST", "Reading mail &lt;b&gt;does not&lt;/b&gt; work.",
		"1 August 2005, 16:58 SAST", "18:21:07 SAST",
		"It has failed twice in one day; the longest it held was 4 hours. Between two failures it held for 3 h 43 min on average.",
		"What was changed here", "The impact was “critical” before.", "Changed by staff.", "The title was “Mail outage” before.", "Changed automatically.",
	)
	without(t, page, "Robin", "taken", "Mark")

	page = get(t, srv.URL+"/")
	inOrder(t, page, "<strong>Expected by 22:00 SAST, overdue by 10 min.</strong>",
		"Planned maintenance", `id="maintenance-m2"`, "Kernel m2", "In progress", "22:00 SAST", "22:20 SAST", "Reading mail (IMAP), Webmail (Horde/IMP)", "It has begun.",
		`id="maintenance-m3"`, "Scheduled", "2 August 2005, 12:00 SAST", "12:20 SAST", "It may be quick.")
	without(t, page, "Kernel m1")

	a := ask(t, http.MethodGet, srv.URL+"/incidents/iold-mail-outage")
	if a.status != http.StatusMovedPermanently || !strings.HasSuffix(a.header.Get("Location"), "/incidents/i1-mail-instability") {
		t.Errorf("a merged thread's address: %d to %q", a.status, a.header.Get("Location"))
	}
}

func TestAPIOfMaintenance(t *testing.T) {
	_, srv := serve(t, told())
	for path, want := range map[string]string{
		"summary":                         "m3 m2",
		"scheduled-maintenances":          "m3 m2 m1",
		"scheduled-maintenances/upcoming": "m3",
		"scheduled-maintenances/active":   "m2",
	} {
		var ids []string
		for _, m := range list(t, decode(t, srv.URL+"/api/v2/"+path+".json"), "scheduled_maintenances") {
			ids = append(ids, m["id"].(string))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s holds %s", path, got)
		}
	}
	m := list(t, decode(t, srv.URL+"/api/v2/scheduled-maintenances/upcoming.json"), "scheduled_maintenances")[0]
	same(t, "maintenance", m, object{
		"name": "Kernel m3", "status": "scheduled", "impact": "maintenance", "canceled": false, "started_at": "2005-08-01T12:00:00.000+02:00", "resolved_at": nil, "monitoring_at": nil,
		"scheduled_for": "2005-08-02T12:00:00.000+02:00", "scheduled_until": "2005-08-02T12:20:00.000+02:00", "created_at": "2005-08-01T12:00:00.000+02:00",
		"shortlink": "https://status.example.edu/maintenance/m3",
	})
	updates := list(t, list(t, decode(t, srv.URL+"/api/v2/incidents.json"), "incidents")[0], "incident_updates")
	same(t, "update", updates[1], object{"topic": "cause", "expected_at": "2005-08-01T20:00:00.000+02:00", "updated_at": "2005-08-01T18:45:00.000+02:00"})
	if earlier := list(t, updates[1], "earlier_texts"); len(earlier) != 1 || earlier[0]["body"] != "It was started again." {
		t.Errorf("%v", earlier)
	}
}
