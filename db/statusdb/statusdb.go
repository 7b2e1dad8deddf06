// Package statusdb keeps facts and story in one SQLite file, howdah.db: it
// satisfies probe.Store and incidents.Store.
//
// Each method is one transaction, and what it was given is on disk when it
// returns nil. Times are kept in milliseconds, cut off and not rounded, and
// come back in UTC; durations are kept in microseconds, cut off likewise.
//
// A fact and the story told from it are saved one after the other, so a crash
// can part them. That is not repaired here: whoever starts the desk tells it
// the facts again.
package statusdb

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"howdah/db/sqlite"
	"howdah/incidents"
	"howdah/probe"
)

//go:embed migrations
var migrations embed.FS

// DB is an open database. It is safe for concurrent use.
type DB struct {
	sqlite *sqlite.DB
	round  round
}

var (
	_ probe.Store     = (*DB)(nil)
	_ incidents.Store = (*DB)(nil)
)

// Open opens the file, creates it when there is none, and moves its schema
// forward. A file of a newer version is sqlite.ErrNewer and left untouched.
func Open(ctx context.Context, path string) (*DB, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{Migrations: files})
	if err != nil {
		return nil, err
	}
	return &DB{sqlite: db}, nil
}

// Close ends the use of the file. What was saved is on disk already.
func (db *DB) Close() error { return db.sqlite.Close() }

// Integrity reads the whole file and returns sqlite.ErrCorrupt with what was
// found when its structure is damaged.
func (db *DB) Integrity(ctx context.Context) error { return db.sqlite.Integrity(ctx) }

// Backup writes a copy of the database, as it is at one moment, to a new file,
// also while the database is in use. The copy is whole and on disk when Backup
// returns nil. A path that exists is fs.ErrExist and left as it is.
func (db *DB) Backup(ctx context.Context, path string) error { return db.sqlite.Backup(ctx, path) }

// read runs f on one state of the database, whatever is written meanwhile.
func (db *DB) read(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := db.sqlite.R.BeginTx(ctx, nil)
	if err != nil {
		return sqlite.Classify(err)
	}
	defer tx.Rollback() // nothing was written
	return sqlite.Classify(f(tx))
}
