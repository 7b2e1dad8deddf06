package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runClient runs a mail program to its end and returns what it printed.
func runClient(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Ordinary clients log in, list, fetch, append and delete, on every port.
func TestClients(t *testing.T) {
	in := start(t, "")
	user := "demo:" + in.demo()
	mail := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(mail, []byte("From: a@example.edu\r\nTo: demo@example.edu\r\nSubject: by curl\r\n\r\n.a line with a dot\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url := func(scheme, port, path string) string {
		return fmt.Sprintf("%s://127.0.0.1:%d/%s", scheme, in.port[port], path)
	}

	t.Run("curl", func(t *testing.T) {
		need(t, "curl")
		curl := func(args ...string) string {
			return runClient(t, "", "curl", append([]string{"-sS", "--insecure", "--user", user}, args...)...)
		}
		curl("--ssl-reqd", "-T", mail, url("imap", "imap", "INBOX"))
		if out := curl("--ssl-reqd", url("imap", "imap", "")); !strings.Contains(out, "INBOX") {
			t.Errorf("list: %s", out)
		}
		for _, u := range []string{url("imaps", "imaps", "INBOX;MAILINDEX=1"), url("pop3s", "pop3s", "1")} {
			if out := curl(u); !strings.Contains(out, "\r\n.a line with a dot\r\n") {
				t.Errorf("%s: %q", u, out)
			}
		}
		if out := curl("--ssl-reqd", url("pop3", "pop3", "")); !strings.HasPrefix(out, "1 ") {
			t.Errorf("pop3 list: %q", out)
		}
		curl("--ssl-reqd", "-l", "--request", "DELE", url("pop3", "pop3", "1"))
		if out := curl("--ssl-reqd", url("pop3", "pop3", "")); strings.Contains(out, "1 ") {
			t.Errorf("pop3 list after DELE: %q", out)
		}
	})
	t.Run("python", func(t *testing.T) {
		python := need(t, "python3")
		out := runClient(t, pythonClient, python, "-", "127.0.0.1", fmt.Sprint(in.port["imap"]), fmt.Sprint(in.port["imaps"]),
			fmt.Sprint(in.port["pop3"]), fmt.Sprint(in.port["pop3s"]), in.demo())
		if !strings.HasSuffix(strings.TrimSpace(out), "all is well") {
			t.Errorf("%s", out)
		}
	})
	t.Run("mutt", func(t *testing.T) {
		need(t, "mutt")
		c := in.imap()
		if err := appendMessage(c, "From: a@example.edu\r\nTo: demo@example.edu\r\nSubject: for mutt\r\n\r\nhello\r\n"); err != nil {
			t.Fatal(err)
		}
		home := t.TempDir()
		saved := filepath.Join(home, "saved")
		rc := fmt.Sprintf(`set imap_user=demo imap_pass="%s" ssl_starttls=yes ssl_force_tls=yes ssl_verify_host=no ssl_verify_dates=no
set certificate_file="%s" header_cache="" confirmappend=no confirmcreate=no wait_key=no delete=yes quit=yes mbox_type=mbox
set folder="imap://127.0.0.1:%d/" spoolfile="=INBOX"
push "<save-message>%s<enter><sync-mailbox><exit>"
`, in.demo(), filepath.Join(in.dir, "data", "tls", "cert.pem"), in.port["imap"], saved)
		if err := os.WriteFile(filepath.Join(home, "muttrc"), []byte(rc), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TERM", "xterm")
		t.Setenv("HOME", home)
		// script(1) gives it the terminal that it insists on.
		out := runClient(t, "", need(t, "script"), "-qec", "mutt -n -F "+filepath.Join(home, "muttrc"), "/dev/null")
		text, err := os.ReadFile(saved)
		if err != nil || !strings.Contains(string(text), "Subject: for mutt") {
			t.Errorf("mutt saved %q, %v; it showed\n%s", text, err, out)
		}
		box, err := c.Select("INBOX", nil).Wait()
		if err != nil || box.NumMessages != 0 {
			t.Errorf("after mutt's save: %+v, %v", box, err)
		}
	})
}

const pythonClient = `
import imaplib, poplib, ssl, sys
host, imap, imaps, pop3, pop3s, password = sys.argv[1], *map(int, sys.argv[2:6]), sys.argv[6]
tls = ssl.create_default_context(); tls.check_hostname = False; tls.verify_mode = ssl.CERT_NONE
mail = b"From: a@example.edu\r\nTo: demo@example.edu\r\nSubject: by python\r\n\r\n.dot\r\nend\r\n"

def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]

def wrong(login):
    try: login()
    except (imaplib.IMAP4.error, poplib.error_proto) as e: return str(e)
    raise AssertionError("a wrong password was accepted")

a = imaplib.IMAP4(host, imap); a.starttls(tls); ok(a.login("demo", password))
b = imaplib.IMAP4_SSL(host, imaps, ssl_context=tls); ok(b.login("demo", password))
assert any(b"INBOX" in line for line in ok(a.list()))
ok(a.append("INBOX", r"(\Flagged)", None, mail))
ok(b.select("INBOX"))
n = ok(b.search(None, "FLAGGED"))[0].split()[-1]
assert ok(b.fetch(n, "(BODY.PEEK[])"))[0][1] == mail
ok(b.create("Work")); ok(b.copy(n, "Work")); ok(b.rename("Work", "Job")); assert int(ok(b.select("Job"))[0]) == 1
ok(b.delete("Job")); ok(b.select("INBOX"))
p = poplib.POP3(host, pop3); p.stls(tls); p.user("demo"); p.pass_(password)
count, size = p.stat()
assert sum(int(l.split()[1]) for l in p.list()[1]) == size
assert sum(len(l) + 2 for l in p.retr(count)[1]) == len(mail)
uidl = p.uidl()[1]; p.quit()
q = poplib.POP3_SSL(host, pop3s, context=tls); q.user("demo"); q.pass_(password)
assert q.uidl()[1] == uidl; q.dele(count); q.quit()
ok(b.noop())
assert not ok(b.search(None, "SUBJECT", '"by python"'))[0].split()
e = wrong(lambda: imaplib.IMAP4_SSL(host, imaps, ssl_context=tls).login("demo", "wrong"))
assert "AUTHENTICATIONFAILED" in e, e
w = poplib.POP3_SSL(host, pop3s, context=tls); w.user("demo")
e = wrong(lambda: w.pass_("wrong")); assert "[AUTH]" in e, e
a.logout(); b.logout()
print("all is well")
`
