BEGIN TRANSACTION;
CREATE TABLE account (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    name              TEXT    NOT NULL,
    next_uid_validity INTEGER NOT NULL,
    created_at        INTEGER NOT NULL
);
INSERT INTO "account" VALUES(1,'alice',1795480156,1795480148243);
CREATE TABLE blob (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256   BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    open_end INTEGER NOT NULL -- 1: the last line has no line end
);
INSERT INTO "blob" VALUES(1,X'66E2B8F607C160AD89CA2C890FE53914B2708E1650DE74BF185DEFD8B9718767',25,0);
INSERT INTO "blob" VALUES(3,X'4A5F0D191294D1017AEB98514D40ECC2322981F11C17BD06EDEA973EC0C2CBC4',18,0);
CREATE TABLE chunk (
    blob_id INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (blob_id, n)
);
INSERT INTO "chunk" VALUES(1,0,X'5375626A6563743A2066697273740D0A0D0A68656C6C6F0D0A');
INSERT INTO "chunk" VALUES(3,0,X'5375626A6563743A2074686972640D0A0D0A');
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-24 00:29:08');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-24 00:29:08');
CREATE TABLE keyword (
    id         INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL COLLATE NOCASE,
    UNIQUE (mailbox_id, name)
);
INSERT INTO "keyword" VALUES(1,1,'$Forwarded');
INSERT INTO "keyword" VALUES(2,1,'Work');
INSERT INTO "keyword" VALUES(3,6,'Work');
CREATE TABLE mailbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT    NOT NULL UNIQUE,
    uid_validity    INTEGER NOT NULL,
    uid_next        INTEGER NOT NULL DEFAULT 1,
    highest_mod_seq INTEGER NOT NULL DEFAULT 1,
    special_use     TEXT    NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL
);
INSERT INTO "mailbox" VALUES(1,'INBOX',1795480148,4,6,'',1795480148248);
INSERT INTO "mailbox" VALUES(2,'Drafts',1795480149,1,1,'\Drafts',1795480148248);
INSERT INTO "mailbox" VALUES(3,'Sent',1795480150,1,1,'\Sent',1795480148248);
INSERT INTO "mailbox" VALUES(4,'Junk',1795480151,1,1,'\Junk',1795480148248);
INSERT INTO "mailbox" VALUES(5,'Trash',1795480152,1,1,'\Trash',1795480148248);
INSERT INTO "mailbox" VALUES(6,'Archive',1795480153,2,2,'\Archive',1795480148248);
INSERT INTO "mailbox" VALUES(7,'Lists',1795480154,1,1,'',1795480148253);
INSERT INTO "mailbox" VALUES(8,'Lists/Go',1795480155,1,1,'',1795480148253);
CREATE TABLE message (
    mailbox_id    INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    uid           INTEGER NOT NULL,
    mod_seq       INTEGER NOT NULL,
    blob_id       INTEGER NOT NULL REFERENCES blob (id),
    flags         INTEGER NOT NULL, -- 1 answered, 2 flagged, 4 deleted, 8 seen, 16 draft
    internal_at   INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
INSERT INTO "message" VALUES(1,1,2,1,8,1795480148249);
INSERT INTO "message" VALUES(1,3,6,3,3,1795480148250);
INSERT INTO "message" VALUES(6,1,2,3,2,1795480148250);
CREATE TABLE message_keyword (
    mailbox_id INTEGER NOT NULL,
    uid        INTEGER NOT NULL,
    keyword_id INTEGER NOT NULL REFERENCES keyword (id) ON DELETE CASCADE,
    PRIMARY KEY (mailbox_id, uid, keyword_id),
    FOREIGN KEY (mailbox_id, uid) REFERENCES message (mailbox_id, uid) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "message_keyword" VALUES(1,1,1);
INSERT INTO "message_keyword" VALUES(1,3,2);
INSERT INTO "message_keyword" VALUES(6,1,3);
CREATE TABLE subscription (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
INSERT INTO "subscription" VALUES('Archive');
INSERT INTO "subscription" VALUES('Drafts');
INSERT INTO "subscription" VALUES('INBOX');
INSERT INTO "subscription" VALUES('Junk');
INSERT INTO "subscription" VALUES('Lists/Go');
INSERT INTO "subscription" VALUES('Sent');
INSERT INTO "subscription" VALUES('Trash');
CREATE INDEX message_blob ON message (blob_id);
CREATE INDEX message_mod_seq ON message (mailbox_id, mod_seq);
CREATE INDEX message_keyword_keyword ON message_keyword (keyword_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',2);
INSERT INTO "sqlite_sequence" VALUES('mailbox',8);
INSERT INTO "sqlite_sequence" VALUES('blob',3);
COMMIT;
