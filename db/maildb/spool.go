package maildb

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
)

const (
	chunkSize    = 256 << 10
	spoolPattern = "upload-*.tmp"
)

// spool holds a message between the client that sends it, which may be slow,
// and the transaction that stores it, which must not wait: what fits into one
// chunk in memory, the rest in a file that has no name.
type spool struct {
	size int64
	hash hash.Hash
	tail []byte // the last two bytes
	head []byte
	file *os.File // nil when head is all
}

func newSpool(dir string, r io.Reader) (*spool, error) {
	s := &spool{hash: sha256.New()}
	var head bytes.Buffer
	_, err := io.CopyN(&head, r, chunkSize)
	s.head = head.Bytes()
	s.add(s.head)
	switch {
	case errors.Is(err, io.EOF):
		return s, nil
	case err != nil:
		return nil, err
	}
	if err := s.spill(dir, r); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *spool) spill(dir string, r io.Reader) error {
	f, err := os.CreateTemp(dir, spoolPattern)
	if err != nil {
		return err
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(f, adder{s}), r)
	return err
}

type adder struct{ s *spool }

// Write takes b into the sum, size and tail.
func (a adder) Write(b []byte) (int, error) {
	a.s.add(b)
	return len(b), nil
}

func (s *spool) add(b []byte) {
	s.hash.Write(b)
	s.size += int64(len(b))
	s.tail = append(s.tail, b[max(0, len(b)-2):]...)
	s.tail = s.tail[max(0, len(s.tail)-2):]
}

func (s *spool) sum() []byte { return s.hash.Sum(nil) }

func (s *spool) openEnd() bool { return s.size > 0 && string(s.tail) != "\r\n" }

// each calls f with the chunks in order. The slice is valid until f returns.
func (s *spool) each(f func(n int, bytes []byte) error) error {
	if s.size == 0 {
		return nil
	}
	if err := f(0, s.head); err != nil || s.file == nil {
		return err
	}
	buf := make([]byte, chunkSize)
	rest := io.NewSectionReader(s.file, 0, s.size-chunkSize)
	for n := 1; ; n++ {
		k, err := io.ReadFull(rest, buf)
		if k > 0 {
			if err := f(n, buf[:k]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	if s.file != nil {
		s.file.Close() // it has no name: nothing can be lost
	}
}
