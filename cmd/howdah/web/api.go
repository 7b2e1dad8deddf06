package web

import (
	"encoding/json"
	"io"

	"howdah/incidents"
)

// apiNames are the documents of Statuspage's public API, version 2.
var apiNames = []string{
	"summary",
	"status",
	"components",
	"incidents",
	"incidents/unresolved",
	"scheduled-maintenances",
	"scheduled-maintenances/upcoming",
	"scheduled-maintenances/active",
}

// apiPath is a document's place below the site's URL.
func apiPath(name string) string { return "api/v2/" + name + ".json" }

// maxListed is how many threads incidents.json holds, the newest.
const maxListed = 50

// api is one of apiNames.
func (ed *edition) api(name string) resource {
	return resource{key: apiPath(name), kind: kindJSON, shared: true, make: func(w io.Writer) error {
		return json.NewEncoder(w).Encode(ed.apiDocument(name))
	}}
}

func (ed *edition) apiDocument(name string) any {
	t := ed.teller()
	switch name {
	case "summary":
		return struct {
			Page         apiPage          `json:"page"`
			Status       apiStatus        `json:"status"`
			Components   []apiComponent   `json:"components"`
			Incidents    []apiIncident    `json:"incidents"`
			Maintenances []apiMaintenance `json:"scheduled_maintenances"`
		}{t.page(), t.status(), t.components(), t.incidents(ed.snap.Unresolved()),
			t.maintenances(incidents.Scheduled, incidents.InProgress, incidents.Verifying)}
	case "status":
		return struct {
			Page   apiPage   `json:"page"`
			Status apiStatus `json:"status"`
		}{t.page(), t.status()}
	case "components":
		return struct {
			Page       apiPage        `json:"page"`
			Components []apiComponent `json:"components"`
		}{t.page(), t.components()}
	case "incidents", "incidents/unresolved":
		list := ed.snap.Unresolved()
		if name == "incidents" {
			list = ed.snap.Incidents[:min(len(ed.snap.Incidents), maxListed)]
		}
		return struct {
			Page      apiPage       `json:"page"`
			Incidents []apiIncident `json:"incidents"`
		}{t.page(), t.incidents(list)}
	}
	states := map[string][]incidents.State{
		"scheduled-maintenances/upcoming": {incidents.Scheduled},
		"scheduled-maintenances/active":   {incidents.InProgress, incidents.Verifying},
	}
	return struct {
		Page         apiPage          `json:"page"`
		Maintenances []apiMaintenance `json:"scheduled_maintenances"`
	}{t.page(), t.maintenances(states[name]...)}
}

func (ed *edition) teller() *teller {
	t := &teller{ed: ed, groups: map[string]string{}}
	for _, v := range ed.snap.Components {
		if v.Group != "" {
			t.groups[v.Group] = groupID(v.Group)
		}
	}
	return t
}

// rank orders statuses from good to bad.
func rank(s incidents.Status) int {
	switch s {
	case incidents.UnderMaintenance:
		return 1
	case incidents.DegradedPerf:
		return 2
	case incidents.PartialOutage:
		return 3
	case incidents.MajorOutage:
		return 4
	}
	return 0
}
