package mailserver

import (
	"bufio"
	"fmt"
	"io"
)

// crlfReader gives what it reads with every bare LF and bare CR made CRLF, so
// that a message has one size in every protocol.
type crlfReader struct {
	r      *bufio.Reader
	lastCR bool // a CR was given, and its LF is owed or next
	err    error
}

func newCRLFReader(r io.Reader) *crlfReader {
	return &crlfReader{r: bufio.NewReaderSize(r, 32<<10)}
}

// Read fills b as far as the input goes without another read of it.
func (c *crlfReader) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		if n > 0 && c.r.Buffered() == 0 {
			break
		}
		ch, err := c.next()
		if err != nil {
			if n > 0 {
				return n, nil // the error is kept and given next time
			}
			return 0, err
		}
		b[n] = ch
		n++
	}
	return n, nil
}

func (c *crlfReader) next() (byte, error) {
	if c.err != nil && !c.lastCR {
		return 0, c.err
	}
	var ch byte
	if c.err == nil {
		ch, c.err = c.r.ReadByte()
	}
	switch {
	case c.lastCR:
		c.lastCR = false
		if c.err == nil && ch != '\n' {
			c.r.UnreadByte() // the byte read just now, so this cannot fail
		}
		return '\n', nil
	case c.err != nil:
		return 0, c.err
	case ch == '\n':
		c.r.UnreadByte()
		c.lastCR = true
		return '\r', nil
	case ch == '\r':
		c.lastCR = true
	}
	return ch, nil
}

// limited gives ErrTooBig instead of more than left bytes.
type limited struct {
	r    io.Reader
	left int64
}

// Read passes on what r gives, up to the limit.
func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, fmt.Errorf("read message: %w", ErrTooBig)
	}
	return n, err
}
