-- +goose Up

-- Test messages and how far they came. A time is 0 while what it tells of has
-- not happened.
CREATE TABLE canary (
    id           TEXT    NOT NULL PRIMARY KEY,
    check_key    TEXT    NOT NULL,
    component    TEXT    NOT NULL,
    number       INTEGER NOT NULL,
    submitted_at INTEGER NOT NULL,
    accepted_at  INTEGER NOT NULL,
    arrived_at   INTEGER NOT NULL,
    pushed_at    INTEGER NOT NULL,
    imap_at      INTEGER NOT NULL,
    pop3_at      INTEGER NOT NULL,
    done_at      INTEGER NOT NULL,
    overdue      INTEGER NOT NULL,
    lost         INTEGER NOT NULL,
    hops         TEXT    NOT NULL       -- JSON
) STRICT;

CREATE INDEX canary_submitted ON canary (submitted_at);
