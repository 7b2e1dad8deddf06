package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// A hung server ends a run when the budget of the phase, or that of the run, is
// used up, and not a moment later.
func TestHungServer(t *testing.T) {
	silent := func(context.Context, string, string) (net.Conn, error) {
		ours, _ := net.Pipe()
		return ours, nil
	}
	deaf := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	piped := func(s script) Dialer { return s.onPipe(tls.Certificate{}) }
	tests := []struct {
		name    string
		url     string
		dial    Dialer
		timeout time.Duration
		reason  Reason
		took    time.Duration
	}{
		{"does not answer the connection", "imap://127.0.0.1", deaf, 15 * time.Second, "connect.timeout", 3 * time.Second},
		{"accepts and is silent", "imap://127.0.0.1", silent, 15 * time.Second, "greeting.timeout", 10 * time.Second},
		{"is silent in the handshake", "imaps://127.0.0.1", silent, 15 * time.Second, "tls.timeout", 5 * time.Second},
		{"reads the handshake and is silent", "imaps://127.0.0.1", piped(script{hang}), 15 * time.Second, "tls.timeout", 5 * time.Second},
		{"is silent after the greeting", "imap://127.0.0.1", piped(script{"S: * OK", hang}), 15 * time.Second, "capability.timeout", 10 * time.Second},
		{"drips", "imap://127.0.0.1", piped(script{drip}), 15 * time.Second, "greeting.timeout", 10 * time.Second},
		{"is silent at the goodbye", "imap://127.0.0.1", piped(imapUntilAuth("C: a2", hang)), 15 * time.Second, "logout.timeout", 10 * time.Second},
		{"run is shorter than the budget", "imap://127.0.0.1", silent, 3 * time.Second, "greeting.timeout", 3 * time.Second},
		{"whole run is bounded", "imap://127.0.0.1", piped(script{lag, "S: * OK", "C: a1", lag, "S: a1 OK", "C: a2", hang}), 15 * time.Second, "logout.timeout", 15 * time.Second},
		{"POP3 accepts and is silent", "pop3://127.0.0.1", silent, 15 * time.Second, "greeting.timeout", 10 * time.Second},
		{"POP3 is silent within the capabilities", "pop3://127.0.0.1", piped(script{"S: +OK", "C: CAPA", "S: +OK", hang}), 15 * time.Second, "capa.timeout", 10 * time.Second},
		{"SMTP accepts and is silent", "smtp://127.0.0.1", silent, 15 * time.Second, "greeting.timeout", 10 * time.Second},
		{"SMTP is silent within an answer", "smtp://127.0.0.1", piped(script{"S: 220 mx", "C: EHLO", "S: 250-mx", hang}), 15 * time.Second, "ehlo.timeout", 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target, err := ParseTarget(tt.url)
				if err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				r := (&Runner{Dial: tt.dial}).RunTarget(t.Context(), target, nil, tt.timeout)
				if r.Verdict != Fail || r.Reason != tt.reason {
					t.Errorf("got %s %q (%s), want %q", r.Verdict, r.Reason, r.Detail, tt.reason)
				}
				if took := time.Since(begun); took != tt.took || r.Took != tt.took {
					t.Errorf("took %v and says %v, want %v", took, r.Took, tt.took)
				}
				time.Sleep(time.Minute) // the server notices that it is alone
			})
		})
	}
}

// A step whose budget ended while it passed has no socket left to go on with.
func TestStepThatPassesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, _ := net.Pipe()
		c := &conn{ctx: t.Context(), raw: ours, begun: time.Now()}
		err := c.step("greeting", time.Second, func(context.Context) error { time.Sleep(2 * time.Second); return nil })
		if ended := (*stepError)(nil); !errors.As(err, &ended) || ended.reason != "greeting.timeout" {
			t.Errorf("got %v, want greeting.timeout", err)
		}
	})
}

func TestSlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := script{"S: * OK", "C: a1", lag, "S: a1 OK", "C: a2", "S: a2 OK"}.onPipe(tls.Certificate{})
		target, _ := ParseTarget("imap://127.0.0.1")
		if r := (&Runner{Dial: dial}).RunTarget(t.Context(), target, nil, 15*time.Second); r.Verdict != Slow || r.Reason != "" {
			t.Errorf("got %s %q, want slow", r.Verdict, r.Reason)
		}
		if r := (&Runner{Dial: dial, Slow: 7 * time.Second}).RunTarget(t.Context(), target, nil, 15*time.Second); r.Verdict != OK {
			t.Errorf("got %s %q, want ok", r.Verdict, r.Reason)
		}
	})
}

func TestShutdownIsInconclusive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		target, _ := ParseTarget("imap://127.0.0.1")
		r := (&Runner{Dial: script{hang}.onPipe(tls.Certificate{})}).RunTarget(ctx, target, nil, 15*time.Second)
		if r.Verdict != Inconclusive || r.Reason != "greeting.canceled" || r.Took != time.Second {
			t.Errorf("got %s %q after %v", r.Verdict, r.Reason, r.Took)
		}
	})
}

func TestConnect(t *testing.T) {
	failing := func(err error) Dialer {
		return func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	tests := []struct {
		err     error
		verdict Verdict
		reason  Reason
	}{
		{syscall.ECONNREFUSED, Fail, "connect.refused"},
		{syscall.ECONNRESET, Fail, "connect.reset"},
		{syscall.EHOSTUNREACH, Fail, "connect.unreachable"},
		{syscall.ETIMEDOUT, Fail, "connect.timeout"},
		{syscall.EMFILE, Inconclusive, "connect.local"},
		{errors.New("something else"), Fail, "connect.io"},
	}
	for _, tt := range tests {
		r := ask(t, "imap://probe@127.0.0.1", failing(tt.err), nil)
		if r.Verdict != tt.verdict || r.Reason != tt.reason {
			t.Errorf("%v: got %s %q, want %s %q", tt.err, r.Verdict, r.Reason, tt.verdict, tt.reason)
		}
	}
}

func TestClosedPortIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	r := ask(t, "imap://probe@"+addr, nil, nil)
	if r.Verdict != Fail || r.Reason != "connect.refused" {
		t.Errorf("got %s %q", r.Verdict, r.Reason)
	}
}

// names resolves what it knows, as a zone without errors would.
type names map[string][]netip.Addr

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	switch host {
	case "broken.example":
		return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
	case "late.example":
		return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
	}
	if addrs, ok := n[host]; ok {
		return addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func TestNames(t *testing.T) {
	zone := names{
		"two.example":  {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("::1")},
		"none.example": {},
	}
	dial := func(_ context.Context, _, addr string) (net.Conn, error) {
		if strings.HasPrefix(addr, "192.0.2.1:") {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		ours, theirs := net.Pipe()
		go imapUntilAuth("C: a2 LOGOUT", "S: a2 OK").play(theirs, tls.Certificate{})
		return ours, nil
	}
	tests := []struct {
		host    string
		verdict Verdict
		reason  Reason
		peer    string
	}{
		{"two.example", OK, "", "[::1]:143"}, // the second address answers
		{"none.example", Fail, "dns.nxdomain", ""},
		{"other.example", Fail, "dns.nxdomain", ""},
		{"broken.example", Inconclusive, "dns.tempfail", ""},
		{"late.example", Inconclusive, "dns.timeout", ""},
	}
	for _, tt := range tests {
		target, err := ParseTarget("imap://" + tt.host)
		if err != nil {
			t.Fatal(err)
		}
		r := (&Runner{Dial: dial, Resolver: zone}).RunTarget(t.Context(), target, nil, time.Second)
		if r.Verdict != tt.verdict || r.Reason != tt.reason || r.Peer != tt.peer {
			t.Errorf("%s: got %s %q from %q (%s), want %s %q from %q", tt.host, r.Verdict, r.Reason, r.Peer, r.Detail, tt.verdict, tt.reason, tt.peer)
		}
	}
}

func TestPanicIsOurFault(t *testing.T) {
	r := ask(t, "imap://probe@127.0.0.1", func(context.Context, string, string) (net.Conn, error) { panic("boom") }, nil)
	if r.Verdict != Inconclusive || r.Reason != "probe.panic" || !strings.HasPrefix(r.Detail, "boom at") {
		t.Errorf("got %s %q: %q", r.Verdict, r.Reason, r.Detail)
	}
}

func TestPasswordThatCannotBeRead(t *testing.T) {
	target, _ := ParseTarget("imap://probe@127.0.0.1")
	for name, password := range map[string]func() (string, error){
		"unreadable": func() (string, error) { return "", errors.New("permission denied") },
		"two lines":  func() (string, error) { return "a\r\na9 DELETE INBOX", nil },
	} {
		r := (&Runner{Dial: imapUntilAuth(hang).onTCP(t, tls.Certificate{})}).RunTarget(t.Context(), target, password, time.Second)
		if r.Verdict != Inconclusive || r.Reason != "auth.secret" {
			t.Errorf("%s: got %s %q", name, r.Verdict, r.Reason)
		}
	}
}
