package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// watchPage keeps a page open in a frame and tells what it shows, five times a
// second. What it does to the page first is what a reader may be at.
const watchPage = `<!doctype html><title>watch</title><iframe style="width:900px;height:400px" src="/"></iframe><script>
const frame = document.querySelector("iframe"), faults = []
frame.onload = () => {
	const w = frame.contentWindow, d = w.document
	w.untouched = true
	d.addEventListener("securitypolicyviolation", e => faults.push(e.violatedDirective + " " + e.blockedURI))
	w.addEventListener("error", e => faults.push(e.message))
	const last = [...d.querySelectorAll("a.name")].pop()
	last.id = ""
	last.focus()
	w.scrollTo(0, 120)
}
setInterval(() => {
	const w = frame.contentWindow, d = w.document
	fetch("/watched", {method: "POST", body: JSON.stringify({
		untouched: !!w.untouched, headline: d.querySelector("h1")?.textContent ?? "", title: d.title, icon: d.querySelector("link[rel=icon]")?.href ?? "",
		said: d.querySelector("p[role=status]")?.textContent ?? "", focus: d.activeElement?.textContent ?? "", scroll: w.scrollY,
		text: d.querySelector("main")?.innerText ?? "", ago: d.querySelectorAll("time[data-ago]").length, faults})})
}, 200)
</script>`

// watched is what an open page shows.
type watched struct {
	Untouched                                bool // it was never loaded again
	Headline, Title, Icon, Said, Focus, Text string
	Scroll                                   float64
	Ago                                      int
	Faults                                   []string
}

// In a real browser an open page follows an outage by itself, and takes
// neither focus nor scroll from its reader.
func TestOpenPageFollows(t *testing.T) {
	t.Parallel()
	path := need(t, "chromium")
	in := start(t, "  restart: never\ndetection: {publish_after: 0s}")
	in.healthy()
	to, err := url.Parse(in.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		policy := r.Header.Get("Content-Security-Policy")
		r.Header.Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
		return nil
	}
	var mu sync.Mutex
	var newest watched
	mux := http.NewServeMux()
	mux.Handle("/", proxy)
	mux.HandleFunc("GET /watch", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, watchPage)
	})
	mux.HandleFunc("POST /watched", func(_ http.ResponseWriter, r *http.Request) {
		var one watched
		if err := json.NewDecoder(r.Body).Decode(&one); err == nil {
			mu.Lock()
			newest = one
			mu.Unlock()
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	now := func() watched {
		mu.Lock()
		defer mu.Unlock()
		return newest
	}

	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0", "--user-data-dir=" + t.TempDir()}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.Command(path, append(args, s.URL+"/watch")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})

	within(t, 60*time.Second, "the page is open", func() bool { return now().Untouched && now().Headline != "" })
	before := now()
	if before.Said != "" {
		t.Errorf("it speaks before anything happened: %q", before.Said)
	}
	in.signal(syscall.SIGKILL)
	within(t, 20*time.Second, "the open page tells of the outage", func() bool { return strings.Contains(now().Headline, "not work") })
	during := now()
	if !strings.HasPrefix(during.Title, "Down since") || during.Icon == before.Icon {
		t.Errorf("its title is %q, its icon %q", during.Title, during.Icon)
	}
	if !strings.Contains(during.Said, "not work") {
		t.Errorf("it says aloud %q", during.Said)
	}
	in.post("--title", "Disk full", "We are making room on the disk.")
	within(t, 20*time.Second, "the open page shows what staff wrote", func() bool { return strings.Contains(now().Text, "We are making room on the disk.") })
	after := now()
	if !after.Untouched {
		t.Error("the page was loaded again")
	}
	if after.Focus != before.Focus || after.Focus == "" {
		t.Errorf("the focus went from %q to %q", before.Focus, after.Focus)
	}
	if before.Scroll == 0 || after.Scroll == 0 {
		t.Errorf("the page jumped from %v to %v", before.Scroll, after.Scroll)
	}
	if len(after.Faults) > 0 {
		t.Errorf("the browser complains: %q", after.Faults)
	}
}

// follower holds a stream of changes open and tells when something came.
func follower(b *testing.B, in *instance, n int, came func(n int, data string)) net.Conn {
	b.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1+byte(n/100), 1)}}
	c, err := d.Dial("tcp", strings.TrimPrefix(in.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		b.Fatal(err)
	}
	go func() {
		s := bufio.NewScanner(c)
		s.Buffer(make([]byte, 512), 4096)
		for s.Scan() {
			if data, ok := bytes.CutPrefix(s.Bytes(), []byte("data: ")); ok {
				came(n, string(data))
			}
		}
	}()
	return c
}

// resident is how much memory the instance's own process holds, in KiB.
func (in *instance) resident() int {
	in.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", in.cmd.Process.Pid))
	if err != nil {
		in.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			var kib int
			if _, err := fmt.Sscan(rest, &kib); err != nil {
				in.t.Fatal(err)
			}
			return kib
		}
	}
	in.t.Fatal("no VmRSS")
	return 0
}

// A thousand readers hold a stream of changes open while staff write once a
// second: what each costs in memory, and how long it takes from an update,
// which is then not yet on disk, to the last reader.
func BenchmarkLiveReaders(b *testing.B) {
	const readers, changes = 1000, 20
	var last, spread []time.Duration
	each := 0
	for b.Loop() {
		in := start(b, "")
		in.healthy()
		in.post("--title", "Slow webmail", "Number 0.")
		thread := in.incidents()[0].ID
		before := in.resident()
		var mu sync.Mutex
		heard := map[int]time.Time{}
		var first time.Time
		came := func(n int, data string) {
			at := time.Now()
			if !strings.Contains(data, "incidents") {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if len(heard) == 0 {
				first = at
			}
			heard[n] = at
		}
		count := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(heard)
		}
		for n := range readers {
			defer follower(b, in, n, came).Close()
		}
		in.within(20*time.Second, "everybody is connected", func() bool { return count() == readers })
		each = (in.resident() - before) * 1024 / readers
		for i := range changes {
			mu.Lock()
			clear(heard)
			mu.Unlock()
			tick := time.After(time.Second)
			in.post("--incident", thread, fmt.Sprintf("Number %d.", i+1))
			in.within(20*time.Second, "everybody was told", func() bool { return count() == readers })
			updates := in.incidents()[0].Updates
			mu.Lock()
			var end time.Time
			for _, at := range heard {
				if at.After(end) {
					end = at
				}
			}
			last = append(last, end.Sub(updates[0].CreatedAt))
			spread = append(spread, end.Sub(first))
			mu.Unlock()
			<-tick
		}
		in.stop()
	}
	report(b, "change-to-last", last)
	report(b, "first-to-last", spread)
	b.ReportMetric(float64(each), "bytes/reader")
	b.ReportMetric(0, "ns/op")
}

// Where scripts are on, recent times say how long ago they were.
func TestRecentTimesSayHowLongAgo(t *testing.T) {
	t.Parallel()
	need(t, "chromium")
	in := start(t, "")
	in.healthy()
	in.post("--title", "Slow webmail", "--at", time.Now().Add(-20*time.Minute).Format(time.RFC3339), "Webmail is slow.")
	if without := in.page("/"); strings.Contains(without, `data-ago="`) {
		t.Error("it stands in the page as it is sent, which is kept longer than it is true")
	}
	if dom := chromium(t, "--dump-dom", in.url+"/"); !strings.Contains(dom, `data-ago="20 min. ago"`) {
		t.Errorf("it is not said in\n%s", dom)
	}
}

// A stream ends at once when the configuration is read again, and at a stop,
// which it does not hold up.
func TestStreamsEndAtReloadAndStop(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.streamEnds("reload", func() { _ = in.cmd.Process.Signal(syscall.SIGHUP) })
	began := time.Now()
	in.streamEnds("stop", func() { in.stop() })
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func (in *instance) streamEnds(what string, end func()) {
	in.t.Helper()
	resp, err := http.Get(in.url + "/events")
	if err != nil {
		in.t.Fatal(err)
	}
	defer resp.Body.Close()
	s := bufio.NewScanner(resp.Body)
	if !s.Scan() || !strings.HasPrefix(s.Text(), "retry:") {
		in.t.Fatalf("the stream begins with %q", s.Text())
	}
	if metrics := in.page("/metrics"); !strings.Contains(metrics, "\nhowdah_live_readers 1\n") {
		in.t.Error("the metrics don't count one reader")
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for s.Scan() {
		}
	}()
	end()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		in.t.Errorf("%s: the stream goes on", what)
	}
}
