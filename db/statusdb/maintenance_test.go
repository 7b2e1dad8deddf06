package statusdb

import (
	"reflect"
	"testing"
	"time"

	"howdah/incidents"
)

func plan() *incidents.Maintenance {
	return &incidents.Maintenance{
		ID: "m1", Title: "A kernel for debugging", State: incidents.Completed, Components: []string{"imap", "pop3"},
		Start: at(20 * time.Hour), End: at(21 * time.Hour), StartedAt: at(20 * time.Hour), EndedAt: at(20*time.Hour + 7*time.Minute),
		Canceled: true, CreatedAt: at(0), CreatedBy: "Thandi",
		Updates: []incidents.Update{
			{ID: "p1", IncidentID: "m1", Kind: incidents.KindPlanned, State: incidents.Scheduled, Body: "It takes some minutes.", By: "Thandi", At: at(0), AnnouncedAt: at(0)},
			{ID: "p0", IncidentID: "m1", Kind: incidents.KindPlanned, State: incidents.InProgress, Body: "It has begun.", At: at(20 * time.Hour), AnnouncedAt: at(20 * time.Hour)},
		},
	}
}

func TestMaintenanceSurvivesReopening(t *testing.T) {
	db := fresh(t)
	begun := plan()
	begun.State, begun.EndedAt, begun.Canceled, begun.Updates = incidents.Scheduled, time.Time{}, false, begun.Updates[:1]
	later := plan()
	later.ID, later.Start, later.Updates = "m0", at(30*time.Hour), nil
	for _, m := range []*incidents.Maintenance{later, begun, plan()} {
		must(t, db.SaveMaintenance(t.Context(), m))
	}
	rewritten := plan()
	rewritten.Updates[0].Body = "It takes no time."
	must(t, db.SaveMaintenance(t.Context(), rewritten))
	db = reopen(t, db)
	list, err := db.Maintenances(t.Context())
	must(t, err)
	if len(list) != 2 || !reflect.DeepEqual(list[0], plan()) || list[1].ID != "m0" {
		t.Fatalf("%+v", list)
	}
}
