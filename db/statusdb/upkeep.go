package statusdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"howdah/db/sqlite"
)

// How long facts are kept. Outages, segments and counted days stay for ever.
const (
	keepRuns     = 48 * time.Hour
	keepHours    = 90 * day
	keepBadRuns  = 400 * day // and blips and mishaps
	badRunsMost  = 10_000    // of a check and a verdict
	evidenceMost = 200       // of a check
)

const (
	countAtOnce = 16    // hours and days
	trimAtOnce  = 1_000 // rows of a table
)

// round is how far the trimming of this hour has come.
type round struct {
	mu   sync.Mutex
	last int64     // number of the check that was trimmed last
	done time.Time // the hour in which all were trimmed
}

// Upkeep does a small part of what is to be done from time to time, for facts
// saved until now: it counts the runs of hours and days that are over, and
// once an hour takes away what is too old, of one check a call. Called once a
// second it holds up nobody. What a crash leaves undone the next call does.
func (db *DB) Upkeep(ctx context.Context, now time.Time) error {
	db.round.mu.Lock()
	defer db.round.mu.Unlock()
	idle, err := db.idle(ctx, now)
	if err == nil && !idle {
		err = db.sqlite.Tx(ctx, func(tx *sql.Tx) error {
			n, err := countDue(ctx, tx, now, countAtOnce)
			if err != nil || n == countAtOnce {
				return err // runs that may still have to be counted stay
			}
			return db.trimNext(ctx, tx, now)
		})
	}
	if err != nil {
		return fmt.Errorf("upkeep: %w", err)
	}
	return nil
}

// idle reports whether there is nothing to do.
func (db *DB) idle(ctx context.Context, now time.Time) (bool, error) {
	if !db.round.done.Equal(now.Truncate(hour)) {
		return false, nil
	}
	var due int
	err := db.sqlite.R.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM uncounted WHERE ended_at <= ?1)", sqlite.Millis(now)).Scan(&due)
	return due == 0, sqlite.Classify(err)
}

const selectNextCheck = `
SELECT id, check_key
FROM watched_check
WHERE id > ?1
ORDER BY id
LIMIT 1`

// trimNext trims the check after the one that was trimmed last.
func (db *DB) trimNext(ctx context.Context, tx *sql.Tx, now time.Time) error {
	var id int64
	var key string
	switch err := tx.QueryRowContext(ctx, selectNextCheck, db.round.last).Scan(&id, &key); {
	case errors.Is(err, sql.ErrNoRows):
		if _, err := tx.ExecContext(ctx, trimMishaps, before(now, keepBadRuns), trimAtOnce); err != nil {
			return fmt.Errorf("trim mishaps: %w", err)
		}
		db.round.last, db.round.done = 0, now.Truncate(hour)
		return nil
	case err != nil:
		return err
	}
	for _, old := range []struct {
		query string
		args  []any
	}{
		{trimRuns, []any{id, before(now, keepRuns), trimAtOnce}},
		{trimHours, []any{id, before(now, keepHours), trimAtOnce}},
		{trimBadRuns, []any{id, before(now, keepBadRuns), trimAtOnce}},
		{trimMostBadRuns, []any{id, 1, badRunsMost, trimAtOnce}},
		{trimMostBadRuns, []any{id, 2, badRunsMost, trimAtOnce}},
		{trimMostBadRuns, []any{id, 3, badRunsMost, trimAtOnce}},
		{trimEvidence, []any{id, evidenceMost, trimAtOnce}},
		{trimBlips, []any{key, before(now, keepBadRuns), badRunsMost, trimAtOnce}},
	} {
		if _, err := tx.ExecContext(ctx, old.query, old.args...); err != nil {
			return fmt.Errorf("trim check %q: %w", key, err)
		}
	}
	db.round.last = id
	return nil
}

// before is the whole hour at or before now minus age: an hour's runs go all
// at once.
func before(now time.Time, age time.Duration) int64 {
	return sqlite.Millis(now.Add(-age).Truncate(hour))
}

const (
	trimRuns = `
DELETE FROM run WHERE check_id = ?1 AND started_at IN (
    SELECT started_at FROM run WHERE check_id = ?1 AND started_at < ?2 ORDER BY started_at LIMIT ?3)`

	trimHours = `
DELETE FROM run_hour WHERE check_id = ?1 AND began_at IN (
    SELECT began_at FROM run_hour WHERE check_id = ?1 AND began_at < ?2 ORDER BY began_at LIMIT ?3)`

	trimBadRuns = `
DELETE FROM bad_run WHERE check_id = ?1 AND (verdict, started_at) IN (
    SELECT verdict, started_at FROM bad_run WHERE check_id = ?1 AND started_at < ?2 LIMIT ?3)`

	trimMostBadRuns = `
DELETE FROM bad_run WHERE check_id = ?1 AND verdict = ?2 AND started_at IN (
    SELECT started_at FROM bad_run WHERE check_id = ?1 AND verdict = ?2 ORDER BY started_at DESC LIMIT ?4 OFFSET ?3)`

	trimEvidence = `
DELETE FROM run_evidence WHERE check_id = ?1 AND started_at IN (
    SELECT started_at FROM run_evidence WHERE check_id = ?1 ORDER BY started_at DESC LIMIT ?3 OFFSET ?2)`

	trimBlips = `
DELETE FROM blip WHERE check_key = ?1 AND failed_at IN (
    SELECT failed_at FROM blip WHERE check_key = ?1 AND failed_at < ?2
    UNION
    SELECT * FROM (SELECT failed_at FROM blip WHERE check_key = ?1 ORDER BY failed_at DESC LIMIT ?4 OFFSET ?3))`
)
