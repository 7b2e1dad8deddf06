package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description is the OpenAPI document as the server has it.
func description(t *testing.T, base string) object { return decode(t, base+"/api/v1/openapi.json") }

// strict makes every object of the schemas take no keys but those that are
// described, so that a key that nobody described is found.
func strict(v any) {
	switch v := v.(type) {
	case object:
		if _, ok := v["properties"].(object); ok && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			strict(inner)
		}
	case []any:
		for _, inner := range v {
			strict(inner)
		}
	}
}

// resolve walks to what a JSON pointer of a $ref names.
func resolve(t *testing.T, doc object, v any) object {
	t.Helper()
	o := v.(object)
	ref, ok := o["$ref"].(string)
	if !ok {
		return o
	}
	var here any = doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		here = here.(object)[part]
	}
	if here == nil {
		t.Fatalf("%s leads nowhere", ref)
	}
	return here.(object)
}

// schemaOf compiles a schema of the document.
func schemaOf(t *testing.T, doc object, ref string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://status.example.edu/openapi", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://status.example.edu/openapi" + ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parseJSON(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAnswersAreAsDescribed(t *testing.T) {
	_, srv := serve(t, wide(), func(o *Options) { o.Measures = oneHour{} })
	_, quiet := serve(t, calm())
	doc := description(t, srv.URL)
	strict(doc["components"].(object)["schemas"])
	// What stands for the names in paths, and the queries beside none.
	components := []string{"imap", "pop3", "smtp", "web"}
	names := map[string][]string{
		"/components/{key}": components, "/components/{key}/days": components, "/components/{key}/times": components,
		"/incidents/{id}": {"i1", "i0", "ie00"}, "/maintenances/{id}": {"m1", "m2", "m3"},
	}
	queries := map[string][]string{
		"/incidents":             {"?limit=2", "?state=open", "?since=2005-07-14&until=2005-08-01&component=smtp"},
		"/maintenances":          {"?limit=1", "?component=web"},
		"/components/{key}/days": {"?from=2005-07-31&to=2005-08-01"},
	}
	answered := 0
	for path, methods := range doc["paths"].(object) {
		read, ok := methods.(object)["get"].(object)
		if !ok {
			continue
		}
		said := read["responses"].(object)["200"].(object)["content"].(object)["application/json"].(object)["schema"].(object)
		ref, ok := said["$ref"].(string)
		if !ok {
			ref = "#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/get/responses/200/content/application~1json/schema"
		}
		schema := schemaOf(t, doc, ref)
		named := names[path]
		if named == nil {
			named = []string{""}
		}
		for _, name := range named {
			place := regexp.MustCompile(`\{.*?\}`).ReplaceAllString(path, name)
			for _, query := range append([]string{""}, queries[path]...) {
				body := get(t, srv.URL+"/api/v1"+place+query)
				if err := schema.Validate(parseJSON(t, body)); err != nil {
					t.Errorf("%s%s: %v in\n%.2000s", place, query, err, body)
				}
				answered++
			}
			if !strings.Contains(path, "{id}") {
				if err := schema.Validate(parseJSON(t, get(t, quiet.URL+"/api/v1"+place))); err != nil {
					t.Errorf("%s of a site where nothing ever happened: %v", place, err)
				}
			}
		}
	}
	if answered < 30 {
		t.Errorf("only %d answers were looked at", answered)
	}
	problem := schemaOf(t, doc, "#/components/schemas/Problem")
	for _, path := range []string{"/status?x=1", "/nothing", "/incidents?limit=0"} {
		if err := problem.Validate(parseJSON(t, ask(t, http.MethodGet, srv.URL+"/api/v1"+path).body)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A schema that lets everything through proves nothing.
func TestDescriptionTellsWhatIsWrong(t *testing.T) {
	_, srv := serve(t, wide())
	doc := description(t, srv.URL)
	strict(doc["components"].(object)["schemas"])
	for name, harm := range map[string]func(object){
		"a key too many":    func(o object) { o["secret"] = "elephant" },
		"a key too few":     func(o object) { delete(o, "updates") },
		"another state":     func(o object) { o["state"] = "broken" },
		"a time in words":   func(o object) { o["created_at"] = "yesterday" },
		"an update amiss":   func(o object) { o["updates"].([]any)[0].(object)["body"] = nil },
		"an outage amiss":   func(o object) { o["outages"].([]any)[0].(object)["start"].(object)["at"] = nil },
		"a link that isn't": func(o object) { o["url"] = "::" },
	} {
		o := decode(t, srv.URL+"/api/v1/incidents/i1")
		harm(o)
		if schemaOf(t, doc, "#/components/schemas/IncidentWhole").Validate(any(o)) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestEveryRouteIsDescribed(t *testing.T) {
	b := &board{}
	b.show(calm())
	s, err := New(Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}, Push: box()})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	s.routes(e)
	var routed, told []string
	for _, r := range e.Routes() {
		path, ok := strings.CutPrefix(r.Path, "/api/v1")
		if ok && (r.Method == http.MethodGet || r.Method == http.MethodPost) {
			routed = append(routed, r.Method+" "+regexp.MustCompile(`:\w+`).ReplaceAllString(path, "{}"))
		}
	}
	var doc object
	if err := json.Unmarshal([]byte(described), &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc["paths"].(object) {
		for m := range methods.(object) {
			if m != "parameters" {
				told = append(told, strings.ToUpper(m)+" "+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "{}"))
			}
		}
	}
	slices.Sort(routed)
	slices.Sort(told)
	if !slices.Equal(routed, told) {
		t.Errorf("routes are\n%v\nand described are\n%v", routed, told)
	}
}

// What is described as a parameter is taken, and what is not is refused.
func TestEveryParameterIsDescribed(t *testing.T) {
	_, srv := serve(t, wide())
	doc := description(t, srv.URL)
	for path, want := range map[string][]string{
		"/incidents": {"state", "component", "since", "until", "limit", "cursor"}, "/maintenances": {"state", "component", "since", "until", "limit", "cursor"},
		"/components/{key}/days": {"from", "to"},
	} {
		var told []string
		for _, p := range doc["paths"].(object)[path].(object)["get"].(object)["parameters"].([]any) {
			told = append(told, resolve(t, doc, p)["name"].(string))
		}
		slices.Sort(told)
		slices.Sort(want)
		if !slices.Equal(told, want) {
			t.Errorf("%s: described are %v, taken %v", path, told, want)
		}
	}
}

func TestDescriptionNamesTheSite(t *testing.T) {
	_, srv := serve(t, calm(), func(o *Options) {
		o.Site.URL = &url.URL{Scheme: "https", Host: "www.example.edu", Path: "/mail/status/"}
	})
	servers := list(t, description(t, srv.URL), "servers")
	if len(servers) != 1 || servers[0]["url"] != "https://www.example.edu/mail/status/api/v1" {
		t.Errorf("servers %v", servers)
	}
	if strings.Contains(get(t, srv.URL+"/api/v1/openapi.json"), "status.example.edu") {
		t.Error("another site is named")
	}
}
