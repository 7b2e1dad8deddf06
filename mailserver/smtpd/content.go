package smtpd

import (
	"bufio"
	"io"

	"github.com/emersion/go-smtp"
)

// What is wrong with a message, in go-smtp's form, which goes to the client.
var (
	errBareNewline = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message has a CR or LF that is not part of a CRLF"}
	errLongLine    = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message has a line of more than 1 MiB"}
)

// content finds the end of a message, CRLF "." CRLF (RFC 5321, section 4.1.1.4),
// while its lines end as they should. go-smtp finds it too, but hangs on some
// of what is not so, and drops bytes of other.
//
// Once something is wrong, the message is lost, and all that is wanted is the
// moment at which the client may be waiting for the answer: after a line that
// is a dot, whatever it ends in.
type content struct {
	cr     bool // the last byte was a CR
	column int  // of the line that is coming in
	dot    bool // it begins with a dot
	fault  *smtp.SMTPError
}

// scan takes bytes up to the end of the message and reports how many.
func (c *content) scan(p []byte) (n int, end bool) {
	for i, b := range p {
		newline := b == '\n' && c.cr
		if bare := c.cr != (b == '\n'); bare && c.fault == nil {
			c.fault = errBareNewline
			if c.cr { // it was the end of a line, in the eyes of some
				if c.isDot() {
					return i, true
				}
				c.column = 0
			}
		}
		if c.fault != nil {
			newline = b == '\r' || b == '\n'
		}
		switch {
		case newline:
			if c.isDot() {
				return i + 1, true
			}
			c.column = 0
		case b != '\r':
			if c.column == 0 {
				c.dot = b == '.'
			}
			if c.column++; c.column > maxLine && c.fault == nil {
				c.fault = errLongLine
			}
		}
		c.cr = b == '\r'
	}
	return len(p), false
}

func (c *content) isDot() bool { return c.column == 1 && c.dot }

// message returns the next piece of the message, or what is wrong with it:
// then the client is listening, or has sent more than anybody may, and the
// session is over once it was told.
func (w *wire) message() ([]byte, error) {
	for {
		piece, err := w.piece()
		if err != nil {
			w.end()
			return nil, err
		}
		n, end := w.content.scan(piece)
		discard(w.in, n)
		// go-smtp reads on beyond the limit, in order to answer.
		w.received += int64(n)
		if w.received > 2*w.server.svc.Limits().MessageSize+maxLine {
			w.end()
			return nil, smtp.ErrDataTooLarge
		}
		switch {
		case w.content.fault == nil:
			if end {
				w.mu.Lock()
				w.data, w.storing = false, true
				w.mu.Unlock()
			}
			return piece[:n], nil
		case end:
			w.end()
			return nil, w.content.fault
		}
	}
}

// piece returns what has come in and was not taken, at least a byte.
func (w *wire) piece() ([]byte, error) {
	w.mu.Lock()
	ready := w.arm()
	w.mu.Unlock()
	if !ready {
		return nil, io.ErrUnexpectedEOF
	}
	if _, err := w.in.Peek(1); err != nil {
		return nil, err
	}
	return w.in.Peek(w.in.Buffered())
}

// discard drops bytes that were peeked at, which cannot fail.
func discard(r *bufio.Reader, n int) {
	if _, err := r.Discard(n); err != nil {
		panic(err)
	}
}
