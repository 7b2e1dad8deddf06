package probe

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// redirection is where the answer sends the browser; nil when it does not.
func (s *site) redirection(a *answer, left int) (*url.URL, error) {
	where := a.header.Get("Location")
	if !slices.Contains([]int{301, 302, 303, 307, 308}, a.code) || where == "" {
		return nil, nil
	}
	u, err := a.from.Parse(where)
	if err != nil {
		return nil, &fault{"redirect", "to what is no address"}
	}
	u.Fragment = ""
	s.log.add("S", "Location: "+s.shown(u))
	if left == 0 {
		return nil, &fault{"redirect", fmt.Sprintf("more than %d of them", maxRedirects)}
	}
	if err := s.mayFollow(a.from, u); err != nil {
		return nil, &fault{"redirect", err.Error()}
	}
	return u, nil
}

// mayFollow reports why a link is not to be followed. One run asks one host,
// and what was encrypted stays so, unless the target says otherwise.
func (s *site) mayFollow(from, to *url.URL) error {
	if _, err := s.target.towards(to); err != nil {
		return err
	}
	switch {
	case s.target.Site.Redirects == "any":
	case !strings.EqualFold(to.Hostname(), s.home.Hostname()):
		return fmt.Errorf("leads to another host, %q", to.Hostname())
	case from.Scheme == "https" && to.Scheme == "http":
		return errors.New("leads out of encryption")
	}
	return nil
}

// shown is the address without the host, and without what may be secret in it:
// a session in the path, and what is long in a query that the target does not
// say itself.
func (s *site) shown(u *url.URL) string {
	if u.String() == s.home.String() {
		return u.RequestURI()
	}
	at, session, _ := strings.Cut(cmp.Or(u.EscapedPath(), "/"), ";")
	if session != "" {
		at += ";***"
	}
	if !strings.EqualFold(u.Hostname(), s.home.Hostname()) {
		at = u.Scheme + "://" + u.Host + at
	}
	if u.RawQuery == "" {
		return at
	}
	pieces := strings.Split(u.RawQuery, "&")
	for i, piece := range pieces {
		if name, value, _ := strings.Cut(piece, "="); len(value) >= minHidden {
			pieces[i] = name + "=***"
		}
	}
	return at + "?" + strings.Join(pieces, "&")
}
