package pop3d

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"howdah/mailserver"
)

// userName answers alike for every name, so that it tells nobody who has an
// account.
func (s *session) userName(arg string) {
	switch {
	case !s.mayLogIn():
		s.needTLS()
	case arg == "":
		s.mistake("USER needs a name")
	default:
		s.user = arg
		s.ok("Now the password")
	}
}

// pass takes the rest of the line for the password, spaces included.
func (s *session) pass(arg string) {
	switch {
	case !s.mayLogIn():
		s.needTLS()
	case s.user == "":
		s.mistake("USER comes first")
	default:
		user := s.user
		s.user = ""
		s.login(user, arg)
	}
}

// auth is AUTH PLAIN (RFC 5034, RFC 4616), with or without initial response.
func (s *session) auth(arg string) {
	if !s.mayLogIn() {
		s.needTLS()
		return
	}
	mechanism, response, initial := strings.Cut(arg, " ")
	switch {
	case mechanism == "":
		s.ok("Mechanisms follow")
		s.w.WriteString("PLAIN\r\n.\r\n")
		return
	case !strings.EqualFold(mechanism, "PLAIN"):
		s.mistake("Unknown mechanism")
		return
	}
	if !initial {
		s.w.WriteString("+ \r\n")
		line, err := s.readLine()
		if err != nil {
			s.farewell(err)
			s.ended = true
			return
		}
		response = line
	}
	if response == "*" {
		s.fail("", "AUTH cancelled")
		return
	}
	user, password, ok := parsePlain(response)
	if !ok {
		s.mistake("Malformed response")
		return
	}
	s.login(user, password)
}

func parsePlain(response string) (user, password string, ok bool) {
	b, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return "", "", false
	}
	parts := strings.Split(string(b), "\x00")
	if len(parts) != 3 || parts[0] != "" && parts[0] != parts[1] {
		return "", "", false
	}
	return parts[1], parts[2], true
}

func (s *session) needTLS() {
	s.fail("", "Logging in needs TLS; use STLS first")
}

// login opens the maildrop. Each failure takes longer than the one before, and
// the last one ends the connection.
func (s *session) login(user, password string) {
	a, err := s.server.svc.Authenticate(s.ctx, user, password)
	switch {
	case errors.Is(err, mailserver.ErrAuth):
		s.log.Info("pop3 login failed", "user", user)
		s.rejected()
		return
	case err != nil:
		s.broken("log in", err)
		return
	}
	drop, err := s.openMaildrop(a.Name)
	switch {
	case errors.Is(err, mailserver.ErrInUse):
		s.fail("IN-USE", "Another session has this maildrop open")
		return
	case err != nil:
		s.broken("open maildrop", err)
		return
	}
	s.drop = drop
	s.log = s.log.With("account", a.Name)
	s.ok("Logged in")
}

func (s *session) rejected() {
	select {
	case <-time.After(s.server.opts.FailedLoginDelay << s.failures):
	case <-s.ctx.Done():
	}
	s.failures++
	s.fail("AUTH", "Wrong name or password")
	s.ended = s.failures >= maxFailedLogins
}
