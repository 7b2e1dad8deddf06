package statusdb

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

func TestResultsSurviveReopening(t *testing.T) {
	run := failingRun()
	filled(t, "result", reflect.ValueOf(run))
	bare := probe.Result{Check: "imap-2", StartedAt: at(time.Hour), Verdict: probe.Inconclusive, Reason: "probe.panic"}
	state := probe.CheckState{
		Check: "imap-2", State: probe.Down, Since: at(0), EverOK: true,
		LastGoodAt: at(-time.Minute), LastRunAt: at(time.Minute), Reason: "greeting.timeout",
		WatchedAt: at(2 * time.Minute), Runs: 721,
		Failures: []probe.Failure{{At: at(-time.Hour), Run: 700}, {At: at(-2 * time.Minute), Run: 720}},
	}
	filled(t, "state", reflect.ValueOf(state))
	never := probe.CheckState{Check: "pop3", State: probe.Unknown}
	blip := probe.Blip{Check: "pop3", Component: "pop3", At: at(0), Reason: "connect.refused"}
	filled(t, "blip", reflect.ValueOf(blip))

	db := fresh(t)
	for range 2 { // the second time changes nothing
		must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{run, bare}, States: []probe.CheckState{never, state}, Blips: []probe.Blip{blip}}))
	}
	for _, closing := range []bool{false, true} {
		if closing {
			db = reopen(t, db)
		}
		runs, err := db.Results(t.Context(), "imap-2", time.Time{})
		must(t, err)
		equal(t, runs, []probe.Result{run, bare})
		states, err := db.CheckStates(t.Context())
		must(t, err)
		equal(t, states, []probe.CheckState{state, never})
		blips, err := db.Blips(t.Context(), at(0))
		must(t, err)
		equal(t, blips, []probe.Blip{blip})
	}
}

func TestStateOfACheckIsReplaced(t *testing.T) {
	db := fresh(t)
	down := probe.CheckState{Check: "imap", State: probe.Down, Since: at(0), LastGoodAt: at(-time.Minute), LastRunAt: at(0), Reason: "connect.refused"}
	up := probe.CheckState{Check: "imap", State: probe.Up, Since: at(time.Hour), EverOK: true, LastGoodAt: at(time.Hour), LastRunAt: at(time.Hour)}
	for _, s := range []probe.CheckState{down, up} {
		must(t, db.Save(t.Context(), probe.Facts{States: []probe.CheckState{s}}))
	}
	states, err := db.CheckStates(t.Context())
	must(t, err)
	equal(t, states, []probe.CheckState{up})
}

// A check that has long not run was watched all the same.
func TestStatesAreThoseOfTheLastSave(t *testing.T) {
	db := fresh(t)
	early := probe.CheckState{Check: "imap", State: probe.Up, WatchedAt: at(0)}
	late := probe.CheckState{Check: "pop3", State: probe.Up, WatchedAt: at(2 * time.Minute)}
	must(t, db.Save(t.Context(), probe.Facts{States: []probe.CheckState{early, late}, WatchedUntil: at(0)}))
	must(t, db.Save(t.Context(), probe.Facts{WatchedUntil: at(time.Minute)}))
	states, err := db.CheckStates(t.Context())
	must(t, err)
	early.WatchedAt = at(time.Minute)
	equal(t, states, []probe.CheckState{early, late})
}

func TestRunsThatWereNotOKAreKept(t *testing.T) {
	good, slow := failingRun(), failingRun()
	good.Verdict, good.Reason = probe.OK, ""
	slow.Verdict, slow.Reason = probe.Slow, ""
	slow.StartedAt = at(time.Hour)
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{good, slow}}))
	kept, err := db.Results(t.Context(), slow.Check, time.Time{})
	must(t, err)
	equal(t, kept, []probe.Result{slow})
	if n := count(t, db, "run"); n != 2 {
		t.Fatalf("%d runs kept, want both", n)
	}
}

// The check moved to another server: what was seen of the old one stays that
// of the old one, as long as its evidence is kept.
func TestTargetOfARunIsThatOfItsTime(t *testing.T) {
	before, after := failingRun(), failingRun()
	after.StartedAt, after.Target = at(time.Hour), "imaps://probe@192.0.2.1:993"
	db := fresh(t)
	for _, r := range []probe.Result{before, after} {
		must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{r}}))
	}
	kept, err := db.Results(t.Context(), before.Check, time.Time{})
	must(t, err)
	equal(t, kept, []probe.Result{before, after})
}

func TestEvidenceIsBounded(t *testing.T) {
	r := failingRun()
	r.Detail = strings.Repeat("d", 2*maxDetail)
	r.Transcript = []string{strings.Repeat("t", maxTranscript), "S: last"}
	for range 2 * maxPhases {
		r.Phases = append(r.Phases, probe.Phase{Name: "noop"})
	}
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{r}}))
	runs, err := db.Results(t.Context(), r.Check, time.Time{})
	must(t, err)
	got := runs[0]
	if len(got.Detail) != maxDetail || len(got.Phases) != maxPhases {
		t.Errorf("%d bytes of detail and %d phases kept", len(got.Detail), len(got.Phases))
	}
	equal(t, got.Transcript, []string{"S: last"})
}
