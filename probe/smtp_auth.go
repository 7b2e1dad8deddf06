package probe

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// auth logs in (RFC 4954) by the best mechanism that is offered.
func (s *smtp) auth(context.Context) error {
	password, err := s.secret()
	if err != nil {
		return err
	}
	mechanisms := strings.Fields(s.offers["AUTH"])
	way, err := s.choose(func(name string) bool {
		return slices.Contains(mechanisms, name) && (!strings.HasPrefix(name, "SCRAM") || prepared(s.target.User, password))
	}, passwordMechanisms)
	if err != nil {
		return err
	}
	return s.login(way, password, smtpLogin{s})
}

// smtpLogin carries a login by AUTH (RFC 4954, section 4).
type smtpLogin struct{ *smtp }

// maxAuthCommand is how long the command may be, without the end of its line;
// messages of their own may be longer.
const maxAuthCommand = 510

func (l smtpLogin) begin(name string, first *string) (bool, error) {
	command := "AUTH " + name
	if first == nil || len(command)+1+len(*first) > maxAuthCommand {
		return false, l.send(command, command)
	}
	return true, l.send(command+" "+*first, command+" ***")
}

func (l smtpLogin) hear() (string, bool, error) {
	r, err := l.reply()
	if err != nil {
		return "", false, err
	}
	if r.code == "334" {
		return strings.TrimSpace(strings.Join(r.lines, "")), false, nil
	}
	return "", true, unwilling(r.judge('2'))
}

func (l smtpLogin) say(message string) error { return l.send(message, "***") }

// unwilling tells a server that refuses the credentials, which would be the
// probe's mistake, from one that does not know what it offers (50z), and from
// one that wants another mechanism or encryption (RFC 4954, section 6).
func unwilling(err error) error {
	f := (*fault)(nil)
	if !errors.As(err, &f) || f.cause != "no" {
		return err
	}
	switch code, _, _ := strings.Cut(f.detail, " "); {
	case strings.HasPrefix(code, "50"):
		return &fault{"bad", f.detail}
	case code == "534" || code == "538":
		return &fault{"nomech", f.detail}
	}
	return err
}
