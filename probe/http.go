package probe

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
)

var (
	paged = []string{"insecure", "min", "status", "expect", "redirects"}

	// httpSchemes have the ports of RFC 9110, section 4.2.
	httpSchemes = []scheme{
		{name: "http", port: httpPorts["http"], options: paged, paged: true, locate: (*Target).locatePage, speak: askHTTP},
		{name: "https", port: httpPorts["https"], options: paged, paged: true, locate: (*Target).locatePage, speak: askHTTP},
	}
)

// askHTTP asks for a web page as a browser would, without what the page then
// asks a browser to get. Its code and its text are judged where redirects have
// led.
func askHTTP(c *conn) error {
	s, err := newSite(c)
	if err != nil {
		return err
	}
	redirect := strings.HasPrefix(s.target.Site.Status, "3")
	a, err := s.follow(request{phase: "request", to: s.home, stay: redirect, judge: s.judgeStatus})
	if err != nil {
		return err
	}
	return s.step("body", budgetCommand, func(ctx context.Context) error {
		if err := s.read(ctx, a); err != nil {
			return err
		}
		return s.judgeBody(a)
	})
}

func (s *site) judgeStatus(a *answer) error {
	want := s.target.Site.Status
	if want == strconv.Itoa(a.code) || want == "" && a.code/100 == 2 {
		return nil
	}
	return &fault{"status", a.status}
}

func (s *site) judgeBody(a *answer) error {
	want := s.target.Expect
	if bytes.Contains(a.body, []byte(want)) {
		return nil
	}
	if err := a.plain(); err != nil {
		return err
	}
	extent := "the page"
	if a.cut {
		extent = fmt.Sprintf("the first %d KiB of the page", maxBody>>10)
	}
	return &fault{"mismatch", fmt.Sprintf("%q is not in %s, which is titled %q", want, extent, cmp.Or(titleOf(a.body), "nothing"))}
}
