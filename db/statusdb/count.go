package statusdb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"howdah/db/sqlite"
)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

const (
	selectUncounted = `
SELECT ended_at, check_id, began_at
FROM uncounted
WHERE ended_at <= ?1
ORDER BY ended_at, check_id, began_at
LIMIT ?2`

	deleteUncounted = `DELETE FROM uncounted WHERE ended_at = ?1 AND check_id = ?2 AND began_at = ?3`

	selectRuns = `
SELECT verdict, took_us, phases
FROM run
WHERE check_id = ?1 AND started_at >= ?2 AND started_at < ?3
ORDER BY started_at`

	// Counted again when a run came late. What has fewer runs than before has
	// lost some to their age and counts for less.
	upsertPeriod = `
INSERT INTO %[1]s (check_id, began_at, ok, slow, failed, inconclusive, p50_us, p95_us, max_us, phases)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (check_id, began_at) DO UPDATE SET
    ok = excluded.ok,
    slow = excluded.slow,
    failed = excluded.failed,
    inconclusive = excluded.inconclusive,
    p50_us = excluded.p50_us,
    p95_us = excluded.p95_us,
    max_us = excluded.max_us,
    phases = excluded.phases
WHERE excluded.ok + excluded.slow + excluded.failed + excluded.inconclusive
    >= %[1]s.ok + %[1]s.slow + %[1]s.failed + %[1]s.inconclusive`
)

var (
	upsertHour = fmt.Sprintf(upsertPeriod, "run_hour")
	upsertDay  = fmt.Sprintf(upsertPeriod, "run_day")
)

// countDue counts the runs of at most limit hours and days that were over by now,
// and says how many it found.
func countDue(ctx context.Context, tx *sql.Tx, now time.Time, limit int) (int, error) {
	due, err := loadUncounted(ctx, tx, selectUncounted, sqlite.Millis(now), limit)
	if err != nil {
		return 0, err
	}
	for _, u := range due {
		c, err := tallyRuns(ctx, tx, u)
		if err != nil {
			return 0, err
		}
		upsert := upsertHour
		if u.endedAt-u.beganAt == day.Milliseconds() {
			upsert = upsertDay
		}
		p50, p95, longest := c.took.summary()
		if _, err := tx.ExecContext(ctx, upsert, u.check, u.beganAt,
			c.runs[0], c.runs[1], c.runs[2], c.runs[3], p50, p95, longest, c.phases.encode()); err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, deleteUncounted, u.endedAt, u.check, u.beganAt); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func loadUncounted(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]uncounted, error) {
	var due []uncounted
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(q *sql.Rows) error {
		var u uncounted
		err := q.Scan(&u.endedAt, &u.check, &u.beganAt)
		due = append(due, u)
		return err
	})
	return due, err
}

// tally is what some runs come to.
type tally struct {
	runs   [4]int // by verdict
	took   latencies
	phases phaseLatencies
}

func tallyRuns(ctx context.Context, tx *sql.Tx, u uncounted) (tally, error) {
	var c tally
	rows, err := tx.QueryContext(ctx, selectRuns, u.check, u.beganAt, u.endedAt)
	if err != nil {
		return c, err
	}
	err = each(rows, func(q *sql.Rows) error {
		var verdict int
		var took int64
		var blob []byte
		if err := q.Scan(&verdict, &took, &blob); err != nil {
			return err
		}
		verdict = min(max(verdict, 0), len(c.runs)-1)
		c.runs[verdict]++
		if verdicts[verdict].Good() {
			c.took = append(c.took, took)
			c.phases.add(blob)
		}
		return nil
	})
	return c, err
}

// latencies are in microseconds.
type latencies []int64

// summary is the nearest-rank 50th and 95th percentile and the longest; null
// of none.
func (l latencies) summary() (p50, p95, longest sql.NullInt64) {
	if len(l) == 0 {
		return
	}
	slices.Sort(l)
	at := func(percent int) sql.NullInt64 {
		return sql.NullInt64{Int64: l[(len(l)*percent+99)/100-1], Valid: true}
	}
	return at(50), at(95), at(100)
}

// phaseLatencies are those of each phase, in the order in which runs have them.
type phaseLatencies []phaseLatency

type phaseLatency struct {
	id   uint64
	took latencies
}

func (p *phaseLatencies) add(blob []byte) {
	v := varints(blob)
	for i := 0; i+1 < len(v); i += 2 {
		at := slices.IndexFunc(*p, func(k phaseLatency) bool { return k.id == v[i] })
		if at < 0 {
			at = len(*p)
			*p = append(*p, phaseLatency{id: v[i]})
		}
		(*p)[at].took = append((*p)[at].took, int64(v[i+1])) // #nosec G115 -- a duration that was stored by us
	}
}

func (p phaseLatencies) encode() []byte {
	blob := []byte{}
	for _, k := range p {
		p50, p95, _ := k.took.summary()
		for _, v := range []uint64{k.id, uint64(p50.Int64), uint64(p95.Int64)} { // #nosec G115 -- durations that are not negative
			blob = binary.AppendUvarint(blob, v)
		}
	}
	return blob
}
