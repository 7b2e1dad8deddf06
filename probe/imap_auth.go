package probe

import (
	"context"
	"errors"
	"strings"
)

// auth logs in by the best mechanism that is offered, or by the command LOGIN,
// which every server has that does not say otherwise.
func (s *imap) auth(context.Context) error {
	password, err := s.secret()
	if err != nil {
		return err
	}
	user := s.target.User
	command := !s.caps["LOGINDISABLED"] && isASCII(user+password)
	way, err := s.choose(func(name string) bool {
		switch name {
		case "LOGIN":
			return command || s.caps["AUTH=LOGIN"]
		case "SCRAM-SHA-256", "SCRAM-SHA-1":
			return s.caps["AUTH="+name] && prepared(user, password)
		}
		return s.caps["AUTH="+name]
	}, passwordMechanisms)
	if err != nil {
		return err
	}
	if way == "LOGIN" && command {
		s.mechanism = way
		return s.ask("LOGIN "+quote(user)+" "+quote(password), "LOGIN "+quote(user)+" ***", nil)
	}
	return s.login(way, password, &imapLogin{imap: s})
}

// imapLogin carries a login by AUTHENTICATE (RFC 9051, section 6.2.2).
type imapLogin struct {
	*imap
	tag string
}

func (l *imapLogin) begin(name string, first *string) (bool, error) {
	l.tag = l.nextTag()
	command := l.tag + " AUTHENTICATE " + name
	if first == nil || !l.caps["SASL-IR"] { // RFC 4959
		return false, l.send(command, command)
	}
	return true, l.send(command+" "+*first, command+" ***")
}

func (l *imapLogin) hear() (string, bool, error) {
	for {
		line, err := l.response()
		if err != nil {
			return "", false, err
		}
		if text, ok := strings.CutPrefix(line, "+"); ok {
			return strings.TrimSpace(text), false, nil
		}
		rest, untagged := strings.CutPrefix(line, "* ")
		if !untagged {
			return "", true, l.judge(l.tag, line)
		}
		if err := goodbye(rest); err != nil {
			return "", false, err
		}
	}
}

func (l *imapLogin) say(message string) error { return l.send(message, "***") }

// goodbye is the fault of an untagged BYE; nil for any other response.
func goodbye(untagged string) error {
	if status, text, _ := strings.Cut(untagged, " "); strings.EqualFold(status, "BYE") {
		return &fault{"bye", text}
	}
	return nil
}

// forgiven is nil for the goodbye that was asked for.
func forgiven(err error) error {
	if f := (*fault)(nil); errors.As(err, &f) && f.cause == "bye" {
		return nil
	}
	return err
}
