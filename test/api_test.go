package test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What programs are told of an outage, from its beginning to what became of
// it, is as our API's description has it.
func TestOutageInTheAPI(t *testing.T) {
	in := start(t, "detection: {publish_after: 2s, recover_over: 5s}")
	in.healthy()
	valid := in.described()
	valid("/status", "Status")
	valid("/components", "Components")
	if open := valid("/incidents?state=open", "Incidents")["incidents"].([]any); len(open) != 0 {
		t.Fatalf("before anything happened: %v", open)
	}
	killed := in.signal(syscall.SIGKILL)
	var thread string
	in.within(20*time.Second, "an incident is open", func() bool {
		open := valid("/incidents?state=open", "Incidents")["incidents"].([]any)
		if len(open) == 1 {
			thread = open[0].(map[string]any)["id"].(string)
		}
		return len(open) == 1
	})
	whole := valid("/incidents/"+thread, "IncidentWhole")
	first := whole["outages"].([]any)[0].(map[string]any)
	began, err := time.Parse(time.RFC3339, first["start"].(map[string]any)["at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the outage's start", began, killed)
	in.within(60*time.Second, "the outage is over", func() bool {
		whole = valid("/incidents/"+thread, "IncidentWhole")
		first = whole["outages"].([]any)[0].(map[string]any)
		return first["end"] != nil && whole["state"] == "monitoring"
	})
	if whole["downtime_seconds"] == nil || first["duration_seconds"] == nil || whole["ongoing"] != false {
		t.Errorf("%v", whole)
	}
	for _, c := range whole["components"].([]any) {
		key := c.(string)
		valid("/components/"+key, "ComponentWhole")
		valid("/components/"+key+"/days", "Days")
		valid("/components/"+key+"/times", "Times")
	}
	valid("/maintenances", "Maintenances")
	valid("/mail", "Mail")
}

// described returns what asks our API and holds the answer against a schema of
// its description.
func (in *instance) described() func(path, schema string) map[string]any {
	in.t.Helper()
	parse := func(text string) any {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			in.t.Fatal(err)
		}
		return v
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:howdah:api", parse(in.page("/api/v1/openapi.json"))); err != nil {
		in.t.Fatal(err)
	}
	return func(path, schema string) map[string]any {
		in.t.Helper()
		s, err := c.Compile("urn:howdah:api#/components/schemas/" + schema)
		if err != nil {
			in.t.Fatal(err)
		}
		code, body := in.get("/api/v1" + path)
		if code != http.StatusOK {
			in.t.Fatalf("%s: %d %s", path, code, body)
		}
		v := parse(body)
		if err := s.Validate(v); err != nil {
			in.t.Errorf("%s: %v", path, err)
		}
		return v.(map[string]any)
	}
}
