package config

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howdah/probe"
)

const (
	defaultEvery   = 60 * time.Second
	bundledEvery   = 30 * time.Second
	defaultTimeout = 15 * time.Second

	probeUser         = "probe"
	probePasswordFile = "probe.password"
)

// Complete returns the configuration with everything in it that was left out
// and follows from other keys: the site's URL from the address of the page,
// the bundled server's own components and checks when there are none, keys,
// names and intervals. It is called after the last overlay; of a configuration
// that is complete it makes the same again. The error is Errors.
func (c Config) Complete() (Config, error) {
	full := c.filled()
	var found Errors
	validate(full, func(key, problem, hint string) {
		found = append(found, Error{Key: key, Problem: problem, Hint: hint})
	})
	if len(found) > 0 {
		return full, found
	}
	return full, nil
}

func (c Config) filled() Config {
	c.Hosts = slices.Clone(c.Hosts)
	c.Components = slices.Clone(c.Components)
	c.Checks = slices.Clone(c.Checks)
	c.Canaries = slices.Clone(c.Canaries)
	c.Modules = slices.Clone(c.Modules)
	if c.Site.TimeZone == "" {
		c.Site.TimeZone = Default().Site.TimeZone
	}
	if c.Site.Language == "" {
		c.Site.Language = Default().Site.Language
	}
	if problem, _ := address(c.Web.Listen, true); c.Site.URL == "" && problem == "" {
		c.Site.URL = "http://" + reachable(c.Web.Listen)
	}
	c.Site.URL = strings.TrimRight(c.Site.URL, "/")
	if c.Mailserver.Host == "" {
		c.Mailserver.Host = Default().Mailserver.Host
	}
	if len(c.Components) == 0 && len(c.Checks) == 0 && !c.Mailserver.Off {
		l := c.Mailserver.Listen
		names := bundledNames[c.Site.Language]
		c.addBundled("imap", names.reading, l.IMAP, l.IMAPS)
		c.addBundled("pop3", names.fetching, l.POP3, l.POP3S)
		c.addIntake("incoming", names.receiving, l.SMTP)
		if len(c.Canaries) == 0 {
			c.addCanary("incoming")
		}
	}
	for i := range c.Hosts {
		if c.Hosts[i].Name == "" {
			c.Hosts[i].Name = c.Hosts[i].Key
		}
	}
	for i := range c.Components {
		if c.Components[i].Name == "" {
			c.Components[i].Name = c.Components[i].Key
		}
		if c.Components[i].Role == "" {
			c.Components[i].Role = c.guessRole(c.Components[i].Key)
		}
	}
	c.nameChecks()
	for i := range c.Checks {
		c.pace(&c.Checks[i])
	}
	c.fillCanaries()
	for i := range c.Modules {
		if c.Modules[i].Timeout == 0 {
			c.Modules[i].Timeout = moduleTimeout
		}
	}
	return c
}

// bundledNames are what readers know the bundled server's components as, where
// nothing else is configured, by the language of the site. A language that is
// none is told as a mistake of its own.
var bundledNames = map[string]struct{ reading, fetching, receiving string }{
	"en": {"Reading mail (IMAP)", "Fetching mail (POP3)", "Receiving mail (SMTP)"},
	"de": {"E-Mails lesen (IMAP)", "E-Mails abrufen (POP3)", "E-Mails empfangen (SMTP)"},
}

// addBundled adds a component of the bundled server with its check: on the
// plain address, where STARTTLS or STLS is used, or on the other when that is
// not listened on.
func (c *Config) addBundled(key, name, plain, implicit string) {
	scheme, addr := key, plain
	if addr == "" {
		scheme, addr = key+"s", implicit
	}
	if problem, _ := address(addr, false); problem != "" {
		return // it is empty, or told as a mistake of mailserver.listen
	}
	target := scheme + "://" + probeUser + "@" + reachable(addr)
	if c.selfSigned() {
		target += "?insecure=true"
	}
	c.watchBundled(key, name, Check{Target: target, PasswordFile: filepath.Join(c.Data, probePasswordFile)})
}

// addIntake adds the component of the bundled server's way in, with a check
// that asks whether mail to the probe's account would be taken.
func (c *Config) addIntake(key, name, addr string) {
	if problem, _ := address(addr, false); problem != "" || len(c.Mailserver.Domains) == 0 {
		return // likewise
	}
	target := "smtp://" + reachable(addr) + "?rcpt=" + probeUser + "@" + c.Mailserver.Domains[0]
	if c.selfSigned() {
		target += "&insecure=true"
	}
	c.watchBundled(key, name, Check{Target: target})
}

// selfSigned reports whether nobody vouches for the bundled server's
// certificate.
func (c *Config) selfSigned() bool { return c.Mailserver.TLS.Cert == "" }

// watchBundled adds a component of the bundled server with the check.
func (c *Config) watchBundled(key, name string, k Check) {
	c.Components = append(c.Components, Component{
		Key: key, Name: name, Group: "Mail", DependsOn: []string{c.Mailserver.Host},
	})
	k.Key, k.Component, k.Every, k.Timeout = key, key, bundledEvery, defaultTimeout
	c.Checks = append(c.Checks, k)
}

// nameChecks gives checks without a key that of their component, and the
// second and later ones of a component a number behind it.
func (c *Config) nameChecks() {
	taken := map[string]bool{}
	for _, k := range c.Checks {
		taken[k.Key] = true
	}
	for i := range c.Checks {
		k := &c.Checks[i]
		if k.Key != "" || k.Component == "" {
			continue
		}
		k.Key = k.Component
		for n := 2; taken[k.Key]; n++ {
			k.Key = fmt.Sprintf("%s-%d", k.Component, n)
		}
		taken[k.Key] = true
	}
}

// pace fills in how often a check runs and how long it may take.
func (c *Config) pace(k *Check) {
	if k.awaited() != "" {
		return // its period has no default, and nothing takes time
	}
	k.paceBySchedule()
	if k.Every == 0 {
		k.Every = defaultEvery
		if c.serves(k.Target) {
			k.Every = bundledEvery
		}
	}
	if k.Timeout == 0 {
		k.Timeout = min(defaultTimeout, k.Every/2)
	}
}

// serves reports whether the target is one of the bundled server's addresses.
func (c *Config) serves(target string) bool {
	t, err := probe.ParseTarget(target)
	if err != nil || c.Mailserver.Off {
		return false
	}
	for _, l := range c.Mailserver.Listen.all() {
		if l.addr != "" && (strings.TrimPrefix(l.addr, "unix:") == t.Address() || reachable(l.addr) == t.Address()) {
			return true
		}
	}
	return false
}

type listener struct{ key, addr string }

func (l Listen) all() []listener {
	return []listener{
		{"imap", l.IMAP}, {"imaps", l.IMAPS},
		{"pop3", l.POP3}, {"pop3s", l.POP3S},
		{"smtp", l.SMTP}, {"lmtp", l.LMTP},
	}
}

// reachable is the address at which a listener on addr answers from this
// machine: loopback for a wildcard.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	switch host {
	case "", "0.0.0.0":
		host = "127.0.0.1"
	case "::":
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
