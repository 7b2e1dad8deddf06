package maildb

import (
	"context"
	"database/sql"

	"howdah/mailserver"
)

// Copy copies those of the UIDs that are there.
func (db *DB) Copy(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (mailserver.Copied, error) {
	return db.transfer(ctx, account, mailbox, uids, dest, false)
}

// Move copies those of the UIDs that are there and removes them.
func (db *DB) Move(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (mailserver.Copied, error) {
	return db.transfer(ctx, account, mailbox, uids, dest, true)
}

func (db *DB) transfer(ctx context.Context, account string, mailbox int64, uids []uint32, dest string, move bool) (c mailserver.Copied, err error) {
	err = db.write(ctx, account, func(_ *box, tx *sql.Tx) error {
		if _, err := highest(ctx, tx, mailbox); err != nil {
			return err
		}
		to, err := mailboxNamed(ctx, tx, dest)
		if err != nil {
			return err
		}
		if c, err = copyMessages(ctx, tx, mailbox, uids, to); err != nil || !move {
			return err
		}
		_, err = removeMessages(ctx, tx, mailbox, c.Source) // the copies hold the blobs
		return err
	})
	if err != nil {
		return mailserver.Copied{}, err
	}
	return c, nil
}

// copyMessages gives the messages new UIDs in another mailbox, in their order.
func copyMessages(ctx context.Context, tx *sql.Tx, mailbox int64, uids []uint32, to mailserver.Mailbox) (mailserver.Copied, error) {
	const (
		one      = `SELECT blob_id, flags, internal_at FROM message WHERE mailbox_id = ?1 AND uid = ?2`
		keywords = `SELECT k.name FROM message_keyword mk JOIN keyword k ON k.id = mk.keyword_id
			WHERE mk.mailbox_id = ?1 AND mk.uid = ?2 ORDER BY k.id`
	)
	type source struct{ blob, mask, internal int64 }
	scan := func(r *sql.Rows) (s source, err error) {
		err = r.Scan(&s.blob, &s.mask, &s.internal)
		return s, err
	}
	c := mailserver.Copied{Mailbox: to.ID, UIDValidity: to.UIDValidity}
	next := to.UIDNext
	for _, uid := range uids {
		found, err := rows(ctx, tx, scan, one, mailbox, uid)
		if err != nil {
			return c, err
		}
		for _, m := range found {
			if err := insertMessage(ctx, tx, to.ID, next, to.HighestModSeq+1, m.blob, m.mask, m.internal); err != nil {
				return c, err
			}
			words, err := rows(ctx, tx, scanText, keywords, mailbox, uid)
			if err != nil {
				return c, err
			}
			if _, err := addKeywords(ctx, tx, to.ID, next, words); err != nil {
				return c, err
			}
			c.Source, c.Dest = append(c.Source, uid), append(c.Dest, next)
			next++
		}
	}
	if len(c.Source) == 0 {
		return c, nil
	}
	return c, advance(ctx, tx, to.ID, next, to.HighestModSeq+1)
}
