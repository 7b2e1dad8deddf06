package statusdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

const selectPeriods = `
SELECT p.began_at, p.ok, p.slow, p.failed, p.inconclusive, p.p50_us, p.p95_us, p.max_us, p.phases
FROM %s p JOIN watched_check w ON w.id = p.check_id
WHERE w.check_key = ?1 AND p.began_at >= ?2
ORDER BY p.began_at`

var (
	selectHours = fmt.Sprintf(selectPeriods, "run_hour")
	selectDays  = fmt.Sprintf(selectPeriods, "run_day")
)

// Hours are the counted hours of a check from since on, oldest first: 90 days
// of them are kept. An hour in which the check did not run is left out.
func (db *DB) Hours(ctx context.Context, check string, since time.Time) ([]probe.Period, error) {
	return db.periods(ctx, selectHours, hour, check, since)
}

// Days are the counted days of UTC of a check from since on, oldest first; all
// of them are kept.
func (db *DB) Days(ctx context.Context, check string, since time.Time) ([]probe.Period, error) {
	return db.periods(ctx, selectDays, day, check, since)
}

// periods are those that are counted, with those that are not yet over or were
// counted before their last run in their place.
func (db *DB) periods(ctx context.Context, query string, length time.Duration, check string, since time.Time) ([]probe.Period, error) {
	var out []probe.Period
	err := db.read(ctx, func(tx *sql.Tx) error {
		names, err := loadPhases(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, query, check, sqlite.Millis(since))
		if err != nil {
			return err
		}
		if err := each(rows, func(q *sql.Rows) error {
			p := probe.Period{Check: check}
			var began int64
			var p50, p95, longest sql.NullInt64
			var blob []byte
			if err := q.Scan(&began, &p.OK, &p.Slow, &p.Fail, &p.Inconclusive, &p50, &p95, &longest, &blob); err != nil {
				return err
			}
			p.Start = sqlite.Time(began)
			p.P50, p.P95, p.Max = micros(p50.Int64), micros(p95.Int64), micros(longest.Int64)
			p.Phases = names.times(blob)
			out = append(out, p)
			return nil
		}); err != nil {
			return err
		}
		return countNow(ctx, tx, length, check, since, names, &out)
	})
	if err != nil {
		return nil, fmt.Errorf("load periods of check %q: %w", check, err)
	}
	return out, nil
}

const selectUncountedOfCheck = `
SELECT u.ended_at, u.check_id, u.began_at
FROM uncounted u JOIN watched_check w ON w.id = u.check_id
WHERE w.check_key = ?1 AND u.began_at >= ?2 AND u.ended_at - u.began_at = ?3
ORDER BY u.began_at`

// countNow adds what is not counted yet.
func countNow(ctx context.Context, tx *sql.Tx, length time.Duration, check string, since time.Time, names phaseNames, out *[]probe.Period) error {
	due, err := loadUncounted(ctx, tx, selectUncountedOfCheck, check, sqlite.Millis(since), length.Milliseconds())
	if err != nil {
		return err
	}
	for _, u := range due {
		c, err := tallyRuns(ctx, tx, u)
		if err != nil {
			return err
		}
		p50, p95, longest := c.took.summary()
		place(out, probe.Period{
			Check: check, Start: sqlite.Time(u.beganAt),
			OK: c.runs[0], Slow: c.runs[1], Fail: c.runs[2], Inconclusive: c.runs[3],
			P50: micros(p50.Int64), P95: micros(p95.Int64), Max: micros(longest.Int64),
			Phases: names.times(c.phases.encode()),
		})
	}
	return nil
}

// place puts a period into the list in order of time. Of two of the same time
// that with more runs stays.
func place(list *[]probe.Period, p probe.Period) {
	at, found := slices.BinarySearchFunc(*list, p, func(a, b probe.Period) int { return a.Start.Compare(b.Start) })
	switch {
	case !found:
		*list = slices.Insert(*list, at, p)
	case runs(p) >= runs((*list)[at]):
		(*list)[at] = p
	}
}

func runs(p probe.Period) int { return p.OK + p.Slow + p.Fail + p.Inconclusive }

func (n phaseNames) times(blob []byte) []probe.PhaseTimes {
	var times []probe.PhaseTimes
	v := varints(blob)
	for i := 0; i+2 < len(v); i += 3 {
		times = append(times, probe.PhaseTimes{
			Name: n.name[v[i]], P50: micros(int64(v[i+1])), P95: micros(int64(v[i+2])), // #nosec G115 -- durations that were stored by us
		})
	}
	return times
}

func micros(us int64) time.Duration { return time.Duration(us) * time.Microsecond }
