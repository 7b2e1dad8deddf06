package probe

import (
	"encoding/base64"
	"slices"
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
	hidden  []string
	secrets *strings.Replacer // of what is hidden; nil for nothing
}

// hide makes the texts unreadable in what is added from now on, in every form
// in which they cross the wire. Texts that were hidden before remain so.
func (t *transcript) hide(texts ...string) {
	for _, text := range texts {
		for _, form := range []string{
			text,
			quote(text),
			base64.StdEncoding.EncodeToString([]byte(text)),
			base64.RawStdEncoding.EncodeToString([]byte(text)),
		} {
			if text != "" && !slices.Contains(t.hidden, form) {
				t.hidden = append(t.hidden, form)
			}
		}
	}
	// The longest first, because a form may begin as another does.
	slices.SortStableFunc(t.hidden, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(t.hidden))
	for _, form := range t.hidden {
		pairs = append(pairs, form, "***")
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
