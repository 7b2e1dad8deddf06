package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var dnsSchemes = []scheme{
	{name: "dns", options: []string{"ask", "selector", "dnsbl", "resolver"}, locate: (*Target).locateDomain, agree: answerable, speak: askDNS},
}

// question is one thing that a dns check asks; its name is that of its phase.
type question struct {
	name string
	ask  func(*domain, context.Context) error
}

// questions are all there are, in the order in which they are asked: what stops
// mail first, what only makes it suspect last.
var questions = []question{
	{"mx", (*domain).mx},
	{"spf", (*domain).spf},
	{"dkim", (*domain).dkim},
	{"dmarc", (*domain).dmarc},
	{"mta-sts", (*domain).mtaSTS},
	{"tls-rpt", (*domain).tlsRPT},
	{"tlsa", (*domain).tlsa},
	{"dnsbl", (*domain).dnsbl},
}

var usualQuestions = []string{"mx", "spf", "dmarc"}

// maxName is the longest domain in bytes (RFC 1035, section 2.3.4).
const maxName = 253

var dnsLabel = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

func isDomain(name string) bool {
	return len(name) <= maxName && !slices.ContainsFunc(strings.Split(name, "."), func(l string) bool { return !dnsLabel.MatchString(l) })
}

// locateDomain takes the domain from the URL.
func (t *Target) locateDomain(u *url.URL) error {
	t.Host = strings.ToLower(strings.TrimSuffix(u.Host, "."))
	if u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return errors.New("nothing may follow the domain but a query")
	}
	if !isDomain(t.Host) {
		return fmt.Errorf("%q is no domain in ASCII; where to ask is said by ?resolver=ADDRESS:PORT", t.Host)
	}
	return nil
}

func checkQuestions(value string) error {
	var known []string
	for _, q := range questions {
		known = append(known, q.name)
	}
	names := strings.Split(value, ",")
	for i, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("has the unknown question %q, want %s", name, oneOf(known))
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("has %q twice", name)
		}
	}
	return nil
}

const maxNames = 8

func checkNames(value string) error {
	names := strings.Split(value, ",")
	if len(names) > maxNames || slices.ContainsFunc(names, func(n string) bool { return !isDomain(n) }) {
		return fmt.Errorf("wants 1 to %d names in lower case, divided by commas", maxNames)
	}
	return nil
}

func checkNameserver(value string) error {
	if a, err := netip.ParseAddrPort(value); err != nil || a.Port() == 0 {
		return errors.New("wants an address with its port, such as 127.0.0.1:53")
	}
	return nil
}

// answerable refuses a question without what it needs, and what no question
// needs.
func answerable(t Target) error {
	asked := t.questions()
	for _, o := range []struct{ question, option, value string }{
		{"dkim", "selector", t.Selectors},
		{"dnsbl", "dnsbl", t.Blocklists},
	} {
		switch wanted := slices.Contains(asked, o.question); {
		case wanted && o.value == "":
			return fmt.Errorf("to ask for %s wants the option %q too", o.question, o.option)
		case !wanted && o.value != "":
			return fmt.Errorf("the option %q is of no use without %q in ask", o.option, o.question)
		}
	}
	return nil
}

func (t Target) questions() []string {
	if t.Questions == "" {
		return usualQuestions
	}
	return strings.Split(t.Questions, ",")
}

func askDNS(c *conn) error { return (&domain{conn: c, res: newResolver(c)}).run() }

// domain asks what the DNS says of a domain that sends and takes mail.
//
// What our resolver does not tell says nothing about the domain: that is
// Inconclusive, with a reason of the phase dns whatever was asked. A negative
// answer is an answer: a domain that is not there, or has no record that was
// asked for, or a wrong one, fails. So does one whose signatures are bogus
// (RFC 4035), because then nobody who checks them finds it.
type domain struct {
	*conn
	res *resolver
}

func (d *domain) run() error {
	if err := d.step("dns", budgetCommand, d.exists); err != nil {
		return err
	}
	asked := d.target.questions()
	for _, q := range questions {
		if !slices.Contains(asked, q.name) {
			continue
		}
		if err := d.step(q.name, budgetCommand, func(ctx context.Context) error { return q.ask(d, ctx) }); err != nil {
			return err
		}
	}
	return nil
}

// exists asks for the domain itself.
func (d *domain) exists(ctx context.Context) error {
	a, err := d.res.ask(ctx, d.target.Host, typeSOA)
	if err == nil && a.missing {
		return &fault{"nxdomain", "there is no domain " + d.target.Host}
	}
	return err
}

// warn lets the check pass, but says what staff should look at. What was said
// first stays.
func (d *domain) warn(format string, args ...any) {
	if !d.warned {
		d.warned, d.note = true, fmt.Sprintf(format, args...)
	}
}

// record is the one text at name that is ours. When there is no such text it
// fails by "none", and by "many" when there are more.
func (d *domain) record(ctx context.Context, name string, isOurs func(string) bool) (string, error) {
	texts, err := d.res.texts(ctx, name)
	if err != nil {
		return "", err
	}
	texts = slices.DeleteFunc(texts, func(s string) bool { return !isOurs(s) })
	switch len(texts) {
	case 0:
		return "", &fault{"none", "there is no such record at " + name}
	case 1:
		return texts[0], nil
	}
	return "", &fault{"many", fmt.Sprintf("%d such records at %s", len(texts), name)}
}
