package probe

import (
	"context"
	"crypto/md5" // #nosec G501 -- APOP is made of it; it is used where it is asked for
	"encoding/hex"
	"slices"
	"strings"
)

// pop3Ways are those in which one logs in to POP3 where the target names none,
// the best first. A server without CAPA has USER. APOP is not among them: what
// it spares the password on its way, a server pays by keeping it readable, and
// behind encryption it gains nothing.
var pop3Ways = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "USER", "PLAIN", "LOGIN"}

func (s *pop3) auth(context.Context) error {
	password, err := s.secret()
	if err != nil {
		return err
	}
	user := s.target.User
	mechanisms := strings.Fields(s.caps["SASL"])
	_, named := s.caps["USER"]
	way, err := s.choose(func(name string) bool {
		switch name {
		case "USER":
			return (named || len(s.caps) == 0) && !strings.Contains(user, " ")
		case "APOP":
			return s.stamp != "" && !strings.Contains(user, " ")
		case "SCRAM-SHA-256", "SCRAM-SHA-1":
			return slices.Contains(mechanisms, name) && prepared(user, password)
		}
		return slices.Contains(mechanisms, name)
	}, pop3Ways)
	if err != nil {
		return err
	}
	switch way {
	case "USER":
		s.mechanism = way
		if _, err := s.ask("USER "+user, "USER "+user); err != nil {
			return err
		}
		_, err := s.ask("PASS "+password, "PASS ***")
		return err
	case "APOP":
		s.mechanism = way
		return s.apop(user, password)
	}
	return s.login(way, password, pop3Login{s})
}

// apop logs in by the stamp in the greeting (RFC 1939, section 7).
func (s *pop3) apop(user, password string) error {
	sum := md5.Sum([]byte(s.stamp + password)) // #nosec G401 -- see the import
	digest := hex.EncodeToString(sum[:])
	s.log.hide(digest)
	_, err := s.ask("APOP "+user+" "+digest, "APOP "+user+" ***")
	return err
}

// stamp is what a greeting holds in angle brackets, with them; empty for none.
func stamp(greeting string) string {
	_, rest, _ := strings.Cut(greeting, "<")
	inner, _, ok := strings.Cut(rest, ">")
	if !ok || !strings.Contains(inner, "@") {
		return ""
	}
	return "<" + inner + ">"
}

// pop3Login carries a login by AUTH (RFC 5034).
type pop3Login struct{ *pop3 }

// maxPOP3Command is how long a command may be, without the end of its line (RFC
// 2449, section 4).
const maxPOP3Command = 253

func (l pop3Login) begin(name string, first *string) (bool, error) {
	command := "AUTH " + name
	if first == nil || len(command)+1+len(*first) > maxPOP3Command {
		return false, l.send(command, command)
	}
	return true, l.send(command+" "+*first, command+" ***")
}

func (l pop3Login) hear() (string, bool, error) {
	line, err := l.receive()
	if err != nil {
		return "", false, err
	}
	if text, ok := strings.CutPrefix(line, "+ "); ok || line == "+" {
		return strings.TrimSpace(text), false, nil
	}
	_, err = positive(line)
	return "", true, err
}

func (l pop3Login) say(message string) error { return l.send(message, "***") }
