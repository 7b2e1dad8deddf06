-- +goose Up

-- Runs that were not good; the newest of each check.
CREATE TABLE result (
    check_key  TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    component  TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    took_us    INTEGER NOT NULL,
    verdict    TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    evidence   TEXT    NOT NULL,       -- JSON: phases, peer, TLS, conversation
    PRIMARY KEY (check_key, started_at)
) STRICT;
