package probe

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

// maxSubmit is how many messages one run hands over: those of an outage of
// eight hours, in some two seconds.
const maxSubmit = 100

// sender is the side of a mail server that takes our messages.
type sender struct {
	*smtp
	enter func() error
}

// newSender is for a connection to a target of SMTP or LMTP.
func newSender(c *conn) *sender {
	switch c.target.Scheme {
	case "lmtp", "lmtp+unix":
		s := &lmtp{smtp{conn: c}}
		return &sender{smtp: &s.smtp, enter: s.enter}
	}
	s := &smtp{conn: c}
	return &sender{smtp: s, enter: s.enter}
}

// submit hands over messages in their order, one after the other. taken and
// refused are told of each, with the time of the answer: refused of those that
// are not wanted for good (RFC 5321, section 4.2.1). What is told of neither is
// to be tried again. Without a message the server is asked whether it would
// take one.
func (s *sender) submit(list []*flight, taken, refused func(*flight, time.Time)) error {
	if err := s.enter(); err != nil {
		return err
	}
	if len(list) == 0 {
		return s.finish()
	}
	var failed error
	for _, f := range list[:min(len(list), maxSubmit)] {
		s.phases = nil
		err := s.hand(f.Canary)
		now := time.Now()
		switch {
		case err == nil:
			taken(f, now)
			continue
		case !s.unwanted(err):
			return err
		}
		failed = err
		refused(f, now)
		if err := s.step("rset", budgetCommand, func(context.Context) error { _, err := s.ask("RSET"); return err }); err != nil {
			return err
		}
	}
	// It has our messages. How it says goodbye is no concern of theirs.
	_ = s.logout(s.quit)
	return failed
}

// hand is one transaction (RFC 5321, section 3.3). Once it returns nil the
// message is the server's.
func (s *sender) hand(c Canary) error {
	to := s.target.Recipient
	for _, phase := range []struct {
		name, command string
		class         byte
	}{
		{"mail", "MAIL FROM:<" + s.smtp.sender() + ">", '2'},
		{"rcpt", "RCPT TO:<" + to + ">", '2'},
		{"data", "DATA", '3'},
	} {
		err := s.step(phase.name, budgetCommand, func(context.Context) error {
			if err := s.send(phase.command, phase.command); err != nil {
				return err
			}
			_, err := s.expect(phase.class)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.step("data", budgetCommand, func(context.Context) error {
		s.log.add("C", "(test message "+c.ID+")")
		text := strings.ReplaceAll("\r\n"+canaryText(c, s.smtp.sender(), to), "\r\n.", "\r\n..")[2:]
		if _, err := io.WriteString(s.wire, text+".\r\n"); err != nil {
			return err
		}
		_, err := s.expect('2')
		return err
	})
}

// unwanted reports whether the server refused this message for good, and not
// us or everything.
func (s *sender) unwanted(err error) bool {
	var ended *stepError
	if !errors.As(err, &ended) || ended.reason.Cause() != "no" {
		return false
	}
	switch ended.reason.Phase() {
	case "mail", "rcpt", "data":
		return true
	}
	return false
}
