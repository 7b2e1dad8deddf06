package maildb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"howdah/db/sqlite"
	"howdah/mailserver"
)

// bits are message.flags, by place.
var bits = []string{mailserver.Answered, mailserver.Flagged, mailserver.Deleted, mailserver.Seen, mailserver.Draft}

const deletedBit = 4

// splitFlags divides flags into the bits of message.flags and keywords.
func splitFlags(flags []string) (mask int64, keywords []string) {
	for _, f := range flags {
		if i := slices.Index(bits, f); i >= 0 {
			mask |= 1 << i
		} else {
			keywords = append(keywords, f)
		}
	}
	return mask, keywords
}

func systemFlags(mask int64) []string {
	var flags []string
	for i, f := range bits {
		if mask&(1<<i) != 0 {
			flags = append(flags, f)
		}
	}
	return flags
}

func uidsIn(ctx context.Context, tx *sql.Tx, mailbox int64) ([]uint32, error) {
	return rows(ctx, tx, scanUID, `SELECT uid FROM message WHERE mailbox_id = ?1 ORDER BY uid`, mailbox)
}

func scanUID(r *sql.Rows) (uid uint32, err error) {
	err = r.Scan(&uid)
	return uid, err
}

// UIDs returns the UIDs that are in the mailbox now.
func (db *DB) UIDs(ctx context.Context, account string, mailbox int64) (uids []uint32, err error) {
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		if _, err := highest(ctx, tx, mailbox); err != nil {
			return err
		}
		uids, err = uidsIn(ctx, tx, mailbox)
		return err
	})
	return uids, err
}

// highest is the mailbox's highest mod-sequence, or ErrNoMailbox.
func highest(ctx context.Context, tx *sql.Tx, mailbox int64) (uint64, error) {
	found, err := rows(ctx, tx, func(r *sql.Rows) (n uint64, err error) {
		err = r.Scan(&n)
		return n, err
	}, `SELECT highest_mod_seq FROM mailbox WHERE id = ?1`, mailbox)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("find mailbox %d: %w", mailbox, mailserver.ErrNoMailbox)
	}
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

const (
	byUID    = ` AND m.uid BETWEEN ?2 AND ?3`
	byModSeq = ` AND m.mod_seq > ?2`
)

// messages returns those that the condition on ?2 and ?3 chooses, ascending.
func messages(ctx context.Context, tx *sql.Tx, condition string, args ...any) ([]mailserver.Message, error) {
	const (
		one = `SELECT m.uid, m.mod_seq, m.flags, m.internal_at, b.size, b.sha256, b.open_end
			FROM message m JOIN blob b ON b.id = m.blob_id WHERE m.mailbox_id = ?1`
		keywords = `SELECT m.uid, k.name FROM message m
			JOIN message_keyword mk ON mk.mailbox_id = m.mailbox_id AND mk.uid = m.uid
			JOIN keyword k ON k.id = mk.keyword_id WHERE m.mailbox_id = ?1`
	)
	found, err := rows(ctx, tx, scanMessage, one+condition+` ORDER BY m.uid`, args...)
	if err != nil {
		return nil, err
	}
	type carried struct {
		uid     uint32
		keyword string
	}
	words, err := rows(ctx, tx, func(r *sql.Rows) (c carried, err error) {
		err = r.Scan(&c.uid, &c.keyword)
		return c, err
	}, keywords+condition+` ORDER BY m.uid, k.id`, args...)
	if err != nil {
		return nil, err
	}
	i := 0
	for _, w := range words {
		for found[i].UID != w.uid {
			i++
		}
		found[i].Flags = append(found[i].Flags, w.keyword)
	}
	return found, nil
}

func scanMessage(r *sql.Rows) (mailserver.Message, error) {
	var m mailserver.Message
	var mask, internal int64
	var sum []byte
	err := r.Scan(&m.UID, &m.ModSeq, &mask, &internal, &m.Size, &sum, &m.OpenEnd)
	m.Flags = systemFlags(mask)
	m.InternalDate = sqlite.Time(internal)
	copy(m.SHA256[:], sum)
	return m, err
}

// Messages returns those with lo <= UID <= hi.
func (db *DB) Messages(ctx context.Context, account string, mailbox int64, lo, hi uint32) (found []mailserver.Message, err error) {
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		if _, err := highest(ctx, tx, mailbox); err != nil {
			return err
		}
		found, err = messages(ctx, tx, byUID, mailbox, lo, hi)
		return err
	})
	return found, err
}

// Changes returns what happened after the mod-sequence since.
func (db *DB) Changes(ctx context.Context, account string, mailbox int64, since uint64) (c mailserver.Changes, err error) {
	err = db.read(ctx, account, func(_ *box, tx *sql.Tx) error {
		if c.HighestModSeq, err = highest(ctx, tx, mailbox); err != nil || c.HighestModSeq == since {
			return err
		}
		if c.Changed, err = messages(ctx, tx, byModSeq, mailbox, since); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM message WHERE mailbox_id = ?1`, mailbox).Scan(&c.Messages)
	})
	return c, err
}

// nextModSeq takes the mod-sequence of a change that the transaction makes, or
// ErrNoMailbox.
func nextModSeq(ctx context.Context, tx *sql.Tx, mailbox int64) (uint64, error) {
	n, err := highest(ctx, tx, mailbox)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mailbox SET highest_mod_seq = ?2 WHERE id = ?1`, mailbox, n+1)
	return n + 1, err
}
