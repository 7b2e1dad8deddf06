package maildb

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"sync"

	"howdah/mailserver"
)

// body reads a blob's chunks. It keeps the last one, since readers go forward
// in small steps.
type body struct {
	box  *box
	blob int64
	size int64
	once sync.Once

	mu   sync.Mutex
	n    int64 // of last
	last []byte
}

// Body opens the bytes of a message. They stay until it is closed, also when
// the message is expunged.
func (db *DB) Body(ctx context.Context, account string, mailbox int64, uid uint32) (mailserver.Body, error) {
	b, err := db.box(ctx, account)
	if err != nil {
		return nil, err
	}
	found, err := b.blobOf(ctx, mailbox, uid)
	if err != nil {
		return nil, err
	}
	b.hold(found.id)
	// It may have been expunged and swept before it was held.
	if _, err := b.blobOf(ctx, mailbox, uid); err != nil {
		b.release(found.id)
		return nil, err
	}
	return &body{box: b, blob: found.id, size: found.size, n: -1}, nil
}

type blob struct{ id, size int64 }

func (b *box) blobOf(ctx context.Context, mailbox int64, uid uint32) (blob, error) {
	const find = `SELECT b.id, b.size FROM message m JOIN blob b ON b.id = m.blob_id
		WHERE m.mailbox_id = ?1 AND m.uid = ?2`
	found, err := rows(ctx, b.R, func(r *sql.Rows) (f blob, err error) {
		err = r.Scan(&f.id, &f.size)
		return f, err
	}, find, mailbox, uid)
	if err == nil && len(found) == 0 {
		err = mailserver.ErrNoMessage
	}
	if err != nil {
		return blob{}, fmt.Errorf("open message %d: %w", uid, inWords(err))
	}
	return found[0], nil
}

// Size is the message's size in octets.
func (b *body) Size() int64 { return b.size }

// ReadAt reads what lies in one chunk after the other.
func (b *body) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read message at %d: negative offset", off)
	}
	n := 0
	for n < len(p) && off < b.size {
		chunk, err := b.chunk(off / chunkSize)
		if err != nil {
			return n, err
		}
		at := int(off % chunkSize)
		if at >= len(chunk) {
			return n, fmt.Errorf("read message at %d: chunk is short", off)
		}
		k := copy(p[n:], chunk[at:])
		n += k
		off += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (b *body) chunk(n int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n == n {
		return b.last, nil
	}
	// An io.ReaderAt has no context; a row is read in less than a moment.
	var bytes []byte
	err := b.box.R.QueryRowContext(context.Background(), `SELECT bytes FROM chunk WHERE blob_id = ?1 AND n = ?2`, b.blob, n).Scan(&bytes)
	if err != nil {
		return nil, fmt.Errorf("read chunk %d of a message: %w", n, inWords(err))
	}
	b.n, b.last = n, bytes
	return bytes, nil
}

// Close lets the bytes go.
func (b *body) Close() error {
	b.once.Do(func() { b.box.release(b.blob) })
	return nil
}

func (b *box) hold(blob int64) {
	b.heldMu.Lock()
	defer b.heldMu.Unlock()
	b.held[blob]++
}

// release lets a blob go, for good if its message is gone.
func (b *box) release(blob int64) {
	b.heldMu.Lock()
	defer b.heldMu.Unlock()
	if b.held[blob]--; b.held[blob] > 0 {
		return
	}
	delete(b.held, blob)
	if b.doomed[blob] {
		delete(b.doomed, blob)
		b.removeBlobs([]int64{blob})
	}
}

// sweep removes those of the blobs that no message uses and nobody reads. It
// comes after the commit that removed the messages: then a reader either held
// the blob before, or will find its message gone.
func (b *box) sweep(blobs []int64) {
	b.heldMu.Lock()
	defer b.heldMu.Unlock()
	var free []int64
	for _, id := range blobs {
		if b.held[id] > 0 {
			b.doomed[id] = true
		} else {
			free = append(free, id)
		}
	}
	if len(free) > 0 {
		b.removeBlobs(free)
	}
}

// removeBlobs leaves a blob that a copy still uses. An error is none for the
// caller, whose messages are gone already; sweepAll takes what is left here.
func (b *box) removeBlobs(ids []int64) {
	const remove = `DELETE FROM blob WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE blob_id = ?1)`
	ctx := context.Background() // not the client's, who may have left
	_ = b.Tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, remove, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweepAll removes what a crash or a full disk left behind. It runs before
// anyone can hold a blob.
func (b *box) sweepAll(ctx context.Context) error {
	const remove = `DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM message WHERE blob_id = blob.id)`
	return b.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, remove)
		return err
	})
}

func scanID(r *sql.Rows) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}
