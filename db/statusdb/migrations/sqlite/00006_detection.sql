-- +goose Up

-- Failures of a component now and then, each too short to be confirmed.
ALTER TABLE outage ADD COLUMN intermittent INTEGER NOT NULL DEFAULT 0;

ALTER TABLE check_state ADD COLUMN watched_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE check_state ADD COLUMN runs INTEGER NOT NULL DEFAULT 0;
-- JSON: the newest failures that were not confirmed.
ALTER TABLE check_state ADD COLUMN failures TEXT NOT NULL DEFAULT 'null';
