package feed

import (
	"strings"
	"time"

	"howdah/incidents"
)

// maintained is the impact of planned downtime, as Statuspage names it.
const maintained incidents.Impact = "maintenance"

// addMaintenance adds planned downtime as one item, which says first when it
// is to be.
func (f *Feed) addMaintenance(s *incidents.Snapshot, site Site, m *incidents.Maintenance) {
	var b strings.Builder
	b.WriteString("<p><strong>" + escape(site.planned(m)) + "</strong></p>")
	for i := len(m.Updates) - 1; i >= 0; i-- {
		b.WriteString(site.paragraph(&m.Updates[i], time.Time{}))
	}
	f.Items = append(f.Items, Item{
		ID:        clean(site.URL + "/" + m.Path()),
		Link:      clean(site.URL + "/" + m.Path()),
		Title:     clean(m.Title),
		HTML:      b.String(),
		Published: m.CreatedAt,
		Updated:   m.Latest().At,
		Tags:      site.tags(s, m.State, maintained, m.Components),
	})
}

// addMaintenanceUpdates adds one item an update.
func (f *Feed) addMaintenanceUpdates(s *incidents.Snapshot, site Site, m *incidents.Maintenance) {
	for i := range m.Updates {
		u := &m.Updates[i]
		html := site.paragraph(u, time.Time{})
		if i == 0 {
			html = "<p><strong>" + escape(site.planned(m)) + "</strong></p>" + html
		}
		f.Items = append(f.Items, Item{
			ID:        clean(site.URL + "/updates/" + u.ID),
			Link:      clean(site.URL + "/" + m.Path() + "#update-" + u.ID),
			Title:     clean(site.Words.State(u.State) + ": " + m.Title),
			HTML:      html,
			Published: u.AnnouncedAt,
			Updated:   u.AnnouncedAt,
			Tags:      site.tags(s, u.State, maintained, m.Components),
		})
	}
}

// planned is from when to when it was announced for.
func (site Site) planned(m *incidents.Maintenance) string {
	exactly := func(t time.Time) incidents.When {
		return incidents.When{Moment: incidents.Moment{Earliest: t, Best: t, Latest: t}, Zone: site.Zone}
	}
	end := exactly(m.End)
	return site.Words.Period(exactly(m.Start), &end)
}
