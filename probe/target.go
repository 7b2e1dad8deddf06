package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
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
	// Path is that of a socket within this machine; then there is neither Host
	// nor Port.
	Path string
	// Recipient is whom the server is asked to take mail for, an address in
	// ASCII; empty for nobody.
	Recipient string
	// Sender is whom such mail comes from, an address in ASCII; empty for the
	// account when that is an address, and for nobody else.
	Sender string
	// Data sends the recipient a message instead of giving it up before its text.
	Data bool
	// Auth is the one mechanism to log in by, in lower case; empty for the best
	// that the server offers.
	Auth string
	// Folder is where a message of the probe's own is appended, fetched and
	// expunged; empty for nowhere.
	Folder string
	// Idle measures how soon a new message is announced.
	Idle bool
	// Retrieve reads the newest message.
	Retrieve bool
	// Expect is how the first line of the server must begin, or what the web page
	// must hold; empty for anything.
	Expect string
	// Send is said before that line is waited for, with the escapes of unescape.
	Send string
	// MinTLS is the oldest version of TLS that will do, such as "1.3"; empty for
	// "1.2".
	MinTLS string
	// Page is the path and query of a web page, escaped as they are sent.
	Page string
	// Site is how the site of the page is asked.
	Site Site
	// Args are what the program at Path is given, in order, each ended by a NUL.
	Args string
	// Questions are what is asked of a domain, divided by commas; empty for
	// mx,spf,dmarc.
	Questions string
	// Selectors are those of the domain's DKIM keys, divided by commas.
	Selectors string
	// Blocklists are the zones of DNS lists (RFC 5782), divided by commas.
	Blocklists string
	// Nameserver is the resolver that is asked, an address with its port; empty
	// for the system's.
	Nameserver string
	// Insecure skips the checks of the certificate.
	Insecure bool
	// Plaintext lets the password go in the clear to an address that is not
	// loopback, and lets a run go on without encryption there.
	Plaintext bool
}

// scheme is what a target's URL can say, and who asks it.
type scheme struct {
	name    string
	port    uint16 // that is meant when the URL names none; zero: it must
	logsIn  bool   // where the URL names a user
	options []string
	local   bool                          // asks something within this machine
	paged   bool                          // path and query are those of a web page, options stand behind a #
	locate  func(*Target, *url.URL) error // takes host, port and path; nil: host and port
	agree   func(Target) error            // whether the options go together; nil: any do
	speak   func(*conn) error             // holds the conversation
}

var (
	login      = []string{"insecure", "plaintext", "auth"}
	reading    = []string{"insecure", "plaintext", "auth", "append", "idle"}
	fetching   = []string{"insecure", "plaintext", "auth", "retr"}
	submission = []string{"insecure", "plaintext", "auth", "rcpt", "from", "data"}
	delivery   = []string{"rcpt", "from", "data"}
	plain      = []string{"send", "expect"}
	encrypted  = []string{"insecure", "min", "send", "expect"}
)

// schemes are all there are, in the order in which people are told of them.
var schemes = slices.Concat(imapSchemes, pop3Schemes, smtpSchemes, lmtpSchemes, managesieveSchemes, streamSchemes, httpSchemes, webmailSchemes, dnsSchemes, execSchemes, pushSchemes)

// ParseTarget parses scheme://user@host:port, where the port defaults by
// scheme:
//
//	imap, imaps                 log in and look at the inbox; ?append=FOLDER puts
//	                            a message there, fetches it and removes it;
//	                            ?idle=true measures how soon one is announced
//	pop3, pop3s                 log in and look at the inbox; ?retr=true reads the
//	                            newest message
//	smtp, submission, smtps     log in; ?rcpt=ADDRESS begins a message to it,
//	                            ?from=ADDRESS is its sender, ?data=true sends it
//	lmtp, lmtp+unix             ?rcpt=ADDRESS likewise; nobody logs in
//	managesieve                 log in
//	tcp, tls                    connect; ?send=TEXT is said, with \r and \n for line
//	                            ends; ?expect=TEXT begins the server's first line;
//	                            ?min=1.3 is the oldest TLS that will do
//	http, https                 get the page; #expect=TEXT is in it, #status=CODE is
//	                            its code, #redirects=any follows to other hosts
//	horde+https, roundcube+https
//	                            log in to webmail, look at the inbox, log out
//	webmail+https               log in by the form on the page, log out:
//	                            #user_field=NAME, #password_field=NAME, #form=PATH,
//	                            #expect=TEXT, #backend=TEXT, #logout=PATH
//	dns://DOMAIN                ask what the DNS says of mail to and from the domain:
//	                            ?ask=mx,spf,dkim,dmarc,mta-sts,tls-rpt,tlsa,dnsbl,
//	                            ?selector=NAME, ?dnsbl=ZONE, ?resolver=ADDRESS:PORT
//	exec:///PROGRAM             run a monitoring plugin; ?arg=TEXT as often as needed
//	push://NAME                 nothing: a job reports in under that name
//
// The options of a web page stand behind a # and not a ?, because the query is
// the site's; each of the three for webmail is there with +http too.
// lmtp+unix:///PATH names a socket within this machine by its absolute path.
// ?insecure=true skips certificate checks, and where one logs in ?plaintext=true
// allows a password in the clear and ?auth=NAME names the mechanism (those of
// loginMechanisms). A password in the URL is refused, and no error repeats any
// of it.
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
	address, options := s, ""
	if kind.paged {
		address, options, _ = strings.Cut(s, "#")
	}
	u, err := url.Parse(address)
	if err != nil {
		return Target{}, errors.New("parsing target: not of the form scheme://user@host:port")
	}
	t := Target{Scheme: kind.name, User: u.User.Username()}
	if t.User != "" && !kind.logsIn {
		return Target{}, fmt.Errorf("parsing target %q: a check by %s logs nobody in", s, kind.name)
	}
	if strings.ContainsFunc(t.User, unicode.IsControl) {
		return Target{}, fmt.Errorf("parsing target %q: control character in the user name", s)
	}
	t.Port = kind.port
	locate := kind.locate
	if locate == nil {
		locate = (*Target).locateHost
	}
	if err := locate(&t, u); err != nil {
		return Target{}, fmt.Errorf("parsing target %q: %w", s, err)
	}
	if !kind.paged {
		options = u.RawQuery
	}
	if err := t.parseOptions(options, kind.options); err != nil {
		// What is no option may be a secret, such as a token.
		return Target{}, fmt.Errorf("parsing target %q: %w", s[:strings.IndexAny(s, "?#")], err)
	}
	if err := t.checkLogin(); err != nil {
		return Target{}, fmt.Errorf("parsing target %q: %w", s, err)
	}
	if kind.agree != nil {
		if err := kind.agree(t); err != nil {
			return Target{}, fmt.Errorf("parsing target %q: %w", s, err)
		}
	}
	return t, nil
}

// locateHost takes the host and the port from the URL.
func (t *Target) locateHost(u *url.URL) error {
	t.Host = u.Hostname()
	if t.Host == "" || strings.ContainsAny(t.Host, " \t/") {
		return errors.New("no host")
	}
	if u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return errors.New("nothing may follow the port but a query")
	}
	p := u.Port()
	switch {
	case p != "":
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("port %q is not within 1 to 65535", p)
		}
		t.Port = uint16(n)
	case t.Port == 0:
		return errors.New("no port")
	}
	return nil
}

// maxPath is the longest path of a socket (unix(7)).
const maxPath = 107

// locateSocket takes the path of a socket from the URL.
func (t *Target) locateSocket(u *url.URL) error {
	t.Path = u.Path
	if u.Host != "" || !strings.HasPrefix(u.Path, "/") || u.Fragment != "" {
		return errors.New("want the absolute path of a socket behind ://")
	}
	if len(t.Path) > maxPath || strings.ContainsFunc(t.Path, unicode.IsControl) {
		return fmt.Errorf("want a path of at most %d bytes, all printable", maxPath)
	}
	return nil
}

// holdsPassword reports whether what follows the "://" may hold a password: a
// colon before an "@". An "@" in the value of an option is none of a password.
func holdsPassword(rest string) bool {
	for _, mark := range []string{"?", "#"} {
		if head, options, ok := strings.Cut(rest, mark); ok && onlyOptions(options) {
			rest = head
		}
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

// Local reports whether to ask the target is to reach into this machine: to run
// a program, to open a socket by its path, to read what was reported here. Who
// may not configure Howdah may not choose such a target.
func (t Target) Local() bool {
	kind, ok := schemeOf(t.Scheme)
	return !ok || kind.local
}

// Address is the host and port, or the path of the socket, as net.Dial takes
// them; the host alone where there is no port.
func (t Target) Address() string {
	if t.Path != "" {
		return t.Path
	}
	if t.Port == 0 {
		return t.Host
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
}

// String is the URL that ParseTarget parses to the same Target. It holds no
// secret, because a Target holds none.
func (t Target) String() string {
	u := url.URL{Scheme: t.Scheme, Path: t.Path}
	if t.Path == "" {
		u.Host = t.Address()
	}
	if t.User != "" {
		u.User = url.User(t.User)
	}
	if t.Page != "" {
		if options := t.options(); options != "" {
			return u.String() + t.Page + "#" + options
		}
		return u.String() + t.Page
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
