package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"howdah/db/statusdb"
	"howdah/probe"
)

// canaries are the test messages that howdah.db knows, by number.
func (in *instance) canaries() []probe.Canary {
	in.t.Helper()
	db, err := statusdb.Open(in.t.Context(), filepath.Join(in.dir, "data", "howdah.db"))
	if err != nil {
		in.t.Fatal(err)
	}
	defer db.Close()
	all, err := db.Canaries(in.t.Context(), time.Time{})
	if err != nil {
		in.t.Fatal(err)
	}
	return all
}

// landed reports whether every test message that was submitted before the
// moment has come through, and at least one was.
func (in *instance) landed(before time.Time) bool {
	in.t.Helper()
	n := 0
	for _, c := range in.canaries() {
		if c.SubmittedAt.Before(before) {
			if n++; c.DoneAt.IsZero() {
				return false
			}
		}
	}
	return n > 0
}

// inboxOf counts what is in an account's inbox.
func (in *instance) inboxOf(account string) int {
	in.t.Helper()
	password, err := os.ReadFile(filepath.Join(in.dir, "data", account+".password"))
	if err != nil {
		in.t.Fatal(err)
	}
	return inboxAt(in.t, in.port["imap"], account, strings.TrimSpace(string(password)))
}

// inboxAt does so on any server.
func inboxAt(t testing.TB, port int, account, password string) int {
	t.Helper()
	c, err := imapclient.DialInsecure(fmt.Sprintf("127.0.0.1:%d", port), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(account, password).Wait(); err != nil {
		t.Fatal(err)
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return int(box.NumMessages)
}

// Without any configuration a test message goes through the bundled server, is
// timed at each hop, and leaves nothing behind.
func TestCanaryByDefault(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.within(20*time.Second, "the first test message comes through", func() bool { return in.landed(time.Now()) })
	c := in.canaries()[0]
	hops := []time.Time{c.SubmittedAt, c.ArrivedAt, c.PushedAt, c.SeenIMAP, c.SeenPOP3, c.DoneAt}
	if !slices.IsSortedFunc(hops, time.Time.Compare) || c.PushedAt.IsZero() || c.AcceptedAt.Before(c.SubmittedAt) || c.DoneAt.Sub(c.SubmittedAt) > 5*time.Second {
		t.Errorf("hops out of order: %+v", c)
	}
	if c.Number != 1 || c.Check != "incoming-canary" || c.Component != "incoming" || len(c.Hops) != 1 || c.Hops[0].Skewed {
		t.Errorf("%+v", c)
	}
	for _, account := range []string{"probe", "demo"} {
		if n := in.inboxOf(account); n != 0 {
			t.Errorf("%d messages were left to %s", n, account)
		}
	}
	metrics := in.page("/metrics")
	for _, want := range []string{
		`mail_canary_hop_seconds{check="incoming-canary",component="incoming",hop="pop3"} `,
		`mail_canary_lost_total{check="incoming-canary",component="incoming"} 0`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("%s is missing from the metrics", want)
		}
	}
	in.healthy()
}

// canaryEvery2s is a canary of the bundled server that is in a hurry.
const canaryEvery2s = `
canaries:
  - component: incoming
    submit: "smtp://127.0.0.1:%d?rcpt=probe@%s&from=probe@%[2]s&insecure=true"
    seen: ["imap://probe@127.0.0.1:%d?insecure=true", "pop3://probe@127.0.0.1:%d?insecure=true"]
    password_file: data/probe.password
    every: 2s
    retry: 3s
    overdue: 1m`

// While the mail server is down, and Howdah itself is killed too, test messages
// go on being made and wait. All arrive, once each, and it is known when.
func TestCanariesOverACrash(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	const rest = "  restart_delay: 30s\ndetection: {recover: 2, recover_over: 2s}"
	in.writeConfig(rest + fmt.Sprintf(canaryEvery2s, in.port["smtp"], "localhost", in.port["imap"], in.port["pop3"]))
	in.start()
	in.within(20*time.Second, "a test message comes through", func() bool { return in.landed(time.Now()) })
	in.healthy()

	in.signal(syscall.SIGKILL)
	waiting := map[string]bool{}
	in.within(25*time.Second, "two test messages wait", func() bool {
		for _, c := range in.canaries() {
			if c.AcceptedAt.IsZero() && !c.SubmittedAt.IsZero() {
				waiting[c.ID] = true
			}
		}
		return len(waiting) >= 2
	})
	in.cmd.Process.Kill()
	<-in.done
	killed := time.Now()
	in.start()
	in.within(20*time.Second, "the mail server is back", in.greets)
	back := time.Now()
	in.within(30*time.Second, "all test messages come through", func() bool { return in.landed(back) })
	time.Sleep(time.Until(back.Add(6 * time.Second))) // for a second copy, if there is one
	during := 0
	for i, c := range in.canaries() {
		if c.Number != int64(i+1) {
			t.Errorf("message %d stands at place %d", c.Number, i+1)
		}
		if c.Lost || c.Overdue {
			t.Errorf("%+v", c)
		}
		if !waiting[c.ID] {
			continue
		}
		during++
		if c.SubmittedAt.After(killed) || c.ArrivedAt.Before(killed.Add(-time.Second)) || c.ArrivedAt.After(c.DoneAt) || c.DoneAt.After(back.Add(20*time.Second)) {
			t.Errorf("message of the outage: %+v", c)
		}
	}
	if during != len(waiting) {
		t.Errorf("%d test messages of the outage arrived, %d waited", during, len(waiting))
	}
	t.Logf("%d test messages waited and arrived", during)
	in.within(10*time.Second, "the mailbox is empty", func() bool { return in.landed(time.Now()) && in.inboxOf("probe") == 0 })
}

// Through a real queue: the server that takes the messages goes on taking them
// while the mailbox's server is down, and they say when it got them.
func TestCanariesThroughPostfix(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	p := startPostfix(t, in.port["lmtp"])
	in.writeConfig("  domains: [example.edu]\n  restart_delay: 12s\ndetection: {recover: 2, recover_over: 2s, publish_after: 1s}" +
		fmt.Sprintf(canaryEvery2s, p.port, "example.edu", in.port["imap"], in.port["pop3"]))
	in.start()
	in.within(30*time.Second, "a test message comes through", func() bool { return in.landed(time.Now()) })
	in.healthy()

	down := in.signal(syscall.SIGKILL)
	in.within(11*time.Second, "Postfix keeps a test message", func() bool {
		return slices.ContainsFunc(p.queue(), func(q queued) bool {
			return len(q.Recipients) == 1 && q.Recipients[0].Address == "probe@example.edu" && strings.Contains(q.Recipients[0].Delay, "refused")
		})
	})
	if in.greets() {
		t.Fatal("the mail server came back before the test had looked")
	}
	in.within(20*time.Second, "the mail server is back", in.greets)
	back := time.Now()
	in.within(40*time.Second, "all test messages come through", func() bool { return in.landed(back) })
	during := 0
	for _, c := range in.canaries() {
		if c.SubmittedAt.Before(down) || c.AcceptedAt.After(back.Add(-time.Second)) {
			continue
		}
		during++
		if c.AcceptedAt.Sub(c.SubmittedAt) > 2*time.Second {
			t.Errorf("Postfix took message %d after %v", c.Number, c.AcceptedAt.Sub(c.SubmittedAt))
		}
		if c.ArrivedAt.Before(back.Add(-2*time.Second)) || c.ArrivedAt.After(back.Add(30*time.Second)) || c.Overdue || c.Lost {
			t.Errorf("message %d of the outage: %+v", c.Number, c)
		}
		if n := len(c.Hops); n != 2 || c.Hops[0].By != "relay.example.edu" || c.Hops[0].Skewed || c.Hops[1].Skewed {
			t.Errorf("hops of message %d: %+v", c.Number, c.Hops)
		}
	}
	if during == 0 {
		t.Error("no test message was sent during the outage")
	}
	t.Logf("%d test messages waited in Postfix", during)
	in.within(20*time.Second, "readers are told that nothing was lost", func() bool {
		news := in.page("/updates.rss")
		return strings.Contains(news, "sent during the outage have arrived") && strings.Contains(news, "we know of no lost mail")
	})
	in.within(20*time.Second, "the mailbox is empty", func() bool { return in.landed(time.Now()) && in.inboxOf("probe") == 0 })
}

// A Dovecot is asked as the bundled server is: by LMTP, IMAP and POP3, with and
// without TLS from the start.
func TestCanariesThroughDovecot(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	in := configure(t, "")
	text := fmt.Sprintf(`site: {name: Example Mail}
data: data
web: {listen: "127.0.0.1:%d"}
mailserver: off
components: [{key: both}, {key: imap}, {key: pop3}]
canaries:
  - {component: both, submit: "lmtp://127.0.0.1:%d?rcpt=both@localhost", seen: ["imap://both@127.0.0.1:%d?insecure=true", "pop3://both@127.0.0.1:%d?insecure=true"], password_file: password, every: 2s}
  - {component: imap, submit: "lmtp://127.0.0.1:%[2]d?rcpt=imap@localhost", seen: ["imaps://imap@127.0.0.1:%[5]d?insecure=true"], password_file: password, every: 2s}
  - {component: pop3, submit: "lmtp://127.0.0.1:%[2]d?rcpt=pop3@localhost", seen: ["pop3s://pop3@127.0.0.1:%[6]d?insecure=true"], password_file: password, every: 2s}
`, in.port["web"], d.port["lmtp"], d.port["imap"], d.port["pop3"], d.port["imaps"], d.port["pop3s"])
	for file, text := range map[string]string{in.conf: text, filepath.Join(in.dir, "password"): "pass\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in.start()
	byComponent := func() map[string][]probe.Canary {
		all := map[string][]probe.Canary{}
		for _, c := range in.canaries() {
			if !c.DoneAt.IsZero() {
				all[c.Component] = append(all[c.Component], c)
			}
		}
		return all
	}
	in.within(40*time.Second, "two of each come through", func() bool {
		all := byComponent()
		return len(all["both"]) > 1 && len(all["imap"]) > 1 && len(all["pop3"]) > 1
	})
	for component, all := range byComponent() {
		for _, c := range all {
			imap, pop3 := component != "pop3", component != "imap"
			if c.SeenIMAP.IsZero() == imap || c.SeenPOP3.IsZero() == pop3 || c.PushedAt.IsZero() == imap || c.ArrivedAt.Sub(c.AcceptedAt).Abs() > 2*time.Second {
				t.Errorf("%s: %+v", component, c)
			}
			if len(c.Hops) == 0 || slices.ContainsFunc(c.Hops, func(h probe.Hop) bool { return h.Skewed || h.By == "" }) {
				t.Errorf("%s: hops %+v", component, c.Hops)
			}
		}
	}
	in.within(20*time.Second, "the mailboxes are empty", func() bool {
		left := 0
		for account := range byComponent() {
			left += inboxAt(t, d.port["imap"], account, "pass")
		}
		return left == 0
	})
}
