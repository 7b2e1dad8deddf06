package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// expectWebmail runs one check of webmail, with a password unless it is empty,
// and compares what it tells.
func expectWebmail(t *testing.T, target, password, reason, phases string) {
	t.Helper()
	args := []string{"probe", target, "--json", "-t", "5s"}
	if password != "" {
		args = append(args, "--password-file", passwordFile(t, password))
	}
	cmd := exec.Command(program, args...)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	code, got, want := cmd.ProcessState.ExitCode(), decode[probed](t, string(out)), 0
	switch reason {
	case "":
	case "login.limited":
		want = 3
	default:
		want = 2
	}
	var names []string
	for _, p := range got.Phases {
		if p.Name != "connect" { // each page has its own
			names = append(names, p.Name)
		}
	}
	if code != want || got.Reason != reason || strings.Join(names, " ") != phases {
		t.Errorf("%s: exit code %d, want %d; reason %q, want %q; phases %q, want %q; %+v", target, code, want, got.Reason, reason, names, phases, got)
	}
}

// The probe logs in to real webmail in front of a real IMAP server, and tells
// which of the two is the matter.
func TestProbeWebmail(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct {
		name, target, whole string
		unreadable, until   string // the reason for an inbox that cannot be read, and the phases
		start               func(testing.TB, int) *webmail
		loggedIn            func(*testing.T, *webmail) int
	}{
		{"Roundcube", "roundcube+http://probe@127.0.0.1:%d/", "page login login auth mailbox logout", "mailbox.no", "page login login auth mailbox logout", startRoundcube, roundcubeSessions},
		{"Horde", "horde+http://probe@127.0.0.1:%d/horde/", "page login login auth mailbox mailbox mailbox logout", "mailbox.backend", "page login login auth mailbox mailbox logout", startHorde, hordeSessions},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			d := startDovecot(t)
			w := kind.start(t, d.port["imap"])
			target := fmt.Sprintf(kind.target, w.port)
			expectWebmail(t, target, "pass", "", kind.whole)
			expectWebmail(t, target, "wrong", "auth.no", "page login auth")
			expectWebmail(t, strings.Replace(target, "probe@", "", 1), "", "", "page")

			t.Run("inbox unreadable", func(t *testing.T) {
				box := filepath.Join(d.dir, "mail/probe/sdbox")
				chmod(t, box, 0)
				expectWebmail(t, target, "pass", kind.unreadable, kind.until)
				chmod(t, box, 0o700)
				expectWebmail(t, target, "pass", "", kind.whole)
			})
			t.Run("no session is left", func(t *testing.T) {
				if n := kind.loggedIn(t, w); n != 0 {
					t.Errorf("%d are still logged in", n)
				}
			})
			t.Run("mail server hangs", func(t *testing.T) {
				d.signal(syscall.SIGSTOP)
				expectWebmail(t, target, "pass", "login.timeout", "page login")
				d.signal(syscall.SIGCONT)
				expectWebmail(t, target, "pass", "", kind.whole)
			})
			t.Run("mail server is slow", func(t *testing.T) {
				d.signal(syscall.SIGSTOP)
				timer := time.AfterFunc(1200*time.Millisecond, func() { _ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGCONT) })
				defer timer.Stop()
				cmd := exec.Command(program, "probe", target, "-w", "1", "-t", "10s", "--password-file", passwordFile(t, "pass"))
				out, _ := cmd.CombinedOutput()
				if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "WARNING") {
					t.Errorf("exit code %d: %s", code, out)
				}
			})
			t.Run("mail server is down", func(t *testing.T) {
				d.stop()
				expectWebmail(t, target, "pass", "login.backend", "page login")
				expectWebmail(t, target, "wrong", "login.backend", "page login")
				d.start()
				expectWebmail(t, target, "pass", "", kind.whole)
			})
			t.Run("site hangs", func(t *testing.T) {
				w.signal(syscall.SIGSTOP)
				expectWebmail(t, target, "pass", "page.timeout", "page")
				w.signal(syscall.SIGCONT)
				expectWebmail(t, target, "pass", "", kind.whole)
			})
			t.Run("site is down", func(t *testing.T) {
				w.stop()
				expectWebmail(t, target, "pass", "connect.refused", "")
			})
		})
	}
}

// Roundcube locks an account out after some failures, which are the mail
// server's too. That says nothing about what others meet.
func TestProbeLockedOut(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	w := startRoundcube(t, d.port["imap"])
	f, err := os.OpenFile(filepath.Join(w.dir, "config.inc.php"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("$config['login_rate_limit'] = 1;\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	target := fmt.Sprintf("roundcube+http://probe@127.0.0.1:%d/", w.port)
	expectWebmail(t, target, "pass", "", "page login login auth mailbox logout") // a user that Roundcube knows
	d.stop()
	expectWebmail(t, target, "pass", "login.backend", "page login")
	d.start()
	expectWebmail(t, target, "pass", "login.limited", "page login")
}

// A site without a recipe is described by options: here Roundcube, as if nobody
// knew it.
func TestProbeUnknownWebmail(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	w := startRoundcube(t, d.port["imap"])
	target := fmt.Sprintf("webmail+http://probe@127.0.0.1:%d/?_task=login#", w.port)
	const whole = "page login login auth logout"
	for options, reason := range map[string]string{
		"logout=/?_task=logout":                                 "",
		"logout=/?_task=logout&expect=folderlist":               "",
		"user_field=_user&password_field=_pass&logout=/":        "",
		"expect=nowhere":                                        "auth.mismatch",
		"expect=login-form":                                     "page.expected",
		"user_field=login":                                      "login.noform",
		"logout=/?_task=logout&form=/installer/index.php/x.php": "login.status",
	} {
		phases := map[string]string{"": whole, "auth.mismatch": "page login login auth", "page.expected": "page"}[reason]
		if phases == "" {
			phases = "page login"
		}
		expectWebmail(t, target+options, "pass", reason, phases)
	}
	expectWebmail(t, target+"expect=folderlist", "wrong", "auth.no", "page login auth")
	d.stop()
	expectWebmail(t, target+"backend=storage%20server", "pass", "login.backend", "page login")
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func passwordFile(t *testing.T, password string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// roundcubeSessions is how many people are logged in.
func roundcubeSessions(t *testing.T, w *webmail) int {
	const count = `foreach ((new PDO("sqlite:$argv[1]/db"))->query("select vars from session") as $s) echo base64_decode($s[0]), "\n";`
	out, err := output(exec.Command(need(t, "php"), "-r", count, w.dir))
	if err != nil {
		t.Fatal(err)
	}
	if out == "" {
		t.Error("Roundcube keeps its sessions elsewhere")
	}
	return strings.Count(out, "imap_namespace")
}

// hordeSessions is how many people are logged in.
func hordeSessions(t *testing.T, w *webmail) int {
	files, err := filepath.Glob(filepath.Join(w.dir, "sess_*"))
	if err != nil || len(files) == 0 {
		t.Errorf("Horde keeps its sessions elsewhere: %v", err)
	}
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "auth/userId") {
			n++
		}
	}
	return n
}

// Both read mail from the bundled server, and say so when it has gone.
func TestWebmailOfBundledServer(t *testing.T) {
	t.Parallel()
	in := configure(t, "  domains: [example.edu]\n  restart: never")
	in.start()
	addr := fmt.Sprintf("127.0.0.1:%d", in.port["smtp"])
	deliver(t, dialSMTP(t, "tcp", addr, false), "demo@example.edu", "From: a@elsewhere.example\r\nTo: demo@example.edu\r\nSubject: by smtp\r\n\r\nhello\r\n")
	roundcube := fmt.Sprintf("roundcube+http://demo@127.0.0.1:%d/", startRoundcube(t, in.port["imap"]).port)
	horde := fmt.Sprintf("horde+http://demo@127.0.0.1:%d/horde/", startHorde(t, in.port["imap"]).port)
	password := in.demo()
	expectWebmail(t, roundcube, password, "", "page login login auth mailbox logout")
	expectWebmail(t, horde, password, "", "page login login auth mailbox mailbox mailbox logout")
	expectWebmail(t, roundcube, "wrong", "auth.no", "page login auth")
	expectWebmail(t, horde, "wrong", "auth.no", "page login auth")
	in.signal(syscall.SIGKILL)
	expectWebmail(t, roundcube, password, "login.backend", "page login")
	expectWebmail(t, horde, password, "login.backend", "page login")
}
