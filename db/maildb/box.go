package maildb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"howdah/db/sqlite"
	"howdah/mailserver"
)

// box is one account's open file.
type box struct {
	*sqlite.DB

	// Deliveries that arrive while another is being committed share the next
	// commit; see append.go.
	queueMu  sync.Mutex
	queue    []*delivery
	commitMu sync.Mutex

	// Blobs that are being read are kept until the last reader closes; see
	// body.go.
	heldMu sync.Mutex
	held   map[int64]int
	doomed map[int64]bool // held, and in no mailbox any more
}

func openBox(ctx context.Context, path string) (*box, error) {
	schema, err := fs.Sub(migrations, "migrations/account")
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{Migrations: schema})
	if err != nil {
		return nil, err
	}
	b := &box{DB: db, held: make(map[int64]int), doomed: make(map[int64]bool)}
	if err := b.sweepAll(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

func (b *box) close() error { return b.DB.Close() }

// found fills the file of a new account.
func (b *box) found(ctx context.Context, a mailserver.Account, uidValidity int64, mailboxes []mailserver.Mailbox) error {
	const insert = `INSERT INTO account (id, name, next_uid_validity, created_at) VALUES (1, ?1, ?2, ?3)`
	return b.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, insert, a.Name, uidValidity, sqlite.Millis(a.CreatedAt)); err != nil {
			return err
		}
		for _, m := range mailboxes {
			if err := addMailbox(ctx, tx, m); err != nil {
				return err
			}
			if m.Subscribed {
				if err := subscribe(ctx, tx, m.Name, true); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// addMailbox makes a mailbox with the next UIDVALIDITY, which is never below
// the clock's seconds, or ErrExists.
func addMailbox(ctx context.Context, tx *sql.Tx, m mailserver.Mailbox) error {
	const (
		exists = `SELECT EXISTS (SELECT 1 FROM mailbox WHERE name = ?1)`
		take   = `UPDATE account SET next_uid_validity = max(next_uid_validity, ?1) + 1
			RETURNING next_uid_validity - 1`
		insert = `INSERT INTO mailbox (name, uid_validity, special_use, created_at) VALUES (?1, ?2, ?3, ?4)`
	)
	var there bool
	if err := tx.QueryRowContext(ctx, exists, m.Name).Scan(&there); err != nil {
		return err
	}
	if there {
		return fmt.Errorf("create mailbox %q: %w", m.Name, mailserver.ErrExists)
	}
	now := time.Now()
	var validity int64
	if err := tx.QueryRowContext(ctx, take, now.Unix()).Scan(&validity); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, insert, m.Name, validity, m.SpecialUse, sqlite.Millis(now))
	return err
}

// write runs f in one transaction on the account's file.
func (db *DB) write(ctx context.Context, account string, f func(*box, *sql.Tx) error) error {
	b, err := db.box(ctx, account)
	if err != nil {
		return err
	}
	return inWords(b.Tx(ctx, func(tx *sql.Tx) error { return f(b, tx) }))
}

// read runs f on one state of the account's file.
func (db *DB) read(ctx context.Context, account string, f func(*box, *sql.Tx) error) error {
	b, err := db.box(ctx, account)
	if err != nil {
		return err
	}
	tx, err := b.R.BeginTx(ctx, nil)
	if err != nil {
		return inWords(err)
	}
	defer tx.Rollback() // it only reads
	return inWords(f(b, tx))
}
