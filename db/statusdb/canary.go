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

const (
	// keepCanaries is how many test messages are kept of all checks: at one in
	// five minutes those of 400 days, in some 40 MB.
	keepCanaries = 150_000
	// keepCanaryDays is for how long, counted back from the newest.
	keepCanaryDays = 400
	// trimCanariesAt is every how many messages of a check the old ones go.
	trimCanariesAt = 100
)

const upsertCanary = `
INSERT INTO canary (id, check_key, component, number, submitted_at, accepted_at, arrived_at, pushed_at, imap_at, pop3_at, done_at,
    overdue, lost, hops)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (id) DO UPDATE SET
    accepted_at = excluded.accepted_at,
    arrived_at = excluded.arrived_at,
    pushed_at = excluded.pushed_at,
    imap_at = excluded.imap_at,
    pop3_at = excluded.pop3_at,
    done_at = excluded.done_at,
    overdue = excluded.overdue,
    lost = excluded.lost,
    hops = excluded.hops`

const trimCanaries = `
DELETE FROM canary
WHERE submitted_at < ?1
   OR submitted_at < (SELECT submitted_at FROM canary ORDER BY submitted_at DESC LIMIT 1 OFFSET ?2)`

// canaryHop is a stamp as the column hops keeps it.
type canaryHop struct {
	By     string `json:"by"`
	At     int64  `json:"at"`
	Skewed bool   `json:"skewed,omitempty"`
}

func saveCanaries(ctx context.Context, tx *sql.Tx, canaries []probe.Canary) error {
	for _, c := range canaries {
		hops := make([]canaryHop, len(c.Hops))
		for i, h := range c.Hops {
			hops[i] = canaryHop{h.By, sqlite.Millis(h.At), h.Skewed}
		}
		text, err := json.Marshal(hops)
		if err != nil {
			return fmt.Errorf("canary %q: %w", c.ID, err)
		}
		if _, err := tx.ExecContext(ctx, upsertCanary, c.ID, c.Check, c.Component, c.Number,
			sqlite.Millis(c.SubmittedAt), sqlite.Millis(c.AcceptedAt), sqlite.Millis(c.ArrivedAt), sqlite.Millis(c.PushedAt),
			sqlite.Millis(c.SeenIMAP), sqlite.Millis(c.SeenPOP3), sqlite.Millis(c.DoneAt), c.Overdue, c.Lost, string(text)); err != nil {
			return fmt.Errorf("canary %q: %w", c.ID, err)
		}
		if c.Number%trimCanariesAt != 0 {
			continue
		}
		oldest := sqlite.Millis(c.SubmittedAt.AddDate(0, 0, -keepCanaryDays))
		if _, err := tx.ExecContext(ctx, trimCanaries, oldest, keepCanaries-1); err != nil {
			return fmt.Errorf("old canaries: %w", err)
		}
	}
	return nil
}

const selectCanaries = `
SELECT id, check_key, component, number, submitted_at, accepted_at, arrived_at, pushed_at, imap_at, pop3_at, done_at,
    overdue, lost, hops
FROM canary
WHERE submitted_at >= ?1
ORDER BY submitted_at, number`

// Canaries returns the test messages that were submitted at or after since,
// oldest first. They are kept for 400 days, and at most 150,000 of them.
func (db *DB) Canaries(ctx context.Context, since time.Time) ([]probe.Canary, error) {
	var out []probe.Canary
	rows, err := db.sqlite.R.QueryContext(ctx, selectCanaries, sqlite.Millis(since))
	if err == nil {
		err = each(rows, func(q *sql.Rows) error {
			c, err := scanCanary(q)
			out = append(out, c)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("load canaries: %w", sqlite.Classify(err))
	}
	return out, nil
}

func scanCanary(q *sql.Rows) (probe.Canary, error) {
	var c probe.Canary
	var submitted, accepted, arrived, pushed, imap, pop3, done int64
	var text string
	if err := q.Scan(&c.ID, &c.Check, &c.Component, &c.Number, &submitted, &accepted, &arrived, &pushed, &imap, &pop3, &done,
		&c.Overdue, &c.Lost, &text); err != nil {
		return c, err
	}
	c.SubmittedAt, c.AcceptedAt, c.ArrivedAt = sqlite.Time(submitted), sqlite.Time(accepted), sqlite.Time(arrived)
	c.PushedAt, c.SeenIMAP, c.SeenPOP3, c.DoneAt = sqlite.Time(pushed), sqlite.Time(imap), sqlite.Time(pop3), sqlite.Time(done)
	var hops []canaryHop
	if err := json.Unmarshal([]byte(text), &hops); err != nil {
		return c, fmt.Errorf("canary %q: %w", c.ID, err)
	}
	for _, h := range hops {
		c.Hops = append(c.Hops, probe.Hop{By: h.By, At: sqlite.Time(h.At), Skewed: h.Skewed})
	}
	return c, nil
}
