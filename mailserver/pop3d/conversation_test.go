package pop3d_test

import (
	"strings"
	"testing"

	"howdah/mailserver/pop3d"
)

func TestLogin(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.dial().talk(`
		S: +OK …
		C: capa
		S: +OK …
		S: TOP
		S: UIDL
		S: RESP-CODES
		S: AUTH-RESP-CODE
		S: PIPELINING
		S: EXPIRE NEVER
		S: USER
		S: SASL PLAIN
		S: .
		C: STAT
		S: -ERR …
		C: PASS open sesame
		S: -ERR USER comes first
		C: USER nobody
		S: +OK …
		C: PASS open sesame
		S: -ERR [AUTH] …
		C: USER Alice
		S: +OK …
		C: PASS open sesame
		S: +OK …
		C: USER alice
		S: -ERR …
		C: NOOP
		S: +OK …
		C: QUIT
		S: +OK …
		S: EOF`)
}

func TestAuthPlain(t *testing.T) {
	h := serve(t, pop3d.Options{})
	c := h.dial()
	c.talk(`
		S: +OK …
		C: AUTH
		S: +OK …
		S: PLAIN
		S: .
		C: AUTH CRAM-MD5
		S: -ERR …
		C: AUTH PLAIN
		S: + 
		C: *
		S: -ERR AUTH cancelled
		C: AUTH PLAIN !!!
		S: -ERR Malformed response
		C: AUTH PLAIN AGFsaWNlAHdyb25n
		S: -ERR [AUTH] …
		C: AUTH plain
		S: + 
		C: AGFsaWNlAG9wZW4gc2VzYW1l
		S: +OK …`)
	c.conn.Close()
	h.dialUntilFree().talk(`
		C: QUIT
		S: +OK …`)
	h.dial().talk(`
		S: +OK …
		C: AUTH PLAIN AGFsaWNlAG9wZW4gc2VzYW1l
		S: +OK …`)
}

// dialUntilFree logs in as soon as an earlier session's lock is gone, which
// must be so soon after its connection is.
func (h *host) dialUntilFree() *client {
	h.t.Helper()
	for range 100 {
		c := h.dial()
		c.talk(`
			S: +OK …
			C: USER alice
			S: +OK …
			C: PASS open sesame`)
		line, err := c.r.ReadString('\n')
		must(h.t, err)
		if strings.HasPrefix(line, "+OK") {
			return c
		}
		if !strings.HasPrefix(line, "-ERR [IN-USE]") {
			h.t.Fatalf("login: %q", line)
		}
		c.conn.Close()
	}
	h.t.Fatal("the maildrop stays locked after its session is gone")
	return nil
}

func TestThirdWrongPasswordEndsTheConnection(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.dial().talk(`
		S: +OK …
		C: USER alice
		S: +OK …
		C: PASS wrong
		S: -ERR [AUTH] …
		C: AUTH PLAIN AGFsaWNlAHdyb25n
		S: -ERR [AUTH] …
		C: USER nobody
		S: +OK …
		C: PASS wrong
		S: -ERR [AUTH] …
		S: EOF`)
}

func TestReading(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("Subject: one\r\n\r\nbody\r\n.dot\r\n..\r\nlast\r\n", "Subject: two\n\nno end", "Subject: three\r\n\r\n")
	h.login().talk(`
		C: STAT
		S: +OK 3 80
		C: LIST
		S: +OK 3 messages (80 octets)
		S: 1 38
		S: 2 24
		S: 3 18
		S: .
		C: LIST 2
		S: +OK 2 24
		C: LIST 4
		S: -ERR No such message
		C: UIDL 0
		S: -ERR No such message
		C: RETR 1
		S: +OK 38 octets
		S: Subject: one
		S:
		S: body
		S: ..dot
		S: ...
		S: last
		S: .
		C: RETR 2
		S: +OK 24 octets
		S: Subject: two
		S:
		S: no end
		S: .
		C: RETR -1
		S: -ERR No such message
		C: TOP 1 0
		S: +OK …
		S: Subject: one
		S:
		S: .
		C: TOP 1 2
		S: +OK …
		S: Subject: one
		S:
		S: body
		S: ..dot
		S: .
		C: TOP 1 99
		S: +OK …
		S: Subject: one
		S:
		S: body
		S: ..dot
		S: ...
		S: last
		S: .
		C: TOP 1
		S: -ERR …
		C: TOP 3 1
		S: +OK …
		S: Subject: three
		S:
		S: .`)
}

// TestNumbersAreFixed: what happens to the mailbox meanwhile changes nothing
// in a session.
func TestNumbersAreFixed(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("one", "two")
	c := h.login()
	h.put("three")
	box, err := h.svc.Snapshot(t.Context(), "alice", "INBOX")
	must(t, err)
	must(t, h.svc.Expunge(t.Context(), "alice", box.ID, []uint32{1}))
	c.talk(`
		C: STAT
		S: +OK 2 10
		C: RETR 1
		S: -ERR Message has been removed by another session
		C: RETR 2
		S: +OK 5 octets
		S: two
		S: .
		C: DELE 1
		S: +OK …
		C: QUIT
		S: +OK …`)
	h.login().talk(`
		C: STAT
		S: +OK 2 12`)
}

func TestDelete(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("one", "two", "three")
	c := h.login()
	c.talk(`
		C: DELE 2
		S: +OK …
		C: DELE 2
		S: -ERR No such message
		C: RETR 2
		S: -ERR No such message
		C: STAT
		S: +OK 2 12
		C: LIST
		S: +OK 2 messages (12 octets)
		S: 1 5
		S: 3 7
		S: .
		C: RSET
		S: +OK …
		C: STAT
		S: +OK 3 17
		C: DELE 1
		S: +OK …
		C: QUIT
		S: +OK …
		S: EOF`)
	h.login().talk(`
		C: LIST
		S: +OK 2 messages (12 octets)
		S: 1 5
		S: 2 7
		S: .`)
}

func TestDroppedConnectionDeletesNothing(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("one", "two")
	c := h.login()
	c.talk(`
		C: DELE 1
		S: +OK …
		C: DELE 2
		S: +OK …`)
	c.conn.Close()
	h.dialUntilFree().talk(`
		C: STAT
		S: +OK 2 10`)
}

func TestOneSessionAtATime(t *testing.T) {
	h := serve(t, pop3d.Options{})
	first := h.login()
	second := h.dial()
	second.talk(`
		S: +OK …
		C: USER alice
		S: +OK …
		C: PASS open sesame
		S: -ERR [IN-USE] …`)
	first.talk(`
		C: QUIT
		S: +OK …`)
	second.talk(`
		C: USER alice
		S: +OK …
		C: PASS open sesame
		S: +OK …`)
}

func TestUIDLSurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	h := serveFolder(t, dir, pop3d.Options{})
	must(t, h.svc.AddAccount(t.Context(), "alice", "open sesame"))
	h.put("one", "two", "three")
	c := h.login()
	c.send("UIDL\r\n")
	before := c.lines()
	c.talk(`
		C: DELE 1
		S: +OK …
		C: QUIT
		S: +OK …`)
	h.stop()

	h = serveFolder(t, dir, pop3d.Options{})
	h.put("four")
	c = h.login()
	c.send("UIDL\r\n")
	after := c.lines()
	if len(before) != 3 || len(after) != 3 || after[0] != "1"+before[1][1:] || after[1] != "2"+before[2][1:] {
		t.Errorf("UIDL was %q and is %q after a restart and a deletion", before, after)
	}
	for _, old := range before {
		if after[2][2:] == old[2:] {
			t.Errorf("the unique-id %q was given again", old)
		}
	}
}

// lines takes the rest of an answer of many lines.
func (c *client) lines() []string {
	c.t.Helper()
	c.expect("+OK …")
	var lines []string
	for {
		line, err := c.r.ReadString('\n')
		must(c.t, err)
		if line == ".\r\n" {
			return lines
		}
		lines = append(lines, strings.TrimSuffix(line, "\r\n"))
	}
}

// TestPipelining: answers come in order, whatever the packets.
func TestPipelining(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("one")
	c := h.dial()
	c.send("USER alice\r\nPASS open sesame\r\nSTAT\r\nRETR 1\r\nNOPE\r\nNOOP\r\nQUIT\r\n")
	c.talk(`
		S: +OK POP3 server ready
		S: +OK Now the password
		S: +OK Logged in
		S: +OK 1 5
		S: +OK 5 octets
		S: one
		S: .
		S: -ERR Unknown command
		S: +OK Still here
		S: +OK Goodbye
		S: EOF`)
}
