// Package maildb keeps mail in SQLite: one file of accounts, and one file for
// each account with its mailboxes, messages and bytes. DB is a
// mailserver.Store; what its methods acknowledge is on disk.
//
// A message's bytes lie in rows of 256 KiB, so that a part of a large message
// is read without the rest. Copies share them.
package maildb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"howdah/db/sqlite"
	"howdah/mailserver"
)

//go:embed migrations
var migrations embed.FS

// accountsFile names the accounts and what their passwords are checked against.
const accountsFile = "accounts.db"

// DB is the mail folder. It is safe for concurrent use, by one process.
type DB struct {
	dir      string
	accounts *sqlite.DB

	mu   sync.Mutex
	open map[string]*box // by account name
	shut bool
}

var _ mailserver.Store = (*DB)(nil)

// Open opens or creates the mail folder; accounts' files are opened when they
// are first asked for. Uploads that a crash broke off are removed. Without its
// file of accounts a folder with mail is sqlite.ErrCorrupt: a new file would
// turn every user away, and mail for them.
func Open(ctx context.Context, dir string) (*DB, error) {
	if err := refuseOrphans(dir); err != nil {
		return nil, fmt.Errorf("open mail folder %q: %w", dir, err)
	}
	broken, err := fs.Glob(os.DirFS(dir), spoolPattern)
	if err != nil {
		return nil, fmt.Errorf("open mail folder %q: %w", dir, err)
	}
	for _, name := range broken {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("open mail folder %q: %w", dir, err)
		}
	}
	schema, err := fs.Sub(migrations, "migrations/accounts")
	if err != nil {
		return nil, fmt.Errorf("open mail folder %q: %w", dir, err)
	}
	accounts, err := sqlite.Open(ctx, filepath.Join(dir, accountsFile), sqlite.Options{Migrations: schema, Readers: 2})
	if err != nil {
		return nil, fmt.Errorf("open mail folder %q: %w", dir, err)
	}
	return &DB{dir: dir, accounts: accounts, open: make(map[string]*box)}, nil
}

func refuseOrphans(dir string) error {
	st, err := os.Stat(filepath.Join(dir, accountsFile))
	if err == nil && st.Size() > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	found, err := fs.Glob(os.DirFS(dir), "*.db")
	if err != nil {
		return err
	}
	for _, name := range found {
		if name != accountsFile {
			return fmt.Errorf("%w: %s is missing or empty, but %s is there; put it back from a backup, or move the mail away to begin anew",
				sqlite.ErrCorrupt, accountsFile, name)
		}
	}
	return nil
}

// Close closes all files. No method may be running.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.shut = true
	errs := []error{db.accounts.Close()}
	for _, b := range db.open {
		errs = append(errs, b.close())
	}
	clear(db.open)
	return errors.Join(errs...)
}

// box returns the account's open file, or ErrNoAccount.
func (db *DB) box(ctx context.Context, account string) (*box, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if b := db.open[account]; b != nil {
		return b, nil
	}
	if db.shut {
		return nil, fmt.Errorf("open account %q: mail folder is closed", account)
	}
	if _, err := db.Account(ctx, account); err != nil {
		return nil, err
	}
	// The caller may leave at any time; others will find the file open.
	b, err := openBox(context.WithoutCancel(ctx), db.path(account))
	if err != nil {
		return nil, fmt.Errorf("open account %q: %w", account, inWords(err))
	}
	db.open[account] = b
	return b, nil
}

// path is the file of an account. Names are checked before they come here;
// this holds also for those that are not.
func (db *DB) path(account string) string {
	return filepath.Join(db.dir, fileName(account))
}

func fileName(account string) string {
	safe := make([]byte, 0, len(account)+3)
	for i := range len(account) {
		c := account[i]
		plain := c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '+' || c == '@' || c == '.' && i > 0
		if !plain || i == 0 && account == "accounts" {
			safe = fmt.Appendf(safe, "%%%02x", c)
			continue
		}
		safe = append(safe, c)
	}
	return string(safe) + ".db"
}

// inWords gives an error of the disk the domain's words.
func inWords(err error) error {
	if err == nil {
		return nil
	}
	err = sqlite.Classify(err)
	if errors.Is(err, sqlite.ErrFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", mailserver.ErrFull, err)
	}
	return err
}

func removeFiles(path string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// rows collects what a query returns.
func rows[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rs, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close() // Err tells
	var out []T
	for rs.Next() {
		v, err := scan(rs)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rs.Err()
}

// querier is a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
