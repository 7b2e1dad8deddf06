package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// loginMechanisms are what ?auth= may name. The last two are POP3's own.
var loginMechanisms = []string{"plain", "login", "scram-sha-256", "scram-sha-1", "xoauth2", "oauthbearer", "apop", "user"}

func checkMechanism(name string) error {
	if !slices.Contains(loginMechanisms, name) {
		return fmt.Errorf("wants %s", oneOf(loginMechanisms))
	}
	return nil
}

// checkLogin refuses options that say nothing without another part of the URL.
func (t Target) checkLogin() error {
	ofPOP3 := t.Auth == "apop" || t.Auth == "user"
	switch {
	case t.User == "" && (t.Auth != "" || t.Folder != "" || t.Idle || t.Retrieve):
		return errors.New("auth, append, idle and retr want a user to log in as")
	case ofPOP3 && !strings.HasPrefix(t.Scheme, "pop3"):
		return fmt.Errorf("auth=%s is a login of POP3 only", t.Auth)
	case t.Recipient == "" && (t.Data || t.Sender != ""):
		return errors.New("data and from want a recipient, rcpt=ADDRESS")
	}
	return nil
}

// logsIn reports whether the check has credentials.
func (c *conn) logsIn() bool { return c.target.User != "" && c.password != nil }

// mayLogInClear reports whether a password may go unencrypted.
func (c *conn) mayLogInClear() bool { return c.loopback || c.target.Plaintext }

// secret reads the password, unless it would then go in the clear where it may
// not, and hides it from all that is kept.
func (c *conn) secret() (string, error) {
	if !c.encrypted && !c.mayLogInClear() {
		return "", &fault{"plaintext_refused", "the server offers no encryption, and the password does not go in the clear"}
	}
	password, err := c.password()
	if err != nil {
		return "", &fault{"secret", fmt.Sprintf("reading the password: %v", err)}
	}
	if strings.ContainsAny(password, "\r\n\x00") {
		return "", &fault{"secret", "the password holds a line break or a NUL"}
	}
	c.log.hide(password, "\x00"+c.target.User+"\x00"+password)
	return password, nil
}

// refusal is the fault of a server of IMAP or POP3 that refuses, by the response
// code in brackets (RFC 5530, RFC 3206). Of a login only a refusal of the
// credentials themselves is "no", which is the probe's mistake and not the
// server's.
func refusal(text string) error {
	code, _, _ := strings.Cut(strings.TrimPrefix(text, "["), "]")
	if !strings.HasPrefix(text, "[") {
		code = ""
	}
	switch strings.ToUpper(code) {
	case "UNAVAILABLE", "LIMIT", "SYS/TEMP":
		return &fault{"tempfail", text}
	case "INUSE", "IN-USE":
		return &fault{"inuse", text}
	case "OVERQUOTA":
		return &fault{"quota", text}
	case "SERVERBUG", "CORRUPTION", "SYS/PERM":
		return &fault{"broken", text}
	}
	return &fault{"no", text}
}

// nothingInjected fails when the server sent more than its answer before
// encryption: what an attacker on the way may have put there (CVE-2011-0411
// and its kin).
func (c *conn) nothingInjected() error {
	if c.in.pending() {
		return &fault{"injected", "bytes in the clear behind the answer to STARTTLS or STLS"}
	}
	return nil
}

// logout says goodbye. The user's work is done by then, so a server that only
// hangs up has not failed; one that hangs or refuses has.
func (c *conn) logout(quit func(context.Context) error) error {
	err := c.step("logout", budgetCommand, quit)
	var ended *stepError
	if errors.As(err, &ended) && (ended.reason == "logout.eof" || ended.reason == "logout.reset") {
		return nil
	}
	return err
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}
