package test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// used is a stopped instance whose components have been found working and
// which holds two messages. It checks often.
func used(t testing.TB) *instance {
	t.Helper()
	in := configure(t, "")
	in.checkOften()
	in.start()
	in.healthy()
	c := in.imap()
	for n := range 2 {
		if err := appendMessage(c, message(n)); err != nil {
			t.Fatal(err)
		}
	}
	if code := in.stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	return in
}

// With a damaged list of accounts nobody can log in, so that is an incident;
// the page tells it, the file is left as it is, and a good one put in its
// place is taken without a restart.
func TestFaultDamagedAccounts(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(testing.TB, string){
		"junk":    func(t testing.TB, path string) { junk(t, path) },
		"missing": func(t testing.TB, path string) { remove(t, path) },
		"empty": func(t testing.TB, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := used(t)
			list := in.data("mail", "accounts.db")
			good, err := os.ReadFile(list)
			if err != nil {
				t.Fatal(err)
			}
			harm(t, list)
			before := files(t, in.data("mail"))
			in.start()
			v := in.visit()
			in.within(30*time.Second, "the incident is told", func() bool { return len(in.summary().Incidents) == 1 })
			in.printed("accounts.db", "database is damaged")
			for file, text := range files(t, in.data("mail")) {
				if text != before[file] {
					t.Errorf("%s has changed", file)
				}
			}
			if err := os.WriteFile(list, []byte(good), 0o600); err != nil {
				t.Fatal(err)
			}
			in.within(60*time.Second, "the mail server is back", in.greets)
			if all := stored(t, in.imap()); len(all) != 2 {
				t.Errorf("%d messages after the mend, had 2", len(all))
			}
			v.allServed()
		})
	}
}

// One damaged account is its user's trouble and nobody else's; nothing is
// acknowledged for it and its file is left as it is.
func TestFaultDamagedMailbox(t *testing.T) {
	t.Parallel()
	in := used(t)
	text := junk(t, in.data("mail", "demo.db"))
	in.start()
	in.healthy()
	v := in.visit()
	c := in.imap()
	if _, err := c.Select("INBOX", nil).Wait(); err == nil {
		t.Error("a damaged INBOX can be selected")
	}
	for began := time.Now(); time.Since(began) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
		if err := appendMessage(c, message(0)); err == nil {
			t.Fatal("APPEND to a damaged account was acknowledged")
		}
	}
	for _, port := range []string{"smtp", "lmtp"} {
		if err := in.deliver(port, message(0)); err == nil || !strings.HasPrefix(err.Error(), "4") {
			t.Errorf("delivery by %s to a damaged account: %v", port, err)
		}
	}
	in.printed("demo.db", "database is damaged")
	v.allServed()
	in.allOperational()
	in.stop()
	if files(t, in.data("mail"))["demo.db"] != text {
		t.Error("the damaged file has changed")
	}
}

// With a damaged database of facts and story mail is served and incidents are
// told; the page says what is missing, and the file is left as it is.
func TestFaultDamagedHistory(t *testing.T) {
	t.Parallel()
	in := used(t)
	kept := files(t, in.data())["howdah.db"]
	text := junk(t, in.data("howdah.db"))
	in.start()
	in.printed("howdah.db is damaged", "put a backup in its place")
	v := in.visit()
	in.healthy()
	const missing = "earlier incidents are missing here"
	for _, path := range []string{"/", "/history"} {
		if !strings.Contains(in.page(path), missing) {
			t.Errorf("%s does not say that its past is missing", path)
		}
	}
	if code, _ := in.get("/readyz"); code != 503 {
		t.Errorf("/readyz: %d", code)
	}
	if all := stored(t, in.imap()); len(all) != 2 {
		t.Errorf("%d messages, had 2", len(all))
	}
	in.signal(syscall.SIGKILL)
	in.within(2*time.Second, "the incident is told", func() bool { return len(in.summary().Incidents) == 1 })
	in.within(20*time.Second, "the recovery is told", func() bool { return in.incidents()[0].Status == "monitoring" })
	v.allServed()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if files(t, in.data())["howdah.db"] != text {
		t.Error("the damaged file has changed")
	}

	if err := os.WriteFile(in.data("howdah.db"), []byte(kept), 0o600); err != nil {
		t.Fatal(err)
	}
	in.start()
	in.healthy()
	if strings.Contains(in.page("/"), missing) {
		t.Error("with its file back the page still says that its past is missing")
	}
	if code, _ := in.get("/readyz"); code != 200 {
		t.Errorf("/readyz: %d", code)
	}
}

// A missing database is made anew, with a warning, and touches nothing else.
func TestFaultMissingHistory(t *testing.T) {
	t.Parallel()
	in := used(t)
	remove(t, in.data("howdah.db"))
	before := files(t, in.data("mail"))
	in.start()
	in.printed("howdah.db is missing")
	in.healthy()
	in.stop()
	for file, text := range files(t, in.data("mail")) {
		if file == "demo.db" && text != before[file] {
			t.Errorf("%s has changed", file)
		}
	}
	in.start()
	if strings.Contains(in.out.String(), "howdah.db is missing") {
		t.Error("the new database is missing again")
	}
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
