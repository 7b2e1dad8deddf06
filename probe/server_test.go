package probe

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// A script is a server's side of one conversation, line by line: "S: " says a
// line, "S~ " says it without its end, "C: " wants a line that begins so. What
// else it does is in the constants. After its last line it hangs up.
type script []string

const (
	startTLS = "TLS"   // handshake as a server
	hang     = "HANG"  // read for ever, say nothing
	reset    = "RESET" // end the connection with an RST
	flood    = "FLOOD" // 10 MB without a line end
	drip     = "DRIP"  // a byte a second without a line end
	lag      = "LAG"   // six seconds pass
	keepText = "KEEP"  // read the literal that the client announced last
	readMail = "MAIL"  // read up to a line of one dot
	giveText = "GIVE"  // give it back as the answer to a FETCH of UID 42
)

// play holds the conversation; it returns the first line that was not as the
// script wants it, or "".
func (s script) play(conn net.Conn, cert tls.Certificate) string {
	defer conn.Close()
	in := bufio.NewReader(conn)
	announced, text := 0, ""
	for _, line := range s {
		switch line {
		case keepText:
			b := make([]byte, announced+len("\r\n"))
			if _, err := io.ReadFull(in, b); err != nil {
				return "want a literal, got " + err.Error()
			}
			text = string(b[:announced])
		case readMail:
			for got := ""; got != ".\r\n"; {
				var err error
				if got, err = in.ReadString('\n'); err != nil {
					return "want the end of a message, got " + err.Error()
				}
			}
		case giveText:
			_, _ = fmt.Fprintf(conn, "* 1 FETCH (UID 42 BODY[] {%d}\r\n%s)\r\n", len(text), text)
		case startTLS:
			server := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
			if server.Handshake() != nil {
				return ""
			}
			conn, in = server, bufio.NewReader(server)
		case hang:
			_, _ = io.Copy(io.Discard, in)
		case reset:
			_ = conn.(*net.TCPConn).SetLinger(0)
			return ""
		case flood:
			_, _ = conn.Write(make([]byte, 10<<20))
		case drip:
			for {
				if _, err := conn.Write([]byte("*")); err != nil {
					return ""
				}
				time.Sleep(time.Second)
			}
		case lag:
			time.Sleep(6 * time.Second)
		default:
			if text, ok := strings.CutPrefix(line, "S: "); ok {
				_, _ = io.WriteString(conn, text+"\r\n")
				continue
			}
			if text, ok := strings.CutPrefix(line, "S~ "); ok {
				_, _ = io.WriteString(conn, text)
				continue
			}
			got, err := in.ReadString('\n')
			if err != nil {
				return "want " + line + ", got " + err.Error()
			}
			if n, ok := literal(strings.TrimSpace(got)); ok {
				announced = n
			}
			if !strings.HasPrefix(got, strings.TrimPrefix(line, "C: ")) {
				return "want " + line + ", got " + got
			}
		}
	}
	return ""
}

// onTCP serves the script once on a socket of its own, and returns a dialer
// that leads there whatever the address.
func (s script) onTCP(t *testing.T, cert tls.Certificate) Dialer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			done <- ""
			return
		}
		done <- s.play(conn, cert)
	}()
	t.Cleanup(func() {
		_ = l.Close()
		if wrong := <-done; wrong != "" {
			t.Errorf("the server: %s", wrong)
		}
	})
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, l.Addr().String())
	}
}

// onListener serves connections on a socket of its own until the test ends, and
// returns a dialer that leads there whatever the address.
func onListener(t *testing.T, serve func(net.Conn)) Dialer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, l.Addr().String())
	}
}

// onPipe serves the script over net.Pipe, for tests with virtual time.
func (s script) onPipe(cert tls.Certificate) Dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go s.play(theirs, cert)
		return ours, nil
	}
}

// authority signs certificates for tests.
type authority struct {
	pool *x509.CertPool
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// below are the certificates between the trusted one and those it signs.
	below []*x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key = a.sign(t, template)
	a.pool.AddCert(a.cert)
	return a
}

// leaf makes a certificate for the name, or address, that ends after left.
func (a *authority) leaf(t *testing.T, name string, left time.Duration) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(left),
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	cert, key := a.sign(t, template)
	pair := tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	for _, cert := range a.below {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return pair
}

// intermediate is an authority that a vouches for until left has passed.
func (a *authority) intermediate(t *testing.T, left time.Duration) *authority {
	t.Helper()
	b := &authority{pool: a.pool}
	b.cert, b.key = a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "test intermediate"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(left),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	b.below = append([]*x509.Certificate{b.cert}, a.below...)
	return b
}

func (a *authority) sign(t *testing.T, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

const secret = `s3cr"et\`

// ask runs one check of the URL through the dialer.
func ask(t *testing.T, url string, dial Dialer, a *authority) Result {
	t.Helper()
	target, err := ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	runner := &Runner{Dial: dial}
	if a != nil {
		runner.RootCAs = a.pool
	}
	return runner.RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, 15*time.Second)
}
