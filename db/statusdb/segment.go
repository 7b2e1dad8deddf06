package statusdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

const (
	deleteSegments = `DELETE FROM segment WHERE component = ?1 AND started_at >= ?2`

	selectLastSegment = `
SELECT started_at, state, reason
FROM segment
WHERE component = ?1
ORDER BY started_at DESC
LIMIT 1`

	insertSegment = `
INSERT INTO segment (component, started_at, state, reason)
VALUES (?1, ?2, ?3, ?4)`

	upsertWatchedUntil = `
INSERT INTO watched_until (id, until_at) VALUES (1, ?1)
ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at`
)

// saveSegments writes what components are from a moment on; what was known of
// the time after it gives way.
func saveSegments(ctx context.Context, tx *sql.Tx, segments []probe.Segment) error {
	for _, s := range segments {
		if err := saveSegment(ctx, tx, s); err != nil {
			return fmt.Errorf("segment of component %q: %w", s.Component, err)
		}
	}
	return nil
}

func saveSegment(ctx context.Context, tx *sql.Tx, s probe.Segment) error {
	if _, err := tx.ExecContext(ctx, deleteSegments, s.Component, sqlite.Millis(s.From)); err != nil {
		return err
	}
	last, err := lastSegment(ctx, tx, s.Component)
	if err != nil || (last.State == s.State && last.Reason == s.Reason) {
		return err // it goes on
	}
	_, err = tx.ExecContext(ctx, insertSegment, s.Component, sqlite.Millis(s.From), string(s.State), string(s.Reason))
	return err
}

// lastSegment is the newest of a component, without a state when it has none.
func lastSegment(ctx context.Context, tx *sql.Tx, component string) (probe.Segment, error) {
	s := probe.Segment{Component: component}
	var from int64
	err := tx.QueryRowContext(ctx, selectLastSegment, component).Scan(&from, &s.State, &s.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	s.From = sqlite.Time(from)
	return s, err
}

const (
	selectWatchedUntil = `SELECT until_at FROM watched_until`

	// Components in an open outage are left out: it goes on while nobody looks.
	selectWatchedComponents = `
SELECT DISTINCT s.component
FROM segment s
WHERE NOT EXISTS (
    SELECT 1 FROM outage_component c JOIN outage o ON o.id = c.outage_id
    WHERE c.component = s.component AND c.end_best_at IS NULL AND o.end_best_at IS NULL)`
)

// aliveWithin is how far what is saved can lie behind a run that has nothing to
// save.
const aliveWithin = 2 * time.Minute

// EndWatch ends what an earlier run was watching: nobody knows what came after
// it, however it ended. It watched until its last Save or, when that is known
// and not far from it, until it was last alive. To be called before facts of
// another run are saved.
func (db *DB) EndWatch(ctx context.Context, alive time.Time) error {
	err := db.sqlite.Tx(ctx, func(tx *sql.Tx) error {
		var until int64
		switch err := tx.QueryRowContext(ctx, selectWatchedUntil).Scan(&until); {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		if at := sqlite.Millis(alive); at > until && at-until < aliveWithin.Milliseconds() {
			until = at
			if _, err := tx.ExecContext(ctx, upsertWatchedUntil, until); err != nil {
				return err
			}
		}
		var components []string
		rows, err := tx.QueryContext(ctx, selectWatchedComponents)
		if err != nil {
			return err
		}
		if err := each(rows, func(q *sql.Rows) error {
			var c string
			err := q.Scan(&c)
			components = append(components, c)
			return err
		}); err != nil {
			return err
		}
		for _, c := range components {
			last, err := lastSegment(ctx, tx, c)
			if err != nil {
				return err
			}
			if last.State == probe.SegmentUnmonitored || last.From.After(sqlite.Time(until)) {
				continue
			}
			unwatched := probe.Segment{Component: c, From: sqlite.Time(until), State: probe.SegmentUnmonitored}
			if err := saveSegment(ctx, tx, unwatched); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("end the watch of the last run: %w", err)
	}
	return nil
}

// One step of the index a component, and one to what held at the moment.
const selectSegments = `
WITH RECURSIVE component (name) AS (
    SELECT min(component) FROM segment
    UNION ALL
    SELECT (SELECT min(component) FROM segment WHERE component > name) FROM component WHERE name IS NOT NULL)
SELECT s.component, s.started_at, s.state, s.reason
FROM component c JOIN segment s ON s.component = c.name AND s.started_at >= coalesce(
    (SELECT max(started_at) FROM segment WHERE component = c.name AND started_at <= ?1), ?1)
ORDER BY s.component, s.started_at`

// Segments returns what every component was from since on, in order of
// component and time. The first of a component may begin earlier: it is what
// held at since. The last holds until what Save was told last as WatchedUntil.
func (db *DB) Segments(ctx context.Context, since time.Time) ([]probe.Segment, error) {
	var out []probe.Segment
	rows, err := db.sqlite.R.QueryContext(ctx, selectSegments, sqlite.Millis(since))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			var s probe.Segment
			var from int64
			if err := q.Scan(&s.Component, &from, &s.State, &s.Reason); err != nil {
				return err
			}
			s.From = sqlite.Time(from)
			out = append(out, s)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load segments: %w", sqlite.Classify(err))
	}
	return out, nil
}
