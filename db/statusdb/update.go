package statusdb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/incidents"
)

const (
	insertUpdate = `
INSERT INTO incident_update (id, incident_id, position, kind, state, body,
    posted_by, posted_at, outage_id, announced_at, superseded, topic, expected_at,
    sent, arrived)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT (id) DO NOTHING`

	announceUpdate = `
UPDATE incident_update SET position = ?1, announced_at = ?2, superseded = ?3, sent = ?4, arrived = ?5
WHERE id = ?6 AND incident_id = ?7`

	insertUpdateComponent = `
INSERT INTO incident_update_component (update_id, position, component, old_status, new_status)
VALUES (?1, ?2, ?3, ?4, ?5)`

	editUpdate = `
UPDATE incident_update SET body = ?1
WHERE id = ?2 AND (SELECT count(*) FROM incident_update_edit WHERE update_id = ?2) < ?3`

	insertEdit = `
INSERT INTO incident_update_edit (update_id, position, body, edited_by, edited_at)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (update_id, position) DO NOTHING`
)

func saveUpdate(ctx context.Context, tx *sql.Tx, incident string, position int, u *incidents.Update) error {
	done, err := tx.ExecContext(ctx, insertUpdate, u.ID, incident, position, string(u.Kind), string(u.State), u.Body,
		u.By, sqlite.Millis(u.At), u.OutageID, sqlite.Millis(u.AnnouncedAt), u.Superseded, string(u.Topic), sqlite.Millis(u.ExpectedAt),
		u.Sent, u.Arrived)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		if err := announce(ctx, tx, incident, position, u); err != nil {
			return err
		}
		return saveEdits(ctx, tx, u)
	}
	for i, c := range u.Components {
		if _, err := tx.ExecContext(ctx, insertUpdateComponent,
			u.ID, i, c.Component, string(c.Old), string(c.New)); err != nil {
			return err
		}
	}
	return saveEdits(ctx, tx, u)
}

// saveEdits writes the text that has replaced those which are kept with it.
func saveEdits(ctx context.Context, tx *sql.Tx, u *incidents.Update) error {
	if len(u.Edits) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, editUpdate, u.Body, u.ID, len(u.Edits)); err != nil {
		return err
	}
	for i, e := range u.Edits {
		if _, err := tx.ExecContext(ctx, insertEdit, u.ID, i, e.Body, e.By, sqlite.Millis(e.At)); err != nil {
			return err
		}
	}
	return nil
}

func announce(ctx context.Context, tx *sql.Tx, incident string, position int, u *incidents.Update) error {
	done, err := tx.ExecContext(ctx, announceUpdate,
		position, sqlite.Millis(u.AnnouncedAt), u.Superseded, u.Sent, u.Arrived, u.ID, incident)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("it is stored under another incident: %w", incidents.ErrInvalid)
	}
	return nil
}
