package statusdb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/probe"
)

// exhibitsMost bounds what is kept of an outage in this table, in bytes.
const exhibitsMost = 8 << 10

const (
	insertExhibit = `
INSERT INTO exhibit (outage_id, taken_at, kind, body)
SELECT ?1, ?2, ?3, ?4
WHERE (SELECT coalesce(sum(length(body)), 0) FROM exhibit WHERE outage_id = ?1) + length(?4) <= ?5
ON CONFLICT (outage_id, taken_at, kind) DO NOTHING`

	selectExhibits = `
SELECT outage_id, taken_at, kind, body
FROM exhibit
WHERE outage_id = ?1
ORDER BY taken_at, kind`
)

// saveExhibits writes what is to be looked at beside outages, as far as there
// is room: the first of an outage tell most.
func saveExhibits(ctx context.Context, tx *sql.Tx, exhibits []probe.Exhibit) error {
	for _, e := range exhibits {
		if _, err := tx.ExecContext(ctx, insertExhibit,
			e.Outage, sqlite.Millis(e.At), e.Kind, e.Text, exhibitsMost); err != nil {
			return fmt.Errorf("exhibit of outage %q: %w", e.Outage, err)
		}
	}
	return nil
}

// Exhibits returns those of an outage, oldest first.
func (db *DB) Exhibits(ctx context.Context, outage string) ([]probe.Exhibit, error) {
	var out []probe.Exhibit
	rows, err := db.sqlite.R.QueryContext(ctx, selectExhibits, outage)
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var e probe.Exhibit
			var at int64
			if err := q.Scan(&e.Outage, &at, &e.Kind, &e.Text); err != nil {
				return err
			}
			e.At = sqlite.Time(at)
			out = append(out, e)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load exhibits of outage %q: %w", outage, sqlite.Classify(err))
	}
	return out, nil
}
