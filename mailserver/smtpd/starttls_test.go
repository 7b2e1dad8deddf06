package smtpd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"
)

func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"mx.example.edu"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// secure begins TLS, as after a 220.
func (c *client) secure() *client {
	c.t.Helper()
	tc := tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true})
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if err := tc.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	return talk(c.t, tc)
}

func TestSTARTTLS(t *testing.T) {
	h := serve(t, setup{Options: Options{TLS: certificate(t)}})
	c := h.dial()
	c.say("S: 220\nC: EHLO a")
	if got := c.expect("250-"); !strings.Contains(got, "STARTTLS\r\n") {
		t.Errorf("STARTTLS is not announced: %q", got)
	}
	c.say(`C: MAIL FROM:<before@example.net>
		S: 250
		C: STARTTLS now
		S: 501 5.5.4
		C: starttls
		S: 220 2.0.0`)
	c = c.secure()
	c.say(`C: MAIL FROM:<dean@example.net>
		S: 502
		C: EHLO b`)
	if got := c.expect("250-Hello b\r\n"); strings.Contains(got, "STARTTLS") {
		t.Errorf("STARTTLS is announced again: %q", got)
	}
	c.say("C: STARTTLS\nS: 502" + toAlice + `
		C: Subject: secret
		C:
		C: .
		S: 250
		C: QUIT
		S: 221`)
	c.closed()
	if got := h.only("alice"); !strings.Contains(got, " with ESMTPS id ") {
		t.Errorf("trace: %q", got)
	}
}

func TestLMTPOverTLS(t *testing.T) {
	h := serve(t, setup{Options: Options{LMTP: true, TLS: certificate(t)}})
	c := h.dial()
	c.say(lhlo + "\nC: STARTTLS\nS: 220")
	c = c.secure()
	c.say("C: LHLO a\nS: 250-" + toAlice + "\nC: A: b\nC:\nC: .\nS: 250")
	if got := h.only("alice"); !strings.Contains(got, " with LMTPS id ") {
		t.Errorf("trace: %q", got)
	}
}

// CVE-2011-0411: what an attacker puts behind STARTTLS, in the clear, must not
// be taken for a part of the session that follows.
func TestSTARTTLSInjection(t *testing.T) {
	h := serve(t, setup{Options: Options{TLS: certificate(t)}})
	c := h.dial()
	c.say(hello)
	c.send("STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<alice@example.edu>\r\n")
	c.say("S: 220 2.0.0")
	c = c.secure()
	c.say(`C: RCPT TO:<alice@example.edu>
		S: 502 5.5.1
		C: DATA
		S: 502
		C: EHLO a
		S: 250-Hello a
		C: NOOP
		S: 250 2.0.0`)
	h.nothing()
}

// Over TLS the wire sees the same as in the clear.
func TestSmugglingOverTLS(t *testing.T) {
	for _, name := range []string{"CRLF . CR X", "CR CRLF . CRLF", "LF . LF"} {
		h := serve(t, setup{Options: Options{TLS: certificate(t)}})
		c := h.dial()
		c.say(hello + "\nC: STARTTLS\nS: 220")
		c = c.secure()
		c.say("C: EHLO a\nS: 250-" + toAlice)
		c.send("A: b\r\n\r\ntext" + ends[name])
		c.say("S: 554 5.6.0")
		c.closed()
		h.nothing()
	}
}

func TestHandshakeThatDoesNotCome(t *testing.T) {
	h := serve(t, setup{Options: Options{TLS: certificate(t)}, limits: func(l *limits) {
		l.handshake, l.linger = 50*time.Millisecond, 50*time.Millisecond
	}})
	c := h.dial()
	c.say(hello + "\nC: STARTTLS\nS: 220")
	c.closed()
	c = h.dial()
	c.say(hello + "\nC: STARTTLS\nS: 220\nC: NOOP") // no TLS
	for {
		if line, err := c.answer(); err != nil {
			break // TLS says an alert first
		} else if strings.HasPrefix(line, "250") {
			t.Fatalf("a command in the clear was answered: %q", line)
		}
	}
}
