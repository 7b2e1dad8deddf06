package smtpd

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"

	"github.com/emersion/go-smtp"

	"howdah/mailserver"
)

// errLost is for a client who is no longer there to read it.
var errLost = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "Connection lost before the end of the message"}

// errRemoved is SMTP's answer for a recipient whose account went away since
// RCPT: on the next try RCPT refuses that one alone.
var errRemoved = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "A recipient was just removed, try again"}

// Data stores a message for all its recipients and gives the one answer of
// SMTP. A permanent error of one of them would bounce the message for all, so
// it becomes a temporary one.
func (ss *session) Data(r io.Reader) error {
	m, err := ss.receive(r)
	if err != nil {
		return err
	}
	defer m.close()
	k := key{from: ss.from, sum: m.sum()}
	outcome := ss.deliver(m, ss.server.partial.served(k))
	var answer *smtp.SMTPError
	var served []string
	for account, err := range outcome {
		switch said := ss.refusal("store message", account, err); {
		case said == nil:
			served = append(served, account)
		case errors.Is(err, mailserver.ErrNoAccount):
			answer = errRemoved
		default:
			answer = said
		}
	}
	if answer == nil {
		ss.server.partial.forget(k, served)
		return nil
	}
	ss.server.partial.remember(k, served)
	return answer
}

// LMTPData stores a message and answers for each recipient.
func (ss *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	m, err := ss.receive(r)
	if err != nil {
		return err
	}
	defer m.close()
	outcome := ss.deliver(m, nil)
	for _, to := range ss.to {
		var answer error // nil must stay nil
		if said := ss.refusal("store message", to.given, outcome[to.account]); said != nil {
			answer = said
		}
		status.SetStatus(to.given, answer)
	}
	return nil
}

// receive takes the message from the client. Its errors are for the client.
func (ss *session) receive(r io.Reader) (*spool, error) {
	m := newSpool(ss.server.opts.Spool)
	err := m.fill(r)
	if err == nil {
		err = checkHeader(m.reader())
	}
	if err == nil {
		return m, nil
	}
	m.close()
	if m.failed {
		return nil, ss.refusal("receive message", "", err)
	}
	if said := (*smtp.SMTPError)(nil); errors.As(err, &said) {
		return nil, said
	}
	ss.server.log.Debug("client left before the end of its message", "peer", ss.wire.peer(), "err", err)
	return nil, errLost
}

// deliver stores the message once for each account, but not for those who have
// it. The result has every account of the envelope.
func (ss *session) deliver(m *spool, have map[string]bool) map[string]error {
	id := newID()
	outcome := make(map[string]error, len(ss.to))
	for _, to := range ss.to {
		if have[to.account] {
			outcome[to.account] = nil
		}
		if _, settled := outcome[to.account]; settled {
			continue
		}
		_, err := ss.server.svc.Deliver(context.Background(), to.account, mailserver.Delivery{
			Trace: ss.trace(id, to.given),
			Body:  m.reader(),
		})
		outcome[to.account] = err
		if err == nil {
			ss.wire.delivered()
			ss.server.log.Info("message delivered", "id", id, "account", to.account, "size", m.size, "peer", ss.wire.peer())
		}
	}
	return outcome
}

// newID is what a message is called in its trace and in our log.
func newID() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}
