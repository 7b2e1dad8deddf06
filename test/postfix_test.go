package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// postfix is a Postfix on loopback that hands all mail for example.edu to an
// LMTP server and tries again every few seconds.
type postfix struct {
	*daemon
	port int // SMTP
}

// startPostfix runs a Postfix in front of an LMTP port, with more in its
// main.cf, where DIR is its folder. It ends with the test.
func startPostfix(t testing.TB, lmtpPort int, more ...string) *postfix {
	t.Helper()
	path := need(t, "postfix")
	asRoot(t, "Postfix")
	dir := scratch(t)
	p := &postfix{port: freePort(t)}
	values := strings.NewReplacer("DIR", dir, "SMTP_PORT", fmt.Sprint(p.port), "LMTP_PORT", fmt.Sprint(lmtpPort))
	for name, text := range map[string]string{"main.cf": postfixMain + strings.Join(more, ""), "master.cf": postfixMaster} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(values.Replace(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "queue"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeCertificate(t, dir)
	makeFolder(t, filepath.Join(dir, "state"), "postfix")
	// Makes the queue's folders.
	if _, err := output(exec.Command(path, "-c", dir, "check")); err != nil {
		t.Fatal(err)
	}
	where, err := output(exec.Command("postconf", "-c", dir, "-h", "daemon_directory"))
	if err != nil {
		t.Fatal(err)
	}
	// Not "postfix start-fg", which is a shell that outlives a signal.
	p.daemon = &daemon{t: t, dir: dir, args: []string{filepath.Join(strings.TrimSpace(where), "master"), "-c", dir, "-d"}}
	p.start()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("postfix printed:\n%s%s", p.out, log)
		}
	})
	p.greeting(p.port, "220")
	return p
}

const postfixMain = `
compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/state
maillog_file = DIR/log
maillog_file_prefixes = DIR
myhostname = relay.example.edu
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relay_domains = example.edu
transport_maps = inline:{{example.edu = lmtp:inet:127.0.0.1:LMTP_PORT}}
default_transport = error:this test sends no mail elsewhere
alias_maps =
alias_database =
biff = no
fast_flush_domains =
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
transport_retry_time = 2s
default_destination_concurrency_limit = 5
`

const postfixMaster = `
127.0.0.1:SMTP_PORT inet n - n - - smtpd
pickup   unix n - n 60 1 pickup
cleanup  unix n - n -  0 cleanup
qmgr     unix n - n 300 1 qmgr
rewrite  unix - - n -  - trivial-rewrite
bounce   unix - - n -  0 bounce
defer    unix - - n -  0 bounce
trace    unix - - n -  0 bounce
proxymap unix - - n -  - proxymap
showq    unix n - n -  - showq
error    unix - - n -  - error
retry    unix - - n -  - error
lmtp     unix - - n -  - lmtp
anvil    unix - - n -  1 anvil
scache   unix - - n -  1 scache
tlsmgr   unix - - n 1000? 1 tlsmgr
postlog  unix-dgram n - n - 1 postlogd
`

// send submits a message for demo@example.edu and returns when Postfix has
// taken it over.
func (p *postfix) send(subject string) error {
	text := "From: someone@example.com\r\nTo: demo@example.edu\r\nSubject: " + subject + "\r\n\r\nhello\r\n"
	return smtp.SendMail(fmt.Sprintf("127.0.0.1:%d", p.port), nil, "someone@example.com", []string{"demo@example.edu"}, []byte(text))
}

// queued is a message that waits in the queue, and why.
type queued struct {
	ID         string `json:"queue_id"`
	Recipients []struct {
		Address string
		Delay   string `json:"delay_reason"`
	}
}

// queue lists what waits.
func (p *postfix) queue() []queued {
	p.t.Helper()
	out, err := output(exec.Command("postqueue", "-c", p.dir, "-j"))
	if err != nil {
		p.t.Fatal(err)
	}
	var all []queued
	for in := json.NewDecoder(strings.NewReader(out)); ; {
		var q queued
		if err := in.Decode(&q); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			p.t.Fatalf("%v in %s", err, out)
		}
		all = append(all, q)
	}
}

// subjects counts the messages in the inbox by their subjects.
func subjects(t testing.TB, c *imapclient.Client) map[string]int {
	t.Helper()
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	if box.NumMessages == 0 {
		return got
	}
	all, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Envelope: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		got[m.Envelope.Subject]++
	}
	return got
}

// Mail that is sent while the mail server is down waits in the Postfix in
// front of it and arrives when it is back: none lost, none twice. Meanwhile
// page and feed tell the story.
func TestMailWaitsInPostfix(t *testing.T) {
	t.Parallel()
	in := start(t, "  domains: [example.edu]\n  restart_delay: 8s\ndetection: {publish_after: 2s, recover: 2, recover_over: 2s}")
	p := startPostfix(t, in.port["lmtp"])
	want := map[string]int{}
	send := func(subject string) {
		t.Helper()
		want[subject] = 1
		if err := p.send(subject); err != nil {
			t.Fatal(err)
		}
	}
	arrived := func(c *imapclient.Client) func() bool {
		return func() bool { return len(subjects(t, c)) >= len(want) }
	}

	send("before")
	in.within(20*time.Second, "the mail arrives", arrived(in.imap()))
	in.healthy()

	in.signal(syscall.SIGKILL)
	for n := range 5 {
		send(fmt.Sprintf("meanwhile %d", n+1))
	}
	in.within(6*time.Second, "five messages wait because the server refuses", func() bool {
		refused := 0
		for _, q := range p.queue() {
			if len(q.Recipients) == 1 && strings.Contains(q.Recipients[0].Delay, "Connection refused") {
				refused++
			}
		}
		return refused == 5
	})
	if in.child() != 0 {
		t.Error("the mail server came back before the test had looked at the queue")
	}
	in.within(4*time.Second, "the feed tells of it", func() bool { return strings.Contains(in.page("/feed.rss"), "<item>") })
	if page := in.page("/"); !strings.Contains(page, "Not working") {
		t.Error("the page does not say that mail is not working")
	}
	during := shoot(t, "during", in.url+"/", 1280, 900)

	in.within(20*time.Second, "the mail server is back", in.greets)
	c := in.imap()
	in.within(20*time.Second, "all mail has arrived", arrived(c))
	in.within(10*time.Second, "the queue is empty", func() bool { return len(p.queue()) == 0 })
	for subject, n := range subjects(t, c) {
		if n != want[subject] {
			t.Errorf("%q is there %d times", subject, n)
		}
		delete(want, subject)
	}
	if len(want) != 0 {
		t.Errorf("lost: %v", want)
	}
	in.within(15*time.Second, "the page says that it works again", func() bool { return strings.Contains(in.page("/"), "Working again") })
	in.within(10*time.Second, "the feed says so", func() bool { return strings.Contains(in.page("/updates.rss"), "worked again") })
	if all := in.incidents(); len(all) != 1 || len(all[0].Outages) != 1 {
		t.Errorf("%d incidents: %+v", len(all), all)
	}
	if after := shoot(t, "after", in.url+"/", 1280, 900); reflect.DeepEqual(during, after) {
		t.Error("the page looks the same during and after the outage")
	}
}

// A mail server that is killed in the middle of deliveries loses nothing. What
// was stored and not yet acknowledged comes twice: at most one message for each
// connection that Postfix had open (RFC 1047 tells why).
func TestKilledDuringDelivery(t *testing.T) {
	t.Parallel()
	in := start(t, "  domains: [example.edu]\n  restart_delay: 200ms")
	p := startPostfix(t, in.port["lmtp"])
	const mails, kills, connections = 120, 3, 5
	sent := make(chan bool)
	go func() {
		defer close(sent)
		for n := range mails {
			if err := p.send(fmt.Sprintf("mail %d", n+1)); err != nil {
				t.Error(err)
			}
		}
	}()
	for range kills {
		delivered := in.delivered()
		in.within(20*time.Second, "deliveries go on", func() bool { return in.delivered() >= delivered+5 })
		in.signal(syscall.SIGKILL)
		in.within(10*time.Second, "the mail server is back", in.greets)
	}
	<-sent
	in.within(40*time.Second, "the queue is empty", func() bool { return len(p.queue()) == 0 })
	got := subjects(t, in.imap())
	twice := 0
	for n := range mails {
		subject := fmt.Sprintf("mail %d", n+1)
		if got[subject] == 0 {
			t.Errorf("%q is lost", subject)
		}
		twice += max(0, got[subject]-1)
	}
	if twice > kills*connections {
		t.Errorf("%d messages came twice", twice)
	}
	t.Logf("%d of %d messages came twice", twice, mails)
}

// delivered counts the deliveries that the log tells of.
func (in *instance) delivered() int { return strings.Count(in.out.String(), "message delivered") }
