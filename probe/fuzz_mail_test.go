package probe

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// Whatever a mail server says to one who goes as deep as can be, the run ends,
// and nothing of the password is kept.
func FuzzDeepServer(f *testing.F) {
	const imapBegin = "* OK\r\n* CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 AUTH=PLAIN SASL-IR IDLE UIDPLUS\r\na1 OK\r\n"
	const imapIn = imapBegin + "a2 OK\r\na3 OK\r\n* CAPABILITY IDLE UIDPLUS\r\na4 OK\r\n"
	for _, says := range []string{
		imapBegin + "+ cj14\r\n",
		imapBegin + "+ {3}\r\nabc\r\n",
		imapBegin + "a2 NO [UNAVAILABLE] AHByb2JlAHMzY3IiZXRc\r\n",
		imapIn + "* 3 EXISTS\r\na5 OK\r\na6 OK\r\n* SEARCH 1 2 3\r\na7 OK\r\n* 1 FETCH (BODY[X] {22}\r\nX-Howdah-Probe: 123456\r\n UID 1)\r\na8 OK\r\na9 OK\r\n",
		imapIn + "a5 OK\r\na6 OK\r\n+ go\r\na7 OK\r\n* 1 EXISTS\r\na8 OK\r\n* SEARCH 7\r\na9 OK\r\n* 1 FETCH (UID 7 BODY[] {3}\r\nabc)\r\na10 OK\r\n",
		imapIn + "a5 NO\r\na6 OK\r\n* -1 EXISTS\r\n* 4294967296 EXISTS\r\n* 2147483647 EXISTS\r\na7 OK\r\na8 OK\r\n* SEARCH " + strings.Repeat("9 ", 2000) + "\r\na9 OK\r\n",
	} {
		f.Add("imap", says)
	}
	f.Add("pop3", "+OK <a@b>\r\n+OK\r\nUSER\r\nUIDL\r\nTOP\r\n.\r\n+OK\r\n+OK\r\n+OK 2 9\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK 2 7\r\n+OK\r\n..\r\nx\r\n.\r\n+OK\r\n")
	f.Add("pop3", "+OK\r\n+OK\r\nSASL LOGIN\r\n.\r\n+ \r\n+ \r\n+ \r\n+ \r\n+ \r\n+ \r\n")
	f.Add("pop3", "+OK\r\n+OK\r\nUSER\r\n.\r\n+OK\r\n+OK\r\n+OK 99999999 1\r\n+OK 99999999 x\r\n+OK 99999999 88888888888\r\n+OK\r\n")
	f.Add("smtp", "220 a\r\n250-b\r\n250 AUTH SCRAM-SHA-1\r\n334 \r\n334 cj0=\r\n")
	f.Add("smtp", "220 a\r\n250 b\r\n250\r\n250\r\n354\r\n250-\r\n250 x\r\n221\r\n")
	f.Add("lmtp", "220 a\r\n250 b\r\n250\r\n250\r\n354\r\n550 5.2.2 \r\n")
	f.Add("managesieve", "\"SASL\" \"SCRAM-SHA-256\"\r\nOK\r\n{4}\r\ncj0=\r\nOK (SASL \"\")\r\n")
	f.Fuzz(func(t *testing.T, name, says string) {
		if !slices.Contains([]string{"imap", "pop3", "smtp", "lmtp", "managesieve"}, name) {
			t.Skip()
		}
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				go func() { _, _ = io.Copy(io.Discard, theirs) }()
				_, _ = io.WriteString(theirs, says)
				_ = theirs.Close()
			}()
			return ours, nil
		}
		target := Target{Scheme: name, User: "probe", Host: "127.0.0.1", Port: 1, Recipient: "probe@example.edu", Data: true, Folder: "Probe", Idle: true, Retrieve: true}
		r := (&Runner{Dial: dial}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, 5*time.Second)
		if r.Reason == "probe.panic" || r.Reason.Cause() == "timeout" || r.Verdict == Fail && r.Reason == "" {
			t.Errorf("%s %q: %s", r.Verdict, r.Reason, r.Detail)
		}
		for _, line := range append(r.Transcript, r.Detail) {
			if strings.HasPrefix(line, "C: ") && (strings.Contains(line, secret) || strings.Contains(line, saslSecret)) {
				t.Errorf("shows the password: %q", line)
			}
			if strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) || c == utf8.RuneError }) {
				t.Errorf("unprintable: %q", line)
			}
		}
	})
}

// Whatever a server asks in a login, it ends: let in only after a proof where
// there is to be one, and never with the password in a message that has none.
func FuzzSASL(f *testing.F) {
	for _, challenges := range []string{
		"r=NONCEx,s=QSXCR+Q6sek8bf92,i=4096\nv=AAAA", "r=NONCE,s=,i=1", "e=x", "", "\n\n\n", `{"status":401}`, `{"status":{}}`, "m=,r=NONCEx,s=AA==,i=4096", "User Name\x00\nPassword\x00\n",
	} {
		for n := range mechanismNames {
			f.Add(uint8(n), challenges)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, challenges string) {
		name := mechanismNames[int(which)%len(mechanismNames)]
		c := &conn{target: Target{User: "probe", Host: "h", Port: 1}, log: &transcript{}}
		m := c.newMechanism(name, secret)
		if s, ok := m.(*scram); ok {
			challenges = strings.ReplaceAll(challenges, "NONCE", s.nonce)
		}
		said := string(m.first())
		for challenge := range strings.SplitSeq(challenges, "\n") {
			message, err := m.answer([]byte(challenge))
			if err != nil {
				break
			}
			said += string(message)
		}
		if strings.HasPrefix(name, "SCRAM") {
			if m.judge(nil) == nil {
				t.Errorf("%s: let in by %q", name, challenges)
			}
			if strings.Contains(said, secret) || strings.Contains(said, base64.StdEncoding.EncodeToString([]byte(secret))) {
				t.Errorf("%s: says %q", name, said)
			}
		}
	})
}

var mechanismNames = []string{"PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "XOAUTH2", "OAUTHBEARER"}
