package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Target is what a check asks: a server, and the account to ask it with.
type Target struct {
	Scheme string // one of those in ParseTarget's comment
	User   string // empty: the run stops before it would log in
	Host   string // name or address, an IPv6 address without brackets
	Port   uint16
	// Recipient is whom the server is asked to take mail for, an address in
	// ASCII; empty for nobody.
	Recipient string
	// Insecure skips the checks of the certificate.
	Insecure bool
	// Plaintext lets the password go in the clear to an address that is not
	// loopback, and lets a run go on without encryption there.
	Plaintext bool
}

// scheme is what a target's URL can say.
type scheme struct {
	name    string
	port    uint16   // that is meant when the URL names none
	options []string // that may follow the "?"
}

var (
	login    = []string{"insecure", "plaintext"}
	envelope = []string{"insecure", "plaintext", "rcpt"}
)

// schemes have the ports of RFC 9051, RFC 1939, RFC 5321, RFC 6409 and
// RFC 8314.
var schemes = []scheme{
	{"imap", 143, login},
	{"imaps", 993, login},
	{"pop3", 110, login},
	{"pop3s", 995, login},
	{"smtp", 25, envelope},
	{"submission", 587, envelope},
	{"smtps", 465, envelope},
}

// ParseTarget parses scheme://user@host:port, where the port defaults by
// scheme:
//
//	imap, imaps, pop3, pop3s    log in and look at the inbox
//	smtp, submission, smtps     log in; ?rcpt=ADDRESS begins a message to it
//
// Everywhere ?insecure=true skips certificate checks, and ?plaintext=true
// allows a password in the clear. A password in the URL is refused, and no
// error repeats any of it.
func ParseTarget(s string) (Target, error) {
	name, rest, ok := strings.Cut(s, "://")
	if !ok {
		return Target{}, errors.New("parsing target: want scheme://user@host:port")
	}
	// Before anything else, because the errors of net/url quote what they saw.
	if holdsPassword(rest) {
		return Target{}, errors.New("parsing target: a password does not belong in the URL, put it in a password file (a colon in the user name is %3A)")
	}
	kind, ok := schemeOf(strings.ToLower(name))
	if !ok {
		return Target{}, fmt.Errorf("parsing target %q: unknown scheme %q, want %s", s, strings.ToLower(name), schemeNames())
	}
	u, err := url.Parse(s)
	if err != nil {
		return Target{}, errors.New("parsing target: not of the form scheme://user@host:port")
	}
	t := Target{Scheme: kind.name, User: u.User.Username(), Host: u.Hostname(), Port: kind.port}
	if t.Host == "" || strings.ContainsAny(t.Host, " \t/") {
		return Target{}, fmt.Errorf("parsing target %q: no host", s)
	}
	if strings.ContainsFunc(t.User, unicode.IsControl) {
		return Target{}, fmt.Errorf("parsing target %q: control character in the user name", s)
	}
	if u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return Target{}, fmt.Errorf("parsing target %q: nothing may follow the port but a query", s)
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Target{}, fmt.Errorf("parsing target %q: port %q is not within 1 to 65535", s, p)
		}
		t.Port = uint16(n)
	}
	if err := t.parseOptions(u.RawQuery, kind.options); err != nil {
		return Target{}, fmt.Errorf("parsing target %q: %w", s, err)
	}
	return t, nil
}

// holdsPassword reports whether what follows the "://" may hold a password: a
// colon before an "@". An "@" in the value of an option is none of a password.
func holdsPassword(rest string) bool {
	if head, query, ok := strings.Cut(rest, "?"); ok && onlyOptions(query) {
		rest = head
	}
	i := strings.LastIndexByte(rest, '@')
	return i >= 0 && strings.Contains(rest[:i], ":")
}

func schemeOf(name string) (scheme, bool) {
	for _, k := range schemes {
		if k.name == name {
			return k, true
		}
	}
	return scheme{}, false
}

func schemeNames() string {
	var names []string
	for _, k := range schemes {
		names = append(names, k.name)
	}
	return oneOf(names)
}

// Address is the host and port as net.Dial takes them.
func (t Target) Address() string {
	return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
}

// String is the URL that ParseTarget parses to the same Target. It holds no
// secret, because a Target holds none.
func (t Target) String() string {
	u := url.URL{Scheme: t.Scheme, Host: t.Address()}
	if t.User != "" {
		u.User = url.User(t.User)
	}
	u.RawQuery = t.options()
	return u.String()
}

// implicitTLS reports whether encryption begins with the connection (RFC 8314).
func (t Target) implicitTLS() bool { return strings.HasSuffix(t.Scheme, "s") }

// literal is the host as an address; not ok when it is a name.
func (t Target) literal() (netip.Addr, bool) {
	a, err := netip.ParseAddr(t.Host)
	return a, err == nil
}
