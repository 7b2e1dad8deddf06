package config

import (
	"net"
	"path/filepath"
	"strings"
	"time"
)

const (
	defaultEvery   = 60 * time.Second
	bundledEvery   = 30 * time.Second
	defaultTimeout = 15 * time.Second

	probeUser         = "probe"
	probePasswordFile = "probe.password"
)

// Complete fills in what is left out and follows from other keys. It is done
// after every overlay and changes nothing the second time.
func (c *Config) Complete() {
	if c.Site.TimeZone == "" {
		c.Site.TimeZone = "UTC"
	}
	if c.Site.URL == "" {
		c.Site.URL = "http://" + reachable(c.Web.Listen)
	}
	c.Site.URL = strings.TrimRight(c.Site.URL, "/")
	if c.Mailserver.Host == "" {
		c.Mailserver.Host = defaults().Mailserver.Host
	}
	if len(c.Components) == 0 && len(c.Checks) == 0 && !c.Mailserver.Off {
		c.bundled("imap", "Reading mail (IMAP)", c.Mailserver.Listen.IMAP, c.Mailserver.Listen.IMAPS)
		c.bundled("pop3", "Fetching mail (POP3)", c.Mailserver.Listen.POP3, c.Mailserver.Listen.POP3S)
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
	}
	for i := range c.Checks {
		c.pace(&c.Checks[i])
	}
}

// bundled adds a component of the bundled server with its check: on the plain
// address, where STARTTLS is used, or on the other when that is not listened
// on.
func (c *Config) bundled(key, name, plain, implicit string) {
	scheme, addr := key, plain
	if addr == "" {
		scheme, addr = key+"s", implicit
	}
	if addr == "" {
		return
	}
	target := scheme + "://" + probeUser + "@" + reachable(addr)
	if c.Mailserver.TLS.Cert == "" {
		target += "?insecure=true" // nobody vouches for a self-signed certificate
	}
	c.Components = append(c.Components, Component{
		Key: key, Name: name, Group: "Mail", DependsOn: []string{c.Mailserver.Host},
	})
	c.Checks = append(c.Checks, Check{
		Component:    key,
		Target:       target,
		PasswordFile: filepath.Join(c.Data, probePasswordFile),
		Every:        bundledEvery,
		Timeout:      defaultTimeout,
	})
}

// pace fills in how often a check runs and how long it may take.
func (c *Config) pace(k *Check) {
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
	if c.Mailserver.Off {
		return false
	}
	_, rest, _ := strings.Cut(target, "://")
	rest, _, _ = strings.Cut(rest, "?")
	addr := strings.TrimRight(rest[strings.LastIndex(rest, "@")+1:], "/")
	for _, l := range c.Mailserver.Listen.all() {
		if l.addr != "" && (l.addr == addr || reachable(l.addr) == addr) {
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
