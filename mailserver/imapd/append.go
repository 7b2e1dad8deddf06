package imapd

import (
	"io"

	"github.com/emersion/go-imap/v2"

	"howdah/mailserver"
)

// Append stores a message; it is on disk before the client hears so.
func (s *session) Append(mailbox string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	if r.Size() > s.svc.Limits().MessageSize {
		return nil, s.refuse("append", mailserver.ErrTooBig)
	}
	p, err := s.svc.Append(s.ctx, s.account, mailbox, mailserver.NewMessage{
		Flags:        plainFlags(options.Flags),
		InternalDate: options.Time,
		Body:         &whole{r: r, left: r.Size()},
	})
	if err != nil {
		return nil, s.refuseTarget("append", err)
	}
	s.conn.owe(true)
	return &imap.AppendData{UIDValidity: p.UIDValidity, UID: imap.UID(p.UID)}, nil
}

// whole tells a literal that broke off from one that is complete; go-imap ends
// both with io.EOF.
type whole struct {
	r    io.Reader
	left int64
}

// Read gives io.ErrUnexpectedEOF for a literal that is too short.
func (w *whole) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	w.left -= int64(n)
	if err == io.EOF && w.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
