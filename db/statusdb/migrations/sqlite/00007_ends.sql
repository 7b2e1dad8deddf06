-- +goose Up

-- How outages ended.
ALTER TABLE outage ADD COLUMN restarted INTEGER NOT NULL DEFAULT 0;

ALTER TABLE incident_outage ADD COLUMN restarted  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN looping    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident_outage ADD COLUMN stated_how TEXT    NOT NULL DEFAULT '';

-- What befell the prober itself and its machine: steps of the clock, sleeps.
CREATE TABLE mishap (
    happened_at INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    text        TEXT    NOT NULL,
    PRIMARY KEY (happened_at, reason)
) STRICT, WITHOUT ROWID;
