package pop3d

import (
	"fmt"
	"math"
	"strconv"

	"howdah/mailserver"
)

// maildrop is the INBOX as it was at the login; message n is messages[n-1].
type maildrop struct {
	account  string
	mailbox  mailserver.Mailbox
	messages []message
	release  func()
}

type message struct {
	uid     uint32
	octets  int64 // as RETR sends them, without dot-stuffing
	deleted bool
}

func (s *session) openMaildrop(account string) (*maildrop, error) {
	release, err := s.server.svc.LockMaildrop(account)
	if err != nil {
		return nil, err
	}
	d := &maildrop{account: account, release: release}
	if err := s.load(d); err != nil {
		release()
		return nil, err
	}
	return d, nil
}

func (s *session) load(d *maildrop) error {
	status, err := s.server.svc.Status(s.ctx, d.account, mailserver.Inbox)
	if err != nil {
		return err
	}
	d.mailbox = status.Mailbox
	all, err := s.server.svc.Messages(s.ctx, d.account, d.mailbox.ID, 1, math.MaxUint32)
	if err != nil {
		return err
	}
	for _, m := range all {
		octets := m.Size
		if m.OpenEnd {
			octets += 2 // the line end that RETR must add
		}
		d.messages = append(d.messages, message{uid: m.UID, octets: octets})
	}
	return nil
}

// uidl is the message's unique-id (RFC 1939, section 7): UIDVALIDITY and UID,
// which together are never given twice.
func (d *maildrop) uidl(m *message) string {
	return fmt.Sprintf("%08x%08x", d.mailbox.UIDValidity, m.uid)
}

// find returns the message that arg names, or nil.
func (d *maildrop) find(arg string) *message {
	n, err := strconv.ParseUint(arg, 10, 31)
	if err != nil || n == 0 || n > uint64(len(d.messages)) || d.messages[n-1].deleted {
		return nil
	}
	return &d.messages[n-1]
}

func (s *session) noMessage() { s.fail("", "No such message") }
