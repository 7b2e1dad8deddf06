package statusdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"howdah/db/sqlite"
	"howdah/incidents"
)

const (
	insertAlias = `
INSERT INTO incident_alias (alias, incident_id, position)
VALUES (?1, ?2, ?3)
ON CONFLICT (alias) DO UPDATE SET incident_id = excluded.incident_id, position = excluded.position`

	insertChange = `
INSERT INTO incident_change (incident_id, position, changed_at, changed_by, what, was, became)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (incident_id, position) DO NOTHING`

	// A test message may turn out to have been sent after the outage's end.
	deleteIncidentCanaries = `
DELETE FROM incident_canary
WHERE incident_id = ?1 AND id NOT IN (SELECT value FROM json_each(?2))`

	upsertIncidentCanary = `
INSERT INTO incident_canary (incident_id, id, component, sent_at, arrived_at, overdue)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (incident_id, id) DO UPDATE SET arrived_at = excluded.arrived_at, overdue = excluded.overdue
WHERE incident_canary.arrived_at <> excluded.arrived_at OR incident_canary.overdue <> excluded.overdue`
)

// saveTrail writes what a thread leaves behind beside its updates.
func saveTrail(ctx context.Context, tx *sql.Tx, in *incidents.Incident) error {
	for i, alias := range in.Aliases {
		if _, err := tx.ExecContext(ctx, insertAlias, alias, in.ID, i); err != nil {
			return err
		}
	}
	for i, c := range in.Changes {
		if _, err := tx.ExecContext(ctx, insertChange, in.ID, i,
			sqlite.Millis(c.At), c.By, string(c.What), c.Was, c.Now); err != nil {
			return err
		}
	}
	ids := make([]string, len(in.Canaries))
	for i, c := range in.Canaries {
		ids[i] = c.ID
		if _, err := tx.ExecContext(ctx, upsertIncidentCanary, in.ID, c.ID, c.Component,
			sqlite.Millis(c.SentAt), sqlite.Millis(c.ArrivedAt), c.Overdue); err != nil {
			return err
		}
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, deleteIncidentCanaries, in.ID, string(list))
	return err
}

const (
	moveOutage = `UPDATE incident_outage SET incident_id = ?1 WHERE outage_id = ?2 AND incident_id = ?3`
	moveUpdate = `UPDATE incident_update SET incident_id = ?1 WHERE id = ?2 AND incident_id = ?3`
)

// MoveStory writes both threads, after what to has of from's outages and
// updates was made to's own. From is left out of Incidents once its ID is an
// alias of to.
func (db *DB) MoveStory(ctx context.Context, to, from *incidents.Incident) error {
	err := db.sqlite.Tx(ctx, func(tx *sql.Tx) error {
		if err := saveIncident(ctx, tx, &incidents.Incident{ID: to.ID}); err != nil {
			return err // rows need a thread to belong to
		}
		for i := range to.Outages {
			if _, err := tx.ExecContext(ctx, moveOutage, to.ID, to.Outages[i].ID, from.ID); err != nil {
				return err
			}
		}
		for i := range to.Updates {
			if _, err := tx.ExecContext(ctx, moveUpdate, to.ID, to.Updates[i].ID, from.ID); err != nil {
				return err
			}
		}
		if err := saveIncident(ctx, tx, from); err != nil {
			return err
		}
		return saveIncident(ctx, tx, to)
	})
	if err != nil {
		return fmt.Errorf("move between incidents %q and %q: %w", from.ID, to.ID, err)
	}
	return nil
}

const selectAliases = `SELECT incident_id, alias FROM incident_alias ORDER BY incident_id, position`

func (t *threads) loadAliases(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectAliases)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id, alias string
		if err := r.Scan(&id, &alias); err != nil {
			return err
		}
		in := t.byID[id]
		in.Aliases = append(in.Aliases, alias)
		return nil
	})
}

const selectChanges = `
SELECT incident_id, changed_at, changed_by, what, was, became
FROM incident_change
ORDER BY incident_id, position`

func (t *threads) loadChanges(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectChanges)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var c incidents.Change
		var at int64
		if err := r.Scan(&id, &at, &c.By, &c.What, &c.Was, &c.Now); err != nil {
			return err
		}
		c.At = sqlite.Time(at)
		in := t.byID[id]
		in.Changes = append(in.Changes, c)
		return nil
	})
}

const selectIncidentCanaries = `
SELECT incident_id, id, component, sent_at, arrived_at, overdue
FROM incident_canary
ORDER BY incident_id, sent_at, id`

func (t *threads) loadCanaries(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectIncidentCanaries)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var c incidents.Canary
		var sent, arrived int64
		if err := r.Scan(&id, &c.ID, &c.Component, &sent, &arrived, &c.Overdue); err != nil {
			return err
		}
		c.SentAt, c.ArrivedAt = sqlite.Time(sent), sqlite.Time(arrived)
		in := t.byID[id]
		in.Canaries = append(in.Canaries, c)
		return nil
	})
}

const selectEdits = `
SELECT update_id, body, edited_by, edited_at
FROM incident_update_edit
ORDER BY update_id, position`

func (t *threads) loadEdits(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectEdits)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var e incidents.Edit
		var at int64
		if err := r.Scan(&id, &e.Body, &e.By, &at); err != nil {
			return err
		}
		e.At = sqlite.Time(at)
		u := t.updates[id]
		u.Edits = append(u.Edits, e)
		return nil
	})
}

// unmerged are the threads that were not merged into another.
func (t *threads) unmerged() []*incidents.Incident {
	gone := map[string]bool{}
	for _, in := range t.list {
		for _, alias := range in.Aliases {
			gone[alias] = true
		}
	}
	var list []*incidents.Incident
	for _, in := range t.list {
		if !gone[in.ID] {
			list = append(list, in)
		}
	}
	return list
}
