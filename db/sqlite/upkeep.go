package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Integrity reads the whole file and returns ErrCorrupt with what was found
// when its structure is damaged.
func (db *DB) Integrity(ctx context.Context) error {
	if err := quickCheck(ctx, db.R); err != nil {
		return fmt.Errorf("check %s: %w", db.Path, Classify(err))
	}
	return nil
}

func quickCheck(ctx context.Context, r *sql.DB) error {
	rows, err := r.QueryContext(ctx, "PRAGMA quick_check(10)")
	if err != nil {
		return err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, strings.Join(found, "; "))
	}
	return nil
}

// Backup writes a copy of the database, as it is at one moment, to a new file
// that only the owner can read. It can be taken while the database is in use
// and holds up nobody. The copy is whole and on disk when Backup returns nil;
// before that there is no file under path. A path that exists is fs.ErrExist
// and left as it is.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := db.backup(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, Classify(err))
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
	if err := db.vacuumInto(ctx, f.Name()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncFolder(folder)
}

// vacuumInto has a connection of its own: those of the read pool are query
// only, which forbids it, and that of the write pool is others' to write with.
func (db *DB) vacuumInto(ctx context.Context, path string) error {
	c, err := readOnly(db.Path)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "VACUUM INTO ?1", path)
	return errors.Join(err, c.Close())
}

// SyncFolder puts on disk which files a folder holds under which names.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Copy is Backup of a file that is not opened here: another process may have
// it open and go on writing. A file that is missing is fs.ErrNotExist.
func Copy(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return err
	}
	return (&DB{Path: from}).Backup(ctx, to)
}

// Check is Integrity of a file that nobody has open.
func Check(ctx context.Context, path string) error {
	r, err := readOnly(path)
	if err != nil {
		return err
	}
	return errors.Join((&DB{Path: path, R: r}).Integrity(ctx), r.Close())
}
