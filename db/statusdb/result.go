package statusdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

// keepResults is how many of the newest runs that were not good are kept of a
// check: at one in 15 s some eight hours of failure, and seldom 10 MB.
const keepResults = 2000

const insertResult = `
INSERT INTO result (check_key, started_at, component, target, took_us, verdict, reason, evidence)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (check_key, started_at) DO NOTHING`

const trimResults = `
DELETE FROM result
WHERE check_key = ?1 AND started_at < (
    SELECT started_at FROM result WHERE check_key = ?1 ORDER BY started_at DESC LIMIT 1 OFFSET ?2)`

const upsertCheckState = `
INSERT INTO check_state (check_key, state, since_at, ever_ok, last_good_at, last_run_at, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (check_key) DO UPDATE SET
    state = excluded.state,
    since_at = excluded.since_at,
    ever_ok = excluded.ever_ok,
    last_good_at = excluded.last_good_at,
    last_run_at = excluded.last_run_at,
    reason = excluded.reason`

const insertBlip = `
INSERT INTO blip (check_key, failed_at, component, reason)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (check_key, failed_at) DO NOTHING`

func saveStates(ctx context.Context, tx *sql.Tx, states []probe.CheckState) error {
	for _, s := range states {
		if _, err := tx.ExecContext(ctx, upsertCheckState, s.Check, string(s.State), sqlite.Millis(s.Since),
			s.EverOK, sqlite.Millis(s.LastGoodAt), sqlite.Millis(s.LastRunAt), string(s.Reason)); err != nil {
			return fmt.Errorf("state of check %q: %w", s.Check, err)
		}
	}
	return nil
}

func saveBlips(ctx context.Context, tx *sql.Tx, blips []probe.Blip) error {
	for _, b := range blips {
		if _, err := tx.ExecContext(ctx, insertBlip,
			b.Check, sqlite.Millis(b.At), b.Component, string(b.Reason)); err != nil {
			return fmt.Errorf("blip of check %q: %w", b.Check, err)
		}
	}
	return nil
}

func saveRuns(ctx context.Context, tx *sql.Tx, runs []probe.Result) error {
	saved := map[string]bool{}
	for _, r := range runs {
		if r.Verdict.Good() {
			continue
		}
		evidence, err := json.Marshal(evidenceOf(r))
		if err != nil {
			return fmt.Errorf("run of check %q: %w", r.Check, err)
		}
		if _, err := tx.ExecContext(ctx, insertResult, r.Check, sqlite.Millis(r.StartedAt), r.Component, r.Target,
			r.Took.Microseconds(), string(r.Verdict), string(r.Reason), string(evidence)); err != nil {
			return fmt.Errorf("run of check %q: %w", r.Check, err)
		}
		saved[r.Check] = true
	}
	for check := range saved {
		if _, err := tx.ExecContext(ctx, trimResults, check, keepResults-1); err != nil {
			return fmt.Errorf("old runs of check %q: %w", check, err)
		}
	}
	return nil
}

const selectResults = `
SELECT check_key, started_at, component, target, took_us, verdict, reason, evidence
FROM result
WHERE check_key = ?1 AND started_at >= ?2
ORDER BY started_at`

// Results returns the kept runs of a check that began at or after since,
// oldest first.
func (db *DB) Results(ctx context.Context, check string, since time.Time) ([]probe.Result, error) {
	var out []probe.Result
	rows, err := db.sqlite.R.QueryContext(ctx, selectResults, check, sqlite.Millis(since))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var r probe.Result
			var started, took int64
			var text string
			if err := q.Scan(&r.Check, &started, &r.Component, &r.Target, &took, &r.Verdict, &r.Reason, &text); err != nil {
				return err
			}
			r.StartedAt, r.Took = sqlite.Time(started), time.Duration(took)*time.Microsecond
			var e evidence
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				return err
			}
			e.into(&r)
			out = append(out, r)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load results of check %q: %w", check, sqlite.Classify(err))
	}
	return out, nil
}

const selectBlips = `
SELECT check_key, failed_at, component, reason
FROM blip
WHERE failed_at >= ?1
ORDER BY failed_at, check_key`

// Blips returns those at or after since, oldest first.
func (db *DB) Blips(ctx context.Context, since time.Time) ([]probe.Blip, error) {
	var out []probe.Blip
	rows, err := db.sqlite.R.QueryContext(ctx, selectBlips, sqlite.Millis(since))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var b probe.Blip
			var at int64
			if err := q.Scan(&b.Check, &at, &b.Component, &b.Reason); err != nil {
				return err
			}
			b.At = sqlite.Time(at)
			out = append(out, b)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load blips: %w", sqlite.Classify(err))
	}
	return out, nil
}

const selectCheckStates = `
SELECT check_key, state, since_at, ever_ok, last_good_at, last_run_at, reason
FROM check_state
ORDER BY check_key`

// CheckStates returns the state of every check ever saved, by key.
func (db *DB) CheckStates(ctx context.Context) ([]probe.CheckState, error) {
	var out []probe.CheckState
	rows, err := db.sqlite.R.QueryContext(ctx, selectCheckStates)
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var s probe.CheckState
			var since, good, run int64
			if err := q.Scan(&s.Check, &s.State, &since, &s.EverOK, &good, &run, &s.Reason); err != nil {
				return err
			}
			s.Since, s.LastGoodAt, s.LastRunAt = sqlite.Time(since), sqlite.Time(good), sqlite.Time(run)
			out = append(out, s)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load check states: %w", sqlite.Classify(err))
	}
	return out, nil
}
