package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// demo is the demo account's password.
func (in *instance) demo() string {
	in.t.Helper()
	text, err := os.ReadFile(filepath.Join(in.dir, "data", "demo.password"))
	if err != nil {
		in.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// imap logs in as the demo account.
func (in *instance) imap() *imapclient.Client {
	in.t.Helper()
	c, err := imapclient.DialInsecure(fmt.Sprintf("127.0.0.1:%d", in.port["imap"]), nil)
	if err != nil {
		in.t.Fatal(err)
	}
	in.t.Cleanup(func() { c.Close() })
	if err := c.Login("demo", in.demo()).Wait(); err != nil {
		in.t.Fatal(err)
	}
	return c
}

// Kill the mail server while a client is in the middle of an APPEND: nothing
// that was acknowledged is lost, nothing half there is shown.
func TestKilledDuringAppend(t *testing.T) {
	t.Parallel()
	in := start(t, "  restart_delay: 100ms")
	acknowledged := 0
	for round := range 5 {
		in.within(10*time.Second, "the mail server is back", in.greets)
		c := in.imap()
		for range 10 {
			if err := appendMessage(c, message(acknowledged)); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			acknowledged++
		}
		half := message(10_000)
		cmd := c.Append("INBOX", int64(len(half)), nil)
		if _, err := cmd.Write([]byte(half[:len(half)/2])); err != nil {
			t.Fatal(err)
		}
		in.signal(syscall.SIGKILL)
	}
	in.within(10*time.Second, "the mail server is back", in.greets)
	c := in.imap()
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if int(box.NumMessages) != acknowledged {
		t.Errorf("%d messages, %d were acknowledged", box.NumMessages, acknowledged)
	}
	all, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
		UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}},
	}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range all {
		if got := string(m.BodySection[0].Bytes); got != message(i) {
			t.Errorf("message %d came back with %d bytes, had %d", i, len(got), len(message(i)))
		}
		if i > 0 && m.UID <= all[i-1].UID {
			t.Errorf("UID %d after %d", m.UID, all[i-1].UID)
		}
	}
}

func message(n int) string {
	return fmt.Sprintf("From: a@example.edu\r\nTo: demo@example.edu\r\nSubject: message %d\r\n\r\n%s", n, strings.Repeat(fmt.Sprintf("line of message %d\r\n", n), 2000))
}

func appendMessage(c *imapclient.Client, text string) error {
	cmd := c.Append("INBOX", int64(len(text)), nil)
	if _, err := cmd.Write([]byte(text)); err != nil {
		return err
	}
	if err := cmd.Close(); err != nil {
		return err
	}
	_, err := cmd.Wait()
	return err
}
