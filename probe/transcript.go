package probe

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxDetail         = 200
	maxTranscriptLine = 512
	maxTranscript     = 8 << 10
)

// transcript keeps the conversation of one run, fit to be shown to staff.
type transcript struct {
	lines   []string
	size    int
	secrets *strings.Replacer // nil until a secret was read
}

// hide makes every form in which the credentials cross the wire unreadable in
// what is added from now on.
func (t *transcript) hide(user, password string) {
	plain := "\x00" + user + "\x00" + password
	var pairs []string
	for _, form := range []string{
		base64.StdEncoding.EncodeToString([]byte(plain)),
		base64.RawStdEncoding.EncodeToString([]byte(plain)),
		base64.StdEncoding.EncodeToString([]byte(password)),
		base64.RawStdEncoding.EncodeToString([]byte(password)),
		quote(password),
		password,
	} {
		if form != "" && form != `""` {
			pairs = append(pairs, form, "***")
		}
	}
	t.secrets = strings.NewReplacer(pairs...)
}

// add appends one line said by who ("C" or "S").
func (t *transcript) add(who, line string) {
	if t.size >= maxTranscript {
		return
	}
	line = who + ": " + t.clean(line, maxTranscriptLine)
	if t.size+len(line) > maxTranscript {
		line = "(the rest is left out)"
		t.size = maxTranscript
	}
	t.size += len(line)
	t.lines = append(t.lines, line)
}

// clean makes text printable, one line and at most limit bytes, without
// secrets. Secrets go first: neither replacing bytes nor cutting may save a
// part of one.
func (t *transcript) clean(text string, limit int) string {
	if t.secrets != nil {
		text = t.secrets.Replace(text)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != utf8.RuneError {
			return r
		}
		return '.'
	}, strings.TrimSpace(text))
	if len(text) <= limit {
		return text
	}
	const more = "..."
	cut := limit - len(more)
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + more
}

// quote is an IMAP quoted string (RFC 9051, section 4.3).
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
