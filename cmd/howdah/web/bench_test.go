package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Requests a second, the slowest hundredth and the server's processor time for
// each request, by 50 connections: ours beside a bare net/http server that has
// the same answers ready, and nginx with the same bytes in files. They take
// turns, so that whatever else the machine does slows all of them; the ratios
// are ours to theirs.
func BenchmarkServe(b *testing.B) {
	foreign(b, "wrk")
	foreign(b, "nginx")
	s := busy()
	board := &board{}
	board.show(s)
	srv, err := New(Options{Board: board, Site: testSite(b), Measures: gauges{s.At}, Version: "1.2"})
	if err != nil {
		b.Fatal(err)
	}
	srv.Warm()
	ours := listen(b, srv.Handler())
	paths := []string{"/", "/feed.rss", "/api/v2/summary.json"}
	answers := map[string]*answer{}
	for _, path := range paths {
		for _, coding := range []string{"identity", "gzip"} {
			a := fetch(b, ours+path, coding)
			answers[coding+path] = &a
		}
	}
	bare := listen(b, prepared(answers))
	theirs, workers := startNginx(b, paths, answers)

	for _, c := range []struct {
		name, path, coding string
		headers            []string
	}{
		{"page-plain", "/", "identity", nil},
		{"page", "/", "gzip", nil},
		{"feed", "/feed.rss", "gzip", nil},
		{"json", "/api/v2/summary.json", "gzip", nil},
		{"page-304", "/", "gzip", []string{"If-None-Match"}},
		{"page-connection-each", "/", "gzip", []string{"Connection"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var runs [3][]load
			for b.Loop() {
				runs = [3][]load{}
				for turn := range 5 {
					for n := range runs {
						who := (turn + n) % len(runs)
						base := []string{ours, bare, theirs}[who]
						spent := ownTime
						if who == 2 {
							spent = func() time.Duration { return timeOf(b, workers()) }
						}
						headers := []string{"Accept-Encoding: " + c.coding}
						for _, h := range c.headers {
							switch h {
							case "Connection":
								headers = append(headers, "Connection: close")
							case "If-None-Match":
								headers = append(headers, "If-None-Match: "+fetch(b, base+c.path, c.coding).header.Get("ETag"))
							}
						}
						before := spent()
						l := wrk(b, base+c.path, headers)
						l.each = (spent() - before) / time.Duration(l.requests)
						runs[who] = append(runs[who], l)
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			for n, who := range []string{"", "net/http", "nginx"} {
				rate := median(runs[n], func(l load) float64 { return l.rate })
				slow := median(runs[n], func(l load) float64 { return float64(l.slowest.Microseconds()) / 1000 })
				each := median(runs[n], func(l load) float64 { return float64(l.each.Nanoseconds()) / 1000 })
				if n == 0 {
					b.ReportMetric(rate, "req/s")
					b.ReportMetric(slow, "p99-ms")
					b.ReportMetric(each, "cpu-µs")
					continue
				}
				first := func(f func(load) float64) float64 { return median(runs[0], f) }
				b.ReportMetric(first(func(l load) float64 { return l.rate })/rate, "req/s-ratio-to-"+who)
				b.ReportMetric(first(func(l load) float64 { return float64(l.slowest.Microseconds()) / 1000 })/slow, "p99-ratio-to-"+who)
				b.ReportMetric(first(func(l load) float64 { return float64(l.each.Nanoseconds()) / 1000 })/each, "cpu-ratio-to-"+who)
			}
		})
	}
}

// load is what one run of wrk found.
type load struct {
	requests int
	rate     float64 // requests a second
	slowest  time.Duration
	each     time.Duration // the server's processor time for a request
}

func median(all []load, f func(load) float64) float64 {
	var v []float64
	for _, l := range all {
		v = append(v, f(l))
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// wrk asks for one address for two seconds.
func wrk(b *testing.B, url string, headers []string) load {
	b.Helper()
	args := []string{"-t1", "-c50", "-d2s", "--latency"}
	for _, h := range headers {
		args = append(args, "-H", h)
	}
	out, err := exec.Command("wrk", append(args, url)...).CombinedOutput()
	if err != nil {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	var l load
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && f[0] == "99%":
			l.slowest, err = time.ParseDuration(f[1])
		case len(f) == 2 && f[0] == "Requests/sec:":
			l.rate, err = strconv.ParseFloat(f[1], 64)
		case len(f) > 3 && f[1] == "requests" && f[2] == "in":
			l.requests, err = strconv.Atoi(f[0])
		case strings.HasPrefix(line, "  Non-2xx") || strings.HasPrefix(line, "  Socket errors"):
			b.Fatalf("wrk %s:\n%s", url, out)
		}
		if err != nil {
			b.Fatalf("wrk: %v\n%s", err, out)
		}
	}
	if l.requests == 0 || l.slowest == 0 {
		b.Fatalf("wrk:\n%s", out)
	}
	return l
}

// ownTime is the processor time of this process.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timeOf is the processor time of some processes (proc(5), stat), to 10 ms.
func timeOf(b *testing.B, pids []string) time.Duration {
	b.Helper()
	var ticks int
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest)
		for _, v := range f[11:13] {
			n, err := strconv.Atoi(v)
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// prepared answers as a handler does that has nothing to find out: a look at
// the coding and the tag, the headers, the bytes.
func prepared(answers map[string]*answer) http.Handler {
	bodies := map[*answer][]byte{}
	for _, a := range answers {
		bodies[a] = []byte(a.body)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := "identity"
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			coding = "gzip"
		}
		a := answers[coding+r.URL.Path]
		h := w.Header()
		for name, values := range a.header {
			h[name] = values
		}
		if r.Header.Get("If-None-Match") == a.header.Get("ETag") {
			delete(h, "Content-Length")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(bodies[a])
	})
}

func listen(b *testing.B, h http.Handler) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := HTTPServer(h)
	go srv.Serve(l)
	b.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String()
}

func fetch(b *testing.B, url, coding string) answer {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", coding)
	resp, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("GET %s: %d, %v", url, resp.StatusCode, err)
	}
	resp.Header.Del("Date")
	return answer{resp.StatusCode, resp.Header, body.String()}
}

// startNginx runs nginx with the answers in files, beside each of them what
// gzip makes of it. It returns its address and how to find its workers.
func startNginx(b *testing.B, paths []string, answers map[string]*answer) (string, func() []string) {
	b.Helper()
	dir := b.TempDir()
	user := ""
	if os.Geteuid() == 0 {
		user = "user root; " // nobody else can read the folder
	}
	for _, path := range paths {
		name := filepath.Join(dir, "site", filepath.FromSlash(path))
		if path == "/" {
			name = filepath.Join(name, "index.html")
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		plain, packed := answers["identity"+path].body, answers["gzip"+path].body
		if _, err := gzip.NewReader(strings.NewReader(packed)); err != nil {
			b.Fatalf("%s: %v", path, err)
		}
		for file, text := range map[string]string{name: plain, name + ".gz": packed} {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	var headers strings.Builder
	for name, values := range answers["gzip/"].header {
		switch name {
		case "Etag", "Last-Modified", "Content-Length", "Content-Type", "Content-Encoding", "Vary", "Date":
			continue // nginx has its own
		}
		fmt.Fprintf(&headers, "add_header %s \"%s\";\n", name, values[0])
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	conf := fmt.Sprintf(`%[4]sdaemon off; worker_processes auto; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
	access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; gzip_static on; gzip_vary on; open_file_cache max=100;
	types { text/html html; application/rss+xml rss; application/json json; }
	charset utf-8; root %[1]s/site; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	server { listen %[2]s backlog=511; %[3]s }
}`, dir, addr, headers.String(), user)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command("nginx", "-c", file, "-e", filepath.Join(dir, "error.log"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
			break
		}
		if time.Since(began) > 10*time.Second {
			b.Fatalf("nginx does not answer:\n%s", &said)
		}
	}
	return "http://" + addr, func() []string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
		if err != nil {
			b.Fatal(err)
		}
		return strings.Fields(string(text))
	}
}

// foreign skips what needs a program that is not there, and fails it where all
// must be.
func foreign(b *testing.B, name string) {
	b.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("HOWDAH_TEST_REQUIRE") != "" {
		b.Fatalf("%s is not installed; test/install does it", name)
	}
	b.Skipf("%s is not installed; test/install does it", name)
}

func testSite(b *testing.B) Site {
	b.Helper()
	u, err := url.Parse("https://status.example.edu")
	if err != nil {
		b.Fatal(err)
	}
	return Site{Name: "Example Mail", URL: u, Zone: zone}
}

// nowhere takes an answer and keeps nothing of it.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// What an answer costs before net/http sends it.
func BenchmarkAnswer(b *testing.B) {
	s := busy()
	board := &board{}
	board.show(s)
	srv, err := New(Options{Board: board, Site: testSite(b), Version: "1.2"})
	if err != nil {
		b.Fatal(err)
	}
	srv.Warm()
	h := srv.Handler()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}
