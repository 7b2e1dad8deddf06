package probe

import (
	"crypto/tls"
	"net"
	"path/filepath"
	"testing"
)

func TestLMTP(t *testing.T) {
	const nobody, asking = "lmtp://127.0.0.1", "lmtp://127.0.0.1?rcpt=joe@example.edu"
	begin := func(rest ...string) script {
		return append(script{"S: 220 mda LMTP", "C: LHLO [127.0.0.1]\r\n", "S: 250-mda", "S: 250-STARTTLS", "S: 250 PIPELINING"}, rest...)
	}
	mail := func(rest ...string) script {
		return begin(append([]string{"C: MAIL FROM:<>\r\n", "S: 250 ok", "C: RCPT TO:<joe@example.edu>\r\n"}, rest...)...)
	}
	tests := []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		phases  string
	}{
		{"nobody asked for", nobody, begin("C: QUIT\r\n", "S: 221 bye"), OK, "", "connect greeting lhlo logout"},
		{"a recipient", asking, mail("S: 250 ok", "C: RSET\r\n", "S: 250 ok", "C: QUIT\r\n", "S: 221"), OK, "", "connect greeting lhlo mail rcpt rset logout"},
		{"too busy", nobody, script{"S: 421 too many connections", hang}, Fail, "greeting.bye", "connect greeting"},
		{"refuses everybody", nobody, script{"S: 554 no", hang}, Fail, "greeting.no", ""},
		{"an SMTP server", nobody, script{"S: 220 mx ESMTP", "C: LHLO", "S: 500 what", hang}, Fail, "lhlo.no", "connect greeting lhlo"},
		{"cannot now", nobody, script{"S: 220", "C: LHLO", "S: 451 later", hang}, Fail, "lhlo.tempfail", ""},
		{"nobody of that name", asking, mail("S: 550 5.1.1 no such user", hang), Fail, "rcpt.no", ""},
		{"mailbox is full", asking, mail("S: 452 4.2.2 full", hang), Fail, "rcpt.tempfail", ""},
		{"accounts are gone", asking, begin("C: MAIL", "S: 451 4.3.0 later", hang), Fail, "mail.tempfail", ""},
		{"cut", asking, mail(), Fail, "rcpt.eof", ""},
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
		})
	}
}

// Behind a socket nobody listens whether its file is there or not.
func TestSocketWithoutServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp")
	if r := ask(t, "lmtp+unix://"+path, nil, nil); r.Verdict != Fail || r.Reason != "connect.refused" {
		t.Errorf("without a file: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	if r := ask(t, "lmtp+unix://"+path, nil, nil); r.Verdict != Fail || r.Reason != "connect.refused" {
		t.Errorf("left behind: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
}

// LMTP answers for the recipient, once the text is there (RFC 2033, 4.2).
func TestLMTPData(t *testing.T) {
	for answer, reason := range map[string]Reason{
		"250 2.1.5 kept":     "",
		"452 4.2.2 full":     "data.tempfail",
		"550 5.1.1 gone":     "data.no",
		"552 5.2.2 full":     "data.quota",
		"421 4.3.2 stopping": "data.bye",
		"354 of what":        "data.proto",
		"the wrong protocol": "data.proto",
	} {
		server := script{"S: 220 mda", "C: LHLO", "S: 250 mda", "C: MAIL FROM:<probe@example.edu>\r\n", "S: 250", "C: RCPT", "S: 250", "C: DATA\r\n", "S: 354", readMail, "S: " + answer}
		if reason == "" {
			server = append(server, "C: QUIT", "S: 221")
		}
		r := ask(t, "lmtp://127.0.0.1?data=true&rcpt=joe@example.edu&from=probe@example.edu", server.onTCP(t, tls.Certificate{}), nil)
		if r.Reason != reason {
			t.Errorf("%s: got %s %q (%s), want %q", answer, r.Verdict, r.Reason, r.Detail, reason)
		}
	}
}
