package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

const (
	plainCaps = "S: * CAPABILITY IMAP4rev1"
	// saslSecret is \0probe\0s3cr"et\ in base64.
	saslSecret = "AHByb2JlAHMzY3IiZXRc"
)

// imapUntilAuth is the conversation up to the login, without encryption.
func imapUntilAuth(rest ...string) script {
	return append(script{"S: * OK ready", "C: a1 CAPABILITY", plainCaps, "S: a1 OK done"}, rest...)
}

func TestIMAP(t *testing.T) {
	const local, remote = "imap://probe@127.0.0.1", "imap://probe@192.0.2.1"
	login := `C: a2 LOGIN "probe" "s3cr\"et\\"`
	tests := []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		phases  string
	}{
		{"login", local, imapUntilAuth(login, "S: a2 OK in", "C: a3 EXAMINE INBOX", "S: * 3 EXISTS", "S: a3 OK [READ-ONLY] there",
			"C: a4 LOGOUT", "S: * BYE bye", "S: a4 OK bye"), OK, "", "connect greeting capability auth select logout"},
		{"the greeting may name anything", local, append(script{"S: * OK [CAPABILITY IMAP4rev1 STARTTLS] my own words"},
			imapUntilAuth(login, "S: a2 OK", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: a4 OK")[1:]...), OK, "", ""},
		{"initial response", local, script{"S: * OK", "C: a1 CAPABILITY", "S: * CAPABILITY IMAP4rev1 auth=plain sasl-ir", "S: a1 OK",
			"C: a2 AUTHENTICATE PLAIN " + saslSecret, "S: a2 OK", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: * BYE", "S: a4 OK"}, OK, "", ""},
		{"continuation", local, script{"S: * OK", "C: a1 CAPABILITY", "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED", "S: a1 OK",
			"C: a2 AUTHENTICATE PLAIN\r\n", "S: + ", "C: " + saslSecret, "S: a2 OK", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: * BYE", "S: a4 OK"}, OK, "", ""},
		{"literals are read over", local, imapUntilAuth(login, "S: * LIST () {5}", "S~ a2 NO", "S:  x {3}", "S~ abc", "S:  end", "S: a2 OK in",
			"C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: * BYE", "S: a4 OK"), OK, "", ""},
		{"hangs up at the goodbye", local, imapUntilAuth(login, "S: a2 OK in", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT"), OK, "", ""},
		{"logged in already", local, script{"S: * PREAUTH hello", "C: a1 CAPABILITY", "S: a1 OK", "C: a2 EXAMINE", "S: a2 OK", "C: a3 LOGOUT", "S: a3 OK"}, OK, "", ""},
		{"nobody to log in", "imap://127.0.0.1", imapUntilAuth("C: a2 LOGOUT", "S: * BYE", "S: a2 OK"), OK, "", "connect greeting capability logout"},
		{"in the clear where it was allowed", remote + "?plaintext=true", imapUntilAuth(login, "S: a2 OK", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: a4 OK"), OK, "", ""},

		{"full", local, script{"S: * BYE [UNAVAILABLE] too many connections"}, Fail, "greeting.bye", "connect greeting"},
		{"full but holding on", local, script{"S: * BYE too many connections", hang}, Fail, "greeting.bye", ""},
		{"another protocol", local, script{"S: 220 smtp ready"}, Fail, "greeting.proto", ""},
		{"hangs up at once", local, script{}, Fail, "greeting.eof", ""},
		{"hangs up in the greeting", local, script{"S~ * OK rea"}, Fail, "greeting.eof", ""},
		{"resets", local, imapUntilAuth(login, reset), Fail, "auth.reset", ""},
		{"floods", local, script{flood}, Fail, "greeting.toolong", ""},
		{"floods with a literal", local, imapUntilAuth(login, "S: * LIST {99999999999999999999}", hang), Fail, "auth.toolong", ""},
		{"floods with lines", local, append(imapUntilAuth(login), lines("S: * "+strings.Repeat("x", 4000), 80)...), Fail, "auth.toolong", ""},
		{"logged in before encryption", remote, script{"S: * PREAUTH hello", hang}, Fail, "greeting.preauth", ""},
		{"no encryption", remote, imapUntilAuth(hang), Fail, "auth.plaintext_refused", ""},
		{"capability refused", local, script{"S: * OK", "C: a1", "S: a1 BAD what"}, Fail, "capability.bad", ""},
		{"an answer to somebody else", local, script{"S: * OK", "C: a1", "S: b1 OK"}, Fail, "capability.proto", ""},
		{"wrong password", local, imapUntilAuth(login, "S: a2 NO [AUTHENTICATIONFAILED] no"), Fail, "auth.no", ""},
		{"password store is gone", local, imapUntilAuth(login, "S: a2 NO [UNAVAILABLE] later"), Fail, "auth.tempfail", ""},
		{"in use", local, imapUntilAuth(login, "S: a2 NO [INUSE] locked"), Fail, "auth.inuse", ""},
		{"a bug", local, imapUntilAuth(login, "S: a2 NO [SERVERBUG] oops"), Fail, "auth.broken", ""},
		{"goodbye at login", local, imapUntilAuth(login, "S: * BYE restarting"), Fail, "auth.bye", ""},
		{"cut at login", local, imapUntilAuth(login), Fail, "auth.eof", "connect greeting capability auth"},
		{"no way to log in", local, script{"S: * OK", "C: a1", "S: * CAPABILITY IMAP4rev1 LOGINDISABLED", "S: a1 OK", hang}, Fail, "auth.nomech", ""},
		{"no inbox", local, imapUntilAuth(login, "S: a2 OK", "C: a3", "S: a3 NO gone"), Fail, "select.no", ""},
		{"refuses to say goodbye", local, imapUntilAuth(login, "S: a2 OK", "C: a3", "S: a3 OK", "C: a4", "S: a4 BAD never"), Fail, "logout.bad", ""},
		{"bytes behind STARTTLS", local, script{"S: * OK", "C: a1", "S: * CAPABILITY IMAP4rev1 STARTTLS", "S: a1 OK",
			"C: a2 STARTTLS", "S~ a2 OK go\r\n* OK injected\r\n", hang}, Fail, "starttls.injected", ""},
		{"STARTTLS refused", local, script{"S: * OK", "C: a1", "S: * CAPABILITY IMAP4rev1 STARTTLS", "S: a1 OK", "C: a2", "S: a2 NO"}, Fail, "starttls.no", ""},
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
			if r.Took > 2*time.Second {
				t.Errorf("took %v: a negative answer ends a run at once", r.Took)
			}
			for _, line := range append(r.Transcript, r.Detail) {
				if strings.Contains(line, "s3cr") || strings.Contains(line, saslSecret) {
					t.Errorf("shows the password: %q", line)
				}
			}
		})
	}
}

func lines(line string, n int) []string {
	var all []string
	for range n {
		all = append(all, line)
	}
	return all
}

func phaseNames(r Result) string {
	var names []string
	for _, p := range r.Phases {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

func TestPasswordStaysHomeWithoutEncryption(t *testing.T) {
	r := ask(t, "imap://probe@192.0.2.1", imapUntilAuth(hang).onTCP(t, tls.Certificate{}), nil)
	for _, line := range r.Transcript {
		if strings.HasPrefix(line, "C: ") && line != "C: a1 CAPABILITY" {
			t.Errorf("said %q", line)
		}
	}
	if r.Mechanism != "" || r.Reason != "auth.plaintext_refused" {
		t.Errorf("got %q with mechanism %q", r.Reason, r.Mechanism)
	}
}

func TestIMAPEncrypts(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	good := a.leaf(t, "192.0.2.1", 60*24*time.Hour)
	ending := script{"C: a2 LOGIN", "S: a2 OK", "C: a3 EXAMINE", "S: a3 OK", "C: a4 LOGOUT", "S: * BYE", "S: a4 OK"}
	implicit := append(append(script{startTLS}, imapUntilAuth()...), ending...)
	upgraded := script{"S: * OK", "C: a1", "S: * CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED", "S: a1 OK", "C: a2 STARTTLS", "S: a2 OK", startTLS,
		"C: a3 CAPABILITY", plainCaps, "S: a3 OK", "C: a4 LOGIN", "S: a4 OK", "C: a5 EXAMINE", "S: a5 OK", "C: a6 LOGOUT", "S: a6 OK"}
	tests := []struct {
		name     string
		url      string
		cert     tls.Certificate
		server   script
		reason   Reason
		verified bool
	}{
		{"from the start", "imaps://probe@192.0.2.1", good, implicit, "", true},
		{"by STARTTLS", "imap://probe@192.0.2.1", good, upgraded, "", true},
		{"expired", "imaps://probe@192.0.2.1", a.leaf(t, "192.0.2.1", -time.Hour), script{startTLS}, "tls.cert_expired", false},
		{"wrong name", "imaps://probe@192.0.2.1", a.leaf(t, "mail.example.edu", 60*24*time.Hour), script{startTLS}, "tls.cert_name", false},
		{"unknown authority", "imaps://probe@192.0.2.1", stranger.leaf(t, "192.0.2.1", 60*24*time.Hour), script{startTLS}, "tls.cert_chain", false},
		{"anything goes", "imaps://probe@192.0.2.1?insecure=true", stranger.leaf(t, "x", -time.Hour), implicit, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tt.cert), a)
			if r.Reason != tt.reason {
				t.Errorf("got %q (%s), want %q", r.Reason, r.Detail, tt.reason)
			}
			if r.TLS == nil || r.TLS.Verified != tt.verified || r.TLS.NotAfter.IsZero() || r.TLS.Version != "TLS 1.3" {
				t.Errorf("tls = %+v, want verified %v and the rest known", r.TLS, tt.verified)
			}
		})
	}
}

func TestNotTLS(t *testing.T) {
	r := ask(t, "imaps://probe@127.0.0.1", script{"S: * OK in the clear", hang}.onTCP(t, tls.Certificate{}), nil)
	if r.Reason != "tls.proto" {
		t.Errorf("got %q (%s), want tls.proto", r.Reason, r.Detail)
	}
}

func TestServerCannotLeakThroughEvidence(t *testing.T) {
	server := imapUntilAuth("C: a2", "S: a2 NO \x1b[31m"+saslSecret+" "+secret+" \x00\u202e "+strings.Repeat("é", 300))
	r := ask(t, "imap://probe@127.0.0.1", server.onTCP(t, tls.Certificate{}), nil)
	all := strings.Join(append(r.Transcript, r.Detail), "\n")
	for _, bad := range []string{"s3cr", saslSecret, "\x1b", "\x00", "\u202e"} {
		if strings.Contains(all, bad) {
			t.Errorf("evidence shows %q: %q", bad, all)
		}
	}
	if len(r.Detail) > 200 || !strings.Contains(r.Detail, "*** ***") || strings.ContainsRune(r.Detail, '\uFFFD') {
		t.Errorf("detail of %d bytes: %q", len(r.Detail), r.Detail)
	}
}

func TestTranscriptIsBounded(t *testing.T) {
	server := imapUntilAuth("C: a2")
	server = append(server, lines("S: * "+strings.Repeat("y", 600), 100)...)
	server = append(server, "S: a2 NO")
	r := ask(t, "imap://probe@127.0.0.1", server.onTCP(t, tls.Certificate{}), nil)
	size := 0
	for _, line := range r.Transcript {
		size += len(line)
	}
	if r.Reason != "auth.no" || size > 9<<10 || size < 4<<10 {
		t.Errorf("got %q with a transcript of %d bytes", r.Reason, size)
	}
}
