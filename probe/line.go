package probe

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

const (
	maxLine = 8 << 10
	// usualLine is what a reader has room for while it waits: what many hung
	// servers cost at once.
	usualLine = 512
	maxRead   = 256 << 10 // of a whole run, over all its lines
)

// lineReader reads lines from a server that may be hostile.
type lineReader struct {
	buf  *bufio.Reader
	left int // of maxRead
}

func newLineReader(r io.Reader, left int) *lineReader {
	return &lineReader{buf: bufio.NewReaderSize(r, usualLine), left: left}
}

// line returns the next line without its end. A line that is longer than 8 KiB,
// or that brings the run above 256 KiB, is a fault "toolong".
func (r *lineReader) line() (string, error) {
	var begun []byte
	for {
		b, err := r.buf.ReadSlice('\n')
		full := errors.Is(err, bufio.ErrBufferFull)
		switch {
		case len(begun)+len(b) > maxLine, full && len(begun)+len(b) == maxLine:
			return "", &fault{"toolong", "a line of more than 8 KiB"}
		case err != nil && !full:
			return "", err
		}
		if err := r.spend(len(b)); err != nil {
			return "", err
		}
		if !full && begun == nil {
			return strings.TrimRight(string(b), "\r\n"), nil
		}
		begun = append(begun, b...)
		if !full {
			return strings.TrimRight(string(begun), "\r\n"), nil
		}
	}
}

// take reads n bytes.
func (r *lineReader) take(n int) ([]byte, error) {
	if err := r.spend(n); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r.buf, b)
	return b, err
}

// skip reads n bytes and forgets them.
func (r *lineReader) skip(n int) error {
	if err := r.spend(n); err != nil {
		return err
	}
	_, err := r.buf.Discard(n)
	return err
}

func (r *lineReader) spend(n int) error {
	if n > r.left {
		return &fault{"toolong", "more than 256 KiB in one run"}
	}
	r.left -= n
	return nil
}

// text reads a text that a line with a single dot ends (RFC 1939, section 3),
// and forgets it. Its lines may be longer than those of a protocol.
func (r *lineReader) text() error {
	begins := true
	for {
		b, err := r.buf.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if err := r.spend(len(b)); err != nil {
			return err
		}
		whole := err == nil
		if begins && whole && strings.TrimRight(string(b), "\r\n") == "." {
			return nil
		}
		begins = whole
	}
}

// pending reports whether the server has sent more than was read.
func (r *lineReader) pending() bool { return r.buf.Buffered() > 0 }
