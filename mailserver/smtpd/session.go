package smtpd

import (
	"context"
	"errors"
	"strings"
	"syscall"

	"github.com/emersion/go-smtp"

	"howdah/mailserver"
)

// session is what go-smtp asks about a client's wishes. It is used by one
// goroutine at a time.
type session struct {
	server *Server
	conn   *smtp.Conn
	wire   *wire

	from string // empty for a bounce
	utf8 bool
	to   []recipient
}

// recipient is one RCPT.
type recipient struct {
	given   string // as go-smtp knows it
	account string
}

var _ smtp.LMTPSession = (*session)(nil)

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c, wire: c.Conn().(*stretch).wire}, nil
}

// Reset forgets the message.
func (ss *session) Reset() { ss.from, ss.utf8, ss.to = "", false, nil }

// Logout has nothing to release.
func (ss *session) Logout() error { return nil }

// Mail begins a message. Whoever sends it, the address is only written down.
func (ss *session) Mail(from string, opts *smtp.MailOptions) error {
	if !opts.UTF8 && !isASCII(from) {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 6, 7}, Message: "Address needs SMTPUTF8"}
	}
	ss.Reset()
	ss.from, ss.utf8 = from, opts.UTF8
	return nil
}

// Rcpt takes a recipient who has an account.
func (ss *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	at := strings.LastIndexByte(to, '@') // go-smtp has seen to it that there is one
	local, domain := to[:at], to[at+1:]
	if !ss.server.domains[strings.ToLower(domain)] {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "No relaying: not a domain of this server"}
	}
	account, err := ss.server.svc.Recipient(context.Background(), local, domain)
	if err == nil {
		// One whose mail cannot be got at is refused alone, before it makes the
		// one answer for all of SMTP a bad one.
		_, err = ss.server.svc.Mailboxes(context.Background(), account)
	}
	if err != nil {
		return ss.refusal("find recipient", to, err)
	}
	ss.to = append(ss.to, recipient{given: to, account: account})
	return nil
}

// refusal is the answer for an error, in go-smtp's form. An error of the store
// is for the log and not for the client.
func (ss *session) refusal(doing, whom string, err error) *smtp.SMTPError {
	var said *smtp.SMTPError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said):
		return said
	case errors.Is(err, mailserver.ErrNoAccount):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	case errors.Is(err, mailserver.ErrTooBig):
		return smtp.ErrDataTooLarge
	}
	ss.server.log.Error("mail refused for now", "doing", doing, "recipient", whom, "peer", ss.wire.peer(), "err", err)
	if errors.Is(err, mailserver.ErrFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "No space left for mail, try again later"}
	}
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Mail cannot be stored now, try again later"}
}

// secure reports whether the client speaks TLS.
func (ss *session) secure() bool {
	ss.wire.mu.Lock()
	defer ss.wire.mu.Unlock()
	return ss.wire.encrypted
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
