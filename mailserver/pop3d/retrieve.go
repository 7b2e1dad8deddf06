package pop3d

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net/textproto"
	"strconv"
	"strings"

	"howdah/mailserver"
)

func (s *session) retr(arg string) {
	m := s.drop.find(arg)
	if m == nil {
		s.noMessage()
		return
	}
	s.send(m, fmt.Sprintf("%d octets", m.octets), math.MaxInt64)
}

// top sends the header, the empty line and n lines of the body (RFC 1939,
// section 7).
func (s *session) top(arg string) {
	msg, count, _ := strings.Cut(arg, " ")
	n, err := strconv.ParseUint(strings.TrimSpace(count), 10, 31)
	if err != nil {
		s.mistake("TOP needs a message and a number of lines")
		return
	}
	m := s.drop.find(msg)
	if m == nil {
		s.noMessage()
		return
	}
	s.send(m, "Top of the message follows", int64(n))
}

// send answers with a message, of which at most the given number of body lines
// go out. Once the answer has begun, a failure can only be told by hanging up.
func (s *session) send(m *message, text string, bodyLines int64) {
	body, err := s.server.svc.Body(s.ctx, s.drop.account, s.drop.mailbox.ID, m.uid)
	if errors.Is(err, mailserver.ErrNoMessage) {
		s.fail("", "Message has been removed by another session")
		return
	}
	if err != nil {
		s.broken("open message", err)
		return
	}
	defer body.Close() // it was only read
	s.ok(text)
	dots := textproto.NewWriter(s.w).DotWriter()
	if err := copyLines(dots, io.NewSectionReader(body, 0, body.Size()), bodyLines); err != nil {
		s.log.Warn("pop3 message broken off", "err", err)
		s.ended = true
		return
	}
	if err := dots.Close(); err != nil {
		s.ended = true
	}
}

func copyLines(w io.Writer, from io.Reader, bodyLines int64) error {
	if bodyLines == math.MaxInt64 {
		_, err := io.Copy(w, from)
		return err
	}
	r := bufio.NewReaderSize(from, 64<<10)
	inBody, lineStart := false, true
	for !inBody || bodyLines > 0 {
		piece, err := r.ReadSlice('\n')
		if _, werr := w.Write(piece); werr != nil {
			return werr
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			lineStart = false // a long line comes in pieces
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if inBody {
			bodyLines--
		} else if lineStart && string(piece) == "\r\n" {
			inBody = true
		}
		lineStart = true
	}
	return nil
}
