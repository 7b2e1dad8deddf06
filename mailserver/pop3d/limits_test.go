package pop3d_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
	"howdah/mailserver/pop3d"
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

func TestSTLS(t *testing.T) {
	h := serve(t, pop3d.Options{TLS: selfSigned(t), InsecureAuth: never})
	c := h.dial()
	c.talk(`
		S: +OK …
		C: USER alice
		S: -ERR Logging in needs TLS; use STLS first
		C: PASS open sesame
		S: -ERR Logging in needs TLS; use STLS first
		C: AUTH PLAIN AGFsaWNlAG9wZW4gc2VzYW1l
		S: -ERR Logging in needs TLS; use STLS first
		C: CAPA
		S: +OK …
		S: TOP
		S: UIDL
		S: RESP-CODES
		S: AUTH-RESP-CODE
		S: PIPELINING
		S: EXPIRE NEVER
		S: STLS
		S: .
		C: STLS
		S: +OK …`)
	c.startTLS().talk(`
		C: CAPA
		S: +OK …
		S: TOP
		S: UIDL
		S: RESP-CODES
		S: AUTH-RESP-CODE
		S: PIPELINING
		S: EXPIRE NEVER
		S: USER
		S: SASL PLAIN
		S: .
		C: STLS
		S: -ERR …
		C: USER alice
		S: +OK …
		C: PASS open sesame
		S: +OK …`)
}

// TestSTLSForgets: what came before TLS, in the same packet too, counts for
// nothing.
func TestSTLSForgets(t *testing.T) {
	h := serve(t, pop3d.Options{TLS: selfSigned(t)})
	c := h.dial()
	c.expect("+OK …")
	c.send("USER alice\r\nSTLS\r\nNOOP\r\nUSER mallory\r\n")
	c.talk(`
		S: +OK Now the password
		S: +OK Begin TLS`)
	c.startTLS().talk(`
		C: PASS open sesame
		S: -ERR USER comes first`)
}

func TestImplicitTLS(t *testing.T) {
	h := serve(t, pop3d.Options{TLS: selfSigned(t), ImplicitTLS: true, InsecureAuth: never})
	h.dial().startTLS().talk(`
		S: +OK …
		C: USER alice
		S: +OK …
		C: PASS open sesame
		S: +OK …`)
}

func TestNonsense(t *testing.T) {
	h := serve(t, pop3d.Options{})
	web := h.dial()
	web.expect("+OK …")
	web.send("GET / HTTP/1.1\r\n" + strings.Repeat("Header: x\r\n", 9))
	for range 10 {
		web.expect("-ERR Unknown command")
	}
	web.talk(`S: EOF`)

	long := h.dial()
	long.expect("+OK …")
	long.send("USER " + strings.Repeat("a", 10_000) + "\r\n")
	long.talk(`S: -ERR Line too long`)
}

func TestShutdownFinishesAndTells(t *testing.T) {
	h := serve(t, pop3d.Options{})
	h.put("one")
	fresh, deleting := h.dial(), h.login()
	fresh.expect("+OK …")
	deleting.talk(`
		C: DELE 1
		S: +OK …`)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	must(t, h.srv.Shutdown(ctx))
	for _, c := range []*client{fresh, deleting} {
		c.talk(`
			S: -ERR [SYS/TEMP] Server is shutting down
			S: EOF`)
	}
	st, err := h.svc.Status(t.Context(), "alice", "INBOX")
	must(t, err)
	if st.Messages != 1 {
		t.Error("a shutdown deleted a message")
	}
}

// pipes is a listener without a network, for tests whose clock is not real.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
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

func (p *pipes) dial(t *testing.T) *client {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return talkOver(t, ours)
}

// inBubble serves alice's mail over pipes, by a clock that jumps.
func inBubble(t *testing.T, opts pop3d.Options, test func(t *testing.T, p *pipes, svc *mailserver.Service)) {
	synctest.Test(t, func(t *testing.T) {
		db, err := maildb.Open(t.Context(), t.TempDir())
		must(t, err)
		svc := mailserver.New(db, mailserver.Limits{}, nil)
		must(t, svc.AddAccount(t.Context(), "alice", "open sesame"))
		opts.InsecureAuth = always
		srv := pop3d.New(svc, opts)
		p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
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

const logIn = `
	S: +OK …
	C: USER alice
	S: +OK …
	C: PASS open sesame
	S: +OK …`

// silence reads until the connection ends.
func (c *client) silence(want string, after time.Duration) {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Time{})
	begun := time.Now()
	got, err := io.ReadAll(c.r)
	must(c.t, err)
	if took := time.Since(begun); took != after || string(got) != want {
		c.t.Errorf("after %v: %q; want %q after %v", took, got, want, after)
	}
}

func TestAutoLogoutDeletesNothing(t *testing.T) {
	inBubble(t, pop3d.Options{}, func(t *testing.T, p *pipes, svc *mailserver.Service) {
		_, err := svc.Append(t.Context(), "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader("x")})
		must(t, err)
		c := p.dial(t)
		c.talk(logIn)
		c.talk(`
			C: DELE 1
			S: +OK …`)
		c.silence("-ERR Logged out after a long silence\r\n", 10*time.Minute)
		c = p.dial(t)
		c.talk(logIn)
		c.talk(`
			C: STAT
			S: +OK 1 3`)
	})
}

func TestTooLongWithoutLogin(t *testing.T) {
	inBubble(t, pop3d.Options{}, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		c := p.dial(t)
		c.expect("+OK …")
		time.Sleep(50 * time.Second)
		c.talk(`
			C: USER alice
			S: +OK …`)
		c.silence("-ERR Logged out after a long silence\r\n", 10*time.Second)
	})
}

func TestSilentTLSHandshake(t *testing.T) {
	inBubble(t, pop3d.Options{TLS: &tls.Config{}, ImplicitTLS: true}, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		p.dial(t).silence("", 10*time.Second)
	})
}

func TestFailedLoginsTakeLonger(t *testing.T) {
	inBubble(t, pop3d.Options{}, func(t *testing.T, p *pipes, _ *mailserver.Service) {
		c := p.dial(t)
		c.expect("+OK …")
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			begun := time.Now()
			c.talk(`
				C: AUTH PLAIN AGFsaWNlAHdyb25n
				S: -ERR [AUTH] …`)
			if took := time.Since(begun); took != want {
				t.Errorf("the refusal took %v, want %v", took, want)
			}
		}
	})
}

// TestClientThatStopsReading is cut, and its lock goes with it.
func TestClientThatStopsReading(t *testing.T) {
	inBubble(t, pop3d.Options{}, func(t *testing.T, p *pipes, svc *mailserver.Service) {
		big := strings.Repeat(strings.Repeat("x", 78)+"\r\n", 10_000)
		_, err := svc.Append(t.Context(), "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader(big)})
		must(t, err)
		stuck := p.dial(t)
		stuck.talk(logIn)
		stuck.send("RETR 1\r\n")
		time.Sleep(59 * time.Second)
		if _, err := svc.LockMaildrop("alice"); err == nil {
			t.Error("it was cut too early")
		}
		time.Sleep(2 * time.Second)
		if _, err := svc.LockMaildrop("alice"); err != nil {
			t.Errorf("a minute after it stopped reading: %v", err)
		}
	})
}
