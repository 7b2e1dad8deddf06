package test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Howdah is killed at one moment after another of a failure that it is about to
// record, to tell, to save or to announce: each failure is one outage of the
// one thread all the same, at its time, and told once.
func TestFaultKilledWhileTelling(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.writeConfig(fmt.Sprintf(`  restart_delay: 30s
hosts: [{key: elephant}]
components: [{key: imap, name: "Reading mail (IMAP)", depends_on: [elephant]}]
checks: [{component: imap, target: "imap://probe@127.0.0.1:%d", password_file: %q, every: 2s, timeout: 1500ms}]
detection: {confirm: [300ms], confirm_timeout: 1500ms, recover: 1, recover_over: 0s, publish_after: 500ms}`,
		in.port["imap"], in.data("probe.password")))
	in.start()
	in.healthy()
	after := []time.Duration{0, 2 * time.Millisecond, 8 * time.Millisecond, 30 * time.Millisecond, 120 * time.Millisecond, 450 * time.Millisecond, time.Second}
	var died []time.Time
	for n, wait := range after {
		died = append(died, in.signal(syscall.SIGKILL))
		time.Sleep(wait)
		in.cmd.Process.Kill()
		<-in.done
		in.start()
		in.within(30*time.Second, "the recovery is told", func() bool {
			all := in.incidents()
			return len(all) == 1 && all[0].Status == "monitoring" && all[0].Outages[len(all[0].Outages)-1].EndedAt != nil
		})
		in.healthy()
		if all := in.incidents(); len(all) != 1 || len(all[0].Outages) != n+1 {
			t.Fatalf("killed %v after failure %d: %+v", wait, n+1, all)
		}
		time.Sleep(2 * time.Second) // apart from the next, also by the heartbeat
	}

	it := in.incidents()[0]
	var end time.Time
	for i, o := range it.Outages {
		if o.EndedAt == nil || o.EndedAt.Before(o.StartedAt) || o.StartedAt.Before(end) {
			t.Errorf("outage %d overlaps or runs backwards: %+v", i+1, it.Outages)
			continue
		}
		end = *o.EndedAt
	}
	for i, at := range died {
		// The heartbeat before it is all that is known of one that was not recorded.
		if d := at.Sub(it.Outages[i].StartedAt); d < -time.Second/2 || d > 2*time.Second {
			t.Errorf("killed %v after failure %d, which began at %v: %v is published", after[i], i+1, at, it.Outages[i].StartedAt)
		}
	}
	page := in.page("/incidents/" + it.ID)
	seen := map[string]bool{}
	for _, part := range strings.Split(page, `id="update-`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if seen[id] {
			t.Errorf("update %s is told twice", id)
		}
		seen[id] = true
	}
	in.within(10*time.Second, "the feed tells of the thread once", func() bool {
		return strings.Count(in.page("/feed.rss"), "<item>") == 1
	})
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
