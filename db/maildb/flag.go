package maildb

import (
	"context"
	"database/sql"
	"slices"

	"howdah/mailserver"
)

// SetFlags changes the flags of those of the UIDs that are there.
func (db *DB) SetFlags(ctx context.Context, account string, mailbox int64, uids []uint32, c mailserver.FlagChange) (done []mailserver.Flagging, err error) {
	if len(uids) == 0 {
		return nil, nil
	}
	lo, hi := slices.Min(uids), slices.Max(uids)
	err = db.write(ctx, account, func(_ *box, tx *sql.Tx) error {
		done = nil
		before, err := messages(ctx, tx, byUID, mailbox, lo, hi)
		if err != nil {
			return err
		}
		wanted := set(uids)
		for _, m := range before {
			if wanted[m.UID] {
				done = append(done, mailserver.Flagging{Message: m, Before: m.ModSeq})
			}
		}
		return reflag(ctx, tx, mailbox, done, c)
	})
	return done, err
}

func set(uids []uint32) map[uint32]bool {
	s := make(map[uint32]bool, len(uids))
	for _, uid := range uids {
		s[uid] = true
	}
	return s
}

// reflag makes the change and takes one mod-sequence for all messages whose
// flags it really changes.
func reflag(ctx context.Context, tx *sql.Tx, mailbox int64, done []mailserver.Flagging, c mailserver.FlagChange) error {
	var modSeq uint64
	for i := range done {
		m := &done[i].Message
		flags, changed := changedFlags(m.Flags, c)
		if !changed {
			continue
		}
		if modSeq == 0 {
			var err error
			if modSeq, err = nextModSeq(ctx, tx, mailbox); err != nil {
				return err
			}
		}
		m.Flags, m.ModSeq = flags, modSeq
		if err := writeFlags(ctx, tx, mailbox, m); err != nil {
			return err
		}
	}
	return nil
}

func changedFlags(have []string, c mailserver.FlagChange) (flags []string, changed bool) {
	is := mailserver.Message{Flags: have}
	named := mailserver.Message{Flags: c.Flags}
	for _, f := range have {
		drop := c.Op == mailserver.RemoveFlags && named.Has(f) || c.Op == mailserver.ReplaceFlags && !named.Has(f)
		if drop {
			changed = true
		} else {
			flags = append(flags, f)
		}
	}
	if c.Op == mailserver.RemoveFlags {
		return flags, changed
	}
	for _, f := range c.Flags {
		if !is.Has(f) {
			flags = append(flags, f)
			changed = true
		}
	}
	// System flags first, as messages() reads them.
	slices.SortStableFunc(flags, func(a, b string) int { return rank(a) - rank(b) })
	return flags, changed
}

func rank(flag string) int {
	if i := slices.Index(bits, flag); i >= 0 {
		return i
	}
	return len(bits)
}

// writeFlags stores m.Flags and m.ModSeq, and gives keywords the spelling that
// the mailbox has for them.
func writeFlags(ctx context.Context, tx *sql.Tx, mailbox int64, m *mailserver.Message) error {
	const (
		update = `UPDATE message SET flags = ?3, mod_seq = ?4 WHERE mailbox_id = ?1 AND uid = ?2`
		forget = `DELETE FROM message_keyword WHERE mailbox_id = ?1 AND uid = ?2`
	)
	mask, keywords := splitFlags(m.Flags)
	if _, err := tx.ExecContext(ctx, update, mailbox, m.UID, mask, m.ModSeq); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, forget, mailbox, m.UID); err != nil {
		return err
	}
	spelled, err := addKeywords(ctx, tx, mailbox, m.UID, keywords)
	m.Flags = append(systemFlags(mask), spelled...)
	return err
}

// addKeywords gives a message keywords and returns them as the mailbox spells
// them.
func addKeywords(ctx context.Context, tx *sql.Tx, mailbox int64, uid uint32, keywords []string) ([]string, error) {
	const (
		add  = `INSERT INTO keyword (mailbox_id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING`
		find = `SELECT id, name FROM keyword WHERE mailbox_id = ?1 AND name = ?2`
		give = `INSERT INTO message_keyword (mailbox_id, uid, keyword_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`
	)
	var spelled []string
	for _, k := range keywords {
		if _, err := tx.ExecContext(ctx, add, mailbox, k); err != nil {
			return nil, err
		}
		var id int64
		var name string
		if err := tx.QueryRowContext(ctx, find, mailbox, k).Scan(&id, &name); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, give, mailbox, uid, id); err != nil {
			return nil, err
		}
		spelled = append(spelled, name)
	}
	return spelled, nil
}
