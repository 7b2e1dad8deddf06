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
	upsertMaintenance = `
INSERT INTO maintenance (id, title, state, components, start_at, end_at,
    started_at, ended_at, canceled, created_at, created_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title,
    state = excluded.state,
    components = excluded.components,
    start_at = excluded.start_at,
    end_at = excluded.end_at,
    started_at = excluded.started_at,
    ended_at = excluded.ended_at,
    canceled = excluded.canceled`

	insertMaintenanceUpdate = `
INSERT INTO maintenance_update (id, maintenance_id, position, kind, state, body, posted_by, posted_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO NOTHING`
)

// SaveMaintenance writes the maintenance with its updates, replacing what was
// stored under its ID. An update that is stored already stays as it is.
func (db *DB) SaveMaintenance(ctx context.Context, m *incidents.Maintenance) error {
	components, err := json.Marshal(m.Components)
	if err != nil {
		return fmt.Errorf("save maintenance %q: %w", m.ID, err)
	}
	err = db.sqlite.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, upsertMaintenance, m.ID, m.Title, string(m.State), string(components),
			sqlite.Millis(m.Start), sqlite.Millis(m.End), sqlite.Millis(m.StartedAt), sqlite.Millis(m.EndedAt),
			m.Canceled, sqlite.Millis(m.CreatedAt), m.CreatedBy); err != nil {
			return err
		}
		for i, u := range m.Updates {
			if _, err := tx.ExecContext(ctx, insertMaintenanceUpdate, u.ID, m.ID, i,
				string(u.Kind), string(u.State), u.Body, u.By, sqlite.Millis(u.At)); err != nil {
				return fmt.Errorf("update %q: %w", u.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save maintenance %q: %w", m.ID, err)
	}
	return nil
}

const (
	selectMaintenances = `
SELECT id, title, state, components, start_at, end_at,
    started_at, ended_at, canceled, created_at, created_by
FROM maintenance
ORDER BY start_at, id`

	selectMaintenanceUpdates = `
SELECT id, maintenance_id, kind, state, body, posted_by, posted_at
FROM maintenance_update
ORDER BY maintenance_id, position`
)

// Maintenances returns every maintenance, the first to start first.
func (db *DB) Maintenances(ctx context.Context) ([]*incidents.Maintenance, error) {
	var list []*incidents.Maintenance
	byID := map[string]*incidents.Maintenance{}
	err := db.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, selectMaintenances)
		if err != nil {
			return err
		}
		if err := each(rows, func(r *sql.Rows) error {
			var m incidents.Maintenance
			var components string
			var start, end, started, ended, created int64
			if err := r.Scan(&m.ID, &m.Title, &m.State, &components, &start, &end,
				&started, &ended, &m.Canceled, &created, &m.CreatedBy); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(components), &m.Components); err != nil {
				return fmt.Errorf("maintenance %q: components: %w", m.ID, err)
			}
			m.Start, m.End, m.CreatedAt = sqlite.Time(start), sqlite.Time(end), sqlite.Time(created)
			m.StartedAt, m.EndedAt = sqlite.Time(started), sqlite.Time(ended)
			list = append(list, &m)
			byID[m.ID] = &m
			return nil
		}); err != nil {
			return err
		}
		if rows, err = tx.QueryContext(ctx, selectMaintenanceUpdates); err != nil {
			return err
		}
		return each(rows, func(r *sql.Rows) error {
			var u incidents.Update
			var at int64
			if err := r.Scan(&u.ID, &u.IncidentID, &u.Kind, &u.State, &u.Body, &u.By, &at); err != nil {
				return err
			}
			u.At = sqlite.Time(at)
			u.AnnouncedAt = u.At
			m := byID[u.IncidentID]
			m.Updates = append(m.Updates, u)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("load maintenances: %w", err)
	}
	return list, nil
}
