package statusdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"howdah/db/sqlite"
)

// Integrity reads the whole file and returns sqlite.ErrCorrupt with what was
// found when its structure is damaged.
func (db *DB) Integrity(ctx context.Context) error {
	var found []string
	rows, err := db.sqlite.R.QueryContext(ctx, "PRAGMA quick_check(10)")
	if err == nil {
		err = each(rows, func(r *sql.Rows) error {
			var line string
			err := r.Scan(&line)
			found = append(found, line)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("check %s: %w", db.sqlite.Path, sqlite.Classify(err))
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("check %s: %w: %s", db.sqlite.Path, sqlite.ErrCorrupt, strings.Join(found, "; "))
	}
	return nil
}

// Backup writes a copy of the database, as it is at one moment, to a new file
// that only the owner can read. It can be taken while the database is in use.
// The copy is whole and on disk when Backup returns nil; before that there is
// no file under path. A path that exists is fs.ErrExist and left as it is.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := db.backup(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, sqlite.Classify(err))
	}
	return nil
}

func (db *DB) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".howdah-backup-*")
	if err != nil {
		return err
	}
	defer f.Close()
	defer os.Remove(f.Name()) // after the rename this finds nothing
	if _, err := db.sqlite.R.ExecContext(ctx, "VACUUM INTO ?1", f.Name()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
