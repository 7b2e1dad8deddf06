package test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fromNPM installs packages of the npm registry into a scratch folder. Where
// it can't be reached the test is skipped.
func fromNPM(t *testing.T, packages ...string) (dir string) {
	t.Helper()
	npm := need(t, "npm")
	need(t, "node")
	dir = t.TempDir()
	write(t, filepath.Join(dir, "package.json"), `{"private": true}`)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := append([]string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"}, packages...)
	cmd := exec.CommandContext(ctx, npm, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		skip(t, "npm can't install "+strings.Join(packages, ", ")+": "+err.Error()+"\n"+string(out))
	}
	return dir
}

// A client that was written for Statuspage reads our server, in an outage that
// is told of, goes on and is over.
func TestStatuspageClient(t *testing.T) {
	dir := fromNPM(t, "statuspage.io@3.2.10")
	script := filepath.Join(dir, "read.js")
	write(t, script, `
const {Statuspage} = require('statuspage.io');
(async () => {
	const page = new Statuspage('x');
	page.setApiUrl(process.argv[2]);
	const {api} = page;
	console.log(JSON.stringify({
		status: await api.getStatus(), components: await api.getComponents(), summary: await api.getSummary(),
		all: await api.incidents.getAll(), unresolved: await api.incidents.getUnresolved(),
		maintenances: await api.scheduledMaintenances.getAll(), upcoming: await api.scheduledMaintenances.getUpcoming(),
	}));
})().catch(e => { console.error(String(e)); process.exit(1); });
`)
	in := start(t, "")
	type page struct{ ID, Name, URL string }
	type status struct{ Indicator, Description string }
	type component struct {
		ID, Name, Status string
		Group            bool
		GroupID          *string `json:"group_id"`
		Components       []string
	}
	type maintenance struct {
		ID, Name, Status, Impact string
		For                      time.Time `json:"scheduled_for"`
		Until                    time.Time `json:"scheduled_until"`
	}
	type seen struct {
		Status struct {
			Page   page
			Status status
		}
		Components struct{ Components []component }
		Summary    struct {
			Status       status
			Components   []component
			Incidents    []incident
			Maintenances []maintenance `json:"scheduled_maintenances"`
		}
		All, Unresolved        struct{ Incidents []incident }
		Maintenances, Upcoming struct {
			Maintenances []maintenance `json:"scheduled_maintenances"`
		}
	}
	read := func() (s seen) {
		t.Helper()
		cmd := exec.Command("node", script, in.url)
		cmd.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*", "http_proxy=", "HTTP_PROXY=")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("the client failed: %v", err)
		}
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		return s
	}

	in.healthy()
	calm := read()
	if calm.Status.Status != (status{"none", "All Systems Operational"}) || calm.Status.Page.Name != "Example Mail" || len(calm.All.Incidents) != 0 {
		t.Errorf("when all is well: %+v", calm.Status)
	}
	groups, members, key := 0, 0, ""
	for _, c := range calm.Components.Components {
		if c.Group {
			groups++
			members += len(c.Components)
			continue
		}
		if key = c.ID; c.Status != "operational" {
			t.Errorf("%+v", c)
		}
	}
	if n := len(calm.Components.Components); n < 3 || members > n-groups || len(calm.Summary.Components) != n {
		t.Errorf("components: %+v", calm.Components)
	}

	thread, _ := in.post("--title", "Slow webmail", "--state", "investigating", "Webmail is slow.")
	in.post("--incident", thread, "--state", "identified", "A disk fails.")
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(in.program, append(args, "--config", in.conf, "--by", "Robin")...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	begin := time.Now().Add(24 * time.Hour).Truncate(time.Minute)
	run("maintenance", "add", "Another disk", "--component", key, "--start", begin.Format(time.RFC3339), "--end", begin.Add(time.Hour).Format(time.RFC3339))
	open := read()
	if len(open.Unresolved.Incidents) != 1 || open.Unresolved.Incidents[0].ID != thread || len(open.Summary.Incidents) != 1 {
		t.Fatalf("unresolved: %+v", open.Unresolved)
	}
	got := open.Unresolved.Incidents[0]
	if got.Name != "Slow webmail" || got.Status != "identified" || got.ResolvedAt != nil || len(got.Updates) != 2 || got.Updates[0].Body != "A disk fails." || got.Updates[1].Status != "investigating" {
		t.Errorf("%+v", got)
	}
	for what, list := range map[string][]maintenance{"all": open.Maintenances.Maintenances, "upcoming": open.Upcoming.Maintenances, "summary": open.Summary.Maintenances} {
		if len(list) != 1 || list[0].Name != "Another disk" || list[0].Status != "scheduled" || list[0].Impact != "maintenance" || !list[0].For.Equal(begin) || list[0].Until.Sub(list[0].For) != time.Hour {
			t.Errorf("%s: %+v", what, list)
		}
	}

	in.post("--incident", thread, "--state", "resolved", "It is fast again.")
	if s := read(); len(s.Unresolved.Incidents) != 0 || len(s.All.Incidents) != 1 || s.All.Incidents[0].ResolvedAt == nil {
		t.Errorf("when it is resolved: %+v", s.All)
	}
	// It is open again: nothing of what was said is lost, and it is not resolved.
	in.post("--incident", thread, "--state", "investigating", "It is slow again.")
	again := read().Unresolved.Incidents
	if len(again) != 1 || again[0].ResolvedAt != nil || len(again[0].Updates) != 4 || again[0].Updates[1].Status != "resolved" {
		t.Errorf("when it is open again: %+v", again)
	}
}

// What is published as the description of our API is OpenAPI 3.1 by the
// specification's own schema.
func TestOpenAPIIsValid(t *testing.T) {
	dir := fromNPM(t, "@seriousme/openapi-schema-validator@2.11.0")
	in := start(t, "")
	doc := filepath.Join(dir, "openapi.json")
	write(t, doc, in.page("/api/v1/openapi.json"))
	if out := runClient(t, "", filepath.Join(dir, "node_modules", ".bin", "validate-api"), doc); !strings.Contains(out, `"valid": true`) {
		t.Errorf("%s", out)
	}
}
