package maildb

import (
	"context"
	"database/sql"
	"fmt"

	"howdah/db/sqlite"
	"howdah/mailserver"
)

// delivery is a message that waits to be committed.
type delivery struct {
	mailbox string
	message mailserver.NewMessage
	spool   *spool

	done   bool
	placed mailserver.Placed
	err    error
}

// Append stores a message. Messages that arrive for one account at the same
// time share a commit.
func (db *DB) Append(ctx context.Context, account, mailbox string, m mailserver.NewMessage) (mailserver.Placed, error) {
	b, err := db.box(ctx, account)
	if err != nil {
		return mailserver.Placed{}, err
	}
	sp, err := newSpool(db.dir, m.Body)
	if err != nil {
		return mailserver.Placed{}, fmt.Errorf("append to %q: %w", mailbox, inWords(err))
	}
	defer sp.close()
	d := &delivery{mailbox: mailbox, message: m, spool: sp}
	// From here on the message is complete: whether it is stored does not
	// depend on whether the client still waits.
	b.deliver(context.WithoutCancel(ctx), d)
	return d.placed, d.err
}

// deliver returns when d is done. Whoever gets the commit lock commits for all
// that queued up while the last commit was going on.
func (b *box) deliver(ctx context.Context, d *delivery) {
	b.queueMu.Lock()
	b.queue = append(b.queue, d)
	b.queueMu.Unlock()

	b.commitMu.Lock()
	defer b.commitMu.Unlock()
	if d.done {
		return
	}
	b.queueMu.Lock()
	batch := b.queue
	b.queue = nil
	b.queueMu.Unlock()

	if err := b.commit(ctx, batch); err != nil && len(batch) > 1 {
		// One of them is to blame; the others shall not suffer for it.
		for i := range batch {
			b.commit(ctx, batch[i:i+1])
		}
	}
}

// commit stores a batch in one transaction and marks each delivery done. A
// missing mailbox is an error of its delivery; the error returned is of all.
func (b *box) commit(ctx context.Context, batch []*delivery) error {
	err := inWords(b.Tx(ctx, func(tx *sql.Tx) error {
		for _, d := range batch {
			var m mailserver.Mailbox
			if m, d.err = mailboxNamed(ctx, tx, d.mailbox); d.err != nil {
				continue
			}
			if err := d.insert(ctx, tx, m); err != nil {
				return fmt.Errorf("append to %q: %w", d.mailbox, err)
			}
		}
		return nil
	}))
	for _, d := range batch {
		d.done = true
		if err != nil {
			d.err, d.placed = err, mailserver.Placed{}
		}
	}
	return err
}

func (d *delivery) insert(ctx context.Context, tx *sql.Tx, m mailserver.Mailbox) error {
	const blob = `INSERT INTO blob (sha256, size, open_end) VALUES (?1, ?2, ?3)`
	res, err := tx.ExecContext(ctx, blob, d.spool.sum(), d.spool.size, d.spool.openEnd())
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	if err := d.spool.each(func(n int, bytes []byte) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO chunk (blob_id, n, bytes) VALUES (?1, ?2, ?3)`, id, n, bytes)
		return err
	}); err != nil {
		return err
	}
	d.placed = mailserver.Placed{Mailbox: m.ID, UIDValidity: m.UIDValidity, UID: m.UIDNext}
	mask, keywords := splitFlags(d.message.Flags)
	if err := insertMessage(ctx, tx, m.ID, m.UIDNext, m.HighestModSeq+1, id, mask, sqlite.Millis(d.message.InternalDate)); err != nil {
		return err
	}
	if _, err := addKeywords(ctx, tx, m.ID, m.UIDNext, keywords); err != nil {
		return err
	}
	return advance(ctx, tx, m.ID, m.UIDNext+1, m.HighestModSeq+1)
}

func insertMessage(ctx context.Context, tx *sql.Tx, mailbox int64, uid uint32, modSeq uint64, blob, mask, internal int64) error {
	const insert = `INSERT INTO message (mailbox_id, uid, mod_seq, blob_id, flags, internal_at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
	_, err := tx.ExecContext(ctx, insert, mailbox, uid, modSeq, blob, mask, internal)
	return err
}

func advance(ctx context.Context, tx *sql.Tx, mailbox int64, uidNext uint32, modSeq uint64) error {
	_, err := tx.ExecContext(ctx, `UPDATE mailbox SET uid_next = ?2, highest_mod_seq = ?3 WHERE id = ?1`, mailbox, uidNext, modSeq)
	return err
}
