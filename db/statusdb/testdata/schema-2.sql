-- howdah.db at schema version 2, with rows in every table. Frozen.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE blip (
    check_key TEXT    NOT NULL,
    failed_at INTEGER NOT NULL,
    component TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    PRIMARY KEY (check_key, failed_at)
) STRICT, WITHOUT ROWID;
INSERT INTO "blip" VALUES('pop3',1122908590250,'pop3','connect.refused');
CREATE TABLE check_state (
    check_key    TEXT    NOT NULL PRIMARY KEY,
    state        TEXT    NOT NULL,
    since_at     INTEGER NOT NULL,
    ever_ok      INTEGER NOT NULL,
    last_good_at INTEGER NOT NULL,
    last_run_at  INTEGER NOT NULL,
    reason       TEXT    NOT NULL
) STRICT;
INSERT INTO "check_state" VALUES('imap-2','down',1122908590250,1,1122908530250,1122908650250,'greeting.timeout');
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
INSERT INTO "exit" VALUES('ab34cd56ef12',0,1122908650250,'exit','elephant','["imap","pop3"]',4711,-1,'killed',10800000007,'["listening","out of memory"]');
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-24 03:03:08');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-24 03:03:08');
INSERT INTO "goose_db_version" VALUES(3,2,1,'2026-11-24 03:03:08');
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
INSERT INTO "incident" VALUES('iab34cd56ef12','Reading mail instability','resolved','major','elephant',1122908590250,1122913330250,1122908575250,1122913270250,1122913330250,1);
CREATE TABLE incident_component (
    incident_id TEXT    NOT NULL REFERENCES incident (id),
    position    INTEGER NOT NULL,
    component   TEXT    NOT NULL,
    PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "incident_component" VALUES('iab34cd56ef12',0,'pop3');
INSERT INTO "incident_component" VALUES('iab34cd56ef12',1,'imap');
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
INSERT INTO "incident_outage" VALUES('ab34cd56ef12','iab34cd56ef12','elephant',1122908560250,1122908575250,1122908590250,'phase',1122913270250,1122913270250,1122913270250,'first good',1);
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
INSERT INTO "incident_outage_component" VALUES('ab34cd56ef12',0,'imap',1122908560250,1122908575250,1122908590250,'phase',1122909760250,1122909775250,1122909790250,'first good',1);
INSERT INTO "incident_outage_component" VALUES('ab34cd56ef12',1,'pop3',1122908650250,1122908650250,1122908650250,'exit',1122913270250,1122913270250,1122913270250,'first good',0);
INSERT INTO "incident_outage_component" VALUES('ab34cd56ef12',2,'imap',1122908650250,1122908650250,1122908650250,'exit',1122913270250,1122913270250,1122913270250,'first good',0);
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
INSERT INTO "incident_update" VALUES('u1','iab34cd56ef12',0,'opened','investigating','Reading mail does not work.

The cause is not yet known.','Thandi',1122908650250,'ab34cd56ef12',1122908680250,1);
INSERT INTO "incident_update" VALUES('u0','iab34cd56ef12',1,'recovered','monitoring','It works again.','',1122908650250,'ab34cd56ef12',0,0);
CREATE TABLE incident_update_component (
    update_id  TEXT    NOT NULL REFERENCES incident_update (id),
    position   INTEGER NOT NULL,
    component  TEXT    NOT NULL,
    old_status TEXT    NOT NULL,
    new_status TEXT    NOT NULL,
    PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "incident_update_component" VALUES('u1',0,'imap','operational','major_outage');
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
INSERT INTO "outage" VALUES('ab34cd56ef12','elephant',1122908560250,1122908575250,1122908590250,'phase',1122913270250,1122913270250,1122913270250,'first good','{"check":"imap-2","component":"imap","target":"imap://probe@127.0.0.1:1143","started_at":1122908591250,"took_us":15001234,"verdict":"fail","reason":"greeting.timeout","phases":[{"name":"connect","start_us":10,"took_us":84,"ok":true},{"name":"greeting","start_us":94,"took_us":15000000,"ok":false}],"mechanism":"PLAIN","peer":"127.0.0.1:1143","tls":{"version":"TLS 1.3","cipher":"TLS_AES_128_GCM_SHA256","not_after":"2005-10-30T15:03:10Z","verified":true},"detail":"read tcp 127.0.0.1:40000: i/o timeout","transcript":["S: * OK","C: a1 LOGIN probe ***","S: é \"quoted\" \u003c\u0026\u003e"]}');
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
INSERT INTO "outage_component" VALUES('ab34cd56ef12',0,'imap',1122908560250,1122908575250,1122908590250,'phase',1122909760250,1122909775250,1122909790250,'first good','greeting.timeout',1);
INSERT INTO "outage_component" VALUES('ab34cd56ef12',1,'pop3',1122908650250,1122908650250,1122908650250,'exit',1122913270250,1122913270250,1122913270250,'first good','process.exit',0);
INSERT INTO "outage_component" VALUES('ab34cd56ef12',2,'imap',1122908650250,1122908650250,1122908650250,'exit',1122913270250,1122913270250,1122913270250,'first good','process.exit',0);
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
INSERT INTO "result" VALUES('imap-2',1122908591250,'imap','imap://probe@127.0.0.1:1143',15001234,'fail','greeting.timeout','{"phases":[{"name":"connect","start_us":10,"took_us":84,"ok":true},{"name":"greeting","start_us":94,"took_us":15000000,"ok":false}],"mechanism":"PLAIN","peer":"127.0.0.1:1143","tls":{"version":"TLS 1.3","cipher":"TLS_AES_128_GCM_SHA256","not_after":"2005-10-30T15:03:10Z","verified":true},"detail":"read tcp 127.0.0.1:40000: i/o timeout","transcript":["S: * OK","C: a1 LOGIN probe ***","S: é \"quoted\" \u003c\u0026\u003e"]}');
INSERT INTO "result" VALUES('imap-2',1122912190250,'imap','imap://probe@192.0.2.1:143',0,'inconclusive','probe.panic','{}');
INSERT INTO "result" VALUES('pop3',1122908592250,'pop3','pop3://probe@127.0.0.1:1110',1000,'fail','connect.refused','{}');
CREATE INDEX outage_start ON outage (start_best_at);
CREATE INDEX incident_outage_incident ON incident_outage (incident_id);
CREATE INDEX incident_update_incident ON incident_update (incident_id, position);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',3);
COMMIT;
