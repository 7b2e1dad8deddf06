package probe

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"strings"
	"testing"
	"time"

	imaplib "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// attentive is a session of go-imap that hears of all that happens while it is
// idle. Its own Idle forgets what is added between the continuation and its
// beginning.
type attentive struct {
	imapserver.SessionIMAP4rev2
}

// Idle implements imapserver.Session.
func (s attentive) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if err := s.Poll(w, true); err != nil {
				return err
			}
		case <-stop:
			return nil
		}
	}
}

// The same questions to a server that somebody else wrote.
func TestForeignServer(t *testing.T) {
	a := newAuthority(t)
	memory := imapmemserver.New()
	user := imapmemserver.NewUser("probe", secret)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return attentive{memory.NewSession().(imapserver.SessionIMAP4rev2)}, nil, nil
		},
		Caps:      imaplib.CapSet{imaplib.CapIMAP4rev1: {}, imaplib.CapIMAP4rev2: {}},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{a.leaf(t, "127.0.0.1", 60*24*time.Hour)}},
		Logger:    log.New(io.Discard, "", 0),
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	addr := l.Addr().String()

	r := ask(t, "imap://probe@"+addr, nil, a)
	if r.Verdict != OK || r.TLS == nil || !r.TLS.Verified || r.Mechanism != "PLAIN" || r.Peer != addr {
		t.Errorf("got %s %q (%s) by %q from %s, tls %+v", r.Verdict, r.Reason, r.Detail, r.Mechanism, r.Peer, r.TLS)
	}
	const want = "connect greeting capability starttls tls capability auth select logout"
	if got := phaseNames(r); got != want {
		t.Errorf("phases %q, want %q", got, want)
	}
	r = ask(t, "imap://probe@"+addr+"?append=Probe&idle=true", nil, a)
	if r.Verdict != OK || phaseNames(r) != strings.Replace(want, "logout", "capability folder append fetch watch idle done expunge logout", 1) {
		t.Errorf("going deeper: got %s %q (%s) after %q\n%s", r.Verdict, r.Reason, r.Detail, phaseNames(r), strings.Join(r.Transcript, "\n"))
	}
	if r := ask(t, "imap://somebody@"+addr, nil, a); r.Verdict != Fail || r.Reason != "auth.no" {
		t.Errorf("somebody else: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	if r := ask(t, "imap://probe@"+addr, nil, nil); r.Reason != "tls.cert_chain" || r.TLS == nil {
		t.Errorf("without its authority: got %q (%s)", r.Reason, r.Detail)
	}
	_ = server.Close()
	<-done
	if r := ask(t, "imap://probe@"+addr, nil, a); r.Reason != "connect.refused" {
		t.Errorf("when it is gone: got %q (%s)", r.Reason, r.Detail)
	}
}
