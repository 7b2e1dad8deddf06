package probe

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"
)

// base64 of "probe" and of the secret.
const (
	loginUser   = "cHJvYmU="
	loginSecret = "czNjciJldFw="
)

// smtpUntilAuth is the conversation up to the login, without encryption.
func smtpUntilAuth(rest ...string) script {
	return append(script{"S: 220 mx ESMTP", "C: EHLO [127.0.0.1]\r\n", "S: 250-mx", "S: 250-PIPELINING", "S: 250 auth LOGIN plain"}, rest...)
}

func TestSMTP(t *testing.T) {
	const local, remote = "smtp://probe@127.0.0.1", "submission://probe@192.0.2.1"
	const nobody, asking = "smtp://127.0.0.1", "smtp://127.0.0.1?rcpt=joe@example.edu"
	in := []string{"C: AUTH PLAIN " + saslSecret + "\r\n", "S: 235 2.7.0 in"}
	out := []string{"C: QUIT\r\n", "S: 221 bye"}
	mail := []string{"C: MAIL FROM:<>\r\n", "S: 250 ok", "C: RCPT TO:<joe@example.edu>\r\n"}
	loginOnly := func(rest ...string) script {
		return append(script{"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250-SIZE", "S: 250 AUTH LOGIN", "C: AUTH LOGIN\r\n"}, rest...)
	}
	tests := []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		mech    string
		phases  string
	}{
		{"login", local, smtpUntilAuth(append(in, out...)...), OK, "", "PLAIN", "connect greeting ehlo auth logout"},
		{"a recipient", asking, smtpUntilAuth(append(mail, "S: 250 ok", "C: RSET\r\n", "S: 250 ok", "C: QUIT", "S: 221")...), OK, "", "",
			"connect greeting ehlo mail rcpt rset logout"},
		{"one who is elsewhere", asking, smtpUntilAuth(append(mail, "S: 251 will forward", "C: RSET", "S: 250", "C: QUIT", "S: 221")...), OK, "", "", ""},
		{"login and a recipient", local + "?rcpt=joe@example.edu", smtpUntilAuth(append(append(in, mail...), "S: 250", "C: RSET", "S: 250", "C: QUIT", "S: 221")...), OK, "", "PLAIN",
			"connect greeting ehlo auth mail rcpt rset logout"},
		{"an account that is an address sends as itself", "smtp://me%40example.edu@127.0.0.1?rcpt=joe@example.edu",
			smtpUntilAuth("C: AUTH PLAIN", "S: 235", "C: MAIL FROM:<me@example.edu>\r\n", "S: 250", "C: RCPT", "S: 250", "C: RSET", "S: 250", "C: QUIT", "S: 221"), OK, "", "PLAIN", ""},
		{"only LOGIN", local, loginOnly("S: 334 VXNlcm5hbWU6", "C: "+loginUser+"\r\n", "S: 334 UGFzc3dvcmQ6", "C: "+loginSecret+"\r\n", "S: 235 in", "C: QUIT", "S: 221"), OK, "", "LOGIN", ""},
		{"a greeting of many lines", nobody, append(script{"S: 220-mx", "S: 220-be nice", "S: 220 ESMTP"}, smtpUntilAuth(out...)[1:]...), OK, "", "", "connect greeting ehlo logout"},
		{"nothing is offered", nobody, script{"S: 220", "C: EHLO", "S: 250", "C: QUIT", "S: 221"}, OK, "", "", ""},
		{"hangs up at the goodbye", nobody, smtpUntilAuth("C: QUIT"), OK, "", "", ""},
		{"stops at the goodbye", nobody, smtpUntilAuth("C: QUIT", "S: 421 stopping"), OK, "", "", ""},
		{"in the clear where it was allowed", remote + "?plaintext=true", smtpUntilAuth(append(in, out...)...), OK, "", "PLAIN", ""},

		{"too busy", local, script{"S: 421 4.7.0 too many connections"}, Fail, "greeting.bye", "", "connect greeting"},
		{"too busy but holding on", local, script{"S: 421-4.7.0 too many", "S: 421 connections", hang}, Fail, "greeting.bye", "", ""},
		{"cannot now", local, script{"S: 450 4.3.2 not yet", hang}, Fail, "greeting.tempfail", "", ""},
		{"refuses everybody", local, script{"S: 554 no SMTP service here", hang}, Fail, "greeting.no", "", ""},
		{"another protocol", local, script{"S: * OK IMAP", hang}, Fail, "greeting.proto", "", ""},
		{"no code", local, script{"S: 2200 hello", hang}, Fail, "greeting.proto", "", ""},
		{"a code of no class", local, script{"S: 120 wait", hang}, Fail, "greeting.proto", "", ""},
		{"two codes", local, script{"S: 220-hello", "S: 554 no", hang}, Fail, "greeting.proto", "", ""},
		{"a question for a greeting", local, script{"S: 354 go on", hang}, Fail, "greeting.proto", "", ""},
		{"hangs up at once", local, script{}, Fail, "greeting.eof", "", ""},
		{"hangs up within an answer", local, script{"S: 220 mx", "C: EHLO", "S: 250-mx"}, Fail, "ehlo.eof", "", "connect greeting ehlo"},
		{"resets", local, script{"S: 220 mx", "C: EHLO", reset}, Fail, "ehlo.reset", "", ""},
		{"floods", local, script{flood}, Fail, "greeting.toolong", "", ""},
		{"an answer without end", local, append(script{"S: 220 mx", "C: EHLO"}, lines("S: 250-"+strings.Repeat("X", 4000), 80)...), Fail, "ehlo.toolong", "", ""},
		{"an answer of short lines without end", local, append(script{"S: 220 mx", "C: EHLO"}, lines("S: 250-X", 40000)...), Fail, "ehlo.toolong", "", ""},
		{"knows no EHLO", local, script{"S: 220 mx", "C: EHLO", "S: 502 what", hang}, Fail, "ehlo.no", "", ""},
		{"stops at EHLO", local, script{"S: 220 mx", "C: EHLO", "S: 421 stopping", hang}, Fail, "ehlo.bye", "", ""},
		{"no encryption", remote, smtpUntilAuth(hang), Fail, "auth.plaintext_refused", "", ""},
		{"no way to log in", local, script{"S: 220", "C: EHLO", "S: 250-mx", "S: 250 AUTH CRAM-MD5", hang}, Fail, "auth.nomech", "", ""},
		{"login is not offered", local, script{"S: 220", "C: EHLO", "S: 250 mx", hang}, Fail, "auth.nomech", "", ""},
		{"wrong password", local, smtpUntilAuth("C: AUTH PLAIN", "S: 535 5.7.8 no", hang), Fail, "auth.no", "PLAIN", ""},
		{"wrong password by LOGIN", local, loginOnly("S: 334", "C: "+loginUser, "S: 334", "C: "+loginSecret, "S: 535 no", hang), Fail, "auth.no", "LOGIN", ""},
		{"wrong user by LOGIN", local, loginOnly("S: 334", "C: "+loginUser, "S: 535 no", hang), Fail, "auth.no", "LOGIN", ""},
		{"password store is gone", local, smtpUntilAuth("C: AUTH PLAIN", "S: 454 4.7.0 later", hang), Fail, "auth.tempfail", "PLAIN", ""},
		{"offers what it does not know", local, smtpUntilAuth("C: AUTH PLAIN", "S: 504 unknown mechanism", hang), Fail, "auth.bad", "PLAIN", ""},
		{"forgets that it was told", local, smtpUntilAuth("C: AUTH PLAIN", "S: 334", hang), Fail, "auth.proto", "PLAIN", ""},
		{"asks for nothing", local, loginOnly("S: 235 in already", hang), Fail, "auth.proto", "LOGIN", ""},
		{"sender refused", asking, smtpUntilAuth("C: MAIL", "S: 530 log in first", hang), Fail, "mail.no", "", ""},
		{"disk is full", asking, smtpUntilAuth("C: MAIL", "S: 452 4.3.1 full", hang), Fail, "mail.tempfail", "", ""},
		{"nobody of that name", asking, smtpUntilAuth(append(mail, "S: 550 5.1.1 no such user", hang)...), Fail, "rcpt.no", "", ""},
		{"comes back later", asking, smtpUntilAuth(append(mail, "S: 451 4.7.1 greylisted", hang)...), Fail, "rcpt.tempfail", "", ""},
		{"has enough", asking, smtpUntilAuth(append(mail, "S: 421 4.7.0 enough")...), Fail, "rcpt.bye", "", ""},
		{"cut at the recipient", asking, smtpUntilAuth(mail...), Fail, "rcpt.eof", "", ""},
		{"keeps the message", asking, smtpUntilAuth(append(mail, "S: 250", "C: RSET", "S: 500 what", hang)...), Fail, "rset.no", "", ""},
		{"refuses to say goodbye", nobody, smtpUntilAuth("C: QUIT", "S: 500 never", hang), Fail, "logout.no", "", ""},
		{"bytes behind STARTTLS", local, script{"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS\r\n", "S~ 220 go\r\n250 injected\r\n", hang}, Fail, "starttls.injected", "", ""},
		{"STARTTLS refused", local, script{"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS", "S: 454 no TLS now", hang}, Fail, "starttls.tempfail", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || r.Mechanism != tt.mech {
				t.Errorf("got %s %q by %q (%s), want %s %q by %q", r.Verdict, r.Reason, r.Mechanism, r.Detail, tt.verdict, tt.reason, tt.mech)
			}
			if got := phaseNames(r); tt.phases != "" && got != tt.phases {
				t.Errorf("phases %q, want %q", got, tt.phases)
			}
			if r.Took > 2*time.Second {
				t.Errorf("took %v: a negative answer ends a run at once", r.Took)
			}
			for _, line := range append(r.Transcript, r.Detail) {
				if strings.Contains(line, "s3cr") || strings.Contains(line, saslSecret) || strings.Contains(line, loginSecret) {
					t.Errorf("shows the password: %q", line)
				}
			}
		})
	}
}

func TestSMTPEncrypts(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	good := a.leaf(t, "192.0.2.1", 60*24*time.Hour)
	begin := script{"S: 220 mx", "C: EHLO", "S: 250-mx", "S: 250-AUTH LOGIN", "S: 250 STARTTLS", "C: STARTTLS\r\n", "S: 220 go", startTLS}
	login := []string{"C: EHLO", "S: 250-mx", "S: 250 AUTH PLAIN", "C: AUTH PLAIN", "S: 235", "C: QUIT", "S: 221"}
	tests := []struct {
		name     string
		url      string
		cert     tls.Certificate
		server   script
		reason   Reason
		verified bool
		phases   string
	}{
		{"from the start", "smtps://probe@192.0.2.1", good, append(script{startTLS, "S: 220 mx"}, login...), "", true, "connect tls greeting ehlo auth logout"},
		{"by STARTTLS", "submission://probe@192.0.2.1", good, append(begin[:len(begin):len(begin)], login...), "", true,
			"connect greeting ehlo starttls tls ehlo auth logout"},
		{"what was offered in the clear is forgotten", "smtp://probe@192.0.2.1", good, append(begin[:len(begin):len(begin)], "C: EHLO", "S: 250 mx", hang), "auth.nomech", true, ""},
		{"expired", "smtp://probe@192.0.2.1", a.leaf(t, "192.0.2.1", -time.Hour), begin, "tls.cert_expired", false, ""},
		{"wrong name", "smtps://probe@192.0.2.1", a.leaf(t, "mx.example.edu", 60*24*time.Hour), script{startTLS}, "tls.cert_name", false, ""},
		{"unknown authority", "smtps://probe@192.0.2.1", stranger.leaf(t, "192.0.2.1", 60*24*time.Hour), script{startTLS}, "tls.cert_chain", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tt.cert), a)
			if r.Reason != tt.reason || r.TLS == nil || r.TLS.Verified != tt.verified {
				t.Errorf("got %q (%s) with tls %+v, want %q, verified %v", r.Reason, r.Detail, r.TLS, tt.reason, tt.verified)
			}
			if got := phaseNames(r); tt.phases != "" && got != tt.phases {
				t.Errorf("phases %q, want %q", got, tt.phases)
			}
		})
	}
}

// A message is sent where that is wanted, and its fate told.
func TestSMTPData(t *testing.T) {
	const url = "smtp://127.0.0.1?data=true&rcpt=joe@example.edu"
	begin := func(rest ...string) script {
		return smtpUntilAuth(append([]string{"C: MAIL FROM:<>\r\n", "S: 250", "C: RCPT TO:<joe@example.edu>\r\n", "S: 250", "C: DATA\r\n"}, rest...)...)
	}
	for _, tt := range []struct {
		name, url string
		server    script
		reason    Reason
		phases    string
	}{
		{"sent", url, begin("S: 354 go on", readMail, "S: 250-2.0.0 kept", "S: 250 as 1234", "C: QUIT", "S: 221"), "", "connect greeting ehlo mail rcpt data logout"},
		{"by somebody", url + "&from=me@example.edu", smtpUntilAuth("C: MAIL FROM:<me@example.edu>\r\n", "S: 250", "C: RCPT", "S: 250", "C: DATA", "S: 354", readMail, "S: 250", "C: QUIT", "S: 221"), "", ""},
		{"not wanted", url, begin("S: 554 5.7.1 no", hang), "data.no", ""},
		{"not now", url, begin("S: 451 4.3.0 later", hang), "data.tempfail", ""},
		{"done before it was sent", url, begin("S: 250 kept", hang), "data.proto", ""},
		{"spam", url, begin("S: 354", readMail, "S: 550 5.7.1 spam", hang), "data.no", ""},
		{"too much", url, begin("S: 354", readMail, "S: 552 5.3.4 too large", hang), "data.quota", ""},
		{"mailbox is full", url, begin("S: 354", readMail, "S: 550 5.2.2 full", hang), "data.quota", ""},
		{"disk is full", url, begin("S: 354", readMail, "S: 452 4.3.1 full", hang), "data.tempfail", ""},
		{"stops", url, begin("S: 354", readMail, "S: 421 4.3.2 stopping"), "data.bye", ""},
		{"is cut", url, begin("S: 354", readMail), "data.eof", ""},
		{"asks for more", url, begin("S: 354", readMail, "S: 354 more", hang), "data.proto", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Reason != tt.reason || tt.phases != "" && phaseNames(r) != tt.phases {
				t.Errorf("got %s %q (%s) after %q, want %q after %q", r.Verdict, r.Reason, r.Detail, phaseNames(r), tt.reason, tt.phases)
			}
		})
	}
}

// What a server says of a mechanism, of itself or of encryption is not said of
// the credentials.
func TestSMTPLoginRefusals(t *testing.T) {
	for answer, reason := range map[string]Reason{
		"535 5.7.8 no":           "auth.no",
		"534 5.7.9 too weak":     "auth.nomech",
		"538 5.7.11 encrypt":     "auth.nomech",
		"500 5.5.6 too long":     "auth.bad",
		"432 4.7.12 transition":  "auth.tempfail",
		"454 4.7.0 later":        "auth.tempfail",
		"421 4.7.0 too many":     "auth.bye",
		"334 AAAA":               "auth.proto",
		"354 go on":              "auth.proto",
		"334 ***":                "auth.proto",
		"250 what was the point": "",
	} {
		server := smtpUntilAuth("C: AUTH PLAIN", "S: "+answer)
		if reason == "" {
			server = append(server, "C: QUIT", "S: 221")
		}
		if r := ask(t, "smtp://probe@127.0.0.1", server.onTCP(t, tls.Certificate{}), nil); r.Reason != reason {
			t.Errorf("%s: got %s %q (%s), want %q", answer, r.Verdict, r.Reason, r.Detail, reason)
		}
	}
}
