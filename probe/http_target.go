package probe

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Site is how a check by HTTP asks, and what it wants to see.
type Site struct {
	Status    string // the code that the answer has, of three digits; empty for any 2xx
	Redirects string // "any" follows redirects to other hosts too
	// What follows is for a login to a site that no recipe is known of.
	UserField     string // name of the form's field; empty for the text field before the password
	PasswordField string // empty for the first field of that type
	Form          string // path that the form is posted to; empty for what the form says
	Backend       string // what the site says when the mail server behind it is down
	Logout        string // path; empty for nowhere
}

const maxPage = 1000

var httpPorts = map[string]uint16{"http": 80, "https": 443}

// locatePage takes host, port, path and query from the URL.
func (t *Target) locatePage(u *url.URL) error {
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"<>`, r) }
	if strings.ContainsFunc(u.RawQuery, odd) {
		return errors.New("want the query as it is sent, with %20 for a space")
	}
	page := cmp.Or(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		page += "?" + u.RawQuery
	}
	if len(page) > maxPage {
		return fmt.Errorf("want a path and query of at most %d bytes", maxPage)
	}
	// In this form nobody takes what is before it for a user and a password.
	t.Page = strings.ReplaceAll(page, "@", "%40")
	return t.locateHost(&url.URL{Host: u.Host})
}

// locateFolder takes a path as locatePage does, and a slash at its end for
// granted.
func (t *Target) locateFolder(u *url.URL) error {
	if u.RawQuery != "" {
		return errors.New("nothing may follow the path of the webmail but options behind a #")
	}
	err := t.locatePage(u)
	if !strings.HasSuffix(t.Page, "/") {
		t.Page += "/"
	}
	return err
}

// address is the URL that a check by HTTP begins with.
func (t Target) address() (*url.URL, error) {
	protocol := t.protocol()
	host := t.Address()
	if httpPorts[protocol] == t.Port {
		host = strings.TrimSuffix(host, ":"+strconv.Itoa(int(t.Port)))
	}
	return url.Parse(protocol + "://" + host + cmp.Or(t.Page, "/"))
}

// protocol is the scheme without the recipe before it.
func (t Target) protocol() string {
	return t.Scheme[strings.LastIndexByte(t.Scheme, '+')+1:]
}

// towards is the target with the server that a link of the site leads to.
func (t Target) towards(u *url.URL) (Target, error) {
	if httpPorts[u.Scheme] == 0 || u.Hostname() == "" {
		return Target{}, errors.New("leads to no web page")
	}
	t.Scheme, t.Host, t.Port = u.Scheme, u.Hostname(), httpPorts[u.Scheme]
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Target{}, errors.New("leads to no port")
		}
		t.Port = uint16(n)
	}
	return t, nil
}

func checkStatus(s string) error {
	if n, err := strconv.Atoi(s); err != nil || len(s) != 3 || n < 200 || n > 599 {
		return errors.New("wants a status code from 200 to 599")
	}
	return nil
}

func checkRedirects(s string) error {
	if s != "any" {
		return errors.New("wants any")
	}
	return nil
}

// checkRelative takes the path of a page of the same site.
func checkRelative(path string) error {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || checkText(path) != nil {
		return errors.New("wants a path of the same site")
	}
	return nil
}
