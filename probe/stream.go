package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
)

var streamSchemes = []scheme{
	{name: "tcp", options: plain, speak: askStream},
	{name: "tls", options: encrypted, speak: askStream},
}

func askStream(c *conn) error { return (&stream{c}).run() }

// stream asks a service that no other check speaks to whether it takes
// connections, with TLS by the scheme "tls", and whether its first line, or its
// answer to what it is sent, is as it should be. A connection that is taken
// shows the kernel at work and not the service; only TLS or a line shows that.
type stream struct{ *conn }

func (s *stream) run() error {
	if err := s.open(); err != nil {
		return err
	}
	switch {
	case s.target.Send != "":
		return s.step("answer", budgetCommand, s.answer)
	case s.target.Expect != "":
		return s.step("greeting", budgetCommand, s.greeting)
	}
	return nil
}

func (s *stream) answer(ctx context.Context) error {
	s.log.add("C", s.target.Send)
	text, err := unescape(s.target.Send)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(s.wire, text); err != nil {
		return err
	}
	return s.greeting(ctx)
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

// unescape puts the bytes into what is to be sent that a URL does not hold
// well: \r, \n, \t, and \\ for a backslash.
func unescape(text string) (string, error) {
	var b strings.Builder
	for text != "" {
		head, tail, found := strings.Cut(text, `\`)
		b.WriteString(head)
		if !found {
			break
		}
		if tail == "" {
			return "", errors.New(`ends with a lone \`)
		}
		i := strings.IndexByte(`rnt\`, tail[0])
		if i < 0 {
			return "", errors.New(`knows only \r, \n, \t and \\`)
		}
		b.WriteByte("\r\n\t\\"[i])
		text = tail[1:]
	}
	return b.String(), nil
}

func checkSend(text string) error {
	if err := checkText(text); err != nil {
		return err
	}
	_, err := unescape(text)
	return err
}

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func checkMinTLS(version string) error {
	if tlsVersions[version] == 0 {
		return errors.New("wants 1.0, 1.1, 1.2 or 1.3")
	}
	return nil
}

// minTLS is the oldest version of TLS that will do.
func (t Target) minTLS() uint16 { return tlsVersions[cmp.Or(t.MinTLS, "1.2")] }

// offeredTLS is the oldest version that the server is offered. A check that
// takes no secret along goes on to see what there is, and says so.
func (t Target) offeredTLS() uint16 {
	if t.Scheme == "tls" || t.Scheme == "https" {
		return tls.VersionTLS10
	}
	return t.minTLS()
}
