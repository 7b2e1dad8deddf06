package probe

import (
	"context"
	"errors"
	"strings"
)

// pop3Schemes have the ports of RFC 1939 and RFC 8314.
var pop3Schemes = []scheme{
	{name: "pop3", port: 110, logsIn: true, options: fetching, speak: askPOP3},
	{name: "pop3s", port: 995, logsIn: true, options: fetching, speak: askPOP3},
}

func askPOP3(c *conn) error {
	defer c.runner.turns.take(c.ctx, c.target)()
	return (&pop3{conn: c}).run()
}

// pop3 asks a POP3 server (RFC 1939, RFC 2449, RFC 2595) what a mail program
// asks: greeting, encryption, login, how much mail there is.
type pop3 struct {
	*conn
	stamp string            // for APOP, of the greeting; empty for none
	count uint64            // of messages, once STAT is answered
	caps  map[string]string // by name in upper case, with the arguments; empty when CAPA is unknown
}

func (s *pop3) run() error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.logsIn() {
		if err := s.look(); err != nil {
			return err
		}
	}
	return s.logout(s.quit)
}

// enter comes as far as the mailbox where one logs in: it connects, greets,
// encrypts and logs in.
func (s *pop3) enter() error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.step("greeting", budgetCommand, s.greeting); err != nil {
		return err
	}
	if err := s.step("capa", budgetCommand, s.capa); err != nil {
		return err
	}
	if _, offered := s.caps["STLS"]; offered && !s.encrypted {
		if err := s.step("stls", budgetCommand, s.stls); err != nil {
			return err
		}
		if err := s.step("tls", budgetTLS, s.encrypt); err != nil {
			return err
		}
		// What was offered before encryption proves nothing (RFC 2595, 4).
		if err := s.step("capa", budgetCommand, s.capa); err != nil {
			return err
		}
	}
	if s.logsIn() {
		return s.step("auth", budgetCommand, s.auth)
	}
	return nil
}

func (s *pop3) greeting(context.Context) error {
	text, err := s.answer()
	s.stamp = stamp(text)
	return err
}

// capa asks for the capabilities; a server without CAPA has none.
func (s *pop3) capa(context.Context) error {
	s.caps = map[string]string{}
	_, err := s.ask("CAPA", "CAPA")
	if f := (*fault)(nil); errors.As(err, &f) && f.cause == "no" {
		return nil
	}
	if err != nil {
		return err
	}
	for {
		line, err := s.receive()
		if err != nil {
			return err
		}
		if line == "." {
			return nil
		}
		name, args, _ := strings.Cut(strings.ToUpper(line), " ")
		s.caps[name] = args
	}
}

func (s *pop3) stls(context.Context) error {
	if _, err := s.ask("STLS", "STLS"); err != nil {
		return err
	}
	return s.nothingInjected()
}

func (s *pop3) quit(context.Context) error {
	_, err := s.ask("QUIT", "QUIT")
	return err
}

// ask sends one command and reads the first line of its answer; shown stands
// for the command in the transcript.
func (s *pop3) ask(command, shown string) (string, error) {
	if err := s.send(command, shown); err != nil {
		return "", err
	}
	return s.answer()
}

// answer reads a status line and returns what follows +OK.
func (s *pop3) answer() (string, error) {
	line, err := s.receive()
	if err != nil {
		return "", err
	}
	return positive(line)
}

// positive is what follows +OK in a status line.
func positive(line string) (string, error) {
	status, text, _ := strings.Cut(line, " ")
	switch status {
	case "+OK":
		return text, nil
	case "-ERR":
		return "", refusal(text)
	}
	return "", &fault{"proto", line}
}
