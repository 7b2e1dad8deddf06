package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
)

const (
	maxHead      = 64 << 10  // of an answer, with what comes before it
	maxBody      = 256 << 10 // of a page; the rest is not read
	maxRaw       = 4 * maxBody
	maxRedirects = 5
	maxInterim   = 5 // answers before the answer (RFC 9110, section 15.2)
	maxCookies   = 50
	minHidden    = 8 // bytes of a cookie or token that is worth hiding
)

// site asks a web server for pages in one run. Each request has a connection of
// its own: a server that ends one between two requests, as it may, then has not
// failed, and what it sent too much is not taken for its next answer.
type site struct {
	*conn
	home     *url.URL // where the run begins
	jar      http.CookieJar
	resolved string // the host whose addresses are known
}

// request is one that is made under the name of a phase.
type request struct {
	phase string
	to    *url.URL
	// form is what is posted, made when the connection is there; nil for a GET.
	form  func() (url.Values, error)
	whole bool // the page is read within the phase
	stay  bool // a redirect is an answer
	// judge says what is wrong with the answer that is no redirect.
	judge func(*answer) error
}

// answer is what a site said.
type answer struct {
	from   *url.URL
	code   int
	status string // "503 Service Unavailable"
	header http.Header
	rest   io.Reader // of the body, while the connection is there
	body   []byte
	cut    bool // there was more of the body
}

func newSite(c *conn) (*site, error) {
	home, err := c.target.address()
	if err != nil {
		return nil, &stepError{"probe.target", Inconclusive, err.Error()}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &site{conn: c, home: home, jar: jar}, nil
}

// follow makes the request, and those that redirects lead to, under the same
// name.
func (s *site) follow(r request) (*answer, error) {
	for left := maxRedirects; ; left-- {
		a, next, err := s.exchange(r, left)
		if err != nil || next == nil {
			return a, err
		}
		r.to = next
		if a.code != http.StatusTemporaryRedirect && a.code != http.StatusPermanentRedirect {
			r.form = nil
		}
	}
}

// exchange makes one request over a new connection. It returns where a redirect
// leads, if it is one that may be followed.
func (s *site) exchange(r request, left int) (a *answer, next *url.URL, err error) {
	defer func(t Target) { s.target = t }(s.target)
	if err := s.reach(r.to); err != nil {
		return nil, nil, err
	}
	err = s.step(r.phase, budgetCommand, func(ctx context.Context) error {
		if err := s.say(r); err != nil {
			return err
		}
		if a, err = s.hear(ctx, r.to); err != nil {
			return err
		}
		if !r.stay {
			if next, err = s.redirection(a, left); err != nil || next != nil {
				return err
			}
		}
		if r.whole {
			if err := s.read(ctx, a); err != nil {
				return err
			}
		}
		return r.judge(a)
	})
	return a, next, err
}

// reach connects to the server of the page; the name is resolved anew only when
// it is another one.
func (s *site) reach(u *url.URL) error {
	t, err := s.target.towards(u)
	if err != nil {
		return &stepError{"probe.target", Inconclusive, err.Error()}
	}
	if s.raw != nil {
		_ = s.raw.Close()
	}
	s.target, s.raw, s.encrypted = t, nil, false
	if t.Host != s.resolved {
		s.resolved = t.Host
		return s.open()
	}
	if err := s.step("connect", budgetConnect, s.connect); err != nil || !t.implicitTLS() {
		return err
	}
	return s.step("tls", budgetTLS, s.encrypt)
}

// say writes the request.
func (s *site) say(r request) error {
	method, body := http.MethodGet, io.Reader(nil)
	var names []string
	if r.form != nil {
		form, err := r.form()
		if err != nil {
			return err
		}
		for name := range form {
			names = append(names, name)
		}
		slices.Sort(names)
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(s.ctx, method, r.to.String(), body)
	if err != nil {
		return &fault{"proto", "no page to be asked for: " + err.Error()}
	}
	req.Close = true
	req.Header.Set("User-Agent", "Mozilla/5.0 (compatible; Howdah)")
	req.Header.Set("Accept", "text/html, */*;q=0.5")
	req.Header.Set("Accept-Language", "en-US, en;q=0.9, *;q=0.1") // the recipes read English
	req.Header.Set("Accept-Encoding", "identity")                 // nothing unfolds here
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range s.jar.Cookies(r.to) {
		req.AddCookie(c)
	}
	s.log.add("C", method+" "+s.shown(r.to)+" HTTP/1.1, Host: "+req.Host)
	if len(names) > 0 {
		s.log.add("C", "with the form's fields "+strings.Join(names, ", "))
	}
	return req.Write(s.wire)
}

// hear reads the head of the answer.
func (s *site) hear(ctx context.Context, from *url.URL) (*answer, error) {
	bounded := &bounded{from: s.wire, left: maxHead}
	in := bufio.NewReader(bounded)
	for range maxInterim {
		r, err := http.ReadResponse(in, nil)
		if err != nil && bounded.ended != nil {
			err = bounded.ended // what came before is no head because of it
		}
		if err != nil {
			return nil, garbled(ctx, err)
		}
		a := &answer{from: from, code: r.StatusCode, status: r.Status, header: r.Header, rest: io.LimitReader(r.Body, maxBody+1)}
		if a.code >= 200 {
			bounded.left = maxRaw
			return a, s.keep(a, r.Proto)
		}
		s.log.add("S", r.Proto+" "+r.Status)
	}
	return nil, &fault{"proto", "nothing but interim answers"}
}

// keep keeps the cookies, and then shows what matters of the head.
func (s *site) keep(a *answer, proto string) error {
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) > maxCookies {
		return &fault{"toolong", fmt.Sprintf("more than %d cookies", maxCookies)}
	}
	for _, c := range cookies {
		s.conceal(c.Value)
	}
	s.log.add("S", proto+" "+a.status)
	if kind := a.header.Get("Content-Type"); kind != "" {
		s.log.add("S", "Content-Type: "+kind)
	}
	for _, c := range cookies {
		s.log.add("S", "Set-Cookie: "+c.Name+"=***")
	}
	s.jar.SetCookies(a.from, cookies)
	return nil
}

// conceal keeps a cookie or a token out of what is kept. A short one is none,
// and to hide it would only hide words that hold it.
func (s *site) conceal(secret string) {
	if len(secret) >= minHidden {
		s.log.hide(secret, url.QueryEscape(secret))
	}
}

// read reads the page, or as much of it as one run is worth.
func (s *site) read(ctx context.Context, a *answer) error {
	body, err := io.ReadAll(a.rest)
	a.body, a.cut = body[:min(len(body), maxBody)], len(body) > maxBody
	s.log.add("S", fmt.Sprintf("(%d bytes, titled %q)", len(a.body), titleOf(a.body)))
	return garbled(ctx, err)
}

// plain reports why the page cannot be read.
func (a *answer) plain() error {
	if coding := a.header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &fault{"proto", "encoded as " + coding + ", which nobody asked for"}
	}
	return nil
}

// garbled tells what the network did from what the server said.
func garbled(ctx context.Context, err error) error {
	if err != nil && causeOf(ctx, err) == "io" {
		return &fault{"proto", err.Error()}
	}
	return err
}

// bounded reads no more than it may.
type bounded struct {
	from  io.Reader
	left  int
	ended error // why there is no more
}

func (b *bounded) Read(p []byte) (n int, err error) {
	if b.left == 0 {
		b.ended = &fault{"toolong", "an answer that does not end"}
		return 0, b.ended
	}
	n, b.ended = b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, b.ended
}
