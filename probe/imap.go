package probe

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// imapSchemes have the ports of RFC 9051 and RFC 8314.
var imapSchemes = []scheme{
	{name: "imap", port: 143, logsIn: true, options: reading, speak: askIMAP},
	{name: "imaps", port: 993, logsIn: true, options: reading, speak: askIMAP},
}

func askIMAP(c *conn) error { return (&imap{conn: c}).run() }

// imap asks an IMAP server (RFC 9051, RFC 3501) what a reader's mail program
// asks first: greeting, encryption, login, the inbox.
type imap struct {
	*conn
	tags    int
	caps    map[string]bool
	preauth bool
}

func (s *imap) run() error {
	if err := s.enter(); err != nil {
		return err
	}
	if s.preauth || s.logsIn() {
		if err := s.step("select", budgetCommand, s.examine); err != nil {
			return err
		}
	}
	if s.target.Folder != "" || s.target.Idle {
		if err := s.deepen(); err != nil {
			return err
		}
	}
	return s.logout(s.quit)
}

// enter connects, encrypts where that is offered, and logs in where there is
// somebody to log in.
func (s *imap) enter() error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.step("greeting", budgetCommand, s.greeting); err != nil {
		return err
	}
	if err := s.step("capability", budgetCommand, s.capability); err != nil {
		return err
	}
	if s.caps["STARTTLS"] && !s.encrypted && !s.preauth {
		if err := s.step("starttls", budgetCommand, s.starttls); err != nil {
			return err
		}
		if err := s.step("tls", budgetTLS, s.encrypt); err != nil {
			return err
		}
		// What was offered before encryption proves nothing (RFC 9051, 11.1).
		if err := s.step("capability", budgetCommand, s.capability); err != nil {
			return err
		}
	}
	if !s.preauth && s.logsIn() {
		return s.step("auth", budgetCommand, s.auth)
	}
	return nil
}

func (s *imap) greeting(context.Context) error {
	line, err := s.receive()
	if err != nil {
		return err
	}
	status, rest, _ := strings.Cut(strings.TrimPrefix(line, "* "), " ")
	if !strings.HasPrefix(line, "* ") {
		status = ""
	}
	switch strings.ToUpper(status) {
	case "OK":
		return nil
	case "BYE":
		return &fault{"bye", rest}
	case "PREAUTH":
		if !s.encrypted && !s.mayLogInClear() {
			return &fault{"preauth", "logged in before encryption could begin: " + rest}
		}
		s.preauth, s.mechanism = true, "PREAUTH"
		return nil
	}
	return &fault{"proto", line}
}

func (s *imap) capability(context.Context) error {
	s.caps = map[string]bool{}
	return s.ask("CAPABILITY", "", func(line string) {
		name, list, _ := strings.Cut(line, " ")
		if !strings.EqualFold(name, "CAPABILITY") {
			return
		}
		for _, c := range strings.Fields(strings.ToUpper(list)) {
			s.caps[c] = true
		}
	})
}

func (s *imap) starttls(context.Context) error {
	if err := s.ask("STARTTLS", "", nil); err != nil {
		return err
	}
	return s.nothingInjected()
}

// examine opens the inbox as SELECT does, but leaves the \Recent flags to the
// account's owner.
func (s *imap) examine(context.Context) error { return s.ask("EXAMINE INBOX", "", nil) }

func (s *imap) quit(context.Context) error {
	return forgiven(s.ask("LOGOUT", "", nil))
}

// ask sends one command and reads to its tagged answer; untagged is given each
// untagged response before it, without the "* ". shown stands for the command
// in the transcript when it holds a secret.
func (s *imap) ask(command, shown string, untagged func(string)) error {
	if shown == "" {
		shown = command
	}
	tag := s.nextTag()
	if err := s.send(tag+" "+command, tag+" "+shown); err != nil {
		return err
	}
	return s.finish(tag, untagged)
}

func (s *imap) nextTag() string {
	s.tags++
	return "a" + strconv.Itoa(s.tags)
}

func (s *imap) finish(tag string, untagged func(string)) error {
	for {
		line, err := s.response()
		if err != nil {
			return err
		}
		rest, ok := strings.CutPrefix(line, "* ")
		if !ok {
			return s.judge(tag, line)
		}
		if err := goodbye(rest); err != nil {
			return err
		}
		if untagged != nil {
			untagged(rest)
		}
	}
}

// judge reads a tagged answer.
func (s *imap) judge(tag, line string) error {
	rest, ok := strings.CutPrefix(line, tag+" ")
	if !ok {
		return &fault{"proto", line}
	}
	status, text, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(status) {
	case "OK":
		return nil
	case "NO":
		return refusal(text)
	case "BAD":
		return &fault{"bad", text}
	}
	return &fault{"proto", line}
}

// maxFolder is the longest name of a folder that a target takes, in bytes.
const maxFolder = 200

// checkFolder takes names that every server stores as they are. Wildcards would
// be legal, and a trap for those who list them.
func checkFolder(name string) error {
	odd := func(r rune) bool { return r < ' ' || r >= 0x7f || strings.ContainsRune(`*%"\`, r) }
	if name == "" || len(name) > maxFolder || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("wants a folder's name of 1 to %d bytes in ASCII, without quotes, backslashes and wildcards", maxFolder)
	}
	return nil
}
