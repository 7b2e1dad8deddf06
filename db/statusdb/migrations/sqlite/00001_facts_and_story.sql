-- +goose Up

-- Facts: written by machines.

CREATE TABLE outage (
    id                TEXT    NOT NULL PRIMARY KEY,
    domain            TEXT    NOT NULL,
    start_earliest_at INTEGER NOT NULL,
    start_best_at     INTEGER NOT NULL,
    start_latest_at   INTEGER NOT NULL,
    start_source      TEXT    NOT NULL,
    end_earliest_at   INTEGER,
    end_best_at       INTEGER,
    end_latest_at     INTEGER,
    end_source        TEXT,
    evidence          TEXT             -- JSON of the failing run that confirmed it
) STRICT;

CREATE INDEX outage_start ON outage (start_best_at);

CREATE TABLE outage_component (
    outage_id         TEXT    NOT NULL REFERENCES outage (id),
    position          INTEGER NOT NULL,
    component         TEXT    NOT NULL,
    start_earliest_at INTEGER NOT NULL,
    start_best_at     INTEGER NOT NULL,
    start_latest_at   INTEGER NOT NULL,
    start_source      TEXT    NOT NULL,
    end_earliest_at   INTEGER,
    end_best_at       INTEGER,
    end_latest_at     INTEGER,
    end_source        TEXT,
    reason            TEXT    NOT NULL,
    partial           INTEGER NOT NULL,
    PRIMARY KEY (outage_id, position)
) STRICT, WITHOUT ROWID;

-- The end of the supervised process that began or prolonged an outage.
CREATE TABLE exit (
    outage_id  TEXT    NOT NULL REFERENCES outage (id),
    position   INTEGER NOT NULL,
    exited_at  INTEGER NOT NULL,
    source     TEXT    NOT NULL,
    host       TEXT    NOT NULL,
    components TEXT    NOT NULL,       -- JSON
    pid        INTEGER NOT NULL,
    code       INTEGER NOT NULL,
    signal     TEXT    NOT NULL,
    uptime_us  INTEGER NOT NULL,
    log_tail   TEXT    NOT NULL,       -- JSON
    PRIMARY KEY (outage_id, position)
) STRICT;

CREATE TABLE check_state (
    check_key    TEXT    NOT NULL PRIMARY KEY,
    state        TEXT    NOT NULL,
    since_at     INTEGER NOT NULL,
    ever_ok      INTEGER NOT NULL,
    last_good_at INTEGER NOT NULL,
    last_run_at  INTEGER NOT NULL,
    reason       TEXT    NOT NULL
) STRICT;

-- A failure that was not confirmed.
CREATE TABLE blip (
    check_key TEXT    NOT NULL,
    failed_at INTEGER NOT NULL,
    component TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    PRIMARY KEY (check_key, failed_at)
) STRICT, WITHOUT ROWID;

-- Story: what people read. Its outages are copies and no references, so that
-- it can be written whether or not the facts are yet.

CREATE TABLE incident (
    id            TEXT    NOT NULL PRIMARY KEY,
    title         TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    impact        TEXT    NOT NULL,
    domain        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    monitoring_at INTEGER NOT NULL,
    resolved_at   INTEGER NOT NULL,
    taken         INTEGER NOT NULL
) STRICT;

CREATE TABLE incident_component (
    incident_id TEXT    NOT NULL REFERENCES incident (id),
    position    INTEGER NOT NULL,
    component   TEXT    NOT NULL,
    PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;

-- An outage belongs to one thread: its ID alone is the key.
CREATE TABLE incident_outage (
    outage_id         TEXT    NOT NULL PRIMARY KEY,
    incident_id       TEXT    NOT NULL REFERENCES incident (id),
    domain            TEXT    NOT NULL,
    start_earliest_at INTEGER NOT NULL,
    start_best_at     INTEGER NOT NULL,
    start_latest_at   INTEGER NOT NULL,
    start_source      TEXT    NOT NULL,
    end_earliest_at   INTEGER,
    end_best_at       INTEGER,
    end_latest_at     INTEGER,
    end_source        TEXT,
    unclean           INTEGER NOT NULL
) STRICT;

CREATE INDEX incident_outage_incident ON incident_outage (incident_id);

CREATE TABLE incident_outage_component (
    outage_id         TEXT    NOT NULL REFERENCES incident_outage (outage_id),
    position          INTEGER NOT NULL,
    component         TEXT    NOT NULL,
    start_earliest_at INTEGER NOT NULL,
    start_best_at     INTEGER NOT NULL,
    start_latest_at   INTEGER NOT NULL,
    start_source      TEXT    NOT NULL,
    end_earliest_at   INTEGER,
    end_best_at       INTEGER,
    end_latest_at     INTEGER,
    end_source        TEXT,
    partial           INTEGER NOT NULL,
    PRIMARY KEY (outage_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_update (
    id           TEXT    NOT NULL PRIMARY KEY,
    incident_id  TEXT    NOT NULL REFERENCES incident (id),
    position     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    posted_by    TEXT    NOT NULL,
    posted_at    INTEGER NOT NULL,
    outage_id    TEXT    NOT NULL,
    announced_at INTEGER NOT NULL,
    superseded   INTEGER NOT NULL
) STRICT;

CREATE INDEX incident_update_incident ON incident_update (incident_id, position);

CREATE TABLE incident_update_component (
    update_id  TEXT    NOT NULL REFERENCES incident_update (id),
    position   INTEGER NOT NULL,
    component  TEXT    NOT NULL,
    old_status TEXT    NOT NULL,
    new_status TEXT    NOT NULL,
    PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
