package probe

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// ownHeader marks the messages that checks put into mailboxes, with the time in
// seconds of Unix at which they did, so that what a run left behind is found.
const ownHeader = "X-Howdah-Probe"

// message is a small message of a check's own, in ASCII.
type message struct {
	id   string // with its angle brackets
	text string // about 1 KB, every line ends with CRLF and none begins with a dot
}

// newMessage makes a message like no other. Nobody answers it by a machine (RFC
// 3834, section 5). from may be empty: then it is from whom it is for.
func newMessage(from, to string, now time.Time) message {
	if from == "" {
		from = to
	}
	_, domain, ok := strings.Cut(from, "@")
	if !ok {
		domain = "howdah.invalid"
	}
	m := message{id: "<" + rand.Text() + "@" + domain + ">"}
	var b strings.Builder
	for _, line := range []string{
		"Date: " + now.Format(time.RFC1123Z),
		"From: " + mailbox(from),
		"To: " + mailbox(to),
		"Subject: Test message of a mail check",
		"Message-ID: " + m.id,
		"Auto-Submitted: auto-generated",
		fmt.Sprintf("%s: %d", ownHeader, now.Unix()),
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"",
		"A program that watches this mail system made this message, to see whether",
		"it comes back as it was. It may be deleted. What follows means nothing.",
		"",
	} {
		b.WriteString(line + "\r\n")
	}
	for range 10 {
		b.WriteString(rand.Text() + rand.Text() + "\r\n")
	}
	m.text = b.String()
	return m
}

// mailbox is an address for a header. An account that is no address becomes one.
func mailbox(account string) string {
	if checkAddress(account) == nil {
		return "<" + account + ">"
	}
	return "<probe@howdah.invalid>"
}
