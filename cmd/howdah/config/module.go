package config

import (
	"fmt"
	"net/netip"
	"time"

	"howdah/probe"
)

// Module is how /probe asks a host that somebody else names.
type Module struct {
	Key          string
	Target       string         // as probe.ParseTarget reads it, with probe.AnyHost for the host
	PasswordFile string         // empty when the target names no user
	Timeout      time.Duration  // of a whole run, at most moduleTimeoutMax
	Hosts        []string       // as probe.Target.At reads them; empty: any
	Networks     []netip.Prefix // that are not public and may be asked all the same
}

const (
	moduleTimeout = 10 * time.Second
	// moduleTimeoutMax leaves time to answer: the web server gives up at 30 s.
	moduleTimeoutMax = 25 * time.Second
)

func (m *Module) tree() object {
	return object{
		{"key", "what the asker names", text(&m.Key)},
		{"target", "scheme://user@*:port", text(&m.Target)},
		{"password_file", "file whose first line is the user's password", text(&m.PasswordFile)},
		{"timeout", "time for a whole run", positive(&m.Timeout)},
		{"hosts", "the only ones that may be asked, with a port where it is not the target's", texts(&m.Hosts)},
		{"networks", "addresses that are not public and may be asked all the same", reachables(&m.Networks)},
	}
}

func (c Config) validateModules(wrong report) {
	if c.Web.Probe != Off && len(c.Modules) == 0 {
		wrong("web.probe", "answers nothing, because there are no modules", "add some to modules, or write off")
	}
	first := map[string]int{}
	for i, m := range c.Modules {
		at := fmt.Sprintf("modules[%d]", i)
		switch j, twice := first[m.Key]; {
		case m.Key == "":
			wrong(at+".key", "is missing", "name the module; Prometheus asks for it by its key")
		case !componentKey.MatchString(m.Key):
			wrong(at+".key", fmt.Sprintf("%q is no key for a module", m.Key), "use lower-case letters, digits, hyphens and underscores, at most 64")
		case twice:
			wrong(at+".key", fmt.Sprintf("%q is the key of modules[%d] too", m.Key, j), "give each a key of its own")
		default:
			first[m.Key] = i
		}
		if m.Timeout > moduleTimeoutMax {
			wrong(at+".timeout", fmt.Sprintf("is %v", m.Timeout), fmt.Sprintf("write at most %v", moduleTimeoutMax))
		}
		m.validateTarget(at, wrong)
		if c.Web.Probe == Public && len(m.Hosts) == 0 {
			wrong(at+".hosts", "is empty, and with web.probe: public everybody could have us ask anybody", "list the hosts that may be asked")
		}
	}
}

func (m Module) validateTarget(at string, wrong report) {
	const hint = `write a URL such as "imaps://probe@*"`
	if m.Target == "" {
		wrong(at+".target", "is missing", hint)
		return
	}
	t, err := probe.ParseTarget(m.Target)
	switch {
	case err != nil:
		wrong(at+".target", err.Error(), hint)
		return
	case t.Local():
		wrong(at+".target", fmt.Sprintf("%s asks something within this machine, which nobody else may choose", t.Scheme), "make it a check")
		return
	case t.Host != probe.AnyHost:
		wrong(at+".target", fmt.Sprintf("names the host %q", t.Host), `write * for it, and list it in hosts`)
	case t.User != "" && m.PasswordFile == "":
		wrong(at+".password_file", fmt.Sprintf("is missing, and the target names the user %q", t.User), "name a file whose first line is the password, or leave the user out")
	case t.User == "" && m.PasswordFile != "":
		wrong(at+".password_file", "is of no use, because the target names no user", "write the target as scheme://user@*")
	case t.User != "" && len(m.Hosts) == 0:
		wrong(at+".hosts", fmt.Sprintf("is empty, and the password of %q would go to any host that is asked for", t.User), "list the hosts that may have it")
	}
	for i, host := range m.Hosts {
		if _, err := t.At(host); err != nil {
			wrong(fmt.Sprintf("%s.hosts[%d]", at, i), fmt.Sprintf("%q is no host", host), `write a name or an address, such as "mail.example.edu" or "mail.example.edu:1993"`)
		}
	}
}
