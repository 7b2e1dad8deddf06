package smtpd

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"howdah/db/maildb"
	"howdah/mailserver"
)

const toAlice = `
	C: MAIL FROM:<dean@example.net>
	S: 250
	C: RCPT TO:<alice@example.edu>
	S: 250
	C: DATA
	S: 354`

func TestRefusedMessagesLeaveNothing(t *testing.T) {
	for name, tt := range map[string]struct{ message, want string }{
		"too big":              {"A: b\r\n\r\n" + strings.Repeat("twelve bytes\r\n", 100_000), "552 5.3.4"},
		"header too big":       {"A: " + strings.Repeat("folded\r\n ", 50_000) + "\r\n\r\n", "554 5.6.0"},
		"header without end":   {"A: " + strings.Repeat("x", 400_000) + "\r\n\r\n", "554 5.6.0"},
		"header of many lines": {strings.Repeat("A: b\r\n", 10_001) + "\r\n", "554 5.6.0"},
		"loop":                 {strings.Repeat("received : from a\r\n", 101) + "\r\n", "554 5.4.6"},
		"line without end":     {"A: b\r\n\r\n" + strings.Repeat("x", maxLine+1) + "\r\n", "554 5.6.0"},
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, setup{size: 1_300_000})
			c := h.dial()
			c.say(hello + toAlice)
			c.send(tt.message + ".\r\n")
			c.say("S: " + tt.want)
			h.nothing()
		})
		t.Run(name+" by lmtp", func(t *testing.T) {
			h := serve(t, setup{size: 1_300_000, Options: Options{LMTP: true}})
			c := h.dial()
			c.say(lhlo + strings.Replace(toAlice, "C: DATA", "C: RCPT TO:<bob@example.edu>\nS: 250\nC: DATA", 1))
			c.send(tt.message + ".\r\n")
			c.say("S: " + tt.want + " <alice@example.edu>\nS: " + tt.want + " <bob@example.edu>")
			h.nothing()
		})
	}
}

func TestWhatIsNotRefused(t *testing.T) {
	for name, message := range map[string]string{
		"a hundred hops":           strings.Repeat("Received: from a\r\n", 100) + "\r\n",
		"Received lines of a body": "A: b\r\n\r\n" + strings.Repeat("Received: from a\r\n", 200),
		"a long line":              "A: b\r\n\r\n" + strings.Repeat("x", 500_000) + "\r\n",
		"NUL":                      "A: b\r\n\r\nx\x00y\r\n",
		"bytes that are no text":   "A: \xff\xfe\r\n\r\n\x80\x81\r\n",
		"nothing":                  "",
		"no header":                "\r\nbody\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, setup{size: 1_300_000})
			c := h.dial()
			c.say(hello + toAlice)
			c.send(message + ".\r\n")
			c.say("S: 250")
			if _, got, _ := strings.Cut(h.only("alice"), "+0000\r\n"); got != message {
				t.Errorf("message was changed: %.80q", got)
			}
		})
	}
}

func TestSizeIsAnnouncedAndHeld(t *testing.T) {
	h := serve(t, setup{size: 1_000_000})
	c := h.dial()
	c.say("S: 220\nC: EHLO a")
	got := c.expect("250-")
	for _, want := range []string{"SIZE 1000000\r\n", "8BITMIME\r\n", "SMTPUTF8\r\n", "PIPELINING\r\n", "ENHANCEDSTATUSCODES\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not announced: %q", want, got)
		}
	}
	for _, not := range []string{"AUTH", "CHUNKING", "STARTTLS"} {
		if strings.Contains(got, not) {
			t.Errorf("%s is announced: %q", not, got)
		}
	}
	c.say(`C: MAIL FROM:<x@example.net> SIZE=1000001
		S: 552 5.3.4
		C: MAIL FROM:<x@example.net> SIZE=10
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: DATA
		S: 354`)
	c.send(strings.Repeat("this is no ten bytes\r\n", 60_000) + ".\r\n")
	c.say("S: 552 5.3.4\nC: NOOP\nS: 250") // and the session goes on
	h.nothing()
}

func TestMoreThanTwiceTheLimitIsNotReadToItsEnd(t *testing.T) {
	h := serve(t, setup{size: 100_000})
	c := h.dial()
	c.say(hello + toAlice)
	c.send("A: b\r\n\r\n" + strings.Repeat("a message that lied about its size\r\n", 60_000))
	c.say("S: 552 5.3.4")
	c.closed()
	h.nothing()
}

func TestCommandsThatAreNone(t *testing.T) {
	h := serve(t, setup{})
	for name, tt := range map[string]struct{ send, want string }{
		"auth":                 {"AUTH PLAIN AGEAYg==\r\n", "523"},
		"vrfy tells nothing":   {"VRFY alice\r\n", "252"},
		"expn":                 {"EXPN list\r\n", "502"},
		"utf8 without leave":   {"MAIL FROM:<ü@example.net>\r\n", "553 5.6.7"},
		"control in address":   {"MAIL FROM:<a\rX-Evil: b@example.net>\r\n", "500 5.5.2"},
		"nul":                  {"MAIL FROM:<a\x00b@example.net>\r\n", "500 5.5.2"},
		"no utf8":              {"EHLO \xff\r\n", "500 5.5.2"},
		"unknown parameter":    {"MAIL FROM:<a@example.net> X=1\r\n", "500 5.5.4"},
		"huge size":            {"MAIL FROM:<a@example.net> SIZE=99999999999999999999\r\n", "501"},
		"lhlo":                 {"LHLO a\r\n", "500"},
		"data out of place":    {"DATA\r\n", "502"},
		"rcpt out of place":    {"RCPT TO:<alice@example.edu>\r\n", "502"},
		"starttls not offered": {"STARTTLS\r\n", "502"},
	} {
		c := h.dial()
		c.say(hello)
		c.send(tt.send)
		if got, err := c.answer(); err != nil || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, %v; want %s", name, got, err, tt.want)
		}
		c.say("C: NOOP\nS: 250")
		c.Close()
	}
	h.nothing()
}

// full is a store whose disk can be full.
type full struct {
	*maildb.DB
	is atomic.Bool
}

func (f *full) Append(ctx context.Context, account, mailbox string, m mailserver.NewMessage) (mailserver.Placed, error) {
	if f.is.Load() {
		return mailserver.Placed{}, mailserver.ErrFull
	}
	return f.DB.Append(ctx, account, mailbox, m)
}

func TestFullDiskIsTemporary(t *testing.T) {
	var disk *full
	h := serve(t, setup{store: func(db *maildb.DB) mailserver.Store { disk = &full{DB: db}; return disk }})
	c := h.dial()
	disk.is.Store(true)
	c.say(hello + toAlice + "\nC: A: b\nC:\nC: .\nS: 452 4.3.1")
	h.nothing()
	disk.is.Store(false)
	c.say(toAlice + "\nC: A: b\nC:\nC: .\nS: 250")
	h.only("alice")
}

func TestSpoolThatCannotBeWrittenIsTemporary(t *testing.T) {
	h := serve(t, setup{})
	h.server.opts.Spool += "/missing"
	c := h.dial()
	c.say(hello + toAlice)
	c.send("A: b\r\n\r\n" + strings.Repeat("more than is kept in memory\r\n", 20_000) + ".\r\n")
	c.say("S: 451 4.3.0\nC: NOOP\nS: 250")
	h.nothing()
}
