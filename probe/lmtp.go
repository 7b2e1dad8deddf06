package probe

import "context"

var lmtpSchemes = []scheme{
	// Not 25, says RFC 2033; this is Dovecot's.
	{name: "lmtp", port: 24, options: delivery, speak: askLMTP},
	{name: "lmtp+unix", options: delivery, local: true, locate: (*Target).locateSocket, speak: askLMTP},
}

func askLMTP(c *conn) error { return (&lmtp{smtp{conn: c}}).run() }

// lmtp asks an LMTP server (RFC 2033) what a mail server that delivers to it
// asks: greeting, and whether it would take mail for the recipient. Here too
// the message is given up before its text, unless the target wants it sent. Mail
// servers talk to each other by LMTP without encryption or login, on one machine
// or one network, so neither is tried.
type lmtp struct{ smtp }

func (s *lmtp) run() error {
	if err := s.enter(); err != nil {
		return err
	}
	return s.finish()
}

// enter connects and says hello.
func (s *lmtp) enter() error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.step("greeting", budgetCommand, s.greeting); err != nil {
		return err
	}
	return s.step("lhlo", budgetCommand, s.lhlo)
}

func (s *lmtp) lhlo(context.Context) error { return s.hello("LHLO") }
