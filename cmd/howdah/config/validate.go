package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that a zone is known wherever the program runs
	"unicode"

	"howdah/probe"
)

// report is told of one mistake.
type report func(key, problem, hint string)

// validate looks for what is wrong with a configuration that is filled in,
// beyond the form of single values.
func validate(c Config, wrong report) {
	c.Site.validate(wrong)
	if c.Data == "" {
		wrong("data", "is empty", "name a folder")
	}
	if c.Database != "" {
		// The value is not repeated: it may hold a password.
		wrong("database", "only SQLite is to be had", "leave it empty, for SQLite in the data folder")
	}
	if problem, hint := address(c.Web.Listen, true); problem != "" {
		wrong("web.listen", problem, hint)
	}
	if c.Publish.within(c.Data) {
		wrong("publish.dir", fmt.Sprintf("%q and the data folder are in one another", c.Publish.Dir), "name a folder of its own: all that is in it is public")
	}
	if !c.Mailserver.Off {
		c.Mailserver.validate(c.Web.Listen, wrong)
	}
	c.validateHosts(wrong)
	c.validateComponents(wrong)
	c.validateChecks(wrong)
	c.validateCanaries(wrong)
	c.validateModules(wrong)
	c.Detection.validate(wrong)
}

func (s Site) validate(wrong report) {
	switch {
	case strings.TrimSpace(s.Name) == "":
		wrong("site.name", "is empty", "say what the page is about, such as \"Mail at Example University\"")
	case strings.ContainsFunc(s.Name, unicode.IsControl):
		wrong("site.name", "holds a line break or another control character", "write it on one line")
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		wrong("site.time_zone", fmt.Sprintf("there is no time zone %q", s.TimeZone), `write a name such as "Africa/Johannesburg" or "UTC"`)
	}
	s.validateLook(wrong)
	if s.URL == "" {
		return // nothing could be made of web.listen, which is told already
	}
	const hint = `write the public address of the page, such as "https://status.example.edu"`
	u, err := url.Parse(s.URL)
	switch {
	case err != nil:
		wrong("site.url", "is no URL", hint)
	case u.User != nil:
		wrong("site.url", "holds a user or a password", hint)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		wrong("site.url", fmt.Sprintf("%q does not begin with http:// or https:// and a host", s.URL), hint)
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		wrong("site.url", fmt.Sprintf("%q holds a query or a fragment", s.URL), hint)
	}
}

func (m Mailserver) validate(web string, wrong report) {
	if problem, hint := hostKey(m.Host); problem != "" {
		wrong("mailserver.host", problem, hint)
	}
	for i, domain := range m.Domains {
		if !domainName.MatchString(domain) || len(domain) > 253 {
			wrong(fmt.Sprintf("mailserver.domains[%d]", i), fmt.Sprintf("%q is no domain name in lower case", domain), "write one such as example.edu")
		}
	}
	taken := map[string]string{web: "web.listen"}
	for _, l := range m.Listen.all() {
		if l.addr == "" {
			continue
		}
		key := "mailserver.listen." + l.key
		problem, hint := address(l.addr, false)
		if path, ok := strings.CutPrefix(l.addr, UnixPrefix); ok && l.key == "lmtp" {
			problem, hint = socket(path)
		}
		if problem != "" {
			wrong(key, problem, hint)
		} else if other, ok := taken[l.addr]; ok {
			wrong(key, fmt.Sprintf("%q is the address of %s too", l.addr, other), "give each an address of its own")
		}
		taken[l.addr] = key
	}
	if (m.TLS.Cert == "") != (m.TLS.Key == "") {
		wrong("mailserver.tls", "names one of cert and key", "name both, or neither for a self-signed certificate")
	}
}

func (d Detection) validate(wrong report) {
	if d.Recover < 1 {
		wrong("detection.recover", "an outage would end without a good run", "write 1 or more")
	}
	if d.ConfirmTimeout == 0 {
		wrong("detection.confirm_timeout", "leaves no time to try", durationHint)
	}
	for i, anchor := range d.Anchors {
		validateAnchor(fmt.Sprintf("detection.anchors[%d]", i), anchor, wrong)
	}
}

func validateAnchor(key, anchor string, wrong report) {
	const hint = `write a server that others run, such as "tcp://192.0.2.1:443"`
	switch t, err := probe.ParseTarget(anchor); {
	case err != nil:
		wrong(key, err.Error(), hint)
	case t.User != "":
		wrong(key, fmt.Sprintf("names the user %q, and nobody logs in there", t.User), hint)
	case t.Near():
		wrong(key, "is on this machine, so it says nothing of the network", hint)
	}
}

// budget is how long it takes to confirm a failure when every try runs out of
// time.
func (d Detection) budget() time.Duration {
	sum := time.Duration(len(d.Confirm)) * d.ConfirmTimeout
	for _, wait := range d.Confirm {
		sum += wait
	}
	return sum
}

// address says what is wrong with an address to listen on. The system picks
// the port for 0, where that is of use.
func address(addr string, anyPort bool) (problem, hint string) {
	hint = `write host:port, such as "127.0.0.1:8080", or ":8080" for every address of the machine`
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Sprintf("%q is no address to listen on", addr), hint
	}
	if strings.ContainsAny(host, " /@") {
		return fmt.Sprintf("%q is no address to listen on", addr), hint
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Sprintf("%q has no port from 1 to 65535", addr), hint
	}
	if n == 0 && !anyPort {
		return fmt.Sprintf("%q has no port that checks could ask", addr), "name a port from 1 to 65535"
	}
	return "", ""
}

var (
	hostName     = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)
	componentKey = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	domainName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

func hostKey(key string) (problem, hint string) {
	if key == "" {
		return "is missing", "name the host"
	}
	if !hostName.MatchString(key) {
		return fmt.Sprintf("%q is no key for a host", key), "use lower-case letters, digits, dots and hyphens, at most 64"
	}
	return "", ""
}
