package probe

import (
	"crypto/tls"
	"slices"
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

func TestPOP3Logins(t *testing.T) {
	const stamp = "<1896.697170952@dbc.mtview.ca.us>"
	// MD5 of the stamp and the secret, for probe.
	const digest = "cf571d90ca69f048f750346d09277978"
	in := []string{"C: STAT", "S: +OK 0 0", "C: QUIT", "S: +OK"}
	begin := func(greeting string, rest ...string) script {
		return append(script{"S: +OK " + greeting, "C: CAPA", "S: +OK", "S: USER", "S: SASL PLAIN LOGIN", "S: ."}, rest...)
	}
	for _, tt := range []struct {
		name, url string
		server    script
		reason    Reason
		mech      string
	}{
		{"APOP where it is asked for", "pop3://probe@127.0.0.1?auth=apop", begin(stamp, append([]string{"C: APOP probe " + digest + "\r\n", "S: +OK"}, in...)...), "", "APOP"},
		{"APOP never unasked", "pop3://probe@127.0.0.1", begin(stamp, append([]string{"C: USER", "S: +OK", "C: PASS", "S: +OK"}, in...)...), "", "USER"},
		{"APOP is not offered", "pop3://probe@127.0.0.1?auth=apop", begin("ready", hang), "auth.nomech", ""},
		{"a smile is no stamp", "pop3://probe@127.0.0.1?auth=apop", begin(">_<  <3 >", hang), "auth.nomech", ""},
		{"APOP refused", "pop3://probe@127.0.0.1?auth=apop", begin(stamp, "C: APOP", "S: -ERR [AUTH] "+digest, hang), "auth.no", "APOP"},
		{"not in the clear", "pop3://probe@192.0.2.1?auth=apop", begin(stamp, hang), "auth.plaintext_refused", ""},
		{"PLAIN", "pop3://probe@127.0.0.1?auth=plain", begin(stamp, append([]string{"C: AUTH PLAIN " + saslSecret, "S: +OK"}, in...)...), "", "PLAIN"},
		{"LOGIN", "pop3://probe@127.0.0.1?auth=login", begin(stamp, append([]string{"C: AUTH LOGIN\r\n", "S: + VXNlcjo=", "C: " + loginUser + "\r\n", "S: + UGFzczo=", "C: " + loginSecret + "\r\n", "S: +OK"}, in...)...), "", "LOGIN"},
		{"a challenge that is none", "pop3://probe@127.0.0.1?auth=login", begin(stamp, "C: AUTH LOGIN\r\n", "S: + ***", hang), "auth.proto", "LOGIN"},
		{"a name with a space", "pop3://a%20b@127.0.0.1?auth=user", begin(stamp, hang), "auth.nomech", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Reason != tt.reason || r.Mechanism != tt.mech {
				t.Errorf("got %s %q by %q (%s), want %q by %q", r.Verdict, r.Reason, r.Mechanism, r.Detail, tt.reason, tt.mech)
			}
			if all := strings.Join(append(r.Transcript, r.Detail), "\n"); strings.Contains(all, "s3cr") || strings.Contains(all, digest) || strings.Contains(all, loginSecret) {
				t.Errorf("shows the password: %s", all)
			}
		})
	}
}

// What the mailbox holds is listed and read within bounds, and none of it kept.
func TestPOP3Looks(t *testing.T) {
	begin := func(caps string, rest ...string) script {
		return append(script{"S: +OK", "C: CAPA", "S: +OK", "S: USER", "S: " + caps, "S: .", "C: USER", "S: +OK", "C: PASS", "S: +OK"}, rest...)
	}
	end := []string{"C: QUIT", "S: +OK"}
	all := func(lists ...[]string) []string { return slices.Concat(lists...) }
	two := []string{"C: STAT", "S: +OK 2 90", "C: UIDL\r\n", "S: +OK", "S: 1 a", "S: 2 b", "S: ."}
	many := []string{"C: STAT", "S: +OK 100000 900000", "C: UIDL 100000\r\n", "S: +OK 100000 x"}
	for _, tt := range []struct {
		name    string
		options string
		server  script
		reason  Reason
		phases  string
	}{
		{"IDs", "", begin("UIDL", all(two, end)...), "", "connect greeting capa auth stat uidl logout"},
		{"IDs are not offered", "", begin("TOP", all([]string{"C: STAT", "S: +OK 2 90"}, end)...), "", "connect greeting capa auth stat logout"},
		{"the ID of the newest of many", "", begin("UIDL", all(many, end)...), "", ""},
		{"the newest", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2\r\n", "S: +OK 2 60", "C: RETR 2\r\n", "S: +OK", "S: Subject: private", "S: ", "S: ..", "S: " + strings.Repeat("x", 20000), "S: " + strings.Repeat("x", maxLine) + ".", "S: .x", "S: ."}, end)...), "",
			"connect greeting capa auth stat uidl retr logout"},
		{"the header of a large one", "?retr=true", begin("UIDL\r\nTOP", all(two, []string{"C: LIST 2", "S: +OK 2 70000", "C: TOP 2 0\r\n", "S: +OK", "S: Subject: private", "S: ", "S: ."}, end)...), "", ""},
		{"a large one without TOP", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 70000000"}, end)...), "", ""},
		{"nothing there", "?retr=true", begin("UIDL", all([]string{"C: STAT", "S: +OK 0 0", "C: UIDL", "S: +OK", "S: ."}, end)...), "", "connect greeting capa auth stat uidl logout"},
		{"fewer IDs than messages", "", begin("UIDL", "C: STAT", "S: +OK 2 90", "C: UIDL", "S: +OK", "S: 1 a", "S: .", hang), "uidl.proto", ""},
		{"more IDs than messages", "", begin("UIDL", "C: STAT", "S: +OK 1 90", "C: UIDL", "S: +OK", "S: 1 a", "S: 2 b", hang), "uidl.proto", ""},
		{"IDs without end", "", begin("UIDL", append([]string{"C: STAT", "S: +OK 1 90", "C: UIDL", "S: +OK"}, lines("S: 1 a", 3)...)...), "uidl.proto", ""},
		{"no ID", "", begin("UIDL", "C: STAT", "S: +OK 1 90", "C: UIDL", "S: +OK", "S: 1", hang), "uidl.proto", ""},
		{"another's ID", "", begin("UIDL", "C: STAT", "S: +OK 500 90", "C: UIDL 500", "S: +OK 499 x", hang), "uidl.proto", ""},
		{"more messages than there are numbers", "", begin("UIDL", "C: STAT", "S: +OK 99999999999999999999 1", hang), "stat.proto", ""},
		{"no size", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 many", hang})...), "retr.proto", ""},
		{"the message is gone", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 60", "C: RETR", "S: -ERR [SYS/PERM] corrupt", hang})...), "retr.broken", ""},
		{"a message without end", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 60", "C: RETR", "S: +OK"}, lines("S: "+strings.Repeat("x", 4000), 80))...), "retr.toolong", ""},
		{"one line without end", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 60", "C: RETR", "S: +OK", flood})...), "retr.toolong", ""},
		{"cut within the message", "?retr=true", begin("UIDL", all(two, []string{"C: LIST 2", "S: +OK 2 60", "C: RETR", "S: +OK", "S: Subject: private"})...), "retr.eof", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, "pop3://probe@127.0.0.1"+tt.options, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Reason != tt.reason || tt.phases != "" && phaseNames(r) != tt.phases {
				t.Errorf("got %s %q (%s) after %q, want %q after %q", r.Verdict, r.Reason, r.Detail, phaseNames(r), tt.reason, tt.phases)
			}
			if strings.Contains(strings.Join(r.Transcript, "\n"), "private") {
				t.Errorf("keeps the message:\n%s", strings.Join(r.Transcript, "\n"))
			}
		})
	}
}

func TestPOP3Encrypts(t *testing.T) {
	a := newAuthority(t)
	cert := a.leaf(t, "192.0.2.1", 60*24*time.Hour)
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
