package statusdb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/incidents"
)

const upsertIncident = `
INSERT INTO incident (id, title, state, impact, domain,
    created_at, updated_at, started_at, monitoring_at, resolved_at, taken, expected_at, silent)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title,
    state = excluded.state,
    impact = excluded.impact,
    domain = excluded.domain,
    created_at = excluded.created_at,
    updated_at = excluded.updated_at,
    started_at = excluded.started_at,
    monitoring_at = excluded.monitoring_at,
    resolved_at = excluded.resolved_at,
    taken = excluded.taken,
    expected_at = excluded.expected_at,
    silent = excluded.silent`

// SaveIncident writes the thread with all that is in it, replacing what was
// stored under its ID, except what has been told already: an update keeps its
// time, and its text unless it brings more earlier ones than are stored; an
// outage that is stored as ended keeps its times and components unless its
// revision is higher; nothing is removed when it is missing from in. An outage
// that belongs to another thread is incidents.ErrConflict, and nothing is
// written.
func (db *DB) SaveIncident(ctx context.Context, in *incidents.Incident) error {
	err := db.sqlite.Tx(ctx, func(tx *sql.Tx) error { return saveIncident(ctx, tx, in) })
	if err != nil {
		return fmt.Errorf("save incident %q: %w", in.ID, err)
	}
	return nil
}

func saveIncident(ctx context.Context, tx *sql.Tx, in *incidents.Incident) error {
	if _, err := tx.ExecContext(ctx, upsertIncident, in.ID, in.Title, string(in.State), string(in.Impact), in.Domain,
		sqlite.Millis(in.CreatedAt), sqlite.Millis(in.UpdatedAt), sqlite.Millis(in.StartedAt),
		sqlite.Millis(in.MonitoringAt), sqlite.Millis(in.ResolvedAt), in.Taken,
		sqlite.Millis(in.ExpectedAt), in.Silent); err != nil {
		return err
	}
	if err := saveComponents(ctx, tx, in); err != nil {
		return err
	}
	for i := range in.Outages {
		if err := saveIncidentOutage(ctx, tx, in.ID, &in.Outages[i]); err != nil {
			return fmt.Errorf("outage %q: %w", in.Outages[i].ID, err)
		}
	}
	for i := range in.Updates {
		if err := saveUpdate(ctx, tx, in.ID, i, &in.Updates[i]); err != nil {
			return fmt.Errorf("update %q: %w", in.Updates[i].ID, err)
		}
	}
	return saveTrail(ctx, tx, in)
}

const (
	deleteIncidentComponents = `DELETE FROM incident_component WHERE incident_id = ?1`
	insertIncidentComponent  = `
INSERT INTO incident_component (incident_id, position, component)
VALUES (?1, ?2, ?3)`
)

func saveComponents(ctx context.Context, tx *sql.Tx, in *incidents.Incident) error {
	if _, err := tx.ExecContext(ctx, deleteIncidentComponents, in.ID); err != nil {
		return err
	}
	for i, key := range in.Components {
		if _, err := tx.ExecContext(ctx, insertIncidentComponent, in.ID, i, key); err != nil {
			return err
		}
	}
	return nil
}

const (
	upsertIncidentOutage = `
INSERT INTO incident_outage (outage_id, incident_id, domain,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, unclean,
    intermittent, revision, stated_start_at, stated_end_at, stated_by, stated_at,
    restarted, looping, stated_how)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
ON CONFLICT (outage_id) DO UPDATE SET
    domain = excluded.domain,
    start_earliest_at = excluded.start_earliest_at,
    start_best_at = excluded.start_best_at,
    start_latest_at = excluded.start_latest_at,
    start_source = excluded.start_source,
    end_earliest_at = excluded.end_earliest_at,
    end_best_at = excluded.end_best_at,
    end_latest_at = excluded.end_latest_at,
    end_source = excluded.end_source,
    unclean = excluded.unclean,
    intermittent = excluded.intermittent,
    revision = excluded.revision,
    stated_start_at = excluded.stated_start_at,
    stated_end_at = excluded.stated_end_at,
    stated_by = excluded.stated_by,
    stated_at = excluded.stated_at,
    restarted = excluded.restarted,
    looping = excluded.looping,
    stated_how = excluded.stated_how
WHERE incident_outage.incident_id = excluded.incident_id
  AND (incident_outage.end_best_at IS NULL OR incident_outage.revision < excluded.revision)`

	selectOutageOwner = `SELECT incident_id FROM incident_outage WHERE outage_id = ?1`

	deleteIncidentOutageComponents = `DELETE FROM incident_outage_component WHERE outage_id = ?1`
	insertIncidentOutageComponent  = `
INSERT INTO incident_outage_component (outage_id, position, component,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, partial, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`
)

func saveIncidentOutage(ctx context.Context, tx *sql.Tx, incident string, o *incidents.Outage) error {
	when := storySpan(o.Start, o.End)
	var stated incidents.Stated
	if o.Stated != nil {
		stated = *o.Stated
	}
	done, err := tx.ExecContext(ctx, upsertIncidentOutage,
		row([]any{o.ID, incident, o.Domain}, when.values(), []any{
			o.Unclean, o.Intermittent, o.Revision,
			sqlite.Millis(stated.Start), sqlite.Millis(stated.End), stated.By, sqlite.Millis(stated.At),
			o.Restarted, o.Looping, stated.How,
		})...)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		var owner string
		if err := tx.QueryRowContext(ctx, selectOutageOwner, o.ID).Scan(&owner); err != nil {
			return err
		}
		if owner != incident {
			return fmt.Errorf("%w: %q", incidents.ErrConflict, owner)
		}
		return nil
	}
	if _, err := tx.ExecContext(ctx, deleteIncidentOutageComponents, o.ID); err != nil {
		return err
	}
	for i, a := range o.Affected {
		when := storySpan(a.Start, a.End)
		if _, err := tx.ExecContext(ctx, insertIncidentOutageComponent,
			row([]any{o.ID, i, a.Component}, when.values(), []any{a.Partial, a.Reason})...); err != nil {
			return err
		}
	}
	return nil
}
