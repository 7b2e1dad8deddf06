package probe

import (
	"context"
	"strings"
	"time"
)

// renewWithin is when a certificate should have been renewed.
const renewWithin = 14 * 24 * time.Hour

var streamSchemes = []scheme{
	{name: "tcp", options: plain, speak: askStream},
	{name: "tls", options: encrypted, speak: askStream},
}

func askStream(c *conn) error { return (&stream{c}).run() }

// stream asks a service that no other check speaks to whether it takes
// connections, with TLS by the scheme "tls", and whether its first line is as
// it should be. A connection that is taken shows the kernel at work and not the
// service; only TLS or a first line shows that.
type stream struct{ *conn }

func (s *stream) run() error {
	if err := s.open(); err != nil || s.target.Expect == "" {
		return err
	}
	return s.step("greeting", budgetCommand, s.greeting)
}

func (s *stream) greeting(context.Context) error {
	line, err := s.receive()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(line, s.target.Expect) {
		return &fault{"mismatch", line}
	}
	return nil
}

// renewalDue reports whether the certificate ends within 14 days, where
// certificates are checked.
func (c *conn) renewalDue() bool {
	return c.tls != nil && !c.target.Insecure && c.tls.NotAfter.Sub(c.begun) < renewWithin
}
