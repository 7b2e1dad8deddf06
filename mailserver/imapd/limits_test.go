package imapd_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
	"howdah/mailserver/imapd"
)

func never(net.Conn) bool  { return false }
func always(net.Conn) bool { return true }

func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "elephant"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (c *client) startTLS() *client {
	c.t.Helper()
	secure := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	must(c.t, secure.Handshake())
	return talkOver(c.t, secure)
}

func TestSTARTTLS(t *testing.T) {
	h := serve(t, imapd.Options{TLS: selfSigned(t), InsecureAuth: never})
	c := h.dial()
	c.talk(`
		S: * OK …
		C: a STARTTLS
		S: a OK …`)
	c.startTLS().talk(`
		C: b CAPABILITY
		S: * CAPABILITY IMAP4rev1 SASL-IR LITERAL- AUTH=PLAIN
		S: b OK …
		C: c LOGIN alice wrong
		S: c NO …
		C: d LOGIN alice wrong
		S: d NO …
		C: e LOGIN alice wrong
		S: e NO …
		S: * BYE Too many failed logins
		S: EOF`)
}

func TestImplicitTLS(t *testing.T) {
	h := serve(t, imapd.Options{TLS: selfSigned(t), ImplicitTLS: true, InsecureAuth: never})
	h.dial().startTLS().talk(`
		S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL- AUTH=PLAIN] …
		C: a LOGIN alice secret
		S: a OK …`)
}

func TestShutdownSaysBye(t *testing.T) {
	h := serve(t, imapd.Options{})
	fresh, idle, idling := h.dial(), h.login(), h.login()
	fresh.talk(`S: * OK …`)
	idling.selectInbox(0)
	idling.talk(`
		C: a IDLE
		S: + …`)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	must(t, h.srv.Shutdown(ctx))
	for _, c := range []*client{fresh, idle, idling} {
		c.talk(`
			S: * BYE Server is shutting down
			S: EOF`)
	}
	if _, err := net.Dial("tcp", h.addr); err == nil {
		t.Error("it still accepts connections")
	}
}

// pipes is a listener without a network, for tests whose clock is not real.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

// inBubble serves alice's mail over pipes, by a clock that jumps.
func inBubble(t *testing.T, opts func(*imapd.Options), test func(t *testing.T, p *pipes, svc *mailserver.Service)) {
	synctest.Test(t, func(t *testing.T) {
		db, err := maildb.Open(t.Context(), t.TempDir())
		must(t, err)
		svc := mailserver.New(db, mailserver.Limits{}, nil)
		must(t, svc.AddAccount(t.Context(), "alice", "secret"))
		o := imapd.Options{InsecureAuth: always}
		if opts != nil {
			opts(&o)
		}
		srv := imapd.New(svc, o)
		p := newPipes()
		served := make(chan error, 1)
		go func() { served <- srv.Serve(p) }()
		test(t, p, svc)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		srv.Shutdown(ctx)
		must(t, <-served)
		must(t, db.Close())
	})
}

// untilClosed reads to the end and returns what came and how long it took.
func untilClosed(t *testing.T, c net.Conn) (string, time.Duration) {
	t.Helper()
	begun := time.Now()
	got, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
	return string(got), time.Since(begun).Round(time.Second)
}

func TestTooLongWithoutLogin(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		c := p.dial()
		var busy sync.WaitGroup
		busy.Go(func() { // with nothing
			for {
				time.Sleep(25 * time.Second) // never at the minute
				if _, err := c.Write([]byte("a NOOP\r\n")); err != nil {
					return
				}
			}
		})
		got, took := untilClosed(t, c)
		if took != time.Minute || !strings.HasSuffix(got, "* BYE Too long without a login\r\n") {
			t.Errorf("after %v: %q", took, got)
		}
		busy.Wait()
	})
}

func TestSilentTLSHandshake(t *testing.T) {
	inBubble(t, func(o *imapd.Options) {
		o.ImplicitTLS, o.TLS = true, &tls.Config{}
	}, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		if _, took := untilClosed(t, p.dial()); took != 10*time.Second {
			t.Errorf("a handshake that never comes was awaited for %v", took)
		}
	})
}

func TestFailedLoginsTakeLonger(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		c := p.dial()
		defer c.Close()
		r := bufio.NewReader(c)
		r.ReadString('\n')
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			begun := time.Now()
			c.Write([]byte("a LOGIN alice wrong\r\n"))
			r.ReadString('\n')
			if took := time.Since(begun); took != want {
				t.Errorf("the refusal took %v, want %v", took, want)
			}
		}
	})
}

// TestClientThatStopsReading is cut, and nobody waits for it meanwhile.
func TestClientThatStopsReading(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, p *pipes, svc *mailserver.Service) {
		big := strings.Repeat(strings.Repeat("x", 78)+"\r\n", 10_000)
		_, err := svc.Append(t.Context(), "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader(big)})
		must(t, err)
		stuck := p.dial()
		defer stuck.Close()
		r := bufio.NewReader(stuck)
		r.ReadString('\n')
		for _, command := range []string{"a LOGIN alice secret", "b SELECT INBOX"} {
			stuck.Write([]byte(command + "\r\n"))
			for {
				line, err := r.ReadString('\n')
				must(t, err)
				if strings.HasPrefix(line, command[:2]) {
					break
				}
			}
		}
		stuck.Write([]byte("c FETCH 1 BODY[]\r\n"))
		time.Sleep(time.Second)
		begun := time.Now()
		_, err = svc.Append(t.Context(), "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader("x")})
		must(t, err)
		must(t, svc.DeleteMailbox(t.Context(), "alice", "Junk"))
		if waited := time.Since(begun); waited > 0 {
			t.Errorf("others waited %v for a client that does not read", waited)
		}
		time.Sleep(61 * time.Second)
		if _, err := stuck.Write([]byte("d NOOP\r\n")); err == nil {
			t.Error("a client that stopped reading is still connected")
		}
	})
}
