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

// option is a word that the URL of a target may carry. Either flag or text is
// where its value lies in the Target.
type option struct {
	name  string
	flag  func(*Target) *bool
	text  func(*Target) *string
	many  bool               // may be given more than once: then each text is ended by a NUL
	check func(string) error // of a text
}

// options are all there are, in the order in which Target.String writes them.
var options = []option{
	{name: "insecure", flag: func(t *Target) *bool { return &t.Insecure }},
	{name: "plaintext", flag: func(t *Target) *bool { return &t.Plaintext }},
	{name: "rcpt", text: func(t *Target) *string { return &t.Recipient }, check: checkAddress},
	{name: "from", text: func(t *Target) *string { return &t.Sender }, check: checkAddress},
	{name: "data", flag: func(t *Target) *bool { return &t.Data }},
	{name: "auth", text: func(t *Target) *string { return &t.Auth }, check: checkMechanism},
	{name: "append", text: func(t *Target) *string { return &t.Folder }, check: checkFolder},
	{name: "idle", flag: func(t *Target) *bool { return &t.Idle }},
	{name: "retr", flag: func(t *Target) *bool { return &t.Retrieve }},
	{name: "min", text: func(t *Target) *string { return &t.MinTLS }, check: checkMinTLS},
	{name: "send", text: func(t *Target) *string { return &t.Send }, check: checkSend},
	{name: "expect", text: func(t *Target) *string { return &t.Expect }, check: checkText},
	{name: "status", text: func(t *Target) *string { return &t.Site.Status }, check: checkStatus},
	{name: "redirects", text: func(t *Target) *string { return &t.Site.Redirects }, check: checkRedirects},
	{name: "user_field", text: func(t *Target) *string { return &t.Site.UserField }, check: checkText},
	{name: "password_field", text: func(t *Target) *string { return &t.Site.PasswordField }, check: checkText},
	{name: "form", text: func(t *Target) *string { return &t.Site.Form }, check: checkRelative},
	{name: "backend", text: func(t *Target) *string { return &t.Site.Backend }, check: checkText},
	{name: "logout", text: func(t *Target) *string { return &t.Site.Logout }, check: checkRelative},
	{name: "arg", text: func(t *Target) *string { return &t.Args }, many: true, check: checkArg},
	{name: "ask", text: func(t *Target) *string { return &t.Questions }, check: checkQuestions},
	{name: "selector", text: func(t *Target) *string { return &t.Selectors }, check: checkNames},
	{name: "dnsbl", text: func(t *Target) *string { return &t.Blocklists }, check: checkNames},
	{name: "resolver", text: func(t *Target) *string { return &t.Nameserver }, check: checkNameserver},
}

func (o option) set(t *Target, value string) error {
	if o.many {
		*o.text(t) += value + "\x00"
		return o.check(value)
	}
	if o.flag == nil {
		*o.text(t) = value
		return o.check(value)
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return errors.New("wants true or false")
	}
	*o.flag(t) = on
	return nil
}

// values are what set would take, none when the option is not given.
func (o option) values(t *Target) []string {
	switch {
	case o.many:
		return ended(*o.text(t))
	case o.flag == nil && *o.text(t) != "":
		return []string{*o.text(t)}
	case o.flag != nil && *o.flag(t):
		return []string{"true"}
	}
	return nil
}

// ended are the texts of which each is ended by a NUL.
func ended(list string) []string {
	all := strings.Split(list, "\x00")
	return all[:len(all)-1]
}

func optionNamed(name string) (option, bool) {
	i := slices.IndexFunc(options, func(o option) bool { return o.name == name })
	if i < 0 {
		return option{}, false
	}
	return options[i], true
}

// onlyOptions reports whether a query is a list of known options and values.
func onlyOptions(query string) bool {
	for piece := range strings.SplitSeq(query, "&") {
		name, _, ok := strings.Cut(piece, "=")
		if _, known := optionNamed(name); !ok || !known {
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
		if len(allowed) == 0 {
			return errors.New("it takes no options")
		}
		name, raw, _ := strings.Cut(piece, "=")
		o, known := optionNamed(name)
		if !known || !slices.Contains(allowed, name) {
			return fmt.Errorf("unknown option %q, want %s", name, oneOf(allowed))
		}
		value, err := url.PathUnescape(raw)
		if err != nil {
			return fmt.Errorf("option %q: %w", name, err)
		}
		if err := o.set(t, value); err != nil {
			return fmt.Errorf("%q %w", name, err)
		}
	}
	return nil
}

const maxText = 200

func checkText(value string) error {
	if value == "" || len(value) > maxText || strings.ContainsFunc(value, unicode.IsControl) {
		return fmt.Errorf("wants 1 to %d bytes, all printable", maxText)
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
	for _, o := range options {
		for _, value := range o.values(&t) {
			// These mean nothing there, and people read them.
			value = strings.NewReplacer("+", "%20", "%40", "@", "%2C", ",", "%3A", ":", "%2F", "/").Replace(url.QueryEscape(value))
			pieces = append(pieces, o.name+"="+value)
		}
	}
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
