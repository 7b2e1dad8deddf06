package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"howdah/probe"
)

func parsed(t *testing.T, name, text string) Config {
	t.Helper()
	c, err := Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func completed(t *testing.T, c Config) Config {
	t.Helper()
	full, err := c.Complete()
	if err != nil {
		t.Fatal(err)
	}
	return full
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReferenceIsTheDefault(t *testing.T) {
	equal(t, parsed(t, "reference.yaml", string(Example())), Default())
}

// The reference shows lists in comments, which have to be right too: they are
// what Complete makes.
func TestReferenceShowsWhatCompleteMakes(t *testing.T) {
	text := strings.NewReplacer(": []\n", ":\n", "#   ", "    ").Replace(string(Example()))
	got := completed(t, parsed(t, "reference.yaml", text))
	equal(t, got.Hosts, []Host{{Key: "elephant", Name: "Elephant"}})
	want := completed(t, Default())
	equal(t, got.Components, want.Components)
	equal(t, got.Checks, want.Checks)
	equal(t, got.Canaries, want.Canaries)
}

// Every key of the tree stands in the reference, and the other way round.
func TestReferenceHasEveryKey(t *testing.T) {
	var c Config
	for _, f := range c.tree() {
		if !strings.Contains(string(Example()), "\n"+f.key+":") {
			t.Errorf("%s is missing", f.key)
		}
		o, _ := f.node.(object)
		if s, ok := f.node.(*section); ok {
			o = s.object
		}
		if l, ok := f.node.(*list); ok {
			o = l.add().(object)
		}
		for _, k := range o {
			if !strings.Contains(string(Example()), " "+k.key+":") {
				t.Errorf("%s.%s is missing", f.key, k.key)
			}
		}
	}
}

func TestNothingWritten(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "site:\nchecks:\nweb:\n  listen:\n", "---\n"} {
		equal(t, parsed(t, "howdah.yaml", text), Default())
	}
}

const design = `
site:       {name: "Mail at Example University", url: "https://status.example.edu/mail/", time_zone: "Africa/Johannesburg", logo: logo.png, accent: "#0A4F96", footer: "Call 4000.", links: [{name: Help, url: "mailto:help@example.edu"}], css: /etc/own.css}
data:       ./howdah-data
database:   ""
web:        {listen: "127.0.0.1:8081", trusted_proxies: [10.0.0.1, "fd00::/8"], metrics: public, probe: loopback, live: 500}
publish:    {dir: public}
log:        {format: json, level: debug}
mailserver:
  host:     elephant
  domains:  [example.edu]
  listen:   {imap: "127.0.0.1:2143", imaps: "127.0.0.1:2993", pop3: "127.0.0.1:2110", pop3s: "127.0.0.1:2995", smtp: "127.0.0.1:2025", lmtp: "unix:lmtp.sock"}
  tls:      {cert: "tls/cert.pem", key: "/etc/key.pem"}
  restart:  never
  restart_delay: 7s
hosts:      [{key: elephant}, {key: zebra, name: Zebra}]
components:
  - {key: imap, name: "Reading mail (IMAP)", group: "Mail", description: "The inbox", depends_on: [elephant]}
  - {key: webmail, role: webmail, depends_on: [imap]}
checks:
  - {component: imap, target: "imap://probe@127.0.0.1:2143", password_file: probe.password, every: 31s, timeout: 14s}
  - {component: imap, target: "imaps://probe@127.0.0.1:2993", password_file: probe.password}
  - {key: inbox, component: webmail, target: "imaps://mail.example.edu", schedule: "*/2 * * * *"}
modules:
  - {key: imaps_login, target: "imaps://probe@*", password_file: probe.password, timeout: 5s, hosts: [mail.example.edu, "mail.example.edu:1993"], networks: [10.1.0.0/16, "fd00::1"]}
  - {key: smtp, target: "smtp://*"}
detection:  {confirm: [1s, 3s], confirm_timeout: 4s, recover: 4, recover_over: 40s, publish_after: 0s, resolve_after: 2h, quiet_period: 48h, anchors: ["tcp://192.0.2.1:443"], sentinel: off}
`

func TestEveryKeyIsRead(t *testing.T) {
	got := completed(t, parsed(t, "/etc/howdah/howdah.yaml", design))
	equal(t, got, Config{
		Site: Site{Name: "Mail at Example University", URL: "https://status.example.edu/mail", TimeZone: "Africa/Johannesburg", Language: "en",
			Logo: "/etc/howdah/logo.png", Accent: "#0A4F96", Footer: "Call 4000.", Links: []Link{{"Help", "mailto:help@example.edu"}}, CSS: "/etc/own.css"},
		Data: "/etc/howdah/howdah-data",
		Web: Web{
			Listen:         "127.0.0.1:8081",
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("fd00::/8")},
			Metrics:        Public,
			Probe:          Loopback,
			Live:           500,
		},
		Publish: Publish{Dir: "/etc/howdah/public"},
		Log:     Log{Format: JSON, Level: Debug},
		Mailserver: Mailserver{
			Host: "elephant", Domains: []string{"example.edu"},
			Listen: Listen{
				IMAP: "127.0.0.1:2143", IMAPS: "127.0.0.1:2993", POP3: "127.0.0.1:2110", POP3S: "127.0.0.1:2995",
				SMTP: "127.0.0.1:2025", LMTP: "unix:/etc/howdah/lmtp.sock",
			},
			TLS:     TLS{Cert: "/etc/howdah/tls/cert.pem", Key: "/etc/key.pem"},
			Restart: Never, RestartDelay: 7 * time.Second,
		},
		Hosts: []Host{{Key: "elephant", Name: "elephant"}, {Key: "zebra", Name: "Zebra"}},
		Components: []Component{
			{Key: "imap", Name: "Reading mail (IMAP)", Group: "Mail", Description: "The inbox", DependsOn: []string{"elephant"}, Role: Reading},
			{Key: "webmail", Name: "webmail", DependsOn: []string{"imap"}, Role: Webmail},
		},
		Checks: []Check{
			{Key: "imap", Component: "imap", Target: "imap://probe@127.0.0.1:2143", PasswordFile: "/etc/howdah/probe.password", Every: 31 * time.Second, Timeout: 14 * time.Second},
			{Key: "imap-2", Component: "imap", Target: "imaps://probe@127.0.0.1:2993", PasswordFile: "/etc/howdah/probe.password", Every: 30 * time.Second, Timeout: 15 * time.Second},
			{Key: "inbox", Component: "webmail", Target: "imaps://mail.example.edu", Every: 2 * time.Minute, Schedule: "*/2 * * * *", Timeout: 15 * time.Second},
		},
		Modules: []Module{
			{
				Key: "imaps_login", Target: "imaps://probe@*", PasswordFile: "/etc/howdah/probe.password", Timeout: 5 * time.Second,
				Hosts:    []string{"mail.example.edu", "mail.example.edu:1993"},
				Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::1/128")},
			},
			{Key: "smtp", Target: "smtp://*", Timeout: 10 * time.Second},
		},
		Detection: Detection{
			Confirm: []time.Duration{time.Second, 3 * time.Second}, ConfirmTimeout: 4 * time.Second,
			Recover: 4, RecoverOver: 40 * time.Second, PublishAfter: 0, ResolveAfter: 2 * time.Hour, QuietPeriod: 48 * time.Hour,
			Anchors: []string{"tcp://192.0.2.1:443"}, Sentinel: Off,
		},
	})
	equal(t, completed(t, got), got)
}

func TestAnchorsAreFollowed(t *testing.T) {
	c := parsed(t, "howdah.yaml", "components: [{key: imap, name: &name Mail}, {key: pop3, name: *name}]\n")
	equal(t, c.Components[1].Name, "Mail")
}

func TestMailserverOff(t *testing.T) {
	for _, text := range []string{"mailserver: off", `mailserver: "off"`, "mailserver: false"} {
		c := completed(t, parsed(t, "howdah.yaml", text))
		if !c.Mailserver.Off || len(c.Components)+len(c.Checks) != 0 {
			t.Errorf("%s: %+v", text, c)
		}
	}
}

func TestLoadLaysEnvironmentOverFile(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "howdah.yaml")
	write(t, file, "site: {name: From the file, time_zone: Europe/Berlin}\nmailserver: {tls: {cert: c.pem, key: k.pem}}\n")
	write(t, filepath.Join(folder, "name"), "From a file of its own\r\n\n")
	c, err := Load(file, []string{
		"PATH=/bin", "HOWDAH_CONFIG=elsewhere", "HOWDAH_PORT=tcp://10.0.0.1:8080", "HOWDAH_SERVICE_HOST=10.0.0.1",
		"HOWDAH_SITE_NAME_FILE=" + filepath.Join(folder, "name"),
		"HOWDAH_WEB_LISTEN=first:1", "HOWDAH_WEB_LISTEN=:8090",
		"HOWDAH_DETECTION_PUBLISH_AFTER=2m",
		"HOWDAH_DETECTION_RECOVER=5",
		"HOWDAH_MAILSERVER_RESTART=never",
		"HOWDAH_MAILSERVER_LISTEN_POP3=",
		"HOWDAH_MAILSERVER_TLS_KEY=key.pem",
		"HOWDAH_WEB_METRICS=off", "HOWDAH_LOG_FORMAT=json", "HOWDAH_LOG_LEVEL=debug",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Site = Site{Name: "From a file of its own", TimeZone: "Europe/Berlin", Language: "en"}
	want.Data = filepath.Join(folder, "howdah-data")
	want.Web.Listen, want.Web.Metrics = ":8090", Off
	want.Log = Log{Format: JSON, Level: Debug}
	want.Detection.PublishAfter, want.Detection.Recover = 2*time.Minute, 5
	want.Mailserver.Restart, want.Mailserver.Listen.POP3 = Never, ""
	want.Mailserver.TLS = TLS{Cert: filepath.Join(folder, "c.pem"), Key: "key.pem"}
	equal(t, c, want)
	equal(t, completed(t, c).Site.URL, "http://127.0.0.1:8090")
}

func TestLoadWithoutFile(t *testing.T) {
	c, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, c, Default())
	off, err := Load("", []string{"HOWDAH_MAILSERVER=off"})
	if err != nil || !off.Mailserver.Off {
		t.Fatalf("%+v, %v", off, err)
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want fs.ErrNotExist", err)
	}
}

func TestMistakesInTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "howdah.yaml")
	write(t, file, "web:\n  listen: nowhere\n")
	secret := filepath.Join(t.TempDir(), "secret")
	for variable, want := range map[string]string{
		"HOWDAH_DETECTION_PUBLISHAFTER=1s":       "HOWDAH_DETECTION_PUBLISHAFTER: unknown variable; did you mean HOWDAH_DETECTION_PUBLISH_AFTER?",
		"HOWDAH_DETECTION_PUBLISH_AFTER=soon":    `HOWDAH_DETECTION_PUBLISH_AFTER: "soon" is no duration; ` + durationHint,
		"HOWDAH_DETECTION_RECOVER=0":             "HOWDAH_DETECTION_RECOVER: an outage would end without a good run; write 1 or more",
		"HOWDAH_CHECKS=[]":                       "HOWDAH_CHECKS: a list cannot be set by the environment; write it to the configuration file as checks",
		"HOWDAH_MAILSERVER_DOMAINS=a,b":          "HOWDAH_MAILSERVER_DOMAINS: a list cannot be set by the environment; write it to the configuration file as mailserver.domains",
		"HOWDAH_WEB_TRUSTED_PROXIES=10.0.0.1":    "HOWDAH_WEB_TRUSTED_PROXIES: a list cannot be set by the environment; write it to the configuration file as web.trusted_proxies",
		"HOWDAH_WEB_METRICS=yes":                 `HOWDAH_WEB_METRICS: "yes" is none of the choices; write loopback or public or off`,
		"HOWDAH_MAILSERVER=maybe":                `HOWDAH_MAILSERVER: "maybe" is none of the choices; write off, or leave it out`,
		"HOWDAH_SITE_NAME_FILE=" + secret:        "HOWDAH_SITE_NAME_FILE: open " + secret + ": no such file or directory; name a file that can be read",
		"HOWDAH_DATABASE=postgres://a:hunter2@b": "HOWDAH_DATABASE: only SQLite is to be had; leave it empty, for SQLite in the data folder",
		"HOWDAH_SITE_TIME_ZONE=Mars/Olympus":     `HOWDAH_SITE_TIME_ZONE: there is no time zone "Mars/Olympus"; write a name such as "Africa/Johannesburg" or "UTC"`,
	} {
		_, err := Load("", []string{variable})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got\n%v\nwant\n%s", variable, err, want)
		}
	}

	_, err := Load(file, []string{"HOWDAH_SITE_NAME=a", "HOWDAH_SITE_NAME_FILE=b", "HOWDAH_DATA="})
	var found Errors
	if !errors.As(err, &found) || len(found) != 3 {
		t.Fatalf("got %v", err)
	}
	for i, key := range []string{"web.listen", "HOWDAH_SITE_NAME", "HOWDAH_DATA"} {
		if found[i].Key != key {
			t.Errorf("mistake %d is about %s, want %s: the file comes first", i, found[i].Key, key)
		}
	}
	if found[0].File != file || found[0].Line != 2 {
		t.Errorf("it blames %s line %d", found[0].File, found[0].Line)
	}
}

func TestCompleteReportsMistakes(t *testing.T) {
	c := Default()
	c.Data, c.Detection.ConfirmTimeout = "", 0
	_, err := c.Complete()
	var found Errors
	if !errors.As(err, &found) || len(found) != 2 || found[0].Key != "data" || found[1].Key != "detection.confirm_timeout" {
		t.Fatalf("got %v", err)
	}
}

func TestBundledServerIsChecked(t *testing.T) {
	components := []Component{
		{Key: "imap", Name: "Reading mail (IMAP)", Group: "Mail", DependsOn: []string{"mailserver"}, Role: Reading},
		{Key: "pop3", Name: "Fetching mail (POP3)", Group: "Mail", DependsOn: []string{"mailserver"}, Role: Fetching},
		{Key: "incoming", Name: "Receiving mail (SMTP)", Group: "Mail", DependsOn: []string{"mailserver"}, Role: Receiving},
	}
	for _, c := range []struct {
		name    string
		change  func(*Config)
		targets string
	}{
		{"by default", func(*Config) {},
			"imap://probe@127.0.0.1:1143?insecure=true pop3://probe@127.0.0.1:1110?insecure=true smtp://127.0.0.1:1025?rcpt=probe@localhost&insecure=true"},
		{"on every address", func(c *Config) {
			c.Mailserver.Listen.IMAP, c.Mailserver.Listen.POP3, c.Mailserver.Listen.SMTP = ":143", "[::]:110", ":25"
		}, "imap://probe@127.0.0.1:143?insecure=true pop3://probe@[::1]:110?insecure=true smtp://127.0.0.1:25?rcpt=probe@localhost&insecure=true"},
		{"over TLS only", func(c *Config) {
			c.Mailserver.Listen.IMAP, c.Mailserver.Listen.POP3 = "", ""
		}, "imaps://probe@127.0.0.1:1993?insecure=true pop3s://probe@127.0.0.1:1995?insecure=true smtp://127.0.0.1:1025?rcpt=probe@localhost&insecure=true"},
		{"with a certificate", func(c *Config) {
			c.Mailserver.TLS = TLS{Cert: "c.pem", Key: "k.pem"}
			c.Mailserver.Domains = []string{"example.edu", "example.org"}
		}, "imap://probe@127.0.0.1:1143 pop3://probe@127.0.0.1:1110 smtp://127.0.0.1:1025?rcpt=probe@example.edu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Default()
			in.Data = "/var/lib/howdah"
			c.change(&in)
			full := completed(t, in)
			equal(t, full.Components, components)
			var targets []string
			for _, k := range full.Checks {
				targets = append(targets, k.Target)
				password := "/var/lib/howdah/probe.password"
				if k.Component == "incoming" {
					password = "" // nobody logs in there
				}
				if k.PasswordFile != password || k.Every != 30*time.Second || k.Timeout != 15*time.Second || k.Key != k.Component {
					t.Errorf("%+v", k)
				}
				if _, err := probe.ParseTarget(k.Target); err != nil {
					t.Error(err)
				}
			}
			equal(t, strings.Join(targets, " "), c.targets)
			equal(t, completed(t, full), full)
		})
	}
	without := Default()
	without.Mailserver.Listen.POP3, without.Mailserver.Listen.POP3S, without.Mailserver.Listen.SMTP = "", "", ""
	equal(t, completed(t, without).Components, components[:1])
}

func TestCompleteLeavesItsReceiver(t *testing.T) {
	c := parsed(t, "howdah.yaml", "components: [{key: imap}]\nchecks: [{component: imap, target: \"imap://mail.example.edu\"}]\n")
	completed(t, c)
	equal(t, c.Components, []Component{{Key: "imap"}})
	equal(t, c.Checks, []Check{{Component: "imap", Target: "imap://mail.example.edu"}})
}

func TestNearest(t *testing.T) {
	names := []string{"listen", "time_zone", "name", "url"}
	for word, want := range map[string]string{
		"lisetn": "listen", "Listen": "listen", "timezone": "time_zone", "nmae": "name", "address": "", "port": "", "": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q is near to %q, want %q", word, got, want)
		}
	}
}

func TestSchemaKnowsTheReference(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Load([]byte(design), &doc); err != nil {
		t.Fatal(err)
	}
	agree(t, "", schema, doc)
}

// agree walks a document along a schema and fails at a key that it lacks.
func agree(t *testing.T, key string, schema map[string]any, v any) {
	t.Helper()
	if either, ok := schema["anyOf"].([]any); ok {
		schema = either[1].(map[string]any)
	}
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for k, item := range v {
			p, ok := properties[k].(map[string]any)
			if !ok || p["description"] == "" {
				t.Errorf("the schema lacks %s", join(key, k))
				continue
			}
			agree(t, join(key, k), p, item)
		}
	case []any:
		items, ok := schema["items"].(map[string]any)
		if !ok {
			t.Errorf("the schema has no list at %s", key)
			return
		}
		for _, item := range v {
			agree(t, key, items, item)
		}
	}
}

func TestBundledServerIsNamedInTheLanguageOfTheSite(t *testing.T) {
	for _, language := range Languages {
		c := Default()
		c.Site.Language = language
		c, err := c.Complete()
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range c.Components {
			if k.Name == k.Key || language != "en" && strings.Contains(k.Name, "ing mail") {
				t.Errorf("%s: %q is called %q", language, k.Key, k.Name)
			}
		}
	}
}
