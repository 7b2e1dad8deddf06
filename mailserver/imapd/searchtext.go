package imapd

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-message/charset"

	"howdah/mailserver"
)

// maxSearched is how much of a part SEARCH looks at, so that memory has a
// bound.
const maxSearched = 8 << 20

// searched is a message whose bytes are read when a search key needs them.
type searched struct {
	session *session
	message mailserver.Message
	body    mailserver.Body
	root    *part
}

func (t *searched) close() {
	if t.body != nil {
		t.body.Close() // it was only read
	}
}

func (t *searched) open() error {
	if t.root != nil {
		return nil
	}
	s := t.session
	var err error
	if t.body, err = s.svc.Body(s.ctx, s.account, s.view.mailbox.ID, t.message.UID); err != nil {
		return err
	}
	t.root, err = parsePart(t.body, t.body.Size())
	return err
}

func (t *searched) matchText(c *imap.SearchCriteria) (bool, error) {
	sent := !c.SentSince.IsZero() || !c.SentBefore.IsZero()
	if !sent && len(c.Header)+len(c.Body)+len(c.Text) == 0 {
		return true, nil
	}
	if err := t.open(); err != nil {
		return false, err
	}
	if sent {
		date, err := mail.ParseDate(t.root.fields.get("Date"))
		if err != nil || !between(date, c.SentSince, c.SentBefore) {
			return false, nil
		}
	}
	for _, h := range c.Header {
		if !t.root.fields.contain(h.Key, fold(h.Value)) {
			return false, nil
		}
	}
	for _, text := range c.Text {
		if ok, err := t.contains(t.root, fold(text), true); !ok || err != nil {
			return false, err
		}
	}
	for _, text := range c.Body {
		if ok, err := t.contains(t.root, fold(text), false); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func fold(s string) string { return strings.ToLower(s) }

// contain reports whether a field of that name, or any field when name is
// empty, has the text, decoded or as it is.
func (fs fields) contain(name, text string) bool {
	words := mime.WordDecoder{CharsetReader: charset.Reader}
	for _, f := range fs {
		if name != "" && !strings.EqualFold(f.name, name) {
			continue
		}
		raw := f.value()
		if name == "" {
			raw = f.name + ": " + raw
		}
		if strings.Contains(fold(raw), text) {
			return true
		}
		decoded, err := words.DecodeHeader(raw)
		if err == nil && strings.Contains(fold(decoded), text) {
			return true
		}
	}
	return false
}

// contains looks through the text parts, and through headers when asked to.
func (t *searched) contains(p *part, text string, headers bool) (bool, error) {
	if text == "" || headers && p.fields.contain("", text) {
		return true, nil
	}
	for _, c := range p.children {
		if ok, err := t.contains(c, text, true); ok || err != nil {
			return ok, err
		}
	}
	if p.message != nil {
		return t.contains(p.message, text, true)
	}
	if p.typ != "text" {
		return false, nil
	}
	content, err := t.content(p)
	return err == nil && strings.Contains(fold(content), text), err
}

// content is a part's text, decoded as far as it can be.
func (t *searched) content(p *part) (string, error) {
	raw := make([]byte, min(p.body.size(), maxSearched))
	if _, err := io.ReadFull(io.NewSectionReader(t.body, p.body.from, int64(len(raw))), raw); err != nil {
		return "", err
	}
	var r io.Reader = bytes.NewReader(raw)
	switch fold(p.encoding()) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	if cs := p.params["charset"]; cs != "" {
		if decoded, err := charset.Reader(cs, r); err == nil {
			r = decoded
		}
	}
	// A part that is not what it says is searched up to there.
	decoded, _ := io.ReadAll(io.LimitReader(r, 2*maxSearched))
	return string(decoded), nil
}
