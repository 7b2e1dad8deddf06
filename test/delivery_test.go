package test

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	gosmtp "github.com/emersion/go-smtp"
)

// Mail that comes in by SMTP and by LMTP, over TCP and a Unix socket, is there
// for IMAP; mail for others is refused; what was accepted survives kill -9.
func TestDelivery(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "lmtp.sock")
	in := configure(t, "  domains: [example.edu]\n  restart_delay: 100ms")
	in.start()

	addr := fmt.Sprintf("127.0.0.1:%d", in.port["smtp"])
	mail := func(subject string) []byte {
		return []byte("From: a@elsewhere.example\r\nTo: demo@example.edu\r\nSubject: " + subject + "\r\n\r\n.hello\r\n")
	}
	deliver(t, dialSMTP(t, "tcp", addr, false), "Demo+tag@Example.EDU", string(mail("by smtp")))
	c := dialSMTP(t, "tcp", addr, false)
	if err := c.Mail("a@elsewhere.example", nil); err != nil {
		t.Fatal(err)
	}
	for _, rcpt := range []string{"demo@elsewhere.example", "nobody@example.edu"} {
		if err := c.Rcpt(rcpt, nil); err == nil {
			t.Errorf("%s was accepted", rcpt)
		}
	}
	deliver(t, dialSMTP(t, "tcp", fmt.Sprintf("127.0.0.1:%d", in.port["lmtp"]), true), "demo@example.edu", string(mail("by lmtp")))

	in.signal(syscall.SIGKILL)
	in.within(10*time.Second, "the mail server is back", in.greets)
	box := in.imap()
	if _, err := box.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	all, err := box.Fetch(imap.SeqSet{{Start: 1}}, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	for i, want := range []string{"with ESMTP", "with LMTP"} {
		text := string(all[i].BodySection[0].Bytes)
		if !strings.HasPrefix(text, "Return-Path: <a@elsewhere.example>\r\n") || !strings.Contains(text, want) || !strings.HasSuffix(text, "\r\n\r\n.hello\r\n") {
			t.Errorf("message %d: %q", i, text)
		}
	}
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}

	in.lmtp = "unix:" + socket
	in.writeConfig("  domains: [example.edu]")
	in.start()
	deliver(t, dialSMTP(t, "unix", socket, true), "demo@example.edu", string(mail("by socket")))
}

func dialSMTP(t *testing.T, network, addr string, lmtp bool) *gosmtp.Client {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if lmtp {
		return gosmtp.NewClientLMTP(conn)
	}
	return gosmtp.NewClient(conn)
}

func deliver(t *testing.T, c *gosmtp.Client, to, text string) {
	t.Helper()
	if err := c.Mail("a@elsewhere.example", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(to, nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
