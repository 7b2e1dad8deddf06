package imapd

import (
	"mime"
	"net/mail"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-message/charset"
)

// envelope is the part's header as ENVELOPE tells it. What cannot be read is
// left out, never the whole.
func (p *part) envelope() *imap.Envelope {
	date, _ := mail.ParseDate(p.fields.get("Date")) // NIL when unreadable
	e := &imap.Envelope{
		Date:      date,
		Subject:   p.fields.get("Subject"), // still encoded, as it must go out
		From:      p.addresses("From"),
		Sender:    p.addresses("Sender"),
		ReplyTo:   p.addresses("Reply-To"),
		To:        p.addresses("To"),
		Cc:        p.addresses("Cc"),
		Bcc:       p.addresses("Bcc"),
		MessageID: bare(p.fields.get("Message-Id")),
	}
	for id := range strings.FieldsSeq(p.fields.get("In-Reply-To")) {
		e.InReplyTo = append(e.InReplyTo, bare(id))
	}
	return e
}

// bare takes off the angle brackets, which go-imap puts on.
func bare(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
}

func (p *part) addresses(name string) []imap.Address {
	value := p.fields.get(name)
	if value == "" {
		return nil
	}
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charset.Reader}}
	all, err := parser.ParseList(value)
	if err != nil {
		// One bad address shall not hide the good ones.
		for one := range strings.SplitSeq(value, ",") {
			if a, err := parser.Parse(strings.TrimSpace(one)); err == nil {
				all = append(all, a)
			}
		}
	}
	var out []imap.Address
	for _, a := range all {
		at := strings.LastIndexByte(a.Address, '@')
		if at < 0 {
			continue
		}
		out = append(out, imap.Address{Name: a.Name, Mailbox: a.Address[:at], Host: a.Address[at+1:]})
	}
	return out
}
