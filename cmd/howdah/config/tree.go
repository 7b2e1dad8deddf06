package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The tree says once which keys there are, what they take and where it goes.
// The file, the environment and the schema are all read off it.

// node is what a key can hold: a *scalar, an object, a *list or a *section.
type node any

// scalar is one value, written as text.
type scalar struct {
	shape   shape
	choices []string // of a choice
	// set takes the value as it is written and says what is wrong with it.
	set func(text string) (problem, hint string)
	get func() string
}

type shape string

const (
	isText     shape = "text"
	isDuration shape = "duration"
	isCount    shape = "count"
	isChoice   shape = "choice"
)

// object is a mapping with these keys and no others.
type object []field

type field struct {
	key  string
	doc  string
	node node
}

// list holds any number of items; add makes room for one more and returns what
// it holds. reset empties it, because a list in a file replaces the default.
// each is what it holds.
type list struct {
	reset func()
	add   func() node
	each  func() []node
}

// section is an object that can be switched off as a whole.
type section struct {
	off *bool
	object
}

func (c *Config) tree() object {
	m, d := &c.Mailserver, &c.Detection
	return object{
		{"site", "what readers are told of the page itself", object{
			{"name", "name of the page", text(&c.Site.Name)},
			{"url", "public address of the page; left out: where it listens", text(&c.Site.URL)},
			{"time_zone", "IANA name of the zone of all times that people read", text(&c.Site.TimeZone)},
			{"language", "of the page, its feeds and what the threads say by themselves", choice(&c.Site.Language, Languages...)},
			{"logo", "file with a picture: PNG, JPEG, WebP or GIF", text(&c.Site.Logo)},
			{"accent", "colour of links, #rrggbb; made darker or lighter where it could not be read", text(&c.Site.Accent)},
			{"footer", "plain text at the end of every page", text(&c.Site.Footer)},
			{"links", "at the end of every page", items(&c.Site.Links, (*Link).tree)},
			{"css", "file with rules that come behind the page's own", text(&c.Site.CSS)},
		}},
		{"data", "folder that holds everything Howdah keeps", text(&c.Data)},
		{"database", "empty: SQLite in the data folder", text(&c.Database)},
		{"web", "where the page is served", object{
			{"listen", "host:port", text(&c.Web.Listen)},
			{"trusted_proxies", "addresses or networks (CIDR) whose X-Forwarded-For is believed", proxies(&c.Web.TrustedProxies)},
			{"metrics", "who may read /metrics: programs on this machine, everybody or nobody", choice(&c.Web.Metrics, Loopback, Public, Off)},
			{"probe", "who may have hosts asked by /probe, as modules allow", choice(&c.Web.Probe, Off, Loopback, Public)},
			{"live", "how many readers are told of changes as they happen", count(&c.Web.Live)},
		}},
		{"publish", "the public site as files, for another web server", object{
			{"dir", "folder, written anew after each change; empty for none", text(&c.Publish.Dir)},
		}},
		{"log", "how the log is written", object{
			{"format", "lines of text, or one JSON object a line", choice(&c.Log.Format, Text, JSON)},
			{"level", "from which level on", choice(&c.Log.Level, Info, Debug)},
		}},
		{"mailserver", "the bundled mail server, or off", &section{&m.Off, object{
			{"host", "key of the host that it is known as", text(&m.Host)},
			{"domains", "domains whose mail it takes", texts(&m.Domains)},
			{"listen", "addresses as host:port; an empty one is not listened on", object{
				{"imap", "IMAP with STARTTLS", text(&m.Listen.IMAP)},
				{"imaps", "IMAP over TLS", text(&m.Listen.IMAPS)},
				{"pop3", "POP3 with STLS", text(&m.Listen.POP3)},
				{"pop3s", "POP3 over TLS", text(&m.Listen.POP3S)},
				{"smtp", "inbound SMTP", text(&m.Listen.SMTP)},
				{"lmtp", "inbound LMTP; also unix:PATH", text(&m.Listen.LMTP)},
			}},
			{"tls", "certificate files in PEM; empty: self-signed", object{
				{"cert", "certificate chain", text(&m.TLS.Cert)},
				{"key", "private key", text(&m.TLS.Key)},
			}},
			{"restart", "whether it is started again when it ended by itself", choice(&m.Restart, Always, Never)},
			{"restart_delay", "before the first restart; later ones back off", duration(&m.RestartDelay)},
		}}},
		{"hosts", "what components run on", items(&c.Hosts, func(h *Host) object {
			return object{
				{"key", "what depends_on names", text(&h.Key)},
				{"name", "left out: the key", text(&h.Name)},
			}
		})},
		{"components", "what users know", items(&c.Components, func(p *Component) object {
			return object{
				{"key", "part of URLs, never to be changed", text(&p.Key)},
				{"name", "what readers call it; left out: the key", text(&p.Name)},
				{"group", "heading that it stands under", text(&p.Group)},
				{"description", "one line for readers", text(&p.Description)},
				{"depends_on", "keys of the host that it runs on and of the component that it needs", texts(&p.DependsOn)},
				{"role", "what it is to users; left out: guessed from its checks", choice(&p.Role, roles...)},
			}
		})},
		{"checks", "questions asked of targets on a schedule", items(&c.Checks, func(k *Check) object {
			return object{
				{"key", "what its past hangs on; left out: the component's, numbered", text(&k.Key)},
				{"component", "key of the component that it speaks for", text(&k.Component)},
				{"target", "scheme://user@host:port", text(&k.Target)},
				{"password_file", "file whose first line is the user's password, or the token of a job that reports", text(&k.PasswordFile)},
				{"every", "time from one run to the next", positive(&k.Every)},
				{"schedule", "cron expression in UTC, in place of every", text(&k.Schedule)},
				{"timeout", "time for a whole run, below every", positive(&k.Timeout)},
			}
		})},
		{"canaries", "test messages that are sent and looked for", items(&c.Canaries, (*Canary).tree)},
		{"modules", "how /probe asks hosts that it is told of", items(&c.Modules, (*Module).tree)},
		{"detection", "how a failure becomes a published thread", object{
			{"confirm", "waits before the tries that confirm a failure", durations(&d.Confirm)},
			{"confirm_timeout", "time for each such try", positive(&d.ConfirmTimeout)},
			{"recover", "good runs that end an outage", count(&d.Recover)},
			{"recover_over", "time that they must span", duration(&d.RecoverOver)},
			{"publish_after", "for which feeds and notices wait", duration(&d.PublishAfter)},
			{"resolve_after", "time without failure that resolves a single outage", duration(&d.ResolveAfter)},
			{"quiet_period", "within which a further outage joins the thread", duration(&d.QuietPeriod)},
			{"anchors", "targets outside, asked before a failure outside is believed", texts(&d.Anchors)},
			{"sentinel", "whether an idle session with each component's server is kept", choice(&d.Sentinel, On, Off)},
		}},
	}
}

func text(p *string) *scalar {
	return &scalar{shape: isText, get: func() string { return *p }, set: func(s string) (string, string) {
		*p = s
		return "", ""
	}}
}

func choice(p *string, choices ...string) *scalar {
	return &scalar{shape: isChoice, choices: choices, get: func() string { return *p }, set: func(s string) (string, string) {
		if !slices.Contains(choices, s) {
			return fmt.Sprintf("%q is none of the choices", s), "write " + strings.Join(choices, " or ")
		}
		*p = s
		return "", ""
	}}
}

const durationHint = `write a number with its unit, such as "30s", "5m" or "24h"`

// duration takes 0s too.
func duration(p *time.Duration) *scalar { return durationFrom(0, p) }

// positive does not.
func positive(p *time.Duration) *scalar { return durationFrom(1, p) }

func durationFrom(least time.Duration, p *time.Duration) *scalar {
	return &scalar{shape: isDuration, get: func() string { return p.String() }, set: func(s string) (string, string) {
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			return fmt.Sprintf("%q is no duration", s), durationHint
		case d < 0:
			return fmt.Sprintf("%q is negative", s), durationHint
		case d < least:
			return fmt.Sprintf("%q is no time at all", s), durationHint
		}
		*p = d
		return "", ""
	}}
}

func count(p *int) *scalar {
	return &scalar{shape: isCount, get: func() string { return strconv.Itoa(*p) }, set: func(s string) (string, string) {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil:
			return fmt.Sprintf("%q is no whole number", s), "write a number such as 3"
		case n < 0:
			return fmt.Sprintf("%q is negative", s), "write a number such as 3"
		}
		*p = n
		return "", ""
	}}
}

func texts(p *[]string) *list            { return scalars(p, text) }
func durations(p *[]time.Duration) *list { return scalars(p, duration) }
func scalars[T any](p *[]T, one func(*T) *scalar) *list {
	return grown(p, func(v *T) node { return one(v) })
}

func items[T any](p *[]T, keys func(*T) object) *list {
	return grown(p, func(v *T) node { return keys(v) })
}

func grown[T any](p *[]T, one func(*T) node) *list {
	return &list{
		reset: func() { *p = nil },
		add: func() node {
			var zero T
			*p = append(*p, zero)
			return one(&(*p)[len(*p)-1])
		},
		each: func() []node {
			nodes := make([]node, len(*p))
			for i := range *p {
				nodes[i] = one(&(*p)[i])
			}
			return nodes
		},
	}
}
