package statusdb

import (
	"testing"
	"time"

	"howdah/probe"
)

func TestMishapsAreKeptForLong(t *testing.T) {
	db := fresh(t)
	step := probe.Warning{At: at(time.Hour), Reason: "clock.step", Text: "the clock of this machine was set by 2h0m0s"}
	sleep := probe.Warning{At: at(2 * time.Hour), Reason: "suspend", Text: "this machine slept"}
	old := probe.Warning{At: at(-keepBadRuns - day), Reason: "suspend", Text: "long ago"}
	for range 2 {
		must(t, db.Save(t.Context(), probe.Facts{Mishaps: []probe.Warning{sleep, old, step}}))
	}
	db = reopen(t, db)
	got, err := db.Mishaps(t.Context(), at(time.Hour), at(2*time.Hour))
	must(t, err)
	equal(t, got, []probe.Warning{step, sleep})
	got, err = db.Mishaps(t.Context(), at(time.Hour+time.Second), at(2*time.Hour-time.Second))
	must(t, err)
	if len(got) > 0 {
		t.Errorf("of another time: %+v", got)
	}
	if n := count(t, db, "mishap"); n != 3 {
		t.Errorf("%d kept", n)
	}
	tend(t, db, at(3*time.Hour))
	if n := count(t, db, "mishap"); n != 2 {
		t.Errorf("%d kept after the upkeep", n)
	}
}
