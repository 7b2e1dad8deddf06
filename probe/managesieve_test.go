package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

func TestManageSieve(t *testing.T) {
	const local, remote = "managesieve://probe@127.0.0.1", "managesieve://probe@192.0.2.1"
	begin := func(rest ...string) script {
		return append(script{`S: "IMPLEMENTATION" "sieved"`, `S: "SIEVE" {8}`, "S: fileinto", `S: "sasl" "LOGIN plain"`, "S: OK"}, rest...)
	}
	login := `C: AUTHENTICATE "PLAIN" "` + saslSecret + "\"\r\n"
	tests := []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		phases  string
	}{
		{"login", local, begin(login, `S: OK "in"`, "C: LOGOUT\r\n", `S: OK "bye"`), OK, "", "connect greeting auth logout"},
		{"nobody to log in", "managesieve://127.0.0.1", begin("C: LOGOUT", "S: BYE"), OK, "", "connect greeting logout"},
		{"hangs up at the goodbye", local, begin(login, "S: OK", "C: LOGOUT"), OK, "", ""},

		{"full", local, script{`S: BYE "too many connections"`, hang}, Fail, "greeting.bye", "connect greeting"},
		{"elsewhere", local, script{`S: BYE (REFERRAL "sieve://other.example") "moved"`, hang}, Fail, "greeting.bye", ""},
		{"refuses everybody", local, script{`S: NO "go away"`, hang}, Fail, "greeting.no", ""},
		{"another protocol", local, script{"S: * OK IMAP", hang}, Fail, "greeting.proto", ""},
		{"hangs up at once", local, script{}, Fail, "greeting.eof", ""},
		{"hangs up within the greeting", local, script{`S: "IMPLEMENTATION" "sieved"`}, Fail, "greeting.eof", ""},
		{"a greeting without end", local, lines(`S: "X" "`+strings.Repeat("x", 4000)+`"`, 80), Fail, "greeting.toolong", ""},
		{"no encryption", remote, begin(hang), Fail, "auth.plaintext_refused", ""},
		{"no way to log in", local, script{`S: "SASL" "GSSAPI"`, "S: OK", hang}, Fail, "auth.nomech", ""},
		{"wrong password", local, begin(login, `S: NO "no"`, hang), Fail, "auth.no", ""},
		{"password store is gone", local, begin(login, `S: NO (TRYLATER) "later"`, hang), Fail, "auth.tempfail", ""},
		{"goodbye at login", local, begin(login, "S: BYE", hang), Fail, "auth.bye", ""},
		{"asks again", local, begin(login, `S: ""`, hang), Fail, "auth.proto", ""},
		{"cut at login", local, begin(login), Fail, "auth.eof", ""},
		{"refuses to say goodbye", local, begin(login, "S: OK", "C: LOGOUT", "S: NO", hang), Fail, "logout.no", ""},
		{"bytes behind STARTTLS", local, script{`S: "STARTTLS"`, "S: OK", "C: STARTTLS\r\n", "S~ OK\r\nOK injected\r\n", hang}, Fail, "starttls.injected", ""},
		{"STARTTLS refused", local, script{`S: "STARTTLS"`, "S: OK", "C: STARTTLS", "S: NO", hang}, Fail, "starttls.no", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason {
				t.Errorf("got %s %q (%s), want %s %q", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason)
			}
			if got := phaseNames(r); tt.phases != "" && got != tt.phases {
				t.Errorf("phases %q, want %q", got, tt.phases)
			}
			if all := strings.Join(r.Transcript, "\n"); strings.Contains(all, "s3cr") || strings.Contains(all, saslSecret) {
				t.Errorf("shows the password: %s", all)
			}
		})
	}
}

func TestManageSieveEncrypts(t *testing.T) {
	a := newAuthority(t)
	cert := a.leaf(t, "192.0.2.1", 60*24*time.Hour)
	begin := script{`S: "SASL" ""`, `S: "STARTTLS"`, "S: OK", "C: STARTTLS", "S: OK", startTLS}
	server := append(begin[:len(begin):len(begin)], `S: "SASL" "PLAIN"`, "S: OK", "C: AUTHENTICATE", "S: OK", "C: LOGOUT", "S: OK")
	r := ask(t, "managesieve://probe@192.0.2.1", server.onTCP(t, cert), a)
	if r.Verdict != OK || r.TLS == nil || !r.TLS.Verified || r.Mechanism != "PLAIN" {
		t.Errorf("got %s %q (%s) by %q, tls %+v", r.Verdict, r.Reason, r.Detail, r.Mechanism, r.TLS)
	}
	if got := phaseNames(r); got != "connect greeting starttls tls capability auth logout" {
		t.Errorf("phases %q", got)
	}
	forgetful := append(begin[:len(begin):len(begin)], "S: OK", hang)
	if r := ask(t, "managesieve://probe@192.0.2.1", forgetful.onTCP(t, cert), a); r.Reason != "auth.nomech" {
		t.Errorf("what was offered in the clear counts: got %s %q", r.Verdict, r.Reason)
	}
	expired := a.leaf(t, "192.0.2.1", -time.Hour)
	if r := ask(t, "managesieve://probe@192.0.2.1", begin.onTCP(t, expired), a); r.Reason != "tls.cert_expired" {
		t.Errorf("with an expired certificate: got %s %q", r.Verdict, r.Reason)
	}
}
