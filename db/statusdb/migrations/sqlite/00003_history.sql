-- +goose Up

-- The checks whose runs are kept, by the number that the rows of their runs
-- carry; component and target are those of the newest run.
CREATE TABLE watched_check (
    id        INTEGER NOT NULL PRIMARY KEY,
    check_key TEXT    NOT NULL UNIQUE,
    component TEXT    NOT NULL,
    target    TEXT    NOT NULL
) STRICT;

CREATE TABLE phase (
    id   INTEGER NOT NULL PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

-- Every run of the last two days.
CREATE TABLE run (
    check_id   INTEGER NOT NULL REFERENCES watched_check (id),
    started_at INTEGER NOT NULL,
    verdict    INTEGER NOT NULL,       -- 0 ok, 1 slow, 2 fail, 3 inconclusive
    took_us    INTEGER NOT NULL,
    phases     BLOB    NOT NULL,       -- varints: phase.id and microseconds of each
    PRIMARY KEY (check_id, started_at)
) STRICT, WITHOUT ROWID;

-- Runs that were not ok, of the last 400 days.
CREATE TABLE bad_run (
    check_id   INTEGER NOT NULL REFERENCES watched_check (id),
    verdict    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    took_us    INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    PRIMARY KEY (check_id, verdict, started_at)
) STRICT, WITHOUT ROWID;

-- What the newest of them met.
CREATE TABLE run_evidence (
    check_id   INTEGER NOT NULL REFERENCES watched_check (id),
    started_at INTEGER NOT NULL,
    evidence   TEXT    NOT NULL,       -- JSON: phases, peer, TLS, conversation
    PRIMARY KEY (check_id, started_at)
) STRICT;

-- Runs counted, by hour for 90 days and by day for ever, in UTC. Latencies are
-- of runs that were good; null when none was.
CREATE TABLE run_hour (
    check_id     INTEGER NOT NULL REFERENCES watched_check (id),
    began_at     INTEGER NOT NULL,
    ok           INTEGER NOT NULL,
    slow         INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    inconclusive INTEGER NOT NULL,
    p50_us       INTEGER,
    p95_us       INTEGER,
    max_us       INTEGER,
    phases       BLOB    NOT NULL,     -- varints: phase.id, p50 and p95 in microseconds of each
    PRIMARY KEY (check_id, began_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_day (
    check_id     INTEGER NOT NULL REFERENCES watched_check (id),
    began_at     INTEGER NOT NULL,
    ok           INTEGER NOT NULL,
    slow         INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    inconclusive INTEGER NOT NULL,
    p50_us       INTEGER,
    p95_us       INTEGER,
    max_us       INTEGER,
    phases       BLOB    NOT NULL,
    PRIMARY KEY (check_id, began_at)
) STRICT, WITHOUT ROWID;

-- Hours and days whose runs are still to be counted, or counted again.
CREATE TABLE uncounted (
    ended_at INTEGER NOT NULL,
    check_id INTEGER NOT NULL REFERENCES watched_check (id),
    began_at INTEGER NOT NULL,
    PRIMARY KEY (ended_at, check_id, began_at)
) STRICT, WITHOUT ROWID;

-- What a component was, from a moment on until its next row.
CREATE TABLE segment (
    component  TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    PRIMARY KEY (component, started_at)
) STRICT, WITHOUT ROWID;

-- How far the newest segments are known to reach.
CREATE TABLE watched_until (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    until_at INTEGER NOT NULL
) STRICT;

-- What staff can look at of an outage, beside its failing run and its exits.
CREATE TABLE exhibit (
    outage_id TEXT    NOT NULL,
    taken_at  INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (outage_id, taken_at, kind)
) STRICT;

INSERT INTO watched_check (check_key, component, target)
SELECT r.check_key, r.component, r.target
FROM result r
WHERE r.started_at = (SELECT max(started_at) FROM result WHERE check_key = r.check_key)
ORDER BY r.check_key;

INSERT INTO bad_run (check_id, verdict, started_at, took_us, reason)
SELECT w.id, CASE r.verdict WHEN 'slow' THEN 1 WHEN 'fail' THEN 2 ELSE 3 END, r.started_at, r.took_us, r.reason
FROM result r JOIN watched_check w ON w.check_key = r.check_key;

INSERT INTO run_evidence (check_id, started_at, evidence)
SELECT w.id, r.started_at, json_set(r.evidence, '$.component', r.component, '$.target', r.target)
FROM result r JOIN watched_check w ON w.check_key = r.check_key;

DROP TABLE result;
