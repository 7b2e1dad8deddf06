BEGIN TRANSACTION;
CREATE TABLE account (
    name       TEXT    PRIMARY KEY,
    secret     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "account" VALUES('alice','SCRAM-SHA-256$4096:LIrUCQe0/uwAqD2/qGrbEA==$EincZo5y3KiX/JaxaFc8gBl2Vfi9XeHnhVE4lQCjHzQ=:8cTOT873XGY1gGTUt1Duv/zVOhatJXQgeJsdrufO9As=',1795480148243);
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-24 00:29:08');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-24 00:29:08');
CREATE TABLE uid_validity (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    next INTEGER NOT NULL
);
INSERT INTO "uid_validity" VALUES(1,1795480212);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',2);
COMMIT;
