package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Target is what a check asks: a server, and the account to ask it with.
type Target struct {
	Scheme string // "imap", "imaps", "pop3" or "pop3s"
	User   string // empty: the run stops before it would log in
	Host   string // name or address, an IPv6 address without brackets
	Port   uint16
	// Insecure skips the checks of the certificate.
	Insecure bool
	// Plaintext lets the password go in the clear to an address that is not
	// loopback, and lets a run go on without encryption there.
	Plaintext bool
}

// ports are those of RFC 9051, RFC 1939 and RFC 8314.
var ports = map[string]uint16{"imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}

// ParseTarget parses scheme://user@host:port, with ?insecure=true to skip
// certificate checks and ?plaintext=true to allow a password in the clear. The
// port defaults by scheme. A password in the URL is refused, and no error
// repeats any of it.
func ParseTarget(s string) (Target, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return Target{}, errors.New("parsing target: want scheme://user@host:port")
	}
	// Before anything else, because the errors of net/url quote what they saw.
	if i := strings.LastIndexByte(rest, '@'); i >= 0 && strings.Contains(rest[:i], ":") {
		return Target{}, errors.New("parsing target: a password does not belong in the URL, put it in a password file (a colon in the user name is %3A)")
	}
	scheme = strings.ToLower(scheme)
	port, ok := ports[scheme]
	if !ok {
		return Target{}, fmt.Errorf("parsing target %q: unknown scheme %q, want imap, imaps, pop3 or pop3s", s, scheme)
	}
	u, err := url.Parse(s)
	if err != nil {
		return Target{}, errors.New("parsing target: not of the form scheme://user@host:port")
	}
	t := Target{Scheme: scheme, User: u.User.Username(), Host: u.Hostname(), Port: port}
	if t.Host == "" || strings.ContainsAny(t.Host, " \t/") {
		return Target{}, fmt.Errorf("parsing target %q: no host", s)
	}
	if strings.ContainsFunc(t.User, func(r rune) bool { return r < ' ' || r == 0x7f }) {
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
	if err := t.parseQuery(u.RawQuery); err != nil {
		return Target{}, fmt.Errorf("parsing target %q: %w", s, err)
	}
	return t, nil
}

func (t *Target) parseQuery(raw string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return err
	}
	for key, values := range query {
		on, err := strconv.ParseBool(values[len(values)-1])
		if err != nil {
			return fmt.Errorf("%q wants true or false", key)
		}
		switch key {
		case "insecure":
			t.Insecure = on
		case "plaintext":
			t.Plaintext = on
		default:
			return fmt.Errorf("unknown option %q, want insecure or plaintext", key)
		}
	}
	return nil
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
	query := url.Values{}
	if t.Insecure {
		query.Set("insecure", "true")
	}
	if t.Plaintext {
		query.Set("plaintext", "true")
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// implicitTLS reports whether encryption begins with the connection (RFC 8314).
func (t Target) implicitTLS() bool { return strings.HasSuffix(t.Scheme, "s") }

// literal is the host as an address; not ok when it is a name.
func (t Target) literal() (netip.Addr, bool) {
	a, err := netip.ParseAddr(t.Host)
	return a, err == nil
}
