package web

import (
	"slices"

	"howdah/incidents"
	"howdah/templates"
)

// maintenances are those that are announced or go on, the next one first.
func (ed *edition) maintenances() []templates.Maintenance {
	var all []templates.Maintenance
	for _, m := range ed.snap.Maintenances {
		if m.State == incidents.Completed {
			continue
		}
		st := ed.s.site
		u := m.Latest()
		all = append(all, templates.Maintenance{
			ID: m.ID, Title: m.Title, Href: st.href(m.Path()), State: st.lang.plan(m),
			Start: st.full(m.Start), End: st.clock(m.End, m.Start), What: ed.names(m.Components),
			At: st.clock(u.At, ed.snap.At), Paragraphs: paragraphs(u.Body),
		})
	}
	slices.Reverse(all) // the snapshot has the last to start first
	return all
}

// apiMaintenance is a maintenance in Statuspage's shape: an incident with the
// times that were announced.
type apiMaintenance struct {
	apiIncident
	ScheduledFor   *apiTime `json:"scheduled_for"`
	ScheduledUntil *apiTime `json:"scheduled_until"`
	Canceled       bool     `json:"canceled"` // ours
}

// maintenances are those in one of the states, the last to start first; of all
// where none is named.
func (t *teller) maintenances(states ...incidents.State) []apiMaintenance {
	list := []apiMaintenance{}
	for _, m := range t.ed.snap.Maintenances {
		if len(states) > 0 && !slices.Contains(states, m.State) {
			continue
		}
		if list = append(list, t.maintenance(m)); len(list) == maxListed {
			break
		}
	}
	return list
}

func (t *teller) maintenance(m *incidents.Maintenance) apiMaintenance {
	st := t.ed.s.site
	a := apiMaintenance{
		apiIncident: apiIncident{
			ID: m.ID, Name: m.Title, Status: m.State, Impact: "maintenance",
			CreatedAt: t.time(m.CreatedAt), UpdatedAt: t.time(m.Latest().At), StartedAt: t.time(m.StartedAt),
			Shortlink: st.absolute(m.Path()), PageID: st.id,
			Updates: []apiUpdate{}, Components: []apiComponent{}, Outages: []apiOutage{},
		},
		ScheduledFor: t.time(m.Start), ScheduledUntil: t.time(m.End), Canceled: m.Canceled,
	}
	if m.StartedAt.IsZero() {
		a.StartedAt = a.CreatedAt // as Statuspage has it of what is yet to come
	}
	a.MonitoringAt = t.time(m.EndedAt)
	if m.State == incidents.Completed {
		a.ResolvedAt = a.UpdatedAt
	}
	for i := len(m.Updates) - 1; i >= 0; i-- {
		a.Updates = append(a.Updates, t.update(&m.Updates[i]))
	}
	for _, key := range m.Components {
		if v := t.ed.snap.Component(key); v != nil {
			a.Components = append(a.Components, t.component(*v))
		}
	}
	return a
}
