package probe_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
	"howdah/mailserver/smtpd"
	"howdah/probe"
)

// intake is the bundled mail server's way in, with the account probe.
type intake struct {
	svc  *mailserver.Service
	addr string
	cert *x509.CertPool // that vouches for it
	stop func()
}

func startIntake(t *testing.T, lmtp bool, network, addr string) *intake {
	t.Helper()
	db, err := maildb.Open(t.Context(), filepath.Join(t.TempDir(), "mail"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	svc := mailserver.New(db, mailserver.Limits{}, nil)
	if err := svc.AddAccount(t.Context(), "probe", "secret"); err != nil {
		t.Fatal(err)
	}
	cert, pool := selfSigned(t)
	server := smtpd.New(svc, smtpd.Options{
		Host: "mx.example.edu", Domains: []string{"example.edu"}, LMTP: lmtp, Spool: t.TempDir(),
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}},
	})
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	in := &intake{svc: svc, addr: l.Addr().String(), cert: pool}
	in.stop = func() {
		_ = server.Shutdown(context.Background())
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		done <- nil
	}
	t.Cleanup(in.stop)
	return in
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// ask runs one check of the URL and says how it went, with its phases.
func (in *intake) ask(t *testing.T, url string) (outcome, phases string) {
	t.Helper()
	target, err := probe.ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	r := (&probe.Runner{RootCAs: in.cert}).RunTarget(t.Context(), target, func() (string, error) { return "secret", nil }, 15*time.Second)
	var names []string
	for _, p := range r.Phases {
		names = append(names, p.Name)
	}
	outcome = string(r.Reason)
	if outcome == "" {
		outcome = string(r.Verdict)
	}
	return outcome, strings.Join(names, " ")
}

// messages is how much mail the probe has in the inbox.
func (in *intake) messages(t *testing.T) int {
	t.Helper()
	snap, err := in.svc.Snapshot(t.Context(), "probe", mailserver.Inbox)
	if err != nil {
		t.Fatal(err)
	}
	return len(snap.UIDs)
}

func TestBundledSMTP(t *testing.T) {
	in := startIntake(t, false, "tcp", "127.0.0.1:0")
	for _, tt := range []struct{ url, outcome, phases string }{
		{"smtp://" + in.addr, "ok", "connect greeting ehlo starttls tls ehlo logout"},
		{"smtp://" + in.addr + "?rcpt=probe+tag@example.edu", "ok", "connect greeting ehlo starttls tls ehlo mail rcpt rset logout"},
		{"smtp://" + in.addr + "?rcpt=nobody@example.edu", "rcpt.no", "connect greeting ehlo starttls tls ehlo mail rcpt"},
		{"smtp://" + in.addr + "?rcpt=probe@example.net", "rcpt.no", "connect greeting ehlo starttls tls ehlo mail rcpt"},
		{"smtp://probe@" + in.addr, "auth.nomech", "connect greeting ehlo starttls tls ehlo auth"}, // it takes mail in only
		{"smtps://" + in.addr, "tls.proto", "connect tls"},
	} {
		if outcome, phases := in.ask(t, tt.url); outcome != tt.outcome || phases != tt.phases {
			t.Errorf("%s: got %s after %q, want %s after %q", tt.url, outcome, phases, tt.outcome, tt.phases)
		}
	}
	if n := in.messages(t); n != 0 {
		t.Errorf("the probe has %d messages: checks send none", n)
	}
	in.stop()
	if outcome, _ := in.ask(t, "smtp://"+in.addr); outcome != "connect.refused" {
		t.Errorf("when it is gone: got %s", outcome)
	}
}

func TestBundledLMTP(t *testing.T) {
	overTCP := startIntake(t, true, "tcp", "127.0.0.1:0")
	if outcome, _ := overTCP.ask(t, "smtp://"+overTCP.addr); outcome != "ehlo.no" {
		t.Errorf("asked as an SMTP server: got %s", outcome)
	}
	socket := filepath.Join(t.TempDir(), "lmtp")
	overSocket := startIntake(t, true, "unix", socket)
	for _, in := range []struct {
		*intake
		url string
	}{{overTCP, "lmtp://" + overTCP.addr}, {overSocket, "lmtp+unix://" + socket}} {
		for _, tt := range []struct{ query, outcome, phases string }{
			{"", "ok", "connect greeting lhlo logout"},
			{"?rcpt=probe@example.edu", "ok", "connect greeting lhlo mail rcpt rset logout"},
			{"?rcpt=nobody@example.edu", "rcpt.no", "connect greeting lhlo mail rcpt"},
		} {
			if outcome, phases := in.ask(t, in.url+tt.query); outcome != tt.outcome || phases != tt.phases {
				t.Errorf("%s%s: got %s after %q, want %s after %q", in.url, tt.query, outcome, phases, tt.outcome, tt.phases)
			}
		}
		if n := in.messages(t); n != 0 {
			t.Errorf("%s: the probe has %d messages: checks send none", in.url, n)
		}
		in.stop()
		if outcome, _ := in.ask(t, in.url); outcome != "connect.refused" {
			t.Errorf("%s when it is gone: got %s", in.url, outcome)
		}
	}
}
