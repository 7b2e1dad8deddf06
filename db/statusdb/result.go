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

const upsertCheckState = `
INSERT INTO check_state (check_key, state, since_at, ever_ok, last_good_at, last_run_at, reason, watched_at, runs, failures)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (check_key) DO UPDATE SET
    state = excluded.state,
    since_at = excluded.since_at,
    ever_ok = excluded.ever_ok,
    last_good_at = excluded.last_good_at,
    last_run_at = excluded.last_run_at,
    reason = excluded.reason,
    watched_at = excluded.watched_at,
    runs = excluded.runs,
    failures = excluded.failures`

const insertBlip = `
INSERT INTO blip (check_key, failed_at, component, reason)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (check_key, failed_at) DO NOTHING`

func saveStates(ctx context.Context, tx *sql.Tx, states []probe.CheckState) error {
	for _, s := range states {
		failures, err := json.Marshal(s.Failures)
		if err != nil {
			return fmt.Errorf("failures of check %q: %w", s.Check, err)
		}
		if _, err := tx.ExecContext(ctx, upsertCheckState, s.Check, string(s.State), sqlite.Millis(s.Since),
			s.EverOK, sqlite.Millis(s.LastGoodAt), sqlite.Millis(s.LastRunAt), string(s.Reason),
			sqlite.Millis(s.WatchedAt), s.Runs, string(failures)); err != nil {
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

const selectResults = `
SELECT b.started_at, b.verdict, b.took_us, b.reason, w.component, w.target, e.evidence
FROM bad_run b
JOIN watched_check w ON w.id = b.check_id
LEFT JOIN run_evidence e ON e.check_id = b.check_id AND e.started_at = b.started_at
WHERE w.check_key = ?1 AND b.started_at >= ?2
ORDER BY b.started_at, b.verdict`

// Results returns the kept runs of a check that were not ok and began at or
// after since, oldest first: those of 400 days, the newest ones with their
// evidence.
func (db *DB) Results(ctx context.Context, check string, since time.Time) ([]probe.Result, error) {
	var out []probe.Result
	rows, err := db.sqlite.R.QueryContext(ctx, selectResults, check, sqlite.Millis(since))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			r := probe.Result{Check: check}
			var started, took int64
			var verdict int
			var text sql.NullString
			if err := q.Scan(&started, &verdict, &took, &r.Reason, &r.Component, &r.Target, &text); err != nil {
				return err
			}
			r.StartedAt, r.Took = sqlite.Time(started), micros(took)
			r.Verdict = verdicts[min(max(verdict, 0), len(verdicts)-1)]
			if text.Valid {
				var e evidence
				if err := json.Unmarshal([]byte(text.String), &e); err != nil {
					return err
				}
				e.into(&r)
			}
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
SELECT check_key, state, since_at, ever_ok, last_good_at, last_run_at, reason,
    max(watched_at, coalesce((SELECT until_at FROM watched_until), 0)), runs, failures
FROM check_state
ORDER BY check_key`

// CheckStates returns the state of every check ever saved, by key. All were
// watched until the last Save, whichever of them it was for.
func (db *DB) CheckStates(ctx context.Context) ([]probe.CheckState, error) {
	var out []probe.CheckState
	rows, err := db.sqlite.R.QueryContext(ctx, selectCheckStates)
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var s probe.CheckState
			var since, good, run, watched int64
			var failures string
			if err := q.Scan(&s.Check, &s.State, &since, &s.EverOK, &good, &run, &s.Reason, &watched, &s.Runs, &failures); err != nil {
				return err
			}
			s.Since, s.LastGoodAt, s.LastRunAt = sqlite.Time(since), sqlite.Time(good), sqlite.Time(run)
			s.WatchedAt = sqlite.Time(watched)
			if err := json.Unmarshal([]byte(failures), &s.Failures); err != nil {
				return fmt.Errorf("failures of check %q: %w", s.Check, err)
			}
			out = append(out, s)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load check states: %w", sqlite.Classify(err))
	}
	return out, nil
}
