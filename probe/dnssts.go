package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxPolicy = 64 << 10
	maxAge    = 31557600 // seconds (RFC 8461, section 3.2)
)

var stsID = regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`)

// mtaSTS asks whether senders must encrypt (RFC 8461): the record, the policy
// that it announces, and whether the policy allows the hosts that take mail.
// A policy that is enforced and forgets one of them stops mail; in testing that
// is a warning.
func (d *domain) mtaSTS(ctx context.Context) error {
	at := "_mta-sts." + d.target.Host
	list, err := d.tagged(ctx, at, "STSv1")
	if err != nil {
		return err
	}
	if id, _ := list.find("id"); !stsID.MatchString(id) {
		return &fault{"syntax", fmt.Sprintf("at %s: id=%s is not 1 to 32 letters and digits", at, id)}
	}
	text, err := d.fetchPolicy(ctx)
	if err != nil {
		return err
	}
	p, err := parsePolicy(text)
	if err != nil {
		return &fault{"policy", err.Error()}
	}
	if p.mode == "none" {
		return nil
	}
	x, err := d.exchangersOf(ctx)
	if err != nil {
		return err
	}
	for _, name := range x.names {
		if slices.ContainsFunc(p.hosts, func(pattern string) bool { return stsMatches(pattern, name) }) {
			continue
		}
		if p.mode == "enforce" {
			return &fault{"mx", "the policy does not allow " + name + ", which takes mail"}
		}
		d.warn("the policy, which is in testing, does not allow %s, which takes mail", name)
	}
	return nil
}

// fetchPolicy reads the policy by HTTPS, from where the same resolver says that
// it is. Redirects are not followed (RFC 8461, section 3.3).
func (d *domain) fetchPolicy(ctx context.Context) (string, error) {
	host := "mta-sts." + d.target.Host
	addrs, _, err := d.res.addresses(ctx, host)
	if err != nil {
		return "", err
	}
	if len(addrs) == 0 {
		return "", &fault{"nohost", host + " has no address"}
	}
	transport := &http.Transport{
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxPolicy,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.runner.RootCAs},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.dialFirst(ctx, network, addrs[:min(len(addrs), maxAddresses)])
		},
	}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	address := "https://" + host + "/.well-known/mta-sts.txt"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	d.log.add("C", "GET "+address)
	resp, err := client.Do(req)
	if err != nil {
		return "", &fault{fetchCause(ctx, err), err.Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	d.log.add("S", resp.Status)
	if resp.StatusCode != http.StatusOK {
		return "", &fault{"http", fmt.Sprintf("%s answers %s", address, resp.Status)}
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/plain" {
		return "", &fault{"http", fmt.Sprintf("%s is of type %q, and must be text/plain", address, kind)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPolicy+1))
	if err != nil {
		return "", &fault{fetchCause(ctx, err), err.Error()}
	}
	if len(body) > maxPolicy {
		return "", &fault{"toolong", "a policy of more than 64 KiB"}
	}
	return string(body), nil
}

// fetchCause is that of the network, but not its lack of a name.
func fetchCause(ctx context.Context, err error) string {
	if cause := causeOf(ctx, err); cause != "io" {
		return cause
	}
	return "http"
}

// dialFirst tries the addresses in their order, each with its share of
// the phase.
func (d *domain) dialFirst(ctx context.Context, network string, addrs []netip.Addr) (net.Conn, error) {
	var failed error
	for _, a := range addrs {
		one, cancel := context.WithTimeout(ctx, budgetConnect)
		w, err := d.runner.dial(one, network, netip.AddrPortFrom(a, 443).String())
		cancel()
		if err == nil {
			return w, nil
		}
		failed = err
	}
	return nil, failed
}

// stsPolicy is a policy file (RFC 8461, section 3.2).
type stsPolicy struct {
	mode  string
	hosts []string // patterns in lower case
}

func parsePolicy(text string) (stsPolicy, error) {
	var p stsPolicy
	keys := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			if strings.TrimSpace(line) == "" {
				continue
			}
			return p, fmt.Errorf("the line %q of the policy is not of the form key: value", strings.TrimSpace(line))
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "mx" {
			p.hosts = append(p.hosts, strings.ToLower(value))
		} else if _, twice := keys[name]; !twice {
			keys[name] = value // the first counts
		}
	}
	p.mode = keys["mode"]
	age, err := strconv.ParseUint(keys["max_age"], 10, 32)
	switch {
	case keys["version"] != "STSv1":
		return p, errors.New("the policy lacks version: STSv1")
	case !slices.Contains([]string{"enforce", "testing", "none"}, p.mode):
		return p, fmt.Errorf("the mode %q of the policy is none of enforce, testing and none", p.mode)
	case err != nil || age > maxAge:
		return p, fmt.Errorf("the max_age %q of the policy is not within 0 to %d seconds", keys["max_age"], maxAge)
	case len(p.hosts) == 0 && p.mode != "none":
		return p, errors.New("the policy allows no host (mx)")
	}
	return p, nil
}

// stsMatches reports whether a host is one of the pattern, in which a star
// stands for one label (RFC 8461, section 4.1).
func stsMatches(pattern, host string) bool {
	if rest, ok := strings.CutPrefix(pattern, "*."); ok {
		_, host, ok = strings.Cut(host, ".")
		return ok && host == rest
	}
	return pattern == host
}
