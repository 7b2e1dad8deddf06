package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

// upgrades are the conversations up to encryption, where it begins later.
var upgrades = map[string]script{
	"imap":        {"S: * OK", "C: a1", "S: * CAPABILITY IMAP4rev1 STARTTLS", "S: a1 OK", "C: a2 STARTTLS\r\n", "S: a2 OK"},
	"pop3":        {"S: +OK", "C: CAPA", "S: +OK", "S: STLS", "S: .", "C: STLS\r\n", "S: +OK"},
	"smtp":        {"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS\r\n", "S: 220 go"},
	"submission":  {"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS\r\n", "S: 220 go"},
	"managesieve": {`S: "STARTTLS"`, "S: OK", "C: STARTTLS\r\n", "S: OK"},
	"imaps":       {},
	"pop3s":       {},
	"smtps":       {},
}

// A certificate that does not hold is told by what is wrong with it, over every
// protocol, before a password is sent, and its end is known all the same.
func TestCertificates(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	for scheme, upgrade := range upgrades {
		for _, tt := range []struct {
			cert   tls.Certificate
			reason Reason
		}{
			{a.leaf(t, "192.0.2.1", -time.Hour), "tls.cert_expired"},
			{a.leaf(t, "mail.example.edu", 60*24*time.Hour), "tls.cert_name"},
			{stranger.leaf(t, "192.0.2.1", 60*24*time.Hour), "tls.cert_chain"},
			{tls.Certificate{Certificate: [][]byte{stranger.cert.Raw}, PrivateKey: stranger.key}, "tls.cert_name"}, // self-signed, and for nobody
		} {
			server := append(upgrade[:len(upgrade):len(upgrade)], startTLS)
			r := ask(t, scheme+"://probe@192.0.2.1", server.onTCP(t, tt.cert), a)
			if r.Reason != tt.reason || r.Verdict != Fail || r.TLS == nil || r.TLS.Verified || r.TLS.NotAfter.IsZero() {
				t.Errorf("%s: got %s %q (%s), tls %+v, want %q", scheme, r.Verdict, r.Reason, r.Detail, r.TLS, tt.reason)
			}
			if all := strings.Join(r.Transcript, "\n"); strings.Contains(all, "***") {
				t.Errorf("%s: a password was sent: %s", scheme, all)
			}
		}
	}
}

// What stands in the clear behind the answer to STARTTLS may be an attacker's
// (CVE-2011-0411), over every protocol.
func TestInjectedAnswers(t *testing.T) {
	for scheme, upgrade := range upgrades {
		if len(upgrade) == 0 {
			continue
		}
		last := len(upgrade) - 1
		server := append(upgrade[:last:last], "S~ "+strings.TrimPrefix(upgrade[last], "S: ")+"\r\n* injected", hang)
		phase := "starttls"
		if scheme == "pop3" {
			phase = "stls"
		}
		if r := ask(t, scheme+"://probe@127.0.0.1", server.onTCP(t, tls.Certificate{}), nil); r.Reason != Reason(phase+".injected") {
			t.Errorf("%s: got %s %q (%s)", scheme, r.Verdict, r.Reason, r.Detail)
		}
	}
}
