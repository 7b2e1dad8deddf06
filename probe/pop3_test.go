package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

func TestPOP3(t *testing.T) {
	const local, remote = "pop3://probe@127.0.0.1", "pop3://probe@192.0.2.1"
	begin := func(rest ...string) script {
		return append(script{"S: +OK ready", "C: CAPA", "S: +OK", "S: USER", "S: TOP", "S: ."}, rest...)
	}
	pass := `C: PASS s3cr"et\`
	tests := []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		mech    string
	}{
		{"login", local, begin("C: USER probe", "S: +OK", pass, "S: +OK in", "C: STAT", "S: +OK 2 320", "C: QUIT", "S: +OK"), OK, "", "USER"},
		{"an old server", local, script{"S: +OK", "C: CAPA", "S: -ERR what", "C: USER", "S: +OK", pass, "S: +OK", "C: STAT", "S: +OK 0 0", "C: QUIT"}, OK, "", "USER"},
		{"only SASL", local, script{"S: +OK", "C: CAPA", "S: +OK", "S: SASL CRAM-MD5 PLAIN", "S: .", "C: AUTH PLAIN " + saslSecret, "S: +OK",
			"C: STAT", "S: +OK 0 0", "C: QUIT", "S: +OK"}, OK, "", "PLAIN"},
		{"nobody to log in", "pop3://127.0.0.1", begin("C: QUIT", "S: +OK"), OK, "", ""},

		{"refuses everybody", local, script{"S: -ERR go away"}, Fail, "greeting.no", ""},
		{"refuses for now", local, script{"S: -ERR [SYS/TEMP] go away"}, Fail, "greeting.tempfail", ""},
		{"another protocol", local, script{"S: * OK IMAP"}, Fail, "greeting.proto", ""},
		{"hangs up", local, script{}, Fail, "greeting.eof", ""},
		{"no encryption", remote, begin(hang), Fail, "auth.plaintext_refused", ""},
		{"wrong password", local, begin("C: USER", "S: +OK", pass, "S: -ERR [AUTH] no"), Fail, "auth.no", "USER"},
		{"password store is gone", local, begin("C: USER", "S: +OK", pass, "S: -ERR [SYS/TEMP] later"), Fail, "auth.tempfail", "USER"},
		{"in use", local, begin("C: USER", "S: +OK", pass, "S: -ERR [IN-USE] locked"), Fail, "auth.inuse", "USER"},
		{"broken", local, begin("C: USER", "S: -ERR [SYS/PERM] call somebody"), Fail, "auth.broken", "USER"},
		{"no sense", local, begin("C: USER", "S: +OK", pass, "S: +OK", "C: STAT", "S: +OK many"), Fail, "stat.proto", "USER"},
		{"no mailbox", local, begin("C: USER", "S: +OK", pass, "S: +OK", "C: STAT", "S: -ERR gone"), Fail, "stat.no", "USER"},
		{"quit refused", local, begin("C: USER", "S: +OK", pass, "S: +OK", "C: STAT", "S: +OK 0 0", "C: QUIT", "S: -ERR not removed"), Fail, "logout.no", "USER"},
		{"capabilities without end", local, append(script{"S: +OK", "C: CAPA", "S: +OK"}, lines("S: "+strings.Repeat("X", 4000), 80)...), Fail, "capa.toolong", ""},
		{"bytes behind STLS", local, script{"S: +OK", "C: CAPA", "S: +OK", "S: STLS", "S: .", "C: STLS", "S~ +OK\r\n+OK injected\r\n", hang}, Fail, "stls.injected", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || r.Mechanism != tt.mech {
				t.Errorf("got %s %q by %q (%s), want %s %q by %q", r.Verdict, r.Reason, r.Mechanism, r.Detail, tt.verdict, tt.reason, tt.mech)
			}
			if all := strings.Join(r.Transcript, "\n"); strings.Contains(all, "s3cr") || strings.Contains(all, saslSecret) {
				t.Errorf("shows the password: %s", all)
			}
		})
	}
}

func TestPOP3Encrypts(t *testing.T) {
	a := newAuthority(t)
	cert := a.leaf(t, "192.0.2.1", time.Hour)
	login := script{"C: CAPA", "S: +OK", "S: USER", "S: .", "C: USER", "S: +OK", "C: PASS", "S: +OK", "C: STAT", "S: +OK 0 0", "C: QUIT", "S: +OK"}
	for url, server := range map[string]script{
		"pop3s://probe@192.0.2.1": append(script{startTLS, "S: +OK"}, login...),
		"pop3://probe@192.0.2.1":  append(script{"S: +OK", "C: CAPA", "S: +OK", "S: STLS", "S: .", "C: STLS", "S: +OK", startTLS}, login...),
	} {
		r := ask(t, url, server.onTCP(t, cert), a)
		if r.Verdict != OK || r.TLS == nil || !r.TLS.Verified {
			t.Errorf("%s: %s %q (%s), tls %+v", url, r.Verdict, r.Reason, r.Detail, r.TLS)
		}
	}
}
