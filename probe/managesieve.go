package probe

import (
	"context"
	"strings"
)

// managesieveSchemes has the port of RFC 5804.
var managesieveSchemes = []scheme{
	{name: "managesieve", port: 4190, logsIn: true, options: login, speak: askManageSieve},
}

func askManageSieve(c *conn) error { return (&managesieve{conn: c}).run() }

// managesieve asks a ManageSieve server (RFC 5804) what a program that edits
// filters asks first: greeting, encryption, login.
type managesieve struct {
	*conn
	caps map[string]string // by name in upper case, with their values
}

func (s *managesieve) run() error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.step("greeting", budgetCommand, s.capability); err != nil {
		return err
	}
	if _, offered := s.caps["STARTTLS"]; offered {
		if err := s.step("starttls", budgetCommand, s.starttls); err != nil {
			return err
		}
		if err := s.step("tls", budgetTLS, s.encrypt); err != nil {
			return err
		}
		// The server says anew, unasked, what it offers (RFC 5804, 2.2).
		if err := s.step("capability", budgetCommand, s.capability); err != nil {
			return err
		}
	}
	if s.logsIn() {
		if err := s.step("auth", budgetCommand, s.auth); err != nil {
			return err
		}
	}
	return s.logout(s.quit)
}

// capability reads what the server offers, which is how it greets.
func (s *managesieve) capability(context.Context) error {
	s.caps = map[string]string{}
	return s.finish(func(line string) {
		name, value, _ := strings.Cut(line, " ")
		s.caps[strings.ToUpper(strings.Trim(name, `"`))] = strings.ToUpper(strings.Trim(value, `"`))
	})
}

func (s *managesieve) starttls(context.Context) error {
	if err := s.ask("STARTTLS", "STARTTLS"); err != nil {
		return err
	}
	return s.nothingInjected()
}

func (s *managesieve) quit(context.Context) error { return forgiven(s.ask("LOGOUT", "LOGOUT")) }

// ask sends one command and reads its answer, which is one line; shown stands
// for the command in the transcript.
func (s *managesieve) ask(command, shown string) error {
	if err := s.send(command, shown); err != nil {
		return err
	}
	return s.finish(nil)
}

// finish reads up to the line that ends an answer (RFC 5804, 1.2 and 1.3);
// data is given each line before it, of which there may be none when it is nil.
func (s *managesieve) finish(data func(string)) error {
	for {
		line, err := s.response()
		if err != nil {
			return err
		}
		if done, _, err := verdict(line); done {
			return err
		}
		if data == nil || !strings.HasPrefix(line, `"`) && !strings.HasPrefix(line, "{") {
			return &fault{"proto", line}
		}
		data(line)
	}
}

// verdict reads a line that ends an answer (RFC 5804, section 1.3), with what
// follows its first word; not done when the line is none. What the word in
// parentheses says of the server goes before that it refuses.
func verdict(line string) (done bool, rest string, err error) {
	status, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(status) {
	case "OK":
		return true, rest, nil
	case "BYE":
		return true, rest, &fault{"bye", rest}
	case "NO":
		code, _, _ := strings.Cut(strings.TrimPrefix(rest, "("), ")")
		cause := map[string]string{"TRYLATER": "tempfail", "QUOTA": "quota", "ENCRYPT-NEEDED": "nomech", "AUTH-TOO-WEAK": "nomech"}[strings.ToUpper(code)]
		if cause == "" {
			cause = "no"
		}
		return true, rest, &fault{cause, rest}
	}
	return false, "", nil
}
