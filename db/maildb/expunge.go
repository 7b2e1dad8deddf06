package maildb

import (
	"context"
	"database/sql"
)

// Expunge removes those of the UIDs that are there.
func (db *DB) Expunge(ctx context.Context, account string, mailbox int64, uids []uint32) error {
	return db.remove(ctx, account, func(tx *sql.Tx) ([]int64, error) {
		if _, err := highest(ctx, tx, mailbox); err != nil {
			return nil, err
		}
		return removeMessages(ctx, tx, mailbox, uids)
	})
}

// ExpungeDeleted removes the messages that carry \Deleted.
func (db *DB) ExpungeDeleted(ctx context.Context, account string, mailbox int64, uids []uint32) error {
	const marked = `SELECT uid FROM message WHERE mailbox_id = ?1 AND flags & ?2 != 0 ORDER BY uid`
	only := set(uids)
	return db.remove(ctx, account, func(tx *sql.Tx) ([]int64, error) {
		if _, err := highest(ctx, tx, mailbox); err != nil {
			return nil, err
		}
		found, err := rows(ctx, tx, scanUID, marked, mailbox, deletedBit)
		if err != nil {
			return nil, err
		}
		var doomed []uint32
		for _, uid := range found {
			if uids == nil || only[uid] {
				doomed = append(doomed, uid)
			}
		}
		return removeMessages(ctx, tx, mailbox, doomed)
	})
}

// remove runs f, which returns the blobs that it may have left without a
// message, and sweeps them after the commit.
func (db *DB) remove(ctx context.Context, account string, f func(*sql.Tx) ([]int64, error)) error {
	var held *box
	var blobs []int64
	err := db.write(ctx, account, func(b *box, tx *sql.Tx) (err error) {
		held = b
		blobs, err = f(tx)
		return err
	})
	if err != nil {
		return err
	}
	held.sweep(blobs)
	return nil
}

// removeMessages removes rows and returns their blobs, which go with sweep.
func removeMessages(ctx context.Context, tx *sql.Tx, mailbox int64, uids []uint32) ([]int64, error) {
	const remove = `DELETE FROM message WHERE mailbox_id = ?1 AND uid = ?2 RETURNING blob_id`
	var blobs []int64
	for _, uid := range uids {
		gone, err := rows(ctx, tx, scanID, remove, mailbox, uid)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, gone...)
	}
	if len(blobs) == 0 {
		return nil, nil
	}
	_, err := nextModSeq(ctx, tx, mailbox)
	return blobs, err
}
