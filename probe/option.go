package probe

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const maxExpect = 200

// options are those that a target's URL may carry, in the order in which
// Target.String writes them.
var options = []string{"insecure", "plaintext", "rcpt", "expect"}

// onlyOptions reports whether a query is a list of known options and values.
func onlyOptions(query string) bool {
	for piece := range strings.SplitSeq(query, "&") {
		name, _, ok := strings.Cut(piece, "=")
		if !ok || !slices.Contains(options, name) {
			return false
		}
	}
	return true
}

// parseOptions reads the query of the URL. It is not a form: a plus sign in it
// is a plus sign, as it is in an address.
func (t *Target) parseOptions(query string, allowed []string) error {
	for piece := range strings.SplitSeq(query, "&") {
		if piece == "" {
			continue
		}
		name, raw, _ := strings.Cut(piece, "=")
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("unknown option %q, want %s", name, oneOf(allowed))
		}
		value, err := url.PathUnescape(raw)
		if err != nil {
			return fmt.Errorf("option %q: %w", name, err)
		}
		if err := t.set(name, value); err != nil {
			return fmt.Errorf("%q %w", name, err)
		}
	}
	return nil
}

func (t *Target) set(option, value string) error {
	switch option {
	case "rcpt":
		t.Recipient = value
		return checkAddress(value)
	case "expect":
		t.Expect = value
		if value == "" || len(value) > maxExpect || strings.ContainsFunc(value, unicode.IsControl) {
			return fmt.Errorf("wants 1 to %d bytes, all printable", maxExpect)
		}
	case "insecure", "plaintext":
		on, err := strconv.ParseBool(value)
		if err != nil {
			return errors.New("wants true or false")
		}
		if option == "insecure" {
			t.Insecure = on
		} else {
			t.Plaintext = on
		}
	}
	return nil
}

// checkAddress refuses what would not stay within the angle brackets of a
// command. What the parts of the address may hold is the server's business.
func checkAddress(a string) error {
	i := strings.LastIndexByte(a, '@')
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }
	if i <= 0 || i == len(a)-1 || len(a) > 254 || strings.ContainsFunc(a, odd) {
		return errors.New("wants an address in ASCII such as probe@example.edu")
	}
	return nil
}

// options is the query that parseOptions reads.
func (t Target) options() string {
	var pieces []string
	add := func(given bool, name, value string) {
		if given {
			// An "@" means nothing there, and people read it.
			value = strings.NewReplacer("+", "%20", "%40", "@").Replace(url.QueryEscape(value))
			pieces = append(pieces, name+"="+value)
		}
	}
	add(t.Insecure, "insecure", "true")
	add(t.Plaintext, "plaintext", "true")
	add(t.Recipient != "", "rcpt", t.Recipient)
	add(t.Expect != "", "expect", t.Expect)
	return strings.Join(pieces, "&")
}

// oneOf is the list in words: "a, b or c".
func oneOf(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
