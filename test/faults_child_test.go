package test

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A mail server that is killed whenever it is up is started again after longer
// and longer waits. To readers that is one outage of one thread.
func TestFaultCrashLoop(t *testing.T) {
	t.Parallel()
	const delay = 200 * time.Millisecond
	in := start(t, "  restart_delay: "+delay.String()+"\ndetection: {publish_after: 0s}")
	in.healthy()
	v := in.visit()
	var first time.Time
	for n, least := 0, delay; n < 6; n, least = n+1, 2*least {
		killed := in.signal(syscall.SIGKILL)
		back := in.within(least+5*time.Second, "the mail server is started again", in.greets)
		if down := back.Sub(killed); down < least || down > 2*least+time.Second {
			t.Errorf("after end %d it was down for %v, should wait for %v", n+1, down, least)
		}
		if n == 0 {
			first = killed
		}
		all := in.incidents()
		if len(all) != 1 || len(all[0].Outages) != 1 || all[0].Outages[0].EndedAt != nil {
			t.Fatalf("after end %d: %+v", n+1, all)
		}
	}
	in.printed("crash loop")
	last := time.Now()
	in.within(60*time.Second, "the recovery is told", func() bool { return in.incidents()[0].Status == "monitoring" })
	all := in.incidents()
	if len(all) != 1 || len(all[0].Outages) != 1 {
		t.Fatalf("after the recovery: %+v", all)
	}
	near(t, "start", all[0].Outages[0].StartedAt, first)
	near(t, "end", *all[0].Outages[0].EndedAt, last)
	v.allServed()
}

// Asked to end in the middle of APPENDs and deliveries, howdah has stored
// exactly what it acknowledged, and ends well.
func TestFaultStopDuringDelivery(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	var (
		mu           sync.Mutex
		acknowledged = map[string]bool{}
		sent         int
	)
	next := func() string {
		mu.Lock()
		defer mu.Unlock()
		sent++
		return message(sent)
	}
	taken := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		acknowledged[text] = true
	}
	for round := range 6 {
		in.start()
		var clients sync.WaitGroup
		for range 3 {
			c := in.imap()
			clients.Go(func() {
				for {
					text := next()
					if err := appendMessage(c, text); err != nil {
						return
					}
					taken(text)
				}
			})
		}
		for _, port := range []string{"smtp", "lmtp"} {
			clients.Go(func() {
				for {
					text := next()
					if err := in.deliver(port, text); err != nil {
						return
					}
					taken(text)
				}
			})
		}
		half := in.imap()
		text := next()
		cmd := half.Append("INBOX", int64(len(text)), nil)
		if _, err := cmd.Write([]byte(text[:len(text)/2])); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+37*round) * time.Millisecond) // where in a delivery that is, is up to chance
		if code := in.stop(); code != 0 {
			t.Errorf("round %d: exit code %d", round, code)
		}
		clients.Wait()
	}
	in.start()
	there := map[string]int{}
	for _, text := range stored(t, in.imap()) {
		there[subject(text)]++
	}
	if len(acknowledged) < 20 {
		t.Errorf("only %d messages were acknowledged: this showed little", len(acknowledged))
	}
	lost := 0
	for text := range acknowledged {
		if there[subject(text)] == 0 {
			lost++
		}
		delete(there, subject(text))
	}
	t.Logf("%d sent, %d acknowledged", sent, len(acknowledged))
	if lost > 0 || len(there) > 0 {
		t.Errorf("%d acknowledged messages are lost, %d are there that were not acknowledged: %v", lost, len(there), there)
	}
}

// subject is the line that tells one message from another.
func subject(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Subject:") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
