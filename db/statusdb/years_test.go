package statusdb

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"howdah/db/sqlite"
	"howdah/incidents"
	"howdah/probe"
)

// Fifty checks for three years, as bad as those of the field's measurements:
// 480 outages each, of an hour on average, besides failures now and then.
const (
	yearsChecks  = 50
	yearsDays    = 3 * 365
	yearsOutages = 480
)

var yearsEnd = midnight.Add(yearsDays * day)

// years makes the database that they leave behind, as Save and Upkeep would.
func years(t testing.TB) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "howdah.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same data each time
	err = db.sqlite.Tx(t.Context(), func(tx *sql.Tx) error {
		for check := range yearsChecks {
			if err := yearsOf(t, tx, random, fmt.Sprintf("check-%d", check)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func yearsOf(t testing.TB, tx *sql.Tx, random *rand.Rand, check string) error {
	ctx := t.Context()
	component := "component-" + check
	latency := func() time.Duration { return time.Duration(random.IntN(200_000)) * time.Microsecond }
	run := func(at time.Time) probe.Result {
		r := probe.Result{Check: check, Component: component, Target: "imaps://probe@mail.example.edu:993", StartedAt: at, Took: latency(), Verdict: probe.OK}
		for _, p := range []string{"dns", "connect", "tls", "greeting", "capability", "auth", "select"} {
			r.Phases = append(r.Phases, probe.Phase{Name: p, Took: latency() / 4, OK: true})
		}
		return r
	}
	// The last two days in full.
	var runs []probe.Result
	for at := yearsEnd.Add(-keepRuns); at.Before(yearsEnd); at = at.Add(30 * time.Second) {
		runs = append(runs, run(at))
	}
	runs = append(runs, yearsFailures(run)...) // those that keep their evidence
	if err := saveRuns(ctx, tx, runs); err != nil {
		return err
	}
	var id int64
	if err := tx.QueryRowContext(ctx, "SELECT id FROM watched_check WHERE check_key = ?1", check).Scan(&id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM uncounted WHERE ended_at <= ?1", sqlite.Millis(yearsEnd)); err != nil {
		return err
	}
	// Those that do not: an hour an outage, at one in 15 s, is more than is kept.
	bad, err := tx.PrepareContext(ctx, insertBadRun)
	if err != nil {
		return err
	}
	defer bad.Close()
	for i := range badRunsMost - evidenceMost {
		at := yearsEnd.Add(-keepBadRuns + time.Duration(i)*15*time.Second)
		if _, err := bad.ExecContext(ctx, id, 2, sqlite.Millis(at), 10_000_000+random.IntN(5_000_000), "greeting.timeout"); err != nil {
			return err
		}
	}
	var phases phaseLatencies
	for i := range 7 {
		phases = append(phases, phaseLatency{uint64(i + 1), latencies{random.Int64N(50_000), random.Int64N(200_000)}})
	}
	for _, of := range []struct {
		upsert string
		length time.Duration
		n      int
	}{{upsertHour, hour, int(keepHours / hour)}, {upsertDay, day, yearsDays}} {
		upsert, err := tx.PrepareContext(ctx, of.upsert)
		if err != nil {
			return err
		}
		defer upsert.Close()
		for i := range of.n {
			began := yearsEnd.Add(-time.Duration(i+1) * of.length)
			if _, err := upsert.ExecContext(ctx, id, sqlite.Millis(began), int(of.length/(30*time.Second)), 3, 2, 1,
				latency().Microseconds(), latency().Microseconds(), 5_000_000, phases.encode()); err != nil {
				return err
			}
		}
	}
	// What it was, for ever.
	told := []probe.Segment{{Component: component, From: midnight, State: probe.SegmentUp}}
	for i := range yearsOutages {
		at := midnight.Add(time.Duration(i)*(yearsDays*day/yearsOutages) + time.Duration(random.Int64N(int64(day))))
		told = append(told,
			probe.Segment{Component: component, From: at, State: probe.SegmentDown, Reason: "greeting.timeout"},
			probe.Segment{Component: component, From: at.Add(time.Duration(random.Int64N(int64(2 * hour)))), State: probe.SegmentUp})
	}
	return saveSegments(ctx, tx, told)
}

// yearsFailures are as many as keep their evidence.
func yearsFailures(run func(time.Time) probe.Result) (runs []probe.Result) {
	for i := range evidenceMost {
		r := run(yearsEnd.Add(-keepRuns + 7*time.Second + time.Duration(i)*15*time.Second))
		r.Verdict, r.Reason, r.Detail = probe.Fail, "greeting.timeout", "read tcp 127.0.0.1:40000: i/o timeout"
		r.Transcript = []string{"S: * OK [CAPABILITY IMAP4rev1] ready", "C: a1 LOGIN probe ***", "S: a1 NO [UNAVAILABLE] later"}
		runs = append(runs, r)
	}
	return runs
}

// size is that of the file with its log folded in.
func size(t testing.TB, db *DB) int64 {
	t.Helper()
	if _, err := db.sqlite.W.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(db.sqlite.Path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

func TestThreeYearsStaySmall(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a million rows")
	}
	db := years(t)
	n := size(t, db)
	t.Logf("%.1f MB", float64(n)/1e6)
	if n > 100e6 {
		t.Errorf("%d checks for three years take %.1f MB, more than 100", yearsChecks, float64(n)/1e6)
	}
	if got := len(segments(t, db, yearsEnd.Add(-90*day))); got < yearsChecks*2*yearsOutages*90/yearsDays/2 {
		t.Errorf("only %d segments in 90 days: nothing was tested", got)
	}
	list := days(t, db, "check-7")
	if len(list) != yearsDays || len(list[0].Phases) != 7 {
		t.Errorf("%d days: nothing was tested", len(list))
	}
}

// Ninety daily bars of fifty components, of three bad years: read from the
// file and summed up, and only summed up, as when a page is made.
func BenchmarkNinetyDaysOfFiftyComponents(b *testing.B) {
	db := years(b)
	b.ReportMetric(float64(size(b, db))/1e6, "file-MB")
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		b.Fatal(err)
	}
	since := yearsEnd.Add(-91 * day)
	lines := func() map[string]incidents.Timeline {
		all, err := db.Segments(b.Context(), since)
		if err != nil {
			b.Fatal(err)
		}
		lines := map[string]incidents.Timeline{}
		for _, s := range all {
			lines[s.Component] = append(lines[s.Component], incidents.Segment{
				Component: s.Component, From: s.From, Condition: incidents.Condition(s.State),
			})
		}
		return lines
	}
	sum := func(lines map[string]incidents.Timeline) {
		for _, line := range lines {
			if days := line.Days(zone, yearsEnd, 90); len(days) != 90 || days[45].Whole() != 24*time.Hour {
				b.Fatalf("%d days, %+v", len(days), days[45])
			}
		}
	}
	b.Run("file", func(b *testing.B) {
		for b.Loop() {
			sum(lines())
		}
	})
	known := lines()
	if len(known) != yearsChecks {
		b.Fatalf("%d components", len(known))
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			sum(known)
		}
	})
}

// A second of a thousand checks every 30 s, with what Upkeep does after it.
func BenchmarkSaveASecondOfAThousandChecks(b *testing.B) {
	db, err := Open(b.Context(), filepath.Join(b.TempDir(), "howdah.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now, next := midnight, 0
	for b.Loop() {
		var f probe.Facts
		for range 33 {
			key := fmt.Sprintf("check-%d", next%1000)
			f.Runs = append(f.Runs, good(key, now, 10))
			f.States = append(f.States, probe.CheckState{Check: key, State: probe.Up, EverOK: true, LastGoodAt: now})
			next++
		}
		now = now.Add(time.Second)
		f.WatchedUntil = now
		if err := db.Save(b.Context(), f); err != nil {
			b.Fatal(err)
		}
		if err := db.Upkeep(b.Context(), now); err != nil {
			b.Fatal(err)
		}
	}
}
