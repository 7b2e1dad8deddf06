package test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// report gives the median and the worst of some durations as metrics.
func report(b *testing.B, what string, d []time.Duration) {
	b.Helper()
	slices.Sort(d)
	b.ReportMetric(float64(d[len(d)/2].Microseconds())/1000, what+"-median-ms")
	b.ReportMetric(float64(d[len(d)-1].Microseconds())/1000, what+"-worst-ms")
}

const rounds = 20

// From kill -9 to page, JSON and feed, with publish_after 0s.
func BenchmarkKillToPublished(b *testing.B) {
	var page, json, feed []time.Duration
	for b.Loop() {
		page, json, feed = nil, nil, nil
		for range rounds {
			in := start(b, "detection: {publish_after: 0s}")
			in.healthy()
			killed := in.signal(syscall.SIGKILL)
			took := map[string]time.Duration{}
			in.within(20*time.Second, "published", func() bool {
				for what, seen := range map[string]func() bool{
					"page": func() bool { return strings.Contains(in.page("/"), "Not working") },
					"json": func() bool { return in.summary().Status.Indicator != "none" },
					"feed": func() bool { return strings.Contains(in.page("/feed.rss"), "<item>") },
				} {
					if _, done := took[what]; !done && seen() {
						took[what] = time.Since(killed)
					}
				}
				return len(took) == 3
			})
			page, json, feed = append(page, took["page"]), append(json, took["json"]), append(feed, took["feed"])
			in.stop()
		}
	}
	report(b, "page", page)
	report(b, "json", json)
	report(b, "feed", feed)
	b.ReportMetric(0, "ns/op")
}

// From SIGSTOP to page and JSON with default settings: as many instances,
// stopped at different moments of their schedules.
func BenchmarkStopToPublished(b *testing.B) {
	var found []time.Duration
	for b.Loop() {
		found = nil
		all := make([]*instance, rounds)
		for i := range all {
			all[i] = start(b, "")
		}
		for _, in := range all {
			in.healthy()
		}
		stopped := make([]time.Time, rounds)
		for i, in := range all {
			stopped[i] = in.signal(syscall.SIGSTOP)
			time.Sleep(1500 * time.Millisecond)
		}
		seen := make([]bool, rounds)
		within(b, 2*time.Minute, "every stopped server is found", func() bool {
			left := false
			for i, in := range all {
				if !seen[i] && in.summary().Status.Indicator != "none" {
					seen[i] = true
					found = append(found, time.Since(stopped[i]))
				}
				left = left || !seen[i]
			}
			return !left
		})
		for _, in := range all {
			in.signal(syscall.SIGCONT)
			in.stop()
		}
	}
	report(b, "found", found)
	b.ReportMetric(0, "ns/op")
}

// From start to ready, on a new data folder and on one in use.
func BenchmarkStartToReady(b *testing.B) {
	var fresh, again []time.Duration
	for b.Loop() {
		fresh, again = nil, nil
		for range 10 {
			in := configure(b, "")
			began := time.Now()
			in.start()
			fresh = append(fresh, time.Since(began))
			in.stop()
			began = time.Now()
			in.start()
			again = append(again, time.Since(began))
			in.stop()
		}
	}
	report(b, "first", fresh)
	report(b, "again", again)
	b.ReportMetric(0, "ns/op")
}

// Memory of both processes after a minute, and the size of the program.
func BenchmarkAtRest(b *testing.B) {
	var parent, child int
	for b.Loop() {
		in := start(b, "")
		in.healthy()
		time.Sleep(time.Minute)
		parent, child = resident(b, in.cmd.Process.Pid), resident(b, in.child())
		in.stop()
	}
	b.ReportMetric(float64(parent)/1024, "parent-MiB")
	b.ReportMetric(float64(child)/1024, "child-MiB")
	st, err := os.Stat(program)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(st.Size())/(1<<20), "binary-MiB")
	b.ReportMetric(0, "ns/op")
}

// resident is a process's resident memory in KiB (proc(5), VmRSS).
func resident(t testing.TB, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	var kib int
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib
		}
	}
	t.Fatalf("no VmRSS of pid %d", pid)
	return 0
}
