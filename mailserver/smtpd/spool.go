package smtpd

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"os"
)

// spool holds a message between the client and the store: a small one in
// memory, the rest of a larger one in a file without a name, which is gone with
// the process.
type spool struct {
	dir    string
	head   []byte // the first of it, up to inMemory
	file   *os.File
	size   int64
	hash   hash.Hash
	failed bool // the disk did, not the client
}

func newSpool(dir string) *spool { return &spool{dir: dir, hash: sha256.New()} }

// fill reads r to its end.
func (s *spool) fill(r io.Reader) error {
	_, err := io.Copy(s, r)
	return err
}

// Write adds to the message.
func (s *spool) Write(b []byte) (int, error) {
	n := min(len(b), inMemory-len(s.head))
	s.head = append(s.head, b[:n]...)
	if rest := b[n:]; len(rest) > 0 {
		if err := s.spill(rest); err != nil {
			s.failed = true
			return n, err
		}
	}
	s.hash.Write(b)
	s.size += int64(len(b))
	return len(b), nil
}

func (s *spool) spill(b []byte) error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "smtp-*.tmp")
		if err != nil {
			return err
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil {
			return err
		}
	}
	_, err := s.file.Write(b)
	return err
}

// reader reads the message from its beginning; several may be in use.
func (s *spool) reader() io.Reader {
	if s.file == nil {
		return bytes.NewReader(s.head)
	}
	return io.MultiReader(bytes.NewReader(s.head), io.NewSectionReader(s.file, 0, s.size-int64(len(s.head))))
}

func (s *spool) sum() [sha256.Size]byte { return [sha256.Size]byte(s.hash.Sum(nil)) }

func (s *spool) close() {
	if s.file != nil {
		s.file.Close() // it has no name: nothing can be lost
	}
}
