package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

var schema = fstest.MapFS{
	"00001_first.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;\n")},
	"00002_second.sql": {Data: []byte("-- +goose Up\nALTER TABLE note ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;\n")},
}

func firstOnly() fs.FS { return fstest.MapFS{"00001_first.sql": schema["00001_first.sql"]} }

func open(t *testing.T, path string, migrations fs.FS) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Options{Migrations: migrations})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func note(t *testing.T, db *DB, text string) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "INSERT INTO note (text) VALUES (?1)", text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func notes(t *testing.T, db *DB) int {
	t.Helper()
	var n int
	if err := db.R.QueryRowContext(t.Context(), "SELECT count(*) FROM note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryConnectionHasThePragmas(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a ?#%.db"), schema)
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
	}
	for name, pool := range map[string]struct {
		db        *sql.DB
		size      int
		queryOnly string
	}{"writing": {db.W, 1, "0"}, "reading": {db.R, 4, "1"}} {
		if max := pool.db.Stats().MaxOpenConnections; max != pool.size {
			t.Errorf("%s pool holds %d connections, want %d", name, max, pool.size)
		}
		want["query_only"] = pool.queryOnly
		var held []*sql.Conn
		for range pool.size {
			c, err := pool.db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
			for pragma, value := range want {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != value {
					t.Errorf("%s pool: %s is %s, want %s", name, pragma, got, value)
				}
			}
		}
		for _, c := range held {
			c.Close()
		}
	}
}

func TestOnlyTheOwnerCanRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "a.db")
	db := open(t, path, schema)
	note(t, db, "secret")
	for name, want := range map[string]fs.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(name), got, want)
		}
	}
}

func TestSchemaMovesForward(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	old := open(t, path, firstOnly())
	note(t, old, "kept")
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(t, path, schema)
	var text string
	var written int64
	if err := db.R.QueryRowContext(t.Context(), "SELECT text, written_at FROM note").Scan(&text, &written); err != nil {
		t.Fatal(err)
	}
	if text != "kept" {
		t.Fatalf("note says %q", text)
	}
}

// A file that a newer version left without closing it has a log beside it,
// which must not be folded in either.
func TestNewerSchemaIsRefusedAndUntouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	newer := open(t, path, schema)
	note(t, newer, "of the future")
	left := filepath.Join(t.TempDir(), "left.db")
	for _, suffix := range []string{"", "-wal"} {
		copyFile(t, left+suffix, path+suffix)
	}
	before, log := read(t, left), read(t, left+"-wal")

	_, err := Open(t.Context(), left, Options{Migrations: firstOnly()})
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
	if !bytes.Equal(read(t, left), before) || !bytes.Equal(read(t, left+"-wal"), log) {
		t.Fatal("the file or its log was changed")
	}
	if n := notes(t, open(t, left, schema)); n != 1 {
		t.Fatalf("%d notes left, want 1", n)
	}
}

func TestFailedTransactionWritesNothing(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), schema)
	cause := errors.New("no")
	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO note (text) VALUES ('x')"); err != nil {
			return err
		}
		return cause
	})
	if !errors.Is(err, cause) || notes(t, db) != 0 {
		t.Fatalf("got %v and %d notes", err, notes(t, db))
	}
}

func TestConcurrentTransactionsAllCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	two := []*DB{open(t, path, schema), open(t, path, schema)}
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				errs <- two[i%2].Tx(t.Context(), func(tx *sql.Tx) error {
					var n int
					if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM note").Scan(&n); err != nil {
						return err
					}
					_, err := tx.ExecContext(t.Context(), "INSERT INTO note (text) VALUES (?1)", fmt.Sprint(n))
					return err
				})
			}
		})
	}
	go func() { wg.Wait(); close(errs) }()
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var distinct int
	if err := two[0].R.QueryRowContext(t.Context(), "SELECT count(DISTINCT text) FROM note").Scan(&distinct); err != nil {
		t.Fatal(err)
	}
	if distinct != 160 {
		t.Fatalf("%d of 160 transactions saw a count of their own", distinct)
	}
}

// What a power cut leaves is the file and its log as they are at that moment.
func TestCommittedIsInTheFilesBeforeClosing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, schema)
	note(t, db, "acknowledged")
	image := filepath.Join(t.TempDir(), "image.db")
	for _, suffix := range []string{"", "-wal"} {
		copyFile(t, image+suffix, path+suffix)
	}
	if n := notes(t, open(t, image, schema)); n != 1 {
		t.Fatalf("%d notes in the image, want 1", n)
	}
}

func TestErrorsAreClassified(t *testing.T) {
	insert := "INSERT INTO note (text) VALUES (hex(randomblob(100000)))"
	for _, c := range []struct {
		name string
		want error
		run  func(t *testing.T, path string) error
	}{
		{"full", ErrFull, func(t *testing.T, path string) error {
			db := open(t, path, schema)
			return db.Tx(t.Context(), func(tx *sql.Tx) error {
				if _, err := tx.Exec("PRAGMA max_page_count = 5"); err != nil {
					return err
				}
				_, err := tx.Exec(insert)
				return err
			})
		}},
		{"read-only", ErrReadOnly, func(t *testing.T, path string) error {
			_, err := open(t, path, schema).R.Exec(insert)
			return Classify(err)
		}},
		{"no database", ErrCorrupt, func(t *testing.T, path string) error {
			if err := os.WriteFile(path, bytes.Repeat([]byte("not a database. "), 512), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), path, Options{Migrations: schema})
			return err
		}},
		{"busy", ErrBusy, func(t *testing.T, path string) error {
			db := open(t, path, schema)
			impatient, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=1&_txlock=immediate")
			if err != nil {
				t.Fatal(err)
			}
			defer impatient.Close()
			return db.Tx(t.Context(), func(*sql.Tx) error {
				_, err := impatient.Begin()
				return err
			})
		}},
		{"missing", ErrIO, func(t *testing.T, path string) error {
			db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			return Classify(db.Ping())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(t, filepath.Join(t.TempDir(), "a.db")); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if err := Classify(context.Canceled); err != context.Canceled {
		t.Errorf("a foreign error became %v", err)
	}
	if Classify(nil) != nil {
		t.Error("no error became one")
	}
}

func TestTimesInMilliseconds(t *testing.T) {
	zone := time.FixedZone("SAST", 2*3600)
	if got, want := Time(Millis(time.Date(2005, 8, 1, 17, 3, 10, 1_999_999, zone))),
		time.Date(2005, 8, 1, 15, 3, 10, 1e6, time.UTC); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Time(Millis(time.Time{})); !got.IsZero() {
		t.Errorf("no time became %v", got)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	if err := os.WriteFile(to, read(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
}
