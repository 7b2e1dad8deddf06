// Package sqlite opens SQLite files the one way in which this project uses
// them: write-ahead log, one writer and several readers, a schema that goose
// moves forward and that is never moved back.
//
// The pragmas travel in the DSN, so that every connection of a pool has them,
// and are asserted after opening, because the driver ignores what it does not
// know. Times are stored as integers, Unix milliseconds UTC.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/pressly/goose/v3"
)

// ErrNewer is returned for a file that a later version of the program wrote.
var ErrNewer = errors.New("written by a newer version of howdah")

// Errors that a caller can act on, wrapped by Classify.
var (
	ErrFull     = errors.New("disk is full")
	ErrReadOnly = errors.New("file system is read-only")
	ErrCorrupt  = errors.New("database is damaged")
	ErrBusy     = errors.New("database is locked")
	ErrIO       = errors.New("disk error")
)

const busyTimeout = 10 * time.Second

// Options say what differs between our databases.
type Options struct {
	// Migrations holds goose's SQL files in its root.
	Migrations fs.FS
	// Readers is the size of the read pool; 0 means 4.
	Readers int
}

// DB is one SQLite file with a pool for writing, which holds one connection
// and whose transactions begin immediate, and a pool for reading. A commit is
// on disk when it returns (synchronous=FULL).
type DB struct {
	Path string
	W    *sql.DB
	R    *sql.DB
}

// Open opens or creates the file, moves its schema forward and asserts the
// pragmas. A newer schema is ErrNewer and the file is left as it is.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w, err := sql.Open("sqlite3", dsn(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	if err := prepare(ctx, w, path, o.Migrations); err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", path, Classify(err))
	}
	r, err := sql.Open("sqlite3", dsn(path, "_query_only=1"))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	n := o.Readers
	if n == 0 {
		n = 4
	}
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	if err := assertPragmas(ctx, r, pragma{"query_only", "1"}); err != nil {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("open %s: %w", path, Classify(err))
	}
	return &DB{Path: path, W: w, R: r}, nil
}

func dsn(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join([]string{
		"_journal_mode=WAL",
		"_synchronous=FULL",
		"_foreign_keys=1",
		fmt.Sprintf("_busy_timeout=%d", busyTimeout.Milliseconds()),
		mode,
	}, "&")
}

// readOnly opens a file as it is: it names no journal mode, because a copy has
// another one than ours until it is opened for use, and to change it is to
// write.
func readOnly(path string) (*sql.DB, error) {
	return sql.Open("sqlite3", fmt.Sprintf("file:%s?mode=ro&_busy_timeout=%d",
		(&url.URL{Path: path}).EscapedPath(), busyTimeout.Milliseconds()))
}

func prepare(ctx context.Context, w *sql.DB, path string, migrations fs.FS) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, w, migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	sources := p.ListSources()
	known := sources[len(sources)-1].Version
	if err := refuseNewer(ctx, path, known); err != nil {
		return err
	}
	if err := assertPragmas(ctx, w); err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have < want {
		_, err = p.Up(ctx)
	}
	return err
}

// refuseNewer looks at the schema's version through a connection that cannot
// write: opened for writing, even a file that is only looked at has its log
// folded into it.
func refuseNewer(ctx context.Context, path string, known int64) error {
	c, err := readOnly(path)
	if err != nil {
		return err
	}
	defer c.Close()
	var tables int
	if err := c.QueryRowContext(ctx,
		"SELECT count(*) FROM sqlite_schema WHERE name = ?1", goose.DefaultTablename).Scan(&tables); err != nil {
		return err
	}
	if tables == 0 {
		return nil
	}
	var have int64
	if err := c.QueryRowContext(ctx,
		"SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename).Scan(&have); err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("%w: schema %d, this version knows %d", ErrNewer, have, known)
	}
	return nil
}

type pragma struct{ name, want string }

func assertPragmas(ctx context.Context, db *sql.DB, more ...pragma) error {
	for _, p := range append([]pragma{
		{"journal_mode", "wal"},
		{"synchronous", "2"},
		{"foreign_keys", "1"},
		{"busy_timeout", fmt.Sprint(busyTimeout.Milliseconds())},
	}, more...) {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return err
		}
		if got != p.want {
			return fmt.Errorf("pragma %s is %q, not %q", p.name, got, p.want)
		}
	}
	return nil
}

// Tx runs f in one writing transaction. It commits when f returns nil.
func (db *DB) Tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := db.W.BeginTx(ctx, nil)
	if err != nil {
		return Classify(err)
	}
	defer tx.Rollback() // after a commit this does nothing
	if err := f(tx); err != nil {
		return Classify(err)
	}
	return Classify(tx.Commit())
}

// Close closes both pools; the last connection folds the log into the file.
func (db *DB) Close() error {
	return errors.Join(db.R.Close(), db.W.Close())
}

// Classify wraps an error of the driver in the error above that names what a
// caller can act on. Other errors are returned as they are.
func Classify(err error) error {
	var e sqlite3.Error // the driver returns it by value
	if !errors.As(err, &e) {
		return err
	}
	var kind error
	switch e.Code {
	case sqlite3.ErrFull:
		kind = ErrFull
	case sqlite3.ErrReadonly:
		kind = ErrReadOnly
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		kind = ErrCorrupt
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		kind = ErrBusy
	case sqlite3.ErrIoErr, sqlite3.ErrCantOpen:
		kind = ErrIO
	default:
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// Millis is t as it is stored; a zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the inverse of Millis, in UTC.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
