package statusdb

import (
	"testing"
	"time"

	"howdah/probe"
)

// midnight begins a day of UTC.
var midnight = time.Date(2005, 8, 2, 0, 0, 0, 0, time.UTC)

// good is a run that took so many milliseconds, half of them in its login.
func good(check string, at time.Time, ms int) probe.Result {
	took := time.Duration(ms) * time.Millisecond
	return probe.Result{
		Check: check, Component: "imap", Target: "imap://127.0.0.1", StartedAt: at, Took: took, Verdict: probe.OK,
		Phases: []probe.Phase{{Name: "connect", Took: took / 4, OK: true}, {Name: "auth", Took: took / 2, OK: true}},
	}
}

func bad(check string, at time.Time, v probe.Verdict) probe.Result {
	r := good(check, at, 60_000)
	r.Verdict, r.Reason = v, "auth.timeout"
	return r
}

// tend calls Upkeep until it has nothing left to do.
func tend(t *testing.T, db *DB, now time.Time) {
	t.Helper()
	for range 200 {
		must(t, db.Upkeep(t.Context(), now))
	}
}

func hours(t *testing.T, db *DB, check string) []probe.Period {
	t.Helper()
	list, err := db.Hours(t.Context(), check, time.Time{})
	must(t, err)
	return list
}

func days(t *testing.T, db *DB, check string) []probe.Period {
	t.Helper()
	list, err := db.Days(t.Context(), check, time.Time{})
	must(t, err)
	return list
}

// hundred runs of an hour, of 1 to 100 ms, and one of each other kind.
func hundred(check string, from time.Time) []probe.Result {
	runs := []probe.Result{
		bad(check, from.Add(40*time.Minute), probe.Fail),
		bad(check, from.Add(41*time.Minute), probe.Inconclusive),
	}
	for i := range 100 {
		runs = append(runs, good(check, from.Add(time.Duration(i)*20*time.Second), (i*37)%100+1))
	}
	slow := good(check, from.Add(50*time.Minute), 6_000)
	slow.Verdict = probe.Slow
	return append(runs, slow)
}

func wantHundred(check string, from time.Time) probe.Period {
	const ms = time.Millisecond
	return probe.Period{
		Check: check, Start: from, OK: 100, Slow: 1, Fail: 1, Inconclusive: 1,
		P50: 51 * ms, P95: 96 * ms, Max: 6 * time.Second,
		Phases: []probe.PhaseTimes{{Name: "connect", P50: 51 * ms / 4, P95: 24 * ms}, {Name: "auth", P50: 51 * ms / 2, P95: 48 * ms}},
	}
}

// An hour reads the same while it is not over, when it is over and not yet
// counted, when it is counted, and when its runs are gone.
func TestHourOfRuns(t *testing.T) {
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Runs: hundred("imap", midnight)}))
	want := []probe.Period{wantHundred("imap", midnight)}
	for _, age := range []time.Duration{30 * time.Minute, time.Hour, 25 * time.Hour, 49 * time.Hour} {
		equal(t, hours(t, db, "imap"), want)
		tend(t, db, midnight.Add(age))
		equal(t, hours(t, db, "imap"), want)
		equal(t, days(t, db, "imap"), want)
	}
	if n := count(t, db, "run") + count(t, db, "uncounted"); n != 0 {
		t.Errorf("%d rows are left that are older than two days", n)
	}
	equal(t, hours(t, db, "pop3"), []probe.Period(nil))
}

// Runs that come late, as after the store refused for a while, count in the
// hour and the day in which they began.
func TestLateRunsAreCounted(t *testing.T) {
	db := fresh(t)
	runs := hundred("imap", midnight.Add(23*time.Hour))
	must(t, db.Save(t.Context(), probe.Facts{Runs: runs[:60]}))
	tend(t, db, midnight.Add(25*time.Hour))
	must(t, db.Save(t.Context(), probe.Facts{Runs: runs[60:]}))
	want := wantHundred("imap", midnight.Add(23*time.Hour))
	for range 2 {
		equal(t, hours(t, db, "imap"), []probe.Period{want})
		tend(t, db, midnight.Add(25*time.Hour))
	}
	want.Start = midnight
	equal(t, days(t, db, "imap"), []probe.Period{want})
}

// A clock that was set back brings runs into an hour that is long counted.
func TestCountedHourIsNotReplacedByLess(t *testing.T) {
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Runs: hundred("imap", midnight)}))
	tend(t, db, midnight.Add(60*time.Hour))
	must(t, db.Save(t.Context(), probe.Facts{Runs: []probe.Result{good("imap", midnight.Add(59*time.Minute), 1)}}))
	for range 2 {
		equal(t, hours(t, db, "imap"), []probe.Period{wantHundred("imap", midnight)})
		tend(t, db, midnight.Add(60*time.Hour))
	}
}

func TestEachPeriodIsKeptForItsTime(t *testing.T) {
	db := fresh(t)
	for i := range 500 {
		at := midnight.Add(time.Duration(i) * 24 * time.Hour)
		must(t, db.Save(t.Context(), probe.Facts{
			Runs:  []probe.Result{good("imap", at, 10), bad("imap", at.Add(time.Minute), probe.Fail), good("pop3", at, 10)},
			Blips: []probe.Blip{{Check: "imap", Component: "imap", At: at, Reason: "auth.timeout"}},
		}))
	}
	tend(t, db, midnight.Add(500*24*time.Hour))
	for table, want := range map[string]int{
		"run": 2*2 + 2, "run_hour": 2 * 90, "run_day": 2 * 500, "bad_run": 400, "blip": 400, "run_evidence": evidenceMost, "uncounted": 0,
	} {
		if n := count(t, db, table); n != want {
			t.Errorf("%d rows in %s, want %d", n, table, want)
		}
	}
}

func TestTooManyBadRunsOfACheck(t *testing.T) {
	db := fresh(t)
	runs := []probe.Result{bad("pop3", midnight, probe.Fail), bad("imap", midnight, probe.Inconclusive)}
	for i := range badRunsMost + 10 {
		runs = append(runs, bad("imap", midnight.Add(time.Duration(i)*15*time.Second), probe.Fail))
	}
	must(t, db.Save(t.Context(), probe.Facts{Runs: runs}))
	tend(t, db, runs[len(runs)-1].StartedAt)
	kept, err := db.Results(t.Context(), "imap", time.Time{})
	must(t, err)
	if len(kept) != badRunsMost+1 || kept[0].Verdict != probe.Inconclusive || !kept[1].StartedAt.Equal(midnight.Add(150*time.Second)) {
		t.Errorf("%d kept, %v first: want the newest failures and the one that was inconclusive", len(kept), kept[0])
	}
	if kept, err := db.Results(t.Context(), "pop3", time.Time{}); err != nil || len(kept) != 1 || len(kept[0].Phases) == 0 {
		t.Errorf("another check lost its run or its evidence: %v, %v", kept, err)
	}
}
