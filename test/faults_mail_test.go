package test

import (
	"fmt"
	"net"
	"net/smtp"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// deliver brings a message for the demo account by SMTP or LMTP. An error is
// the server's answer or the end of the connection.
func (in *instance) deliver(port, text string) error {
	in.t.Helper()
	conn, err := net.DialTimeout("tcp", in.address(port), 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	c, err := smtp.NewClient(conn, "127.0.0.1") // both begin with 220
	if err != nil {
		return err
	}
	hello := "EHLO"
	if port == "lmtp" {
		hello = "LHLO"
	}
	for _, step := range []struct {
		code int
		text string
	}{
		{250, hello + " test.example"},
		{250, "MAIL FROM:<a@example.edu>"},
		{250, "RCPT TO:<demo@example.edu>"},
		{354, "DATA"},
		{250, text + "\r\n."},
	} {
		id, err := c.Text.Cmd("%s", step.text)
		if err != nil {
			return err
		}
		c.Text.StartResponse(id)
		_, _, err = c.Text.ReadResponse(step.code)
		c.Text.EndResponse(id)
		if err != nil {
			return err
		}
	}
	return nil
}

// stored are the messages in the account's INBOX, in order.
func stored(t testing.TB, c *imapclient.Client) []string {
	t.Helper()
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if box.NumMessages == 0 {
		return nil
	}
	all, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{
		BodySection: []*imap.FetchItemBodySection{{Peek: true}},
	}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range all {
		texts = append(texts, string(m.BodySection[0].Bytes))
	}
	return texts
}

// address is where a port of the instance is served.
func (in *instance) address(port string) string {
	return fmt.Sprintf("127.0.0.1:%d", in.port[port])
}
