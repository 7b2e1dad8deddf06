package statusdb

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"howdah/incidents"
)

func TestThreadSurvivesReopening(t *testing.T) {
	want := thread()
	filled(t, "incident", reflect.ValueOf(want))
	db := fresh(t)
	for range 2 { // the second time changes nothing
		must(t, db.SaveIncident(t.Context(), want))
		equal(t, soleThread(t, db), thread())
	}
	equal(t, soleThread(t, reopen(t, db)), thread())
}

func TestThreadWithoutAnythingSurvives(t *testing.T) {
	want := &incidents.Incident{ID: "i1"}
	db := fresh(t)
	must(t, db.SaveIncident(t.Context(), want))
	equal(t, soleThread(t, db), want)
}

func TestThreadsComeOldestFirst(t *testing.T) {
	db := fresh(t)
	for i, id := range []string{"ib", "ia", "ic"} {
		must(t, db.SaveIncident(t.Context(), &incidents.Incident{ID: id, CreatedAt: at(-time.Duration(i) * time.Hour)}))
	}
	list, err := db.Incidents(t.Context())
	must(t, err)
	var ids []string
	for _, in := range list {
		ids = append(ids, in.ID)
	}
	equal(t, ids, []string{"ic", "ia", "ib"})
}

func TestThreadGoesOn(t *testing.T) {
	db := fresh(t)
	in := thread()
	must(t, db.SaveIncident(t.Context(), in))

	second := incidents.Outage{ID: "second", Domain: "elephant", Start: told(endedOutage()).Start}
	second.Start.Best = at(5 * time.Hour)
	in.Title, in.State, in.ResolvedAt = "Mail instability", incidents.Investigating, time.Time{}
	in.Components = []string{"imap"}
	in.Outages = append(in.Outages, second)
	in.Updates = append(in.Updates, incidents.Update{ID: "u3", IncidentID: in.ID, Kind: incidents.KindOpened, At: at(5 * time.Hour)})
	must(t, db.SaveIncident(t.Context(), in))
	equal(t, soleThread(t, db), in)
}

func TestUpdateKeepsItsTextAndTime(t *testing.T) {
	db := fresh(t)
	want := thread()
	must(t, db.SaveIncident(t.Context(), want))

	edit := thread()
	edit.Updates[1] = incidents.Update{
		ID: "u0", IncidentID: edit.ID, Kind: incidents.KindStaff, State: incidents.Resolved, Body: "Nothing happened.",
		By: "nobody", At: at(9 * time.Hour), OutageID: "other", AnnouncedAt: at(2 * time.Hour), Superseded: true,
		Components: []incidents.ComponentChange{{Component: "pop3", Old: incidents.Operational, New: incidents.MajorOutage}},
	}
	must(t, db.SaveIncident(t.Context(), edit))
	want.Updates[1].AnnouncedAt, want.Updates[1].Superseded = at(2*time.Hour), true
	equal(t, soleThread(t, db), want)
}

func TestWhatWasToldIsNotTakenBack(t *testing.T) {
	db := fresh(t)
	must(t, db.SaveIncident(t.Context(), thread()))
	shorter := thread()
	shorter.Outages, shorter.Updates = nil, nil
	must(t, db.SaveIncident(t.Context(), shorter))
	equal(t, soleThread(t, db), thread())
}

func TestEndOfAToldOutageNeverMoves(t *testing.T) {
	db := fresh(t)
	lasting := thread()
	lasting.Outages[0].End = nil
	must(t, db.SaveIncident(t.Context(), lasting))
	equal(t, soleThread(t, db), lasting)
	must(t, db.SaveIncident(t.Context(), thread()))
	equal(t, soleThread(t, db), thread())

	moved := thread()
	moved.Outages[0].End.Best = at(9 * time.Hour)
	moved.Outages[0].Affected = nil
	for _, edit := range []*incidents.Incident{moved, lasting} {
		must(t, db.SaveIncident(t.Context(), edit))
		equal(t, soleThread(t, db), thread())
	}
}

func TestOutageBelongsToOneThread(t *testing.T) {
	db := fresh(t)
	must(t, db.SaveIncident(t.Context(), thread()))
	for _, lasting := range []bool{false, true} {
		other := thread()
		other.ID, other.Updates = "iother", nil
		if lasting {
			other.Outages[0].End = nil
		}
		if err := db.SaveIncident(t.Context(), other); !errors.Is(err, incidents.ErrConflict) {
			t.Fatalf("got %v, want ErrConflict", err)
		}
		equal(t, soleThread(t, db), thread()) // nothing of the other was written
	}
}

func TestUpdateBelongsToOneThread(t *testing.T) {
	db := fresh(t)
	must(t, db.SaveIncident(t.Context(), thread()))
	other := thread()
	other.ID, other.Outages = "iother", nil
	if err := db.SaveIncident(t.Context(), other); !errors.Is(err, incidents.ErrInvalid) {
		t.Fatalf("got %v, want ErrInvalid", err)
	}
	equal(t, soleThread(t, db), thread())
}
