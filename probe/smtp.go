package probe

import (
	"context"
	"net/netip"
	"strings"
	"time"
)

// smtpSchemes have the ports of RFC 5321, RFC 6409 and RFC 8314.
var smtpSchemes = []scheme{
	{name: "smtp", port: 25, logsIn: true, options: submission, speak: askSMTP},
	{name: "submission", port: 587, logsIn: true, options: submission, speak: askSMTP},
	{name: "smtps", port: 465, logsIn: true, options: submission, speak: askSMTP},
}

func askSMTP(c *conn) error { return (&smtp{conn: c}).run() }

// smtp asks an SMTP server (RFC 5321, RFC 6409) what a sender asks: greeting,
// encryption, login, and whether it would take mail for the recipient. Unless
// the target wants it sent, the message is given up before its text, so nobody
// gets mail. No command is sent before the one ahead of it is answered, also
// where PIPELINING is offered, because each has its own time and its own reason
// to fail.
type smtp struct {
	*conn
	offers map[string]string // extensions in upper case, with their arguments
	user   bool              // logged in
}

func (s *smtp) run() error {
	if err := s.enter(); err != nil {
		return err
	}
	return s.finish()
}

// enter connects, says hello, encrypts where that is offered, and logs in where
// there is somebody to log in.
func (s *smtp) enter() error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.step("greeting", budgetCommand, s.greeting); err != nil {
		return err
	}
	if err := s.step("ehlo", budgetCommand, s.ehlo); err != nil {
		return err
	}
	if _, offered := s.offers["STARTTLS"]; offered && !s.encrypted {
		if err := s.step("starttls", budgetCommand, s.starttls); err != nil {
			return err
		}
		if err := s.step("tls", budgetTLS, s.encrypt); err != nil {
			return err
		}
		// What was offered before encryption proves nothing (RFC 3207, 4.2).
		if err := s.step("ehlo", budgetCommand, s.ehlo); err != nil {
			return err
		}
	}
	if s.logsIn() {
		if err := s.step("auth", budgetCommand, s.auth); err != nil {
			return err
		}
		s.user = true
	}
	return nil
}

// finish asks about the recipient when there is one, sends the message or gives
// it up, and says goodbye.
func (s *smtp) finish() error {
	if s.target.Recipient != "" {
		phases := []smtpPhase{
			{"mail", s.command("MAIL FROM:<" + s.sender() + ">")},
			{"rcpt", s.command("RCPT TO:<" + s.target.Recipient + ">")},
			{"rset", s.command("RSET")},
		}
		if s.target.Data {
			phases[2] = smtpPhase{"data", s.data}
		}
		for _, phase := range phases {
			if err := s.step(phase.name, budgetCommand, phase.do); err != nil {
				return err
			}
		}
	}
	return s.logout(s.quit)
}

type smtpPhase struct {
	name string
	do   func(context.Context) error
}

// command is the step that one command makes.
func (s *smtp) command(line string) func(context.Context) error {
	return func(context.Context) error {
		_, err := s.ask(line)
		return err
	}
}

// data sends a message. To the end of its text LMTP gives an answer for each
// recipient that it took (RFC 2033, section 4.2); there is one.
func (s *smtp) data(context.Context) error {
	if err := s.send("DATA", "DATA"); err != nil {
		return err
	}
	if _, err := s.expect('3'); err != nil {
		return err
	}
	m := newMessage(s.sender(), s.target.Recipient, time.Now())
	if err := s.send(m.text+".", "(the message "+m.id+")"); err != nil {
		return err
	}
	_, err := s.expect('2')
	return err
}

// sender is whom the target names, or the account where one logged in under an
// address, because a server may let it send as nobody else. Otherwise it is
// nobody, as for a notice (RFC 5321, section 4.5.5), which every server takes.
func (s *smtp) sender() string {
	switch {
	case s.target.Sender != "":
		return s.target.Sender
	case s.user && checkAddress(s.target.User) == nil:
		return s.target.User
	}
	return ""
}

func (s *smtp) greeting(context.Context) error {
	_, err := s.expect('2')
	return err
}

func (s *smtp) ehlo(context.Context) error { return s.hello("EHLO") }

// hello introduces us, and notes what the server offers.
func (s *smtp) hello(verb string) error {
	s.offers = map[string]string{}
	r, err := s.ask(verb + " " + s.ownName())
	if err != nil {
		return err
	}
	for i, line := range r.lines {
		if i == 0 {
			continue // its own name
		}
		name, args, _ := strings.Cut(strings.ToUpper(line), " ")
		s.offers[name] = args
	}
	return nil
}

// ownName is our address as a literal (RFC 5321, section 4.1.3): a machine that
// has a name need not have one that the server can find.
func (s *smtp) ownName() string {
	local, err := netip.ParseAddrPort(s.raw.LocalAddr().String())
	if err != nil {
		return "localhost" // a socket within this machine
	}
	a := local.Addr().Unmap().WithZone("")
	if a.Is6() {
		return "[IPv6:" + a.String() + "]"
	}
	return "[" + a.String() + "]"
}

func (s *smtp) starttls(context.Context) error {
	if _, err := s.ask("STARTTLS"); err != nil {
		return err
	}
	return s.nothingInjected()
}

func (s *smtp) quit(context.Context) error {
	_, err := s.ask("QUIT")
	return forgiven(err)
}
