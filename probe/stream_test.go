package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

func TestStream(t *testing.T) {
	for _, tt := range []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		phases  string
	}{
		{"connects", "tcp://127.0.0.1:22", script{hang}, OK, "", "connect"},
		{"first line", "tcp://127.0.0.1:22?expect=SSH-2.0", script{"S: SSH-2.0-OpenSSH_10"}, OK, "", "connect greeting"},
		{"another line", "tcp://127.0.0.1:22?expect=SSH-2.0", script{"S: SSH-1.99-old", hang}, Fail, "greeting.mismatch", "connect greeting"},
		{"no line", "tcp://127.0.0.1:22?expect=SSH-2.0", script{}, Fail, "greeting.eof", ""},
		{"half a line", "tcp://127.0.0.1:22?expect=SSH-2.0", script{"S~ SSH-2.0"}, Fail, "greeting.eof", ""},
		{"floods", "tcp://127.0.0.1:22?expect=SSH-2.0", script{flood}, Fail, "greeting.toolong", ""},
		{"answer", `tcp://127.0.0.1:22?send=PING\r\nBYE\n&expect=%2BPONG`, script{"C: PING\r\n", "C: BYE\n", "S: +PONG"}, OK, "", "connect answer"},
		{"any answer", `tcp://127.0.0.1:22?send=\\\t\n`, script{"C: \\\t\n", "S: what?"}, OK, "", "connect answer"},
		{"another answer", `tcp://127.0.0.1:22?send=PING\n&expect=%2BPONG`, script{"C: PING\n", "S: -ERR"}, Fail, "answer.mismatch", "connect answer"},
		{"no answer", `tcp://127.0.0.1:22?send=PING\n`, script{"C: PING\n"}, Fail, "answer.eof", ""},
		{"no TLS", "tls://127.0.0.1:443", script{"S: * OK in the clear", hang}, Fail, "tls.proto", "connect tls"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason {
				t.Errorf("got %s %q (%s), want %s %q", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason)
			}
			if got := phaseNames(r); tt.phases != "" && got != tt.phases {
				t.Errorf("phases %q, want %q", got, tt.phases)
			}
		})
	}
}

func TestCertificate(t *testing.T) {
	const day = 24 * time.Hour
	a, stranger := newAuthority(t), newAuthority(t)
	for _, tt := range []struct {
		name    string
		url     string
		cert    tls.Certificate
		server  script
		verdict Verdict
		reason  Reason
		left    time.Duration
		detail  string
	}{
		{"good", "tls://192.0.2.1:443", a.leaf(t, "192.0.2.1", 15*day), script{startTLS}, OK, "", 15 * day, ""},
		{"with a first line", "tls://192.0.2.1:443?expect=hello", a.leaf(t, "192.0.2.1", 15*day), script{startTLS, "S: hello there"}, OK, "", 15 * day, ""},
		{"with an answer", `tls://192.0.2.1:443?send=PING\n&expect=pong`, a.leaf(t, "192.0.2.1", 15*day), script{startTLS, "C: PING\n", "S: pong"}, OK, "", 15 * day, ""},
		{"with another", "tls://192.0.2.1:443?expect=hello", a.leaf(t, "192.0.2.1", 15*day), script{startTLS, "S: go away"}, Fail, "greeting.mismatch", 15 * day, "go away"},
		{"ends soon", "tls://192.0.2.1:443", a.leaf(t, "192.0.2.1", 13*day), script{startTLS}, Slow, "", 13 * day, "the certificate ends at "},
		{"of an authority that ends sooner", "tls://192.0.2.1:443", a.intermediate(t, 10*day).leaf(t, "192.0.2.1", 60*day), script{startTLS}, Slow, "", 10 * day, "the certificate ends at "},
		{"ends soon, of mail", "imaps://192.0.2.1", a.leaf(t, "192.0.2.1", 13*day), script{startTLS, "S: * OK", "C: a1 CAPABILITY", "S: * CAPABILITY IMAP4rev1", "S: a1 OK", "C: a2 LOGOUT", "S: a2 OK"}, Slow, "", 13 * day, "the certificate ends at "},
		{"has ended", "tls://192.0.2.1:443", a.leaf(t, "192.0.2.1", -time.Hour), script{startTLS}, Fail, "tls.cert_expired", -time.Hour, "expired"},
		{"of another name", "tls://192.0.2.1:443", a.leaf(t, "192.0.2.2", day), script{startTLS}, Fail, "tls.cert_name", day, ""},
		{"of a stranger", "tls://192.0.2.1:443", stranger.leaf(t, "192.0.2.1", day), script{startTLS}, Fail, "tls.cert_chain", day, ""},
		{"not looked at", "tls://192.0.2.1:443?insecure=true", stranger.leaf(t, "192.0.2.1", day), script{startTLS}, OK, "", day, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tt.cert), a)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) {
				t.Errorf("got %s %q (%s), want %s %q (%s)", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail)
			}
			if r.TLS == nil || time.Until(r.TLS.NotAfter).Round(time.Hour) != tt.left {
				t.Errorf("tls = %+v, want %v left", r.TLS, tt.left)
			}
			if tt.verdict == Slow && (ExitCode(r) != 1 || !strings.Contains(Line(r), " WARNING - ") || !strings.Contains(Line(r), tt.detail)) {
				t.Errorf("exit code %d with %s", ExitCode(r), Line(r))
			}
		})
	}
}
