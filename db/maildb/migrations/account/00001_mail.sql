-- +goose Up
CREATE TABLE account (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    name              TEXT    NOT NULL,
    next_uid_validity INTEGER NOT NULL,
    created_at        INTEGER NOT NULL
);

CREATE TABLE mailbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    name            TEXT    NOT NULL UNIQUE,
    uid_validity    INTEGER NOT NULL,
    uid_next        INTEGER NOT NULL DEFAULT 1,
    highest_mod_seq INTEGER NOT NULL DEFAULT 1,
    special_use     TEXT    NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL
);

CREATE TABLE subscription (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;

-- The bytes of a message; COPY shares them.
CREATE TABLE blob (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256   BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    open_end INTEGER NOT NULL -- 1: the last line has no line end
);

-- Chunk n holds the bytes from n * 256 KiB on; only the last is shorter.
CREATE TABLE chunk (
    blob_id INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    n       INTEGER NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (blob_id, n)
);

CREATE TABLE message (
    mailbox_id    INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    uid           INTEGER NOT NULL,
    mod_seq       INTEGER NOT NULL,
    blob_id       INTEGER NOT NULL REFERENCES blob (id),
    flags         INTEGER NOT NULL, -- 1 answered, 2 flagged, 4 deleted, 8 seen, 16 draft
    internal_at   INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE INDEX message_blob ON message (blob_id);
CREATE INDEX message_mod_seq ON message (mailbox_id, mod_seq);

-- In the spelling in which a keyword was used first.
CREATE TABLE keyword (
    id         INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL COLLATE NOCASE,
    UNIQUE (mailbox_id, name)
);

CREATE TABLE message_keyword (
    mailbox_id INTEGER NOT NULL,
    uid        INTEGER NOT NULL,
    keyword_id INTEGER NOT NULL REFERENCES keyword (id) ON DELETE CASCADE,
    PRIMARY KEY (mailbox_id, uid, keyword_id),
    FOREIGN KEY (mailbox_id, uid) REFERENCES message (mailbox_id, uid) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX message_keyword_keyword ON message_keyword (keyword_id);
