-- +goose Up
CREATE TABLE account (
    name       TEXT    PRIMARY KEY,
    secret     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The next account's first UIDVALIDITY: an account that is removed and made
-- again must not give the same ones.
CREATE TABLE uid_validity (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    next INTEGER NOT NULL
);
INSERT INTO uid_validity (id, next) VALUES (1, 1);
