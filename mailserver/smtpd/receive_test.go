package smtpd

import (
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSMTPDelivers(t *testing.T) {
	h := serve(t, setup{})
	h.dial().say(hello + `
		C: MAIL FROM:<Dean@example.net> SIZE=100 BODY=8BITMIME
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: DATA
		S: 354
		C: Subject: exams
		C:
		C: ..dotted, and größer
		C: .
		S: 250 2.0.0
		C: QUIT
		S: 221`)
	got := h.only("alice")
	trace := regexp.MustCompile(`^Return-Path: <Dean@example\.net>\r\n` +
		`Received: from relay\.example\.net \(\[127\.0\.0\.1\]\)\r\n` +
		`\tby mx\.example\.edu with ESMTP id [0-9a-f]{16}\r\n` +
		`\tfor <alice@example\.edu>; \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\n`)
	at := trace.FindStringIndex(got)
	if at == nil {
		t.Fatalf("trace is missing:\n%s", got)
	}
	if body := got[at[1]:]; body != "Subject: exams\r\n\r\n.dotted, and größer\r\n" {
		t.Errorf("message was changed: %q", body)
	}
}

func TestLMTPAnswersForEachRecipient(t *testing.T) {
	h := serve(t, setup{Options: Options{LMTP: true}})
	c := h.dial()
	c.say(lhlo + `
		C: MAIL FROM:<>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<nobody@example.edu>
		S: 550 5.1.1
		C: RCPT TO:<bob@example.org>
		S: 250
		C: RCPT TO:<alice+list@example.edu>
		S: 250`)
	if err := h.svc.RemoveAccount(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	c.say(`C: DATA
		S: 354
		C: Subject: x
		C:
		C: .
		S: 250 2.0.0 <alice@example.edu>
		S: 550 5.1.1 <bob@example.org>
		S: 250 2.0.0 <alice+list@example.edu>
		C: QUIT
		S: 221`)
	got := h.only("alice")
	if !strings.HasPrefix(got, "Return-Path: <>\r\nReceived: from relay.example.net ([127.0.0.1])\r\n\tby mx.example.edu with LMTP id ") {
		t.Errorf("trace: %q", got)
	}
	if strings.Contains(got, "bob") {
		t.Errorf("a recipient is told of another: %q", got)
	}
}

func TestLMTPOverUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp")
	h := serve(t, setup{Options: Options{LMTP: true}, limits: func(l *limits) { l.perAddress = 1 }, listen: func(t *testing.T) net.Listener {
		ln, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}})
	c, second := h.dial(), h.dial()
	second.say("S: 220") // the limit for one address is not for the machine's own
	c.say(lhlo + `
		C: MAIL FROM:<dean@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: DATA
		S: 354
		C: Subject: x
		C:
		C: .
		S: 250`)
	if got := h.only("alice"); !strings.Contains(got, "Received: from relay.example.net (local)\r\n") {
		t.Errorf("trace: %q", got)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	c.expect("421 4.3.2")
	c.closed()
}

func TestAddresses(t *testing.T) {
	h := serve(t, setup{})
	for _, name := range []string{"dora@example.org", "dora", "eve+sales", "a@b"} {
		if err := h.svc.AddAccount(t.Context(), name, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	c := h.dial()
	c.say(hello)
	for _, tt := range []struct{ to, want, account string }{
		{"<alice@example.edu>", "250", "alice"},
		{"<ALICE@EXAMPLE.EDU>", "250", "alice"},
		{"<alice+tag+more@example.edu>", "250", "alice"},
		{`<"alice"@example.edu>`, "250", "alice"},
		{"<@relay.example.net,@other:bob@example.edu>", "250", "bob"},
		{"<dora@example.org>", "250", "dora@example.org"},
		{"<dora@example.edu>", "250", "dora"},
		{"<eve+sales@example.edu>", "250", "eve+sales"},
		{"<postmaster>", "250", "a@b"}, // the first account, as there is no postmaster
		{"<PostMaster@example.org>", "250", "a@b"},
		{"<eve@example.edu>", "550 5.1.1", ""},
		{"<alice>", "501", ""},
		{"<alice@example.net>", "550 5.7.1", ""},
		{"<alice@sub.example.edu>", "550 5.7.1", ""},
		{"<alice@[127.0.0.1]>", "550 5.7.1", ""},
		{"<alice@[IPv6:::1]>", "550 5.7.1", ""},
		{"<alice%example.net@example.edu>", "550 5.1.1", ""},
		{"<example.net!alice@example.edu>", "550 5.1.1", ""},
		{`<"a@b"@example.edu>`, "550 5.1.1", ""},
		{`<""@example.edu>`, "501", ""},
		{`<"../alice"@example.edu>`, "550 5.1.1", ""},
		{"<ålice@example.edu>", "550 5.1.1", ""},
		{"<" + strings.Repeat("a", 3000) + "@example.edu>", "550 5.1.1", ""},
	} {
		c.say("C: MAIL FROM:<x@example.net>\nS: 250")
		c.send("RCPT TO:" + tt.to + "\r\n")
		got, err := c.answer()
		if err != nil || !strings.HasPrefix(got, tt.want) {
			t.Errorf("RCPT TO:%.60s: %q, %v; want %s", tt.to, got, err, tt.want)
		}
		if tt.account != "" {
			before := len(h.inbox(tt.account))
			c.say("C: DATA\nS: 354\nC: A: b\nC:\nC: .\nS: 250")
			if after := len(h.inbox(tt.account)); after != before+1 {
				t.Errorf("RCPT TO:%s: %s was given %d messages", tt.to, tt.account, after-before)
			}
		}
		c.say("C: RSET\nS: 250")
		if tt.want == "501" { // three of these would end the session
			c.say("C: QUIT\nS: 221")
			c = h.dial()
			c.say(hello)
		}
	}
}

func TestReturnPathIsWrittenSafely(t *testing.T) {
	for from, want := range map[string]string{
		`<"a b"@example.net>`:      `Return-Path: <"a b"@example.net>` + "\r\n",
		`<"a\">\\x"@example.net>`:  `Return-Path: <"a\">\\x"@example.net>` + "\r\n",
		`<ü@example.net> SMTPUTF8`: "Return-Path: <ü@example.net>\r\n",
		`<plain@example.net>`:      "Return-Path: <plain@example.net>\r\n",
	} {
		h := serve(t, setup{})
		h.dial().say("S: 220\nC: EHLO a(b)<c>;d\nS: 250-\nC: MAIL FROM:" + from + `
			S: 250
			C: RCPT TO:<alice@example.edu>
			S: 250
			C: DATA
			S: 354
			C: .
			S: 250`)
		got := h.only("alice")
		if !strings.HasPrefix(got, want+"Received: from a?b??c??d ") {
			t.Errorf("MAIL FROM:%s: %q", from, got)
		}
		if strings.Contains(from, "SMTPUTF8") != strings.Contains(got, " with UTF8SMTP id ") {
			t.Errorf("MAIL FROM:%s: protocol in %q", from, got)
		}
	}
}

func TestLargeMessageGoesThroughAFileThatIsNotLeftBehind(t *testing.T) {
	h := serve(t, setup{Options: Options{LMTP: true}})
	body := "Subject: large\r\n\r\n" + strings.Repeat(strings.Repeat("0123456789", 7)+"\r\n", 200_000)
	c := h.dial()
	c.say(lhlo + `
		C: MAIL FROM:<dean@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<bob@example.edu>
		S: 250
		C: DATA
		S: 354`)
	c.send(body + ".\r\n")
	c.say("S: 250\nS: 250")
	for _, account := range []string{"alice", "bob"} {
		_, got, _ := strings.Cut(h.only(account), "+0000\r\n")
		if sha256.Sum256([]byte(got)) != sha256.Sum256([]byte(body)) {
			t.Errorf("%s: %d bytes, not the %d that were sent", account, len(got), len(body))
		}
	}
	if left, err := os.ReadDir(h.server.opts.Spool); err != nil || len(left) > 0 {
		t.Errorf("left in the spool: %v, %v", left, err)
	}
}

func TestPipelining(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.send("EHLO a\r\nMAIL FROM:<x@example.net>\r\nRCPT TO:<alice@example.edu>\r\nRCPT TO:<no@example.edu>\r\nDATA\r\nA: 1\r\n\r\n.\r\n" +
		"MAIL FROM:<>\r\nRCPT TO:<bob@example.edu>\r\nDATA\r\n.\r\nQUIT\r\n")
	for i, want := range strings.Fields("220 250 250 250 550 354 250 250 250 354 250 221") {
		t.Run(fmt.Sprint(i), func(t *testing.T) { c.expect(want) })
	}
	c.closed()
	h.only("alice")
	h.only("bob")
}
