package app

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// scraped are the lines of /metrics that are ours.
func scraped(t *testing.T, m *meter) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	for _, name := range []string{"go_goroutines", "process_open_fds"} {
		if !strings.Contains(w.Body.String(), "\n"+name+" ") {
			t.Errorf("no %s", name)
		}
	}
	var ours []string
	for line := range strings.Lines(w.Body.String()) {
		if line, ok := strings.CutPrefix(strings.TrimSpace(line), "howdah_"); ok && !strings.HasPrefix(line, "build_info") {
			ours = append(ours, line)
		}
	}
	return ours
}

func TestMetricsSayWhatIsKnown(t *testing.T) {
	now := time.Now()
	checked := time.Unix(1122908590, 0)
	fact := func(key string, s probe.State, stale time.Time) probe.ComponentFact {
		return probe.ComponentFact{Component: key, State: s, CheckedAt: checked, StaleAt: stale}
	}
	later := now.Add(time.Minute)
	end := &incidents.Moment{}
	life := &childLife{}
	for range 3 {
		life.ready()
	}
	life.ended()
	m := &meter{
		version: "1.2",
		snapshot: func() *incidents.Snapshot {
			return &incidents.Snapshot{Reminders: []incidents.Reminder{{Kind: incidents.RemindBegins}, {Kind: incidents.RemindMail}, {Kind: incidents.RemindMail}}, Incidents: []*incidents.Incident{
				{State: incidents.Investigating, Outages: []incidents.Outage{{End: end}, {}}},
				{State: incidents.Monitoring, Outages: []incidents.Outage{{End: end}}},
				{State: incidents.Resolved, Outages: []incidents.Outage{{End: end}}},
			}}
		},
		facts: func() []probe.ComponentFact {
			return []probe.ComponentFact{
				fact("a", probe.Up, later), fact("b", probe.Suspect, later), fact("c", probe.Down, later), fact("d", probe.Recovering, later), fact("m", probe.Maintenance, later),
				fact("old", probe.Up, now.Add(-time.Second)), {Component: "new", State: probe.Unknown},
			}
		},
		unsaved: func() time.Time { return time.Time{} },
		mail:    life,
	}
	want := []string{
		`component_checked_timestamp_seconds{component="a"} 1.12290859e+09`,
		`component_checked_timestamp_seconds{component="b"} 1.12290859e+09`,
		`component_checked_timestamp_seconds{component="c"} 1.12290859e+09`,
		`component_checked_timestamp_seconds{component="d"} 1.12290859e+09`,
		`component_checked_timestamp_seconds{component="m"} 1.12290859e+09`,
		`component_checked_timestamp_seconds{component="old"} 1.12290859e+09`,
		`component_state{component="a",state="up"} 1`, `component_state{component="b",state="suspect"} 1`, `component_state{component="c",state="down"} 1`,
		`component_state{component="d",state="recovering"} 1`, `component_state{component="m",state="maintenance"} 1`, `component_state{component="new",state="unknown"} 1`, `component_state{component="old",state="unknown"} 1`,
		`component_up{component="a"} 1`, `component_up{component="b"} 1`, `component_up{component="c"} 0`, `component_up{component="d"} 0`,
		"incidents_unresolved 2", "mailserver_restarts_total 2", "mailserver_up 0", "outages_open 1",
		`reminders{kind="begins"} 1`, `reminders{kind="mail"} 2`, `reminders{kind="overran"} 0`, `reminders{kind="restoration"} 0`, "store_unsaved_seconds 0",
	}
	got := scraped(t, m)
	all := len(got)
	got = slices.DeleteFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "component_state") && strings.HasSuffix(line, " 0")
	})
	if all-len(got) != 7*(len(states)-1) {
		t.Errorf("%d states are not those of 7 components", all-len(got))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// bareMeter has nothing to tell but an hour of a database that refuses.
func bareMeter() *meter {
	return &meter{
		snapshot: func() *incidents.Snapshot { return &incidents.Snapshot{} },
		facts:    func() []probe.ComponentFact { return nil },
		unsaved:  func() time.Time { return time.Now().Add(-time.Hour) },
	}
}

func TestMetricsWithoutAMailServer(t *testing.T) {
	m := bareMeter()
	got := scraped(t, m)
	if len(got) != 7 || !strings.HasPrefix(got[6], "store_unsaved_seconds 3600") {
		t.Errorf("%q", got)
	}
}
