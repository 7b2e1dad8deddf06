package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// auth logs in (RFC 5804, section 2.1) by the best mechanism that is offered.
func (s *managesieve) auth(context.Context) error {
	password, err := s.secret()
	if err != nil {
		return err
	}
	mechanisms := strings.Fields(s.caps["SASL"])
	way, err := s.choose(func(name string) bool {
		return slices.Contains(mechanisms, name) && (!strings.HasPrefix(name, "SCRAM") || prepared(s.target.User, password))
	}, passwordMechanisms)
	if err != nil {
		return err
	}
	return s.login(way, password, sieveLogin{s})
}

// sieveLogin carries a login by AUTHENTICATE, where every message is a string.
type sieveLogin struct{ *managesieve }

func (l sieveLogin) begin(name string, first *string) (bool, error) {
	command := `AUTHENTICATE "` + name + `"`
	if first == nil {
		return false, l.send(command, command)
	}
	return true, l.send(command+" "+sieveString(*first), command+" ***")
}

// hear reads the server's next message, which it may also send as a word of its
// last answer: OK (SASL "…").
func (l sieveLogin) hear() (string, bool, error) {
	line, literals, err := l.responseKeeping(maxLine)
	if err != nil {
		return "", false, err
	}
	if len(literals) > 0 {
		line = line[:strings.LastIndexByte(line, '{')] + `"` + string(literals[0]) + `"`
	}
	done, rest, err := verdict(line)
	if !done && !strings.HasPrefix(line, `"`) {
		return "", false, &fault{"proto", line}
	}
	if !done {
		return strings.Trim(line, `"`), false, nil
	}
	const code = "(SASL "
	if err == nil && len(rest) > len(code) && strings.EqualFold(rest[:len(code)], code) {
		inner, _, _ := strings.Cut(rest[len(code):], ")") // base64 has no brackets
		return strings.Trim(inner, `"`), true, nil
	}
	return "", true, err
}

func (l sieveLogin) say(message string) error { return l.send(sieveString(message), "***") }

// maxQuoted is the longest quoted string that servers have to take (RFC 5804,
// section 4).
const maxQuoted = 1024

// sieveString is base64 as a string.
func sieveString(s string) string {
	if len(s) <= maxQuoted {
		return `"` + s + `"`
	}
	return fmt.Sprintf("{%d+}\r\n%s", len(s), s)
}
