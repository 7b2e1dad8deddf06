package statusdb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/incidents"
)

// threads is what Incidents puts together from the rows of ten tables.
type threads struct {
	list    []*incidents.Incident
	byID    map[string]*incidents.Incident
	outages map[string]*incidents.Outage // valid once all outages are loaded
	updates map[string]*incidents.Update // likewise
}

// Incidents returns every thread that was not merged into another, oldest
// first, with its outages in the order of their starts.
func (db *DB) Incidents(ctx context.Context) ([]*incidents.Incident, error) {
	t := threads{
		byID:    map[string]*incidents.Incident{},
		outages: map[string]*incidents.Outage{},
		updates: map[string]*incidents.Update{},
	}
	err := db.read(ctx, func(tx *sql.Tx) error {
		for _, load := range []func(context.Context, *sql.Tx) error{
			t.loadIncidents, t.loadComponents,
			t.loadOutages, t.loadOutageComponents,
			t.loadUpdates, t.loadUpdateComponents, t.loadEdits,
			t.loadAliases, t.loadChanges, t.loadCanaries,
		} {
			if err := load(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	return t.unmerged(), nil
}

const selectIncidents = `
SELECT id, title, state, impact, domain,
    created_at, updated_at, started_at, monitoring_at, resolved_at, taken, expected_at, silent
FROM incident
ORDER BY created_at, id`

func (t *threads) loadIncidents(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectIncidents)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var in incidents.Incident
		var created, updated, started, monitoring, resolved, expected int64
		if err := r.Scan(&in.ID, &in.Title, &in.State, &in.Impact, &in.Domain,
			&created, &updated, &started, &monitoring, &resolved, &in.Taken, &expected, &in.Silent); err != nil {
			return err
		}
		in.CreatedAt, in.UpdatedAt, in.StartedAt = sqlite.Time(created), sqlite.Time(updated), sqlite.Time(started)
		in.MonitoringAt, in.ResolvedAt, in.ExpectedAt = sqlite.Time(monitoring), sqlite.Time(resolved), sqlite.Time(expected)
		t.list = append(t.list, &in)
		t.byID[in.ID] = &in
		return nil
	})
}

const selectIncidentComponents = `
SELECT incident_id, component
FROM incident_component
ORDER BY incident_id, position`

func (t *threads) loadComponents(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectIncidentComponents)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id, component string
		if err := r.Scan(&id, &component); err != nil {
			return err
		}
		in := t.byID[id]
		in.Components = append(in.Components, component)
		return nil
	})
}

const selectIncidentOutages = `
SELECT incident_id, outage_id, domain,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, unclean,
    intermittent, revision, stated_start_at, stated_end_at, stated_by, stated_at,
    restarted, looping, stated_how
FROM incident_outage
ORDER BY incident_id, start_best_at, outage_id`

func (t *threads) loadOutages(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectIncidentOutages)
	if err != nil {
		return err
	}
	err = each(rows, func(r *sql.Rows) error {
		var id string
		var o incidents.Outage
		var when span
		var stated incidents.Stated
		var start, end, at int64
		if err := r.Scan(row([]any{&id, &o.ID, &o.Domain}, when.dest(), []any{
			&o.Unclean, &o.Intermittent, &o.Revision, &start, &end, &stated.By, &at,
			&o.Restarted, &o.Looping, &stated.How,
		})...); err != nil {
			return err
		}
		o.Start, o.End = when.story()
		if at != 0 {
			stated.Start, stated.End, stated.At = sqlite.Time(start), sqlite.Time(end), sqlite.Time(at)
			o.Stated = &stated
		}
		in := t.byID[id]
		in.Outages = append(in.Outages, o)
		return nil
	})
	for _, in := range t.list {
		for i := range in.Outages {
			t.outages[in.Outages[i].ID] = &in.Outages[i]
		}
	}
	return err
}

const selectIncidentOutageComponents = `
SELECT outage_id, component,
    start_earliest_at, start_best_at, start_latest_at, start_source,
    end_earliest_at, end_best_at, end_latest_at, end_source, partial, reason
FROM incident_outage_component
ORDER BY outage_id, position`

func (t *threads) loadOutageComponents(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectIncidentOutageComponents)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var a incidents.Affected
		var when span
		if err := r.Scan(row([]any{&id, &a.Component}, when.dest(), []any{&a.Partial, &a.Reason})...); err != nil {
			return err
		}
		a.Start, a.End = when.story()
		o := t.outages[id]
		o.Affected = append(o.Affected, a)
		return nil
	})
}

const selectUpdates = `
SELECT id, incident_id, kind, state, body,
    posted_by, posted_at, outage_id, announced_at, superseded, topic, expected_at,
    sent, arrived
FROM incident_update
ORDER BY incident_id, position, posted_at, id`

func (t *threads) loadUpdates(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectUpdates)
	if err != nil {
		return err
	}
	err = each(rows, func(r *sql.Rows) error {
		var u incidents.Update
		var at, announced, expected int64
		if err := r.Scan(&u.ID, &u.IncidentID, &u.Kind, &u.State, &u.Body,
			&u.By, &at, &u.OutageID, &announced, &u.Superseded, &u.Topic, &expected,
			&u.Sent, &u.Arrived); err != nil {
			return err
		}
		u.At, u.AnnouncedAt, u.ExpectedAt = sqlite.Time(at), sqlite.Time(announced), sqlite.Time(expected)
		in := t.byID[u.IncidentID]
		in.Updates = append(in.Updates, u)
		return nil
	})
	for _, in := range t.list {
		for i := range in.Updates {
			t.updates[in.Updates[i].ID] = &in.Updates[i]
		}
	}
	return err
}

const selectUpdateComponents = `
SELECT update_id, component, old_status, new_status
FROM incident_update_component
ORDER BY update_id, position`

func (t *threads) loadUpdateComponents(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, selectUpdateComponents)
	if err != nil {
		return err
	}
	return each(rows, func(r *sql.Rows) error {
		var id string
		var c incidents.ComponentChange
		if err := r.Scan(&id, &c.Component, &c.Old, &c.New); err != nil {
			return err
		}
		u := t.updates[id]
		u.Components = append(u.Components, c)
		return nil
	})
}
