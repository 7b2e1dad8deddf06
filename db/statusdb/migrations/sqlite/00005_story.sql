-- +goose Up

-- What staff add to a thread, and what became of it.

ALTER TABLE incident ADD COLUMN expected_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN silent      INTEGER NOT NULL DEFAULT 0;

-- The ID of a thread that was merged into another leads there for ever.
CREATE TABLE incident_alias (
    alias       TEXT    NOT NULL PRIMARY KEY,
    incident_id TEXT    NOT NULL REFERENCES incident (id),
    position    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is no longer as it was published, and acts of staff.
CREATE TABLE incident_change (
    incident_id TEXT    NOT NULL REFERENCES incident (id),
    position    INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT    NOT NULL,
    what        TEXT    NOT NULL,
    was         TEXT    NOT NULL,
    became      TEXT    NOT NULL,
    PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;

-- Test messages that were sent during the thread's outages.
CREATE TABLE incident_canary (
    incident_id TEXT    NOT NULL REFERENCES incident (id),
    id          TEXT    NOT NULL,
    component   TEXT    NOT NULL,
    sent_at     INTEGER NOT NULL,
    arrived_at  INTEGER NOT NULL,
    overdue     INTEGER NOT NULL,
    PRIMARY KEY (incident_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE incident_outage ADD COLUMN intermittent    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN revision        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN stated_start_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN stated_end_at   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN stated_by       TEXT    NOT NULL DEFAULT '';
ALTER TABLE incident_outage ADD COLUMN stated_at       INTEGER NOT NULL DEFAULT 0;

ALTER TABLE incident_outage_component ADD COLUMN reason TEXT NOT NULL DEFAULT '';

ALTER TABLE incident_update ADD COLUMN topic       TEXT    NOT NULL DEFAULT '';
ALTER TABLE incident_update ADD COLUMN expected_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_update ADD COLUMN sent        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_update ADD COLUMN arrived     INTEGER NOT NULL DEFAULT 0;

-- The earlier texts of an update, oldest first.
CREATE TABLE incident_update_edit (
    update_id TEXT    NOT NULL REFERENCES incident_update (id),
    position  INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    edited_by TEXT    NOT NULL,
    edited_at INTEGER NOT NULL,
    PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance (
    id          TEXT    NOT NULL PRIMARY KEY,
    title       TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    components  TEXT    NOT NULL,      -- JSON
    start_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    canceled    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    created_by  TEXT    NOT NULL
) STRICT;

CREATE TABLE maintenance_update (
    id             TEXT    NOT NULL PRIMARY KEY,
    maintenance_id TEXT    NOT NULL REFERENCES maintenance (id),
    position       INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    posted_by      TEXT    NOT NULL,
    posted_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX maintenance_update_maintenance ON maintenance_update (maintenance_id, position);
