package config

import (
	"net/netip"
	"time"
)

// Config is the whole configuration. What Default, Parse and Load return is
// still to be completed, after the last overlay.
type Config struct {
	Site       Site
	Data       string // folder that holds everything Howdah keeps
	Database   string // empty: SQLite in Data
	Web        Web
	Publish    Publish
	Log        Log
	Mailserver Mailserver
	Hosts      []Host
	Components []Component
	Checks     []Check
	Canaries   []Canary
	Modules    []Module
	Detection  Detection
}

// Site is what readers are told of the page itself.
type Site struct {
	Name     string
	URL      string // absolute, without a slash at its end once complete
	TimeZone string // name in the IANA database; of the times that people read
	Language string // one of Languages
	Logo     string // file; empty for none
	Accent   string // "#rrggbb", of links; empty for the page's own
	Footer   string // plain text at the end of every page
	Links    []Link // at the end of every page
	CSS      string // file whose rules come behind the page's own; empty for none
}

// Languages are the tags of those that the page can be in (BCP 47).
var Languages = []string{"en", "de"}

// Web says where the page is served, and what of it to whom.
type Web struct {
	Listen string // host:port
	// TrustedProxies are believed when they name the client.
	TrustedProxies []netip.Prefix
	Metrics        string // Loopback, Public or Off
	Probe          string // likewise
	Live           int    // readers that are told of changes as they happen; 0 for nobody
}

// Publish says where the public site is kept as files.
type Publish struct {
	Dir string // folder; empty for none
}

// What Web.Metrics and Web.Probe can be.
const (
	Loopback = "loopback" // for programs on this machine that ask directly
	Public   = "public"   // for everybody
	Off      = "off"      // for nobody
)

// Log says how the log is written.
type Log struct {
	Format string // Text or JSON
	Level  string // Info or Debug
}

// What Log.Format and Log.Level can be.
const (
	Text  = "text"
	JSON  = "json"
	Info  = "info"
	Debug = "debug"
)

// Mailserver is the bundled mail server.
type Mailserver struct {
	Off          bool     // watch other servers only
	Host         string   // key of the host that it is known as
	Domains      []string // whose mail it takes, in lower case
	Listen       Listen
	TLS          TLS
	Restart      string        // Always or Never
	RestartDelay time.Duration // before the first restart; later ones back off
}

// What Mailserver.Restart can be.
const (
	Always = "always"
	Never  = "never"
)

// Listen holds the bundled server's addresses as host:port; an empty one is
// not listened on. LMTP may be UnixPrefix and the path of a socket instead.
type Listen struct {
	IMAP, IMAPS, POP3, POP3S, SMTP, LMTP string
}

// UnixPrefix begins an address that is the path of a Unix socket.
const UnixPrefix = "unix:"

// TLS names the files, in PEM, of the certificate chain and its private key.
// Both are empty for a self-signed certificate that Howdah makes.
type TLS struct {
	Cert, Key string
}

// Host is what components run on.
type Host struct {
	Key  string
	Name string // the key when left out
}

// Component is what a user knows, such as "Reading mail (IMAP)".
type Component struct {
	Key         string // part of URLs
	Name        string // the key when left out
	Group       string
	Description string
	DependsOn   []string // keys of at most one host and one component
	Role        string   // one of the roles; guessed from its checks when left out
}

// Check is one question asked of one target on a schedule.
type Check struct {
	Key          string // unique; what is known of its past hangs on it
	Component    string // key of the component that it speaks for
	Target       string // as probe.ParseTarget reads it
	PasswordFile string // or of the token of a job that reports; empty when the target names no user
	Every        time.Duration
	Schedule     string        // a cron expression in place of Every, which is then its shortest gap
	Timeout      time.Duration // of a whole run; below Every
}

// Detection says how a failure becomes a published thread.
type Detection struct {
	Confirm        []time.Duration // waits before the tries that confirm a failure
	ConfirmTimeout time.Duration   // of each such try
	Recover        int             // good runs that end an outage
	RecoverOver    time.Duration   // the time that they must span
	PublishAfter   time.Duration   // for which feeds and notices wait
	ResolveAfter   time.Duration   // without failure, for a single outage
	QuietPeriod    time.Duration   // within which a further outage joins the thread
	Anchors        []string        // targets that show whether the network beyond this machine works
	Sentinel       string          // On or Off: idle sessions that know when they are cut
}

// On is what Detection.Sentinel can be, beside Off.
const On = "on"

// Default is what a file is laid over. Its paths are relative to the working
// directory.
func Default() Config {
	return Config{
		Site: Site{Name: "Mail", TimeZone: "UTC", Language: "en"},
		Data: "howdah-data",
		Web:  Web{Listen: "127.0.0.1:8080", Metrics: Loopback, Probe: Off, Live: 2000},
		Log:  Log{Format: Text, Level: Info},
		Mailserver: Mailserver{
			Host:    "mailserver",
			Domains: []string{"localhost"},
			Listen: Listen{
				IMAP:  "127.0.0.1:1143",
				IMAPS: "127.0.0.1:1993",
				POP3:  "127.0.0.1:1110",
				POP3S: "127.0.0.1:1995",
				SMTP:  "127.0.0.1:1025",
				LMTP:  "127.0.0.1:1024",
			},
			Restart:      Always,
			RestartDelay: 5 * time.Second,
		},
		Detection: Detection{
			Confirm:        []time.Duration{2 * time.Second, 5 * time.Second},
			ConfirmTimeout: 5 * time.Second,
			Recover:        3,
			RecoverOver:    30 * time.Second,
			PublishAfter:   30 * time.Second,
			ResolveAfter:   time.Hour,
			QuietPeriod:    24 * time.Hour,
			Sentinel:       On,
		},
	}
}
