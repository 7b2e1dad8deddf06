package statusdb

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

const (
	insertMishap = `
INSERT INTO mishap (happened_at, reason, text)
VALUES (?1, ?2, ?3)
ON CONFLICT (happened_at, reason) DO NOTHING`

	selectMishaps = `
SELECT happened_at, reason, text
FROM mishap
WHERE happened_at BETWEEN ?1 AND ?2
ORDER BY happened_at, reason`

	trimMishaps = `
DELETE FROM mishap WHERE (happened_at, reason) IN (
    SELECT happened_at, reason FROM mishap WHERE happened_at < ?1 LIMIT ?2)`
)

// saveMishaps writes what befell the prober and its machine.
func saveMishaps(ctx context.Context, tx *sql.Tx, mishaps []probe.Warning) error {
	for _, w := range mishaps {
		if _, err := tx.ExecContext(ctx, insertMishap, sqlite.Millis(w.At), string(w.Reason), w.Text); err != nil {
			return fmt.Errorf("mishap %q: %w", w.Reason, err)
		}
	}
	return nil
}

// Mishaps returns what befell the prober and its machine from one moment to
// another, both included, oldest first.
func (db *DB) Mishaps(ctx context.Context, from, to time.Time) ([]probe.Warning, error) {
	var out []probe.Warning
	rows, err := db.sqlite.R.QueryContext(ctx, selectMishaps, sqlite.Millis(from), sqlite.Millis(to))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var w probe.Warning
			var at int64
			if err := q.Scan(&at, &w.Reason, &w.Text); err != nil {
				return err
			}
			w.At = sqlite.Time(at)
			out = append(out, w)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load mishaps: %w", sqlite.Classify(err))
	}
	return out, nil
}
