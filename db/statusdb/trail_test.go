package statusdb

import (
	"errors"
	"testing"
	"time"

	"howdah/incidents"
)

func TestEditKeepsTheEarlierText(t *testing.T) {
	db := fresh(t)
	in := thread()
	must(t, db.SaveIncident(t.Context(), in))
	u := &in.Updates[0]
	u.Edits = append(u.Edits, incidents.Edit{Body: u.Body, By: "Sipho", At: at(5 * time.Hour)})
	u.Body = "Reading mail did not work."
	must(t, db.SaveIncident(t.Context(), in))
	equal(t, soleThread(t, db), in)

	// One who has not heard of the edit does not undo it.
	must(t, db.SaveIncident(t.Context(), thread()))
	equal(t, soleThread(t, reopen(t, db)), in)
}

func TestBetterTimesAreARevision(t *testing.T) {
	db := fresh(t)
	in := thread()
	must(t, db.SaveIncident(t.Context(), in))
	o := &in.Outages[0]
	o.Revision, o.Stated.End = 2, at(3*time.Hour)
	must(t, db.SaveIncident(t.Context(), in))
	must(t, db.SaveIncident(t.Context(), thread()))
	equal(t, soleThread(t, db), in)
}

func TestTestMessageArrives(t *testing.T) {
	db := fresh(t)
	in := thread()
	must(t, db.SaveIncident(t.Context(), in))
	in.Canaries = in.Canaries[1:]
	in.Canaries[0].ArrivedAt = at(90 * time.Minute)
	must(t, db.SaveIncident(t.Context(), in))
	equal(t, soleThread(t, db), in)
}

func TestThreadIsMergedIntoAnother(t *testing.T) {
	db := fresh(t)
	from := thread()
	to := &incidents.Incident{ID: "ito", Title: "Mail", CreatedAt: at(0)}
	must(t, db.SaveIncident(t.Context(), from))
	must(t, db.SaveIncident(t.Context(), to))
	to.Outages, to.Updates, to.Aliases = from.Outages, nil, []string{"iold", "iolder", from.ID}
	for _, u := range from.Updates {
		u.IncidentID = to.ID
		to.Updates = append(to.Updates, u)
	}
	left := *from
	left.Outages, left.Updates, left.Aliases = nil, nil, nil
	must(t, db.MoveStory(t.Context(), to, &left))
	equal(t, soleThread(t, reopen(t, db)), to)
}

func TestOutageIsSplitOff(t *testing.T) {
	db := fresh(t)
	from := thread()
	must(t, db.SaveIncident(t.Context(), from))
	to := &incidents.Incident{ID: "ito", CreatedAt: at(time.Hour), Outages: from.Outages}
	left := *from
	left.Outages = nil
	must(t, db.MoveStory(t.Context(), to, &left))
	list, err := db.Incidents(t.Context())
	must(t, err)
	equal(t, list, []*incidents.Incident{&left, to})
	if err := db.SaveIncident(t.Context(), from); !errors.Is(err, incidents.ErrConflict) {
		t.Fatalf("got %v, want ErrConflict", err)
	}
}
