package sqlite

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func files(t *testing.T, folder string) []fs.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestBackupIsWhole(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), schema)
	note(t, db, "before")
	folder := t.TempDir()
	path := filepath.Join(folder, "it's 100% a file?.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	note(t, db, "after")

	left := files(t, folder)
	if len(left) != 1 {
		t.Errorf("%d files beside the backup", len(left)-1)
	}
	info, err := left[0].Info()
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o, want 600", mode)
	}
	backup := open(t, path, schema)
	if err := backup.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
	if n := notes(t, backup); n != 1 {
		t.Errorf("%d notes in the backup, want 1", n)
	}
}

// A copy of a copy is not in the journal mode of a file in use.
func TestCopyAndCheckLeaveTheFileAsItIs(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), schema)
	note(t, db, "kept")
	folder := t.TempDir()
	first, second := filepath.Join(folder, "first.db"), filepath.Join(folder, "second.db")
	if err := Copy(t.Context(), db.Path, first); err != nil { // while it is open
		t.Fatal(err)
	}
	before := read(t, first)
	if err := Copy(t.Context(), first, second); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if len(files(t, folder)) != 2 || !bytes.Equal(read(t, first), before) {
		t.Error("the file was changed, or another is beside it")
	}
	if n := notes(t, open(t, second, schema)); n != 1 {
		t.Errorf("%d notes in the copy, want 1", n)
	}
	if err := Copy(t.Context(), filepath.Join(folder, "none.db"), second+"2"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.Truncate(first, 8192); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), first); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a cut file: %v", err)
	}
}

// A backup reads one state of the database while another writes on.
func TestBackupDuringATransaction(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), schema)
	note(t, db, "committed")
	tx, err := db.W.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("INSERT INTO note (text) VALUES ('not yet')"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if n := notes(t, open(t, path, schema)); n != 1 {
		t.Fatalf("%d notes in the backup, want 1", n)
	}
}

func TestBackupRefusesToOverwrite(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "a.db"), schema)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("got %v, want fs.ErrExist", err)
	}
	if got := string(read(t, path)); got != "precious" {
		t.Fatalf("the file now holds %q", got)
	}
}

func TestFailedBackupLeavesNothing(t *testing.T) {
	source := filepath.Join(t.TempDir(), "a.db")
	db := open(t, source, schema)
	note(t, db, strings.Repeat("x", 100_000))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(source, 8192); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := db.Backup(t.Context(), filepath.Join(folder, "backup.db")); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("got %v, want ErrCorrupt", err)
	}
	if left := files(t, folder); len(left) != 0 {
		t.Fatalf("%s is left", left[0].Name())
	}
}

func TestIntegrityFindsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path, schema)
	for range 200 {
		note(t, db, strings.Repeat("x", 1000))
	}
	if err := db.Integrity(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	image := read(t, path)
	const page = 4096
	for offset := 20 * page; offset < len(image); offset += page {
		copy(image[offset:], "this is no page")
	}
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path, schema).Integrity(t.Context()); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("got %v, want ErrCorrupt", err)
	}
}
