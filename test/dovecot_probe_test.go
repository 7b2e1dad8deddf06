package test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// deepDovecot adds every mechanism that a probe knows, and ManageSieve.
const deepDovecot = `
protocols = imap pop3 lmtp sieve
auth_mechanisms = plain login scram-sha-256 scram-sha-1 apop xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = OAUTH/oauth2.conf
}
service managesieve-login {
  inet_listener sieve {
    port = SIEVE_PORT
  }
}
`

const dovecotOAuth = `
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=%s/
username_attribute = sub
`

// issuer makes tokens that a Dovecot takes.
type issuer struct {
	dir string
	key []byte
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	i := issuer{scratch(t), []byte("the key of the tokens of this test")}
	keys := filepath.Join(i.dir, "default", "HS256")
	if err := os.MkdirAll(keys, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		filepath.Join(keys, "default"):      base64.StdEncoding.EncodeToString(i.key),
		filepath.Join(i.dir, "oauth2.conf"): fmt.Sprintf(dovecotOAuth, i.dir),
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// token is one for the account, which was made two hours ago and lasts for so
// long from now.
func (i issuer) token(account string, left time.Duration) string {
	encode := base64.RawURLEncoding.EncodeToString
	now := time.Now()
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		encode(fmt.Appendf(nil, `{"sub":%q,"iat":%d,"exp":%d}`, account, now.Add(-2*time.Hour).Unix(), now.Add(left).Unix()))
	mac := hmac.New(sha256.New, i.key)
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// ran is what one run of a probe tells.
type ran struct {
	Verdict, Reason, Detail, Mechanism string
	Phases                             []struct {
		Name string
		MS   float64
		OK   bool
	}
	trace string
}

func (r ran) phases() string {
	var names []string
	for _, p := range r.Phases {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// runProbe runs one check from the shell, with its conversation. Without a
// password nobody logs in.
func runProbe(t testing.TB, target, password string) ran {
	t.Helper()
	_, r := runProbeWithin(t, target, password, "15s")
	return r
}

// runProbeWithin is runProbe with a bound of time, and tells the exit code too.
func runProbeWithin(t testing.TB, target, password, timeout string, env ...string) (int, ran) {
	t.Helper()
	args := []string{"probe", target, "--json", "--trace", "--timeout", timeout}
	if password != "" {
		file := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--password-file", file)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env...)
	var trace strings.Builder
	cmd.Stderr = &trace
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	r := decode[ran](t, string(out))
	r.trace = trace.String()
	for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte(password))} {
		if secret != "" && strings.Contains(r.trace+string(out), secret) {
			t.Errorf("%s: shows the password:\n%s", target, r.trace)
		}
	}
	return cmd.ProcessState.ExitCode(), r
}

// A Dovecot is logged in to by every mechanism that it has, over every protocol.
func TestProbeDovecotMechanisms(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/lib/dovecot/managesieve"); err != nil {
		skip(t, "Dovecot's ManageSieve is not installed; test/install does it")
	}
	i := newIssuer(t)
	d := startDovecot(t, strings.ReplaceAll(deepDovecot, "OAUTH", i.dir))
	token, ended, another := i.token("probe", time.Hour), i.token("probe", -time.Hour), i.token("somebody", time.Hour)
	type login struct{ option, password, mechanism, reason string }
	all := []login{
		{"", "pass", "SCRAM-SHA-256", ""},
		{"&auth=plain", "pass", "PLAIN", ""},
		{"&auth=login", "pass", "LOGIN", ""},
		{"&auth=scram-sha-256", "pass", "SCRAM-SHA-256", ""},
		{"&auth=scram-sha-1", "pass", "SCRAM-SHA-1", ""},
		{"&auth=xoauth2", token, "XOAUTH2", ""},
		{"&auth=oauthbearer", token, "OAUTHBEARER", ""},
		{"", "wrong", "SCRAM-SHA-256", "auth.no"},
		{"&auth=plain", "wrong", "PLAIN", "auth.no"},
		{"&auth=login", "wrong", "LOGIN", "auth.no"},
		{"&auth=xoauth2", ended, "XOAUTH2", "auth.no"},
		{"&auth=oauthbearer", another, "OAUTHBEARER", "auth.no"},
		{"&auth=oauthbearer", "wrong", "OAUTHBEARER", "auth.no"},
	}
	for _, p := range []struct {
		scheme, port string
		more         []login
	}{
		{"imap", "imap", nil},
		{"pop3", "pop3", []login{{"&auth=apop", "pass", "APOP", ""}, {"&auth=apop", "wrong", "APOP", "auth.no"}, {"&auth=user", "pass", "USER", ""}}},
		{"managesieve", "sieve", nil},
	} {
		t.Run(p.scheme, func(t *testing.T) {
			for _, l := range slices.Concat(all, p.more) {
				target := fmt.Sprintf("%s://probe@127.0.0.1:%d?insecure=true%s", p.scheme, d.port[p.port], l.option)
				r := runProbe(t, target, l.password)
				if r.Reason != l.reason || r.Mechanism != l.mechanism {
					t.Errorf("%s: %s %q (%s) by %q, want %q by %q\n%s", target, r.Verdict, r.Reason, r.Detail, r.Mechanism, l.reason, l.mechanism, r.trace)
				}
			}
		})
	}
}

// A message of the probe's own goes into a folder of a Dovecot, comes back as it
// was, is announced to who waits, and is gone in the end.
func TestProbeDovecotFolder(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	imap := func(more string) string {
		return fmt.Sprintf("imap://probe@127.0.0.1:%d?insecure=true%s", d.port["imap"], more)
	}
	begin := "connect greeting capability starttls tls capability auth select capability folder "
	for _, tt := range []struct{ option, phases string }{
		{"&append=Probe box", begin + "append fetch expunge logout"},
		{"&append=Probe box", begin + "append fetch expunge logout"},
		{"&append=INBOX", begin + "append fetch expunge logout"},
		{"&append=R%26D", begin + "append fetch expunge logout"},
		{"&idle=true", begin + "watch idle done expunge logout"},
		{"&append=Probe box&idle=true", begin + "append fetch watch idle done expunge logout"},
	} {
		r := runProbe(t, imap(tt.option), "pass")
		if r.Verdict != "ok" || r.phases() != tt.phases {
			t.Errorf("%s: %s %q (%s) after %q, want %q\n%s", tt.option, r.Verdict, r.Reason, r.Detail, r.phases(), tt.phases, r.trace)
		}
		for _, p := range r.Phases {
			if p.Name == "idle" {
				t.Logf("announced after %.1f ms", p.MS)
			}
		}
	}
	for _, folder := range []string{"INBOX", "Probe box", "Howdah"} {
		if n := d.count(folder); n != 0 {
			t.Errorf("%d messages are left in %s", n, folder)
		}
	}

	// What a run that was cut short has left is removed. What is not ours, or
	// may be that of a run under way, is not.
	minute := func(n int) string {
		return fmt.Sprintf("X-Howdah-Probe: %d", time.Now().Add(time.Duration(n)*time.Minute).Unix())
	}
	for _, header := range []string{minute(-3), minute(-60), minute(0), "Subject: of somebody"} {
		d.append("Probe box", header+"\r\n\r\nhello\r\n")
	}
	if r := runProbe(t, imap("&append=Probe box"), "pass"); r.Verdict != "ok" {
		t.Errorf("with leftovers: %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
	if n := d.count("Probe box"); n != 2 {
		t.Errorf("%d messages are left, want the new one and that of somebody", n)
	}

	t.Run("by POP3", func(t *testing.T) {
		pop3 := fmt.Sprintf("pop3://probe@127.0.0.1:%d?insecure=true&retr=true", d.port["pop3"])
		const begin = "connect greeting capa stls tls capa auth stat uidl "
		if r := runProbe(t, pop3, "pass"); r.Verdict != "ok" || r.phases() != begin+"logout" {
			t.Errorf("an empty inbox: %s %q (%s) after %q", r.Verdict, r.Reason, r.Detail, r.phases())
		}
		for name, text := range map[string]string{
			"a message":         "Subject: x\r\n\r\n.a dot\r\n",
			"a long line":       "Subject: x\r\n\r\n" + strings.Repeat("x", 20_000) + "\r\n",
			"one of 4 MB":       "Subject: x\r\n\r\n" + strings.Repeat(strings.Repeat("y", 998)+"\r\n", 4000),
			"one without a end": "Subject: x\r\n\r\nno end",
		} {
			d.append("INBOX", text)
			if r := runProbe(t, pop3, "pass"); r.Verdict != "ok" || r.phases() != begin+"retr logout" || strings.Contains(r.trace, "yyyy") {
				t.Errorf("%s: %s %q (%s) after %q\n%s", name, r.Verdict, r.Reason, r.Detail, r.phases(), r.trace)
			}
		}
		d.append("INBOX", slices.Repeat([]string{"Subject: x\r\n\r\nx\r\n"}, 300)...)
		if r := runProbe(t, pop3, "pass"); r.Verdict != "ok" || !strings.Contains(r.trace, "C: UIDL 304") {
			t.Errorf("many messages: %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
		}
	})
}

// What LMTP is told to deliver arrives, and only then.
func TestProbeDovecotDelivery(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	lmtp := fmt.Sprintf("lmtp://127.0.0.1:%d?rcpt=probe@example.edu", d.port["lmtp"])
	for n, option := range []string{"", "&data=true", "&data=true&from=somebody@example.edu"} {
		if r := runProbe(t, lmtp+option, ""); r.Verdict != "ok" {
			t.Errorf("%s: %s %q (%s)\n%s", option, r.Verdict, r.Reason, r.Detail, r.trace)
		}
		if got := d.count("INBOX"); got != n {
			t.Errorf("%s: %d messages are in the inbox, want %d", option, got, n)
		}
	}
}

// talk holds an IMAP conversation as the account probe: each command must be
// granted. It returns the untagged lines of the last one.
func (d *dovecot) talk(commands ...string) (said []string) {
	d.t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.port["imap"]))
	if err != nil {
		d.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(conn)
	for _, c := range append([]string{"LOGIN probe pass"}, commands...) {
		said = nil
		fmt.Fprintf(conn, "a %s\r\n", c)
		for {
			line, err := in.ReadString('\n')
			if err != nil || strings.HasPrefix(line, "a NO") || strings.HasPrefix(line, "a BAD") {
				d.t.Fatalf("%.80s: %v %s", c, err, line)
			}
			if strings.HasPrefix(line, "a OK") {
				break
			}
			said = append(said, strings.TrimSpace(line))
		}
	}
	return said
}

// append puts messages into a folder. It needs no answer of the server in the
// middle, because Dovecot has LITERAL+.
func (d *dovecot) append(folder string, texts ...string) {
	d.t.Helper()
	var commands []string
	for _, text := range texts {
		commands = append(commands, fmt.Sprintf("APPEND %q {%d+}\r\n%s", folder, len(text), text))
	}
	d.talk(commands...)
}

// count is how many messages are in a folder.
func (d *dovecot) count(folder string) int {
	d.t.Helper()
	for _, line := range d.talk(fmt.Sprintf("STATUS %q (MESSAGES)", folder)) {
		if _, after, ok := strings.Cut(line, "(MESSAGES "); ok {
			var n int
			if _, err := fmt.Sscanf(after, "%d)", &n); err == nil {
				return n
			}
		}
	}
	d.t.Fatalf("no count of %s", folder)
	return 0
}
