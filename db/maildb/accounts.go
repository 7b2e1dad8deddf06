package maildb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"howdah/db/sqlite"
	"howdah/mailserver"
)

// CreateAccount makes the account's file first and its entry last, so that a
// crash leaves at most a file that nobody sees and the next attempt replaces.
// A file that holds mail is never replaced: the list of accounts may be older
// than it. That is ErrExists.
func (db *DB) CreateAccount(ctx context.Context, a mailserver.Account, mailboxes []mailserver.Mailbox) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	_, err := db.Account(ctx, a.Name)
	if err == nil {
		return fmt.Errorf("create account %q: %w", a.Name, mailserver.ErrExists)
	}
	if !errors.Is(err, mailserver.ErrNoAccount) {
		return err
	}
	if err := db.createAccount(ctx, a, mailboxes); err != nil {
		return fmt.Errorf("create account %q: %w", a.Name, inWords(err))
	}
	return nil
}

func (db *DB) createAccount(ctx context.Context, a mailserver.Account, mailboxes []mailserver.Mailbox) error {
	path := db.path(a.Name)
	if err := removeEmpty(ctx, path); err != nil {
		return err
	}
	first, err := db.takeUIDValidity(ctx)
	if err != nil {
		return err
	}
	b, err := openBox(ctx, path)
	if err != nil {
		return err
	}
	if err := b.found(ctx, a, first, mailboxes); err != nil {
		return errors.Join(err, b.close())
	}
	const insert = `INSERT INTO account (name, secret, created_at) VALUES (?1, ?2, ?3)`
	err = db.accounts.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insert, a.Name, a.Secret, sqlite.Millis(a.CreatedAt))
		return err
	})
	if err != nil {
		return errors.Join(err, b.close())
	}
	db.open[a.Name] = b
	return nil
}

// removeEmpty makes room for a new account's file.
func removeEmpty(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		b, err := openBox(ctx, path)
		if err != nil {
			return fmt.Errorf("look into %q, which is there already: %w", path, err)
		}
		var mail bool
		err = b.R.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM message)`).Scan(&mail)
		if err := errors.Join(err, b.close()); err != nil {
			return fmt.Errorf("look into %q, which is there already: %w", path, err)
		}
		if mail {
			return fmt.Errorf("%w: %q holds mail; move it away first", mailserver.ErrExists, path)
		}
	}
	return removeFiles(path)
}

// takeUIDValidity returns where an account's UIDVALIDITYs begin: the seconds
// of the clock, or more if that was given away.
func (db *DB) takeUIDValidity(ctx context.Context) (int64, error) {
	const (
		read  = `SELECT next FROM uid_validity WHERE id = 1`
		write = `UPDATE uid_validity SET next = ?1 WHERE id = 1`
		gap   = 64 // more mailboxes than an account begins with
	)
	var first int64
	err := db.accounts.Tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, read).Scan(&first); err != nil {
			return err
		}
		first = max(first, time.Now().Unix())
		_, err := tx.ExecContext(ctx, write, first+gap)
		return err
	})
	return first, err
}

// RemoveAccount removes the entry first; from then on the account is gone,
// and its file is removed or replaced later if it cannot be now.
func (db *DB) RemoveAccount(ctx context.Context, name string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	err := db.changeAccount(ctx, name, `DELETE FROM account WHERE name = ?1`, name)
	if err != nil {
		return fmt.Errorf("remove account %q: %w", name, err)
	}
	if b := db.open[name]; b != nil {
		delete(db.open, name)
		if err := b.close(); err != nil {
			return fmt.Errorf("remove account %q: %w", name, err)
		}
	}
	if err := removeFiles(db.path(name)); err != nil {
		return fmt.Errorf("remove account %q: %w", name, err)
	}
	return nil
}

// SetSecret replaces what the password is checked against.
func (db *DB) SetSecret(ctx context.Context, name, secret string) error {
	err := db.changeAccount(ctx, name, `UPDATE account SET secret = ?2 WHERE name = ?1`, name, secret)
	if err != nil {
		return fmt.Errorf("set secret of account %q: %w", name, err)
	}
	return nil
}

func (db *DB) changeAccount(ctx context.Context, name, change string, args ...any) error {
	return inWords(db.accounts.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, change, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = mailserver.ErrNoAccount
		}
		return err
	}))
}

const selectAccounts = `SELECT name, secret, created_at FROM account `

// Account returns one account, or ErrNoAccount.
func (db *DB) Account(ctx context.Context, name string) (mailserver.Account, error) {
	found, err := rows(ctx, db.accounts.R, scanAccount, selectAccounts+`WHERE name = ?1`, name)
	if err == nil && len(found) == 0 {
		err = mailserver.ErrNoAccount
	}
	if err != nil {
		return mailserver.Account{}, fmt.Errorf("find account %q: %w", name, inWords(err))
	}
	return found[0], nil
}

// Accounts returns all accounts by name.
func (db *DB) Accounts(ctx context.Context) ([]mailserver.Account, error) {
	all, err := rows(ctx, db.accounts.R, scanAccount, selectAccounts+`ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", inWords(err))
	}
	return all, nil
}

func scanAccount(r *sql.Rows) (mailserver.Account, error) {
	var a mailserver.Account
	var created int64
	err := r.Scan(&a.Name, &a.Secret, &created)
	a.CreatedAt = sqlite.Time(created)
	return a, err
}
