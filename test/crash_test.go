package test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// near fails unless a published time is within a second of the killer's clock.
func near(t testing.TB, what string, got, want time.Time) {
	t.Helper()
	if d := got.Sub(want); d < -time.Second || d > time.Second {
		t.Errorf("%s: published %v, was %v: %v off", what, got, want, d)
	}
}

// Two kills of the real mail server, with default settings: one thread with
// two outages at the killer's times.
func TestTwoKillsOneThread(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()

	killed := in.signal(syscall.SIGKILL)
	in.within(time.Second, "the incident is in the JSON", func() bool { return len(in.summary().Incidents) == 1 })
	first := in.summary().Incidents[0]
	if first.Status != "investigating" {
		t.Errorf("state %q", first.Status)
	}
	if page := in.page("/"); !strings.Contains(page, first.Name) {
		t.Errorf("the front page does not name the incident %q", first.Name)
	}
	if feed := in.page("/feed.rss"); strings.Contains(feed, first.ID) {
		t.Error("the feed tells of the incident before publish_after")
	}
	back := in.within(15*time.Second, "the mail server is back", in.greets)
	in.within(45*time.Second, "the thread says that it works again", func() bool {
		return in.incidents()[0].Status == "monitoring"
	})
	in.within(5*time.Second, "the feed tells of it", func() bool { return strings.Contains(in.page("/feed.rss"), first.ID) })
	if feed := in.page("/updates.rss"); strings.Count(feed, "<item>") != 1 || !strings.Contains(feed, "Monitoring") {
		t.Errorf("a failure of some seconds is not one entry that tells the whole story: %s", feed)
	}

	again := in.signal(syscall.SIGKILL)
	if apart := again.Sub(killed); apart < 30*time.Second {
		t.Fatalf("kills only %v apart", apart)
	}
	in.within(time.Second, "the same thread goes on", func() bool {
		all := in.incidents()
		return len(all) == 1 && len(all[0].Outages) == 2
	})
	in.within(20*time.Second, "the mail server is back again", in.greets)
	back2 := time.Now()
	in.within(45*time.Second, "the thread says that it works again, again", func() bool {
		return in.incidents()[0].Status == "monitoring"
	})

	if page := in.page("/incidents/" + first.ID); strings.Count(page, "restarted automatically") != 2 {
		t.Error("the page does not say how both outages ended")
	}
	all := in.incidents()
	if len(all) != 1 {
		t.Fatalf("%d incidents", len(all))
	}
	it := all[0]
	if it.ID != first.ID {
		t.Errorf("the incident's ID changed from %s to %s", first.ID, it.ID)
	}
	if !strings.Contains(it.Name, "instability") {
		t.Errorf("title after the second outage: %q", it.Name)
	}
	near(t, "first start", it.Outages[0].StartedAt, killed)
	near(t, "first end", *it.Outages[0].EndedAt, back)
	near(t, "second start", it.Outages[1].StartedAt, again)
	near(t, "second end", *it.Outages[1].EndedAt, back2)

	zone, err := time.LoadLocation("Africa/Johannesburg")
	if err != nil {
		t.Fatal(err)
	}
	stamp := it.Outages[0].EndedAt.In(zone).Format("15:04")
	in.within(40*time.Second, "the feed tells of the second outage", func() bool {
		return strings.Contains(in.page("/feed.rss"), it.Name)
	})
	for _, path := range []string{"/feed.rss", strings.TrimPrefix(it.Shortlink, in.url)} {
		if body := in.page(path); !strings.Contains(body, stamp) {
			t.Errorf("%s has lost the first end, %s", path, stamp)
		}
	}
}

// A server that accepts and never answers is found with default settings.
func TestStoppedServerIsFound(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	stopped := in.signal(syscall.SIGSTOP)
	found := in.within(75*time.Second, "the stopped server is found", func() bool { return len(in.incidents()) == 1 })
	t.Logf("found after %v", found.Sub(stopped).Round(time.Millisecond))
	o := in.incidents()[0].Outages[0]
	if o.StartedAt.Before(stopped.Add(-31*time.Second)) || o.StartedAt.After(found) {
		t.Errorf("published start %v, was %v", o.StartedAt, stopped)
	}
	in.signal(syscall.SIGCONT)
	in.within(60*time.Second, "the thread says that it works again", func() bool {
		return in.incidents()[0].Status == "monitoring"
	})
}

// When the parent is killed its mail server goes with it, and the next start
// tells the outage.
func TestParentKilled(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	child := in.child()
	killed := time.Now()
	in.cmd.Process.Kill()
	<-in.done
	in.within(2*time.Second, "the mail server is gone", func() bool { return syscall.Kill(child, 0) != nil })

	time.Sleep(3 * time.Second)
	in.start()
	in.within(2*time.Second, "the outage is told", func() bool { return len(in.incidents()) == 1 })
	restarted := in.within(5*time.Second, "the mail server is back", in.greets)
	in.within(60*time.Second, "it works again", func() bool { return in.incidents()[0].Status == "monitoring" })
	o := in.incidents()[0].Outages[0]
	if d := killed.Sub(o.StartedAt); d < -time.Second || d > 2*time.Second {
		t.Errorf("published start %v, was %v", o.StartedAt, killed)
	}
	near(t, "end", *o.EndedAt, restarted)
}

// A clean restart is no outage.
func TestCleanRestart(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	in.start()
	in.healthy()
	if all := in.incidents(); len(all) != 0 {
		t.Errorf("a clean restart made %d incidents: %+v", len(all), all)
	}
}

// With restart: never the server stays down until someone starts it.
func TestRestartNever(t *testing.T) {
	t.Parallel()
	in := start(t, "  restart: never\ndetection: {publish_after: 0s}")
	in.healthy()
	in.signal(syscall.SIGKILL)
	in.within(time.Second, "the feed tells of it", func() bool { return strings.Contains(in.page("/feed.rss"), "<item>") })
	time.Sleep(8 * time.Second)
	if pid := in.child(); pid != 0 {
		t.Errorf("the mail server was started again as pid %d", pid)
	}
	if in.greets() {
		t.Error("the IMAP port answers")
	}
}
