package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a relay does with the one answer that goes wrong, where it does not say
// something else instead.
const (
	cutOff  = "is cut off"
	halved  = "is cut in its middle"
	reset   = "is a reset"
	silence = "does not come"
	delayed = "comes 3 s late"
)

// relay stands between a probe and a real server, as one who holds a
// certificate that the probe believes. It passes everything on, encrypted or
// not, but for one answer.
type relay struct {
	server string         // its address
	tls    bool           // encryption begins with the connection
	after  *regexp.Regexp // what the probe says before that answer; nil for the greeting
	nth    int            // which time it says so, from 1
	inTLS  bool           // the answer is that to the beginning of encryption
	fault  string         // what becomes of it: one of the above, or the text that is said
	pair   tls.Certificate
}

// listen returns the address to ask; all ends with the test.
func (m relay) listen(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.pass(c)
		}
	}()
	return l.Addr().String()
}

// passage is one connection through a relay.
type passage struct {
	relay
	client, server net.Conn
	raw            *net.TCPConn // below client

	mu        sync.Mutex
	said      int    // how often after was said
	tag       string // what it began with
	armed     bool   // the next answer is the one
	upgrading chan struct{}
	gone      chan struct{} // closed when the probe has hung up
}

func (m relay) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", m.server)
	if err != nil {
		return
	}
	defer server.Close()
	p := &passage{relay: m, client: client, server: server, raw: client.(*net.TCPConn), armed: m.after == nil && !m.inTLS && m.fault != "", gone: make(chan struct{})}
	if m.tls && !p.encrypt() {
		return
	}
	go p.ask()
	p.answer()
}

var beginsTLS = regexp.MustCompile(`^(\S+ )?(STARTTLS|STLS)\r\n$`)

// ask passes on what the probe says.
func (p *passage) ask() {
	defer p.server.Close()
	defer close(p.gone)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.client.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.after != nil && p.after.Match(buf[:n]) {
			if p.said++; p.said == p.nth {
				p.armed = true
				p.tag, _, _ = strings.Cut(string(buf[:n]), " ")
			}
		}
		var upgraded chan struct{}
		if beginsTLS.Match(buf[:n]) {
			upgraded = make(chan struct{})
			p.upgrading = upgraded
		}
		p.mu.Unlock()
		if _, err := p.server.Write(buf[:n]); err != nil {
			return
		}
		if upgraded != nil {
			<-upgraded
		}
	}
}

// answer passes on what the server says.
func (p *passage) answer() {
	buf := make([]byte, 64<<10)
	for {
		n, err := p.server.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		armed, tag, upgrading := p.armed, p.tag, p.upgrading
		p.armed, p.upgrading = false, nil
		p.mu.Unlock()
		if armed && !p.spoil(buf[:n], tag) {
			return
		}
		if armed && p.fault != delayed { // something else was said
			if upgrading != nil {
				close(upgrading)
			}
			continue
		}
		if _, err := p.client.Write(buf[:n]); err != nil {
			return
		}
		if upgrading != nil {
			ok := p.encrypt()
			close(upgrading)
			if !ok {
				return
			}
		}
	}
}

// spoil does what becomes of an answer, and reports whether the conversation
// goes on.
func (p *passage) spoil(answer []byte, tag string) bool {
	switch p.fault {
	case cutOff:
	case halved:
		p.client.Write(answer[:len(answer)/2])
	case reset:
		p.raw.SetLinger(0)
	case silence:
		p.wait()
	case delayed:
		time.Sleep(3 * time.Second)
		return true
	default:
		_, err := io.WriteString(p.client, strings.ReplaceAll(p.fault, "TAG", tag)+"\r\n")
		return err == nil
	}
	p.raw.Close()
	return false
}

// wait returns when the probe has hung up.
func (p *passage) wait() {
	if p.inTLS {
		io.Copy(io.Discard, p.client)
		return
	}
	<-p.gone
}

// encrypt begins TLS with both.
func (p *passage) encrypt() bool {
	if p.inTLS && p.fault != "" {
		hello := make([]byte, 64<<10)
		n, err := p.client.Read(hello)
		if err != nil {
			return false
		}
		if !p.spoil(nil, "") || p.fault != delayed {
			return false
		}
		p.client = &reread{p.client, hello[:n]}
	}
	c, s := tls.Server(p.client, &tls.Config{Certificates: []tls.Certificate{p.pair}}), tls.Client(p.server, &tls.Config{InsecureSkipVerify: true})
	if c.Handshake() != nil || s.Handshake() != nil {
		return false
	}
	p.client, p.server = c, s
	return true
}

// reread is a connection of which the beginning was read before.
type reread struct {
	net.Conn
	begin []byte
}

func (r *reread) Read(b []byte) (int, error) {
	if len(r.begin) == 0 {
		return r.Conn.Read(b)
	}
	n := copy(b, r.begin)
	r.begin = r.begin[n:]
	return n, nil
}

// authority signs certificates that who trusts its file believes.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{file: filepath.Join(t.TempDir(), "authority.pem")}
	a.cert, a.key = sign(t, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if err := os.WriteFile(a.file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return a
}

// certify makes a certificate for an address which ends after so much time, by
// the authority; nil signs itself.
func (a *authority) certify(t testing.TB, address string, ends time.Duration) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{IPAddresses: []net.IP{net.ParseIP(address)}, NotAfter: time.Now().Add(ends)}
	var cert *x509.Certificate
	var key *ecdsa.PrivateKey
	if a == nil {
		cert, key = sign(t, template, nil, nil)
	} else {
		cert, key = sign(t, template, a.cert, a.key)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func sign(t testing.TB, template, by *x509.Certificate, with *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.Subject = pkix.Name{CommonName: "for a test"}
	template.NotBefore = time.Now().AddDate(-1, 0, 0)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().AddDate(1, 0, 0)
	}
	if by == nil {
		by, with = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}
