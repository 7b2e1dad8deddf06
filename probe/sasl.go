package probe

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mechanism is our side of one login by SASL (RFC 4422).
type mechanism interface {
	// first is the message that begins it; nil where the server begins.
	first() []byte
	// answer is what is said to a challenge.
	answer(challenge []byte) ([]byte, error)
	// judge is given what came of it, nil for a login, and has the last word: a
	// server may have to prove itself, too.
	judge(err error) error
}

// saslWire carries a login over one protocol. Messages are in base64.
type saslWire interface {
	// begin asks for a mechanism, together with its first message, nil for none,
	// when that can be; otherwise the message is sent when the server asks.
	begin(name string, first *string) (sent bool, err error)
	// hear is the next challenge, or done when the server says that we are in.
	// A refusal is a fault.
	hear() (challenge string, done bool, err error)
	say(message string) error
}

// maxSASL bounds how often a server may ask back in one login. None of the
// mechanisms here needs more than three.
const maxSASL = 5

// login logs in by SASL. Everything that we say in it is kept out of the
// transcript, and out of what the server may repeat.
func (c *conn) login(name, password string, w saslWire) error {
	c.mechanism = name
	m := c.newMechanism(name, password)
	err := c.converse(name, m, w)
	if f := (*fault)(nil); err == nil || errors.As(err, &f) {
		return m.judge(err)
	}
	return err
}

func (c *conn) converse(name string, m mechanism, w saslWire) error {
	var opening *string
	if first := m.first(); first != nil {
		opening = new(c.conceal(first))
	}
	sent, err := w.begin(name, opening)
	if err != nil {
		return err
	}
	for range maxSASL {
		text, done, err := w.hear()
		if err != nil {
			return err
		}
		if done && text == "" {
			return nil
		}
		if opening != nil && !sent && !done {
			if err := w.say(*opening); err != nil {
				return err
			}
			sent = true
			continue
		}
		challenge, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return &fault{"proto", "a challenge that is no base64: " + text}
		}
		message, err := m.answer(challenge)
		if err != nil || done {
			return err
		}
		if err := w.say(c.conceal(message)); err != nil {
			return err
		}
	}
	return &fault{"proto", "the server does not stop asking"}
}

// conceal is the message in base64, and hides it.
func (c *conn) conceal(message []byte) string {
	text := base64.StdEncoding.EncodeToString(message)
	if len(message) > 1 { // else it says nothing, and would be found everywhere
		c.log.hide(strings.TrimRight(text, "="))
	}
	return text
}

// newMechanism is the mechanism of that name, which is one of sasl's.
func (c *conn) newMechanism(name, password string) mechanism {
	user := c.target.User
	switch name {
	case "PLAIN":
		return plainLogin{user, password}
	case "LOGIN":
		return &oldLogin{texts: []string{user, password}}
	case "XOAUTH2":
		return &bearer{message: "user=" + user + "\x01auth=Bearer " + password + "\x01\x01", hangsOn: ""}
	case "OAUTHBEARER":
		host, port := c.target.Host, strconv.Itoa(int(c.target.Port))
		return &bearer{message: "n,a=" + escapeName(user) + ",\x01host=" + host + "\x01port=" + port + "\x01auth=Bearer " + password + "\x01\x01", hangsOn: "\x01"}
	}
	return newScram(name, user, password, c.log.hide)
}

// passwordMechanisms are those of SASL that take a password, the best first:
// SCRAM does not tell it to the server, and has the server prove that it knows
// it. What is encrypted anyway gains little by it, but a certificate that was
// not checked is no proof. None binds itself to the channel.
var passwordMechanisms = []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"}

// choose names the way to log in: the one that the target wants, or else the
// first of ways that is offered. A mechanism that is refused is not followed by
// another: that would be two failed logins a run, and a mistake that nobody
// sees. Tokens are sent only where the target says that there is one.
func (c *conn) choose(offered func(string) bool, ways []string) (string, error) {
	if want := strings.ToUpper(c.target.Auth); want != "" {
		if !offered(want) {
			return "", &fault{"nomech", want + " is not offered"}
		}
		return want, nil
	}
	i := slices.IndexFunc(ways, offered)
	if i < 0 {
		return "", &fault{"nomech", "none of " + oneOf(ways) + " is offered"}
	}
	return ways[i], nil
}

// prepared reports whether SCRAM can be used with the credentials. Servers
// prepare what is beyond ASCII in different ways (RFC 4013, RFC 8265), if at
// all, so such a login would fail where others pass.
func prepared(user, password string) bool { return isASCII(user + password) }

// plainLogin is PLAIN (RFC 4616).
type plainLogin struct{ user, password string }

func (p plainLogin) first() []byte { return []byte("\x00" + p.user + "\x00" + p.password) }

func (p plainLogin) answer([]byte) ([]byte, error) {
	return nil, &fault{"proto", "asked again after PLAIN"}
}

func (p plainLogin) judge(err error) error { return err }

// oldLogin is LOGIN, which was never more than a draft and is all that some
// servers offer. Whatever the questions say, the user comes first.
type oldLogin struct{ texts []string }

func (l *oldLogin) first() []byte { return nil }

func (l *oldLogin) answer([]byte) ([]byte, error) {
	if len(l.texts) == 0 {
		return nil, &fault{"proto", "asked again after LOGIN"}
	}
	text := l.texts[0]
	l.texts = l.texts[1:]
	return []byte(text), nil
}

func (l *oldLogin) judge(err error) error {
	if err == nil && len(l.texts) > 0 {
		return &fault{"proto", "let in before it was asked for"}
	}
	return err
}

// bearer is OAUTHBEARER (RFC 7628) or XOAUTH2, which Google made before it.
type bearer struct {
	message string
	hangsOn string // what is said to the server's complaint, so that it goes on to refuse
	refused string // the status in its complaint
}

func (b *bearer) first() []byte { return []byte(b.message) }

// answer hears why the token is refused (RFC 7628, section 3.2.2). Of the
// complaint only the status is kept.
func (b *bearer) answer(challenge []byte) ([]byte, error) {
	if b.refused != "" {
		return nil, &fault{"proto", "complained twice"}
	}
	var complaint struct {
		Status any `json:"status"` // a number with some servers of XOAUTH2
	}
	if err := json.Unmarshal(challenge, &complaint); err != nil {
		return nil, &fault{"proto", "a complaint that is no JSON"}
	}
	switch complaint.Status.(type) {
	case string, float64:
		b.refused = fmt.Sprint("status ", complaint.Status)
	default:
		b.refused = "no status"
	}
	return []byte(b.hangsOn), nil
}

func (b *bearer) judge(err error) error {
	if b.refused == "" {
		return err
	}
	if err == nil {
		return &fault{"proto", "let in after " + b.refused}
	}
	if f := (*fault)(nil); errors.As(err, &f) && f.cause == "no" {
		return &fault{"no", b.refused + ": " + f.detail}
	}
	return err
}

// escapeName is a user's name as RFC 5802, section 5.1 writes it.
func escapeName(name string) string {
	return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(name)
}
