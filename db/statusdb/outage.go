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

// maxLogTail bounds what is kept of the last lines of a process that ended.
// With those of two exits, a run and its exhibits an outage has at most 64 KiB.
const maxLogTail = 22 << 10

const upsertOutage = `
INSERT INTO outage (id, domain,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, evidence, intermittent, restarted)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (id) DO UPDATE SET
    domain = excluded.domain,
    start_earliest_at = excluded.start_earliest_at,
    start_best_at = excluded.start_best_at,
    start_latest_at = excluded.start_latest_at,
    start_source = excluded.start_source,
    end_earliest_at = excluded.end_earliest_at,
    end_best_at = excluded.end_best_at,
    end_latest_at = excluded.end_latest_at,
    end_source = excluded.end_source,
    evidence = excluded.evidence,
    intermittent = excluded.intermittent,
    restarted = excluded.restarted
WHERE outage.end_best_at IS NULL`

// saveOutage writes the outage with its affected components and exits,
// replacing what was known under its ID. An outage that is stored as ended is
// a fact that stands: saving it again changes nothing.
func saveOutage(ctx context.Context, tx *sql.Tx, o probe.Outage) error {
	evidence, err := encodeRun(o.Evidence)
	if err != nil {
		return err
	}
	when := factSpan(o.Start, o.End)
	done, err := tx.ExecContext(ctx, upsertOutage,
		row([]any{o.ID, o.Domain}, when.values(), []any{evidence, o.Intermittent, o.Restarted})...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if err := saveAffected(ctx, tx, o); err != nil {
		return err
	}
	return saveExits(ctx, tx, o)
}

const (
	deleteOutageComponents = `DELETE FROM outage_component WHERE outage_id = ?1`
	insertOutageComponent  = `
INSERT INTO outage_component (outage_id, position, component,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, reason, partial)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`
)

func saveAffected(ctx context.Context, tx *sql.Tx, o probe.Outage) error {
	if _, err := tx.ExecContext(ctx, deleteOutageComponents, o.ID); err != nil {
		return err
	}
	for i, a := range o.Affected {
		when := factSpan(a.Start, a.End)
		if _, err := tx.ExecContext(ctx, insertOutageComponent,
			row([]any{o.ID, i, a.Component}, when.values(), []any{string(a.Reason), a.Partial})...); err != nil {
			return err
		}
	}
	return nil
}

const (
	deleteExits = `DELETE FROM exit WHERE outage_id = ?1`
	insertExit  = `
INSERT INTO exit (outage_id, position, exited_at, source, host, components,
    pid, code, signal, uptime_us, log_tail)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`
)

func saveExits(ctx context.Context, tx *sql.Tx, o probe.Outage) error {
	if _, err := tx.ExecContext(ctx, deleteExits, o.ID); err != nil {
		return err
	}
	for i, e := range o.Exits {
		components, err := json.Marshal(e.Components)
		if err != nil {
			return err
		}
		if i > 0 && i < len(o.Exits)-1 {
			e.LogTail = nil // in a crash loop the first and the last tell all
		}
		tail, err := json.Marshal(newest(e.LogTail, maxLogTail))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insertExit, o.ID, i, sqlite.Millis(e.At), string(e.Source), e.Host,
			string(components), e.PID, e.Code, e.Signal, e.Uptime.Microseconds(), string(tail)); err != nil {
			return err
		}
	}
	return nil
}

const (
	selectOutages = `
SELECT id, domain,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, evidence, intermittent, restarted
FROM outage
WHERE end_best_at IS NULL OR end_best_at >= ?1
ORDER BY start_best_at, id`

	selectOutageComponents = `
SELECT c.outage_id, c.component,
    c.start_earliest_at, c.start_best_at, c.start_latest_at, c.start_source,
    c.end_earliest_at, c.end_best_at, c.end_latest_at, c.end_source, c.reason, c.partial
FROM outage_component c JOIN outage o ON o.id = c.outage_id
WHERE o.end_best_at IS NULL OR o.end_best_at >= ?1
ORDER BY c.outage_id, c.position`

	selectExits = `
SELECT e.outage_id, e.exited_at, e.source, e.host, e.components,
    e.pid, e.code, e.signal, e.uptime_us, e.log_tail
FROM exit e JOIN outage o ON o.id = e.outage_id
WHERE o.end_best_at IS NULL OR o.end_best_at >= ?1
ORDER BY e.outage_id, e.position`
)

// Outages returns those that were open at or after since, oldest first.
func (db *DB) Outages(ctx context.Context, since time.Time) ([]probe.Outage, error) {
	var out []probe.Outage
	err := db.read(ctx, func(tx *sql.Tx) error {
		from := sqlite.Millis(since)
		byID, err := loadOutages(ctx, tx, from, &out)
		if err != nil {
			return err
		}
		if err := loadAffected(ctx, tx, from, out, byID); err != nil {
			return err
		}
		return loadExits(ctx, tx, from, out, byID)
	})
	if err != nil {
		return nil, fmt.Errorf("load outages: %w", err)
	}
	return out, nil
}

func loadOutages(ctx context.Context, tx *sql.Tx, from int64, out *[]probe.Outage) (map[string]int, error) {
	rows, err := tx.QueryContext(ctx, selectOutages, from)
	if err != nil {
		return nil, err
	}
	byID := map[string]int{}
	return byID, each(rows, func(r *sql.Rows) error {
		var o probe.Outage
		var when span
		var evidence sql.NullString
		if err := r.Scan(row([]any{&o.ID, &o.Domain}, when.dest(), []any{&evidence, &o.Intermittent, &o.Restarted})...); err != nil {
			return err
		}
		o.Start, o.End = when.facts()
		if o.Evidence, err = decodeRun(evidence); err != nil {
			return fmt.Errorf("outage %q: %w", o.ID, err)
		}
		byID[o.ID] = len(*out)
		*out = append(*out, o)
		return nil
	})
}

func loadAffected(ctx context.Context, tx *sql.Tx, from int64, out []probe.Outage, byID map[string]int) error {
	rows, err := tx.QueryContext(ctx, selectOutageComponents, from)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var a probe.Affected
		var when span
		if err := r.Scan(row([]any{&id, &a.Component}, when.dest(), []any{&a.Reason, &a.Partial})...); err != nil {
			return err
		}
		a.Start, a.End = when.facts()
		o := &out[byID[id]]
		o.Affected = append(o.Affected, a)
		return nil
	})
}

func loadExits(ctx context.Context, tx *sql.Tx, from int64, out []probe.Outage, byID map[string]int) error {
	rows, err := tx.QueryContext(ctx, selectExits, from)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var e probe.Exit
		var at, uptime int64
		var components, tail string
		if err := r.Scan(&id, &at, &e.Source, &e.Host, &components,
			&e.PID, &e.Code, &e.Signal, &uptime, &tail); err != nil {
			return err
		}
		e.At, e.Uptime = sqlite.Time(at), time.Duration(uptime)*time.Microsecond
		if err := json.Unmarshal([]byte(components), &e.Components); err != nil {
			return fmt.Errorf("outage %q: components of an exit: %w", id, err)
		}
		if err := json.Unmarshal([]byte(tail), &e.LogTail); err != nil {
			return fmt.Errorf("outage %q: log of an exit: %w", id, err)
		}
		o := &out[byID[id]]
		o.Exits = append(o.Exits, e)
		return nil
	})
}
