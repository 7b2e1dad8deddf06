package maildb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"howdah/mailserver"
)

const selectMailboxes = `SELECT m.id, m.name, m.uid_validity, m.uid_next, m.highest_mod_seq, m.special_use,
	EXISTS (SELECT 1 FROM subscription s WHERE s.name = m.name) FROM mailbox m `

func scanMailbox(r *sql.Rows) (mailserver.Mailbox, error) {
	var m mailserver.Mailbox
	err := r.Scan(&m.ID, &m.Name, &m.UIDValidity, &m.UIDNext, &m.HighestModSeq, &m.SpecialUse, &m.Subscribed)
	return m, err
}

func mailboxNamed(ctx context.Context, tx *sql.Tx, name string) (mailserver.Mailbox, error) {
	found, err := rows(ctx, tx, scanMailbox, selectMailboxes+`WHERE m.name = ?1`, name)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("find mailbox %q: %w", name, mailserver.ErrNoMailbox)
	}
	if err != nil {
		return mailserver.Mailbox{}, err
	}
	return found[0], nil
}

// Mailboxes returns the account's mailboxes by name.
func (db *DB) Mailboxes(ctx context.Context, account string) (all []mailserver.Mailbox, err error) {
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		all, err = rows(ctx, tx, scanMailbox, selectMailboxes+`ORDER BY m.name`)
		return err
	})
	return all, err
}

// Subscriptions returns the subscribed names by name.
func (db *DB) Subscriptions(ctx context.Context, account string) (names []string, err error) {
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		names, err = rows(ctx, tx, scanText, `SELECT name FROM subscription ORDER BY name`)
		return err
	})
	return names, err
}

func scanText(r *sql.Rows) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// Subscribe adds or removes a name.
func (db *DB) Subscribe(ctx context.Context, account, name string, on bool) error {
	return db.write(ctx, account, func(_ *box, tx *sql.Tx) error {
		return subscribe(ctx, tx, name, on)
	})
}

func subscribe(ctx context.Context, tx *sql.Tx, name string, on bool) error {
	change := `DELETE FROM subscription WHERE name = ?1`
	if on {
		change = `INSERT INTO subscription (name) VALUES (?1) ON CONFLICT DO NOTHING`
	}
	_, err := tx.ExecContext(ctx, change, name)
	return err
}

// CreateMailbox makes the mailbox and those of above that are missing.
func (db *DB) CreateMailbox(ctx context.Context, account string, m mailserver.Mailbox, above []string) error {
	return db.write(ctx, account, func(_ *box, tx *sql.Tx) error {
		if err := addMissing(ctx, tx, above); err != nil {
			return err
		}
		return addMailbox(ctx, tx, m)
	})
}

func addMissing(ctx context.Context, tx *sql.Tx, names []string) error {
	have, err := rows(ctx, tx, scanText, `SELECT name FROM mailbox`)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(have, name) {
			continue
		}
		if err := addMailbox(ctx, tx, mailserver.Mailbox{Name: name}); err != nil {
			return err
		}
	}
	return nil
}

// below matches the mailboxes under ?1; a GLOB or LIKE would need escaping.
const below = `substr(name, 1, length(?1) + 1) = ?1 || '/'`

// DeleteMailbox removes the mailbox with its messages.
func (db *DB) DeleteMailbox(ctx context.Context, account, name string) (int64, error) {
	const (
		children = `SELECT EXISTS (SELECT 1 FROM mailbox WHERE ` + below + `)`
		remove   = `DELETE FROM mailbox WHERE id = ?1`
	)
	var id int64
	err := db.remove(ctx, account, func(tx *sql.Tx) ([]int64, error) {
		m, err := mailboxNamed(ctx, tx, name)
		if err != nil {
			return nil, err
		}
		id = m.ID
		var has bool
		if err := tx.QueryRowContext(ctx, children, name).Scan(&has); err != nil {
			return nil, err
		}
		if has {
			return nil, fmt.Errorf("delete mailbox %q: %w", name, mailserver.ErrHasChildren)
		}
		blobs, err := rows(ctx, tx, scanID, `SELECT blob_id FROM message WHERE mailbox_id = ?1`, m.ID)
		if err != nil {
			return nil, err
		}
		_, err = tx.ExecContext(ctx, remove, m.ID)
		return blobs, err
	})
	return id, err
}

// RenameMailbox renames the mailbox and those below it.
func (db *DB) RenameMailbox(ctx context.Context, account, from, to string, above []string) (int64, error) {
	const rename = `UPDATE mailbox SET name = ?2 || substr(name, length(?1) + 1) WHERE name = ?1 OR ` + below
	var id int64
	err := db.write(ctx, account, func(_ *box, tx *sql.Tx) error {
		m, err := mailboxNamed(ctx, tx, from)
		if err != nil {
			return err
		}
		id = m.ID
		if err := addMissing(ctx, tx, above); err != nil {
			return err
		}
		if from == mailserver.Inbox {
			return giveAway(ctx, tx, m, to)
		}
		if err := free(ctx, tx, from, to); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, rename, from, to)
		return err
	})
	return id, err
}

// free checks that no name that a rename would make is taken.
func free(ctx context.Context, tx *sql.Tx, from, to string) error {
	const taken = `SELECT EXISTS (SELECT 1 FROM mailbox AS old JOIN mailbox AS new
		ON new.name = ?2 || substr(old.name, length(?1) + 1)
		WHERE old.name = ?1 OR substr(old.name, 1, length(?1) + 1) = ?1 || '/')`
	var is bool
	if err := tx.QueryRowContext(ctx, taken, from, to).Scan(&is); err != nil {
		return err
	}
	if is {
		return fmt.Errorf("rename mailbox %q to %q: %w", from, to, mailserver.ErrExists)
	}
	return nil
}

// giveAway moves all messages into a new mailbox.
func giveAway(ctx context.Context, tx *sql.Tx, m mailserver.Mailbox, to string) error {
	if err := addMailbox(ctx, tx, mailserver.Mailbox{Name: to}); err != nil {
		return err
	}
	uids, err := uidsIn(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	dest, err := mailboxNamed(ctx, tx, to)
	if err != nil {
		return err
	}
	if _, err := copyMessages(ctx, tx, m.ID, uids, dest); err != nil {
		return err
	}
	_, err = removeMessages(ctx, tx, m.ID, uids) // the copies hold the blobs
	return err
}

// Status counts what is in a mailbox.
func (db *DB) Status(ctx context.Context, account, name string) (st mailserver.Status, err error) {
	const count = `SELECT count(*), coalesce(sum(m.flags & 8 = 0), 0), coalesce(sum(m.flags & 4 != 0), 0),
		coalesce(sum(b.size), 0) FROM message m JOIN blob b ON b.id = m.blob_id WHERE m.mailbox_id = ?1`
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		if st.Mailbox, err = mailboxNamed(ctx, tx, name); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, count, st.ID).Scan(&st.Messages, &st.Unseen, &st.Deleted, &st.Size)
	})
	return st, err
}

// Snapshot returns the mailbox with its UIDs.
func (db *DB) Snapshot(ctx context.Context, account, name string) (s mailserver.Snapshot, err error) {
	const unseen = `SELECT coalesce(min(uid), 0) FROM message WHERE mailbox_id = ?1 AND flags & 8 = 0`
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		if s.Mailbox, err = mailboxNamed(ctx, tx, name); err != nil {
			return err
		}
		if s.UIDs, err = uidsIn(ctx, tx, s.ID); err != nil {
			return err
		}
		if s.Keywords, err = rows(ctx, tx, scanText, `SELECT name FROM keyword WHERE mailbox_id = ?1 ORDER BY id`, s.ID); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, unseen, s.ID).Scan(&s.FirstUnseen)
	})
	return s, err
}
