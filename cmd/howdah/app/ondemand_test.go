package app

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howdah/cmd/howdah/config"
)

// greeter is a server that says a line to whoever comes and then waits for him
// to leave.
type greeter struct {
	port    string
	arrived atomic.Int32
}

func newGreeter(t *testing.T, line string) *greeter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	g := &greeter{}
	_, g.port, _ = net.SplitHostPort(l.Addr().String())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.arrived.Add(1)
			go func() {
				defer c.Close()
				io.WriteString(c, line)
				io.Copy(io.Discard, c)
			}()
		}
	}()
	return g
}

// visits is how many came before now, without this one: who has connected may
// not have been let in yet, but in their order they are.
func (g *greeter) visits(t *testing.T) int {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+g.port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Fatal(err)
	}
	return int(g.arrived.Add(-1))
}

// asked is /probe with modules written in YAML.
type asked struct {
	*ondemand
	t   *testing.T
	log bytes.Buffer
}

func ask(t *testing.T, modules string) *asked {
	t.Helper()
	c, err := config.Parse(filepath.Join(t.TempDir(), "howdah.yaml"), []byte("web: {probe: loopback}\nmodules:\n"+modules))
	if err == nil {
		c, err = c.Complete()
	}
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{t: t}
	if a.ondemand, err = newOndemand(c, nil, slog.New(slog.NewTextHandler(&a.log, nil))); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *asked) get(module, target string, header ...string) (int, string) {
	a.t.Helper()
	r := httptest.NewRequest("GET", "/probe?"+url.Values{"module": {module}, "target": {target}}.Encode(), nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Header().Get("Cache-Control") != "no-store" {
		a.t.Errorf("%s of %s may be stored", module, target)
	}
	return w.Code, w.Body.String()
}

func (a *asked) expect(module, target string, code int, lines ...string) {
	a.t.Helper()
	got, body := a.get(module, target)
	if got != code {
		a.t.Errorf("%s of %q: %d %s, want %d", module, target, got, body, code)
	}
	for _, line := range lines {
		if !strings.Contains("\n"+body, "\n"+line) {
			a.t.Errorf("%s of %q: no %s in\n%s", module, target, line, body)
		}
	}
}

func TestOndemand(t *testing.T) {
	g := newGreeter(t, "HELLO\r\n")
	a := ask(t, fmt.Sprintf(`
  - {key: hello, target: "tcp://*:%s?expect=HELLO", networks: [127.0.0.0/8]}
  - {key: goodbye, target: "tcp://*:%[1]s?expect=BYE", hosts: [127.0.0.1]}
  - {key: tls, target: "tls://*:%[1]s?expect=HELLO", networks: [127.0.0.1]}
`, g.port))
	a.expect("hello", "127.0.0.1", 200, "probe_success 1\n", "probe_ip_protocol 4\n", `probe_phase_duration_seconds{phase="greeting"} `, "probe_timeout_seconds 10\n", "probe_dns_lookup_time_seconds 0\n")
	a.expect("hello", "localhost", 200, "probe_success 1\n", `probe_phase_duration_seconds{phase="dns"} `)
	a.expect("goodbye", "127.0.0.1", 200, "probe_success 0\n", `probe_failure_info{cause="mismatch",phase="greeting"} 1`)
	a.expect("hello", "127.0.0.1:1", 200, "probe_success 0\n", `probe_failure_info{cause="refused",phase="connect"} 1`)
	a.expect("goodbye", "127.0.0.1:1", 403)
	a.expect("goodbye", "localhost", 403)
	a.expect("tls", "127.0.0.1", 200, "probe_success 0\n", `probe_failure_info{cause="proto",phase="tls"} 1`)
	a.expect("", "127.0.0.1", 400)
	a.expect("imap", "127.0.0.1", 400)
}

// Whatever the name, what is not public is not asked.
func TestOndemandAsksNobodyInside(t *testing.T) {
	g := newGreeter(t, "HELLO\r\n")
	a := ask(t, fmt.Sprintf("  - {key: any, target: \"tcp://*:%s\"}\n  - {key: other, target: \"tcp://*:%[1]s\", networks: [10.0.0.0/8]}\n", g.port))
	for _, target := range []string{
		"127.0.0.1", "[::1]:" + g.port, "::1", "0.0.0.0", "169.254.169.254", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
		"localhost", "localhost:" + g.port, "10.0.0.1", "168.63.129.16",
		"localhost.", "/run/dovecot/lmtp", "file:///etc/passwd", "gopher://127.0.0.1", "imap://127.0.0.1", "127.0.0.1\r\nHELO x", "-oProxyCommand=id", ";id", "",
	} {
		a.expect("any", target, 403)
		if target != "10.0.0.1" {
			a.expect("other", target, 403)
		}
	}
	// Some resolvers take these for 127.0.0.1, others for names that are not there.
	for _, target := range []string{"0x7f.1", "2130706433", "127.1"} {
		if code, body := a.get("any", target, "X-Prometheus-Scrape-Timeout-Seconds", "1"); code != 403 && !strings.Contains(body, "\nprobe_success 0\n") {
			t.Errorf("%s: %d %s", target, code, body)
		}
	}
	if n := g.visits(t); n != 0 {
		t.Errorf("%d connections arrived", n)
	}
}

// A page that sends us on cannot send us inside.
func TestOndemandIsNotSentInside(t *testing.T) {
	inside, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("this machine has one loopback address: %v", err)
	}
	defer inside.Close()
	reached := make(chan struct{}, 10)
	go http.Serve(inside, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	outside := httptest.NewServer(http.RedirectHandler("http://"+inside.Addr().String()+"/", http.StatusFound))
	defer outside.Close()
	port := outside.URL[strings.LastIndexByte(outside.URL, ':')+1:]
	a := ask(t, fmt.Sprintf("  - {key: page, target: \"http://*:%s/#redirects=any\", hosts: [127.0.0.1]}\n  - {key: any, target: \"http://*:%[1]s/\"}\n", port))
	a.expect("page", "127.0.0.1", 200, "probe_success 0\n", `probe_failure_info{cause="local",`)
	a.expect("any", "127.0.0.1", 403)
	if len(reached) != 0 {
		t.Error("it was sent inside")
	}
}

// A password goes to the hosts of its module and nowhere else.
func TestOndemandKeepsPasswords(t *testing.T) {
	listed, other := newGreeter(t, "* OK hello\r\n"), newGreeter(t, "* OK hello\r\n")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := ask(t, fmt.Sprintf("  - {key: login, target: \"imap://probe@*:%s\", password_file: %q, hosts: [127.0.0.1], networks: [127.0.0.0/8]}\n", listed.port, file))
	const brief = "0.6"
	if code, body := a.get("login", "127.0.0.1", "X-Prometheus-Scrape-Timeout-Seconds", brief); code != 200 || !strings.Contains(body, `cause="timeout"`) {
		t.Errorf("%d %s", code, body)
	}
	for _, target := range []string{"127.0.0.1:" + other.port, "127.0.0.2", "localhost", "probe@127.0.0.1", "127.0.0.1?plaintext=true"} {
		a.expect("login", target, 403)
	}
	if here, there := listed.visits(t), other.visits(t); here != 1 || there != 0 {
		t.Errorf("%d connections to the listed host and %d to the other", here, there)
	}
	if strings.Contains(a.log.String(), "hunter2") {
		t.Error("the password is in the log")
	}
}

func TestOndemandKeepsToTheScrapersTime(t *testing.T) {
	g := newGreeter(t, "")
	a := ask(t, fmt.Sprintf("  - {key: silent, target: \"imap://*:%s\", hosts: [127.0.0.1]}\n", g.port))
	began := time.Now()
	code, body := a.get("silent", "127.0.0.1", "X-Prometheus-Scrape-Timeout-Seconds", "0.75")
	if took := time.Since(began); code != 200 || took < 300*time.Millisecond || took > 700*time.Millisecond {
		t.Errorf("%d after %v", code, took)
	}
	for _, line := range []string{"probe_success 0\n", `probe_failure_info{cause="timeout",phase="greeting"} 1`, "probe_timeout_seconds 0.375\n"} {
		if !strings.Contains(body, "\n"+line) {
			t.Errorf("no %s in\n%s", line, body)
		}
	}
	for header, want := range map[string]time.Duration{
		"": 10 * time.Second, "10": 9500 * time.Millisecond, "10.5": 10 * time.Second, "60": 10 * time.Second, "1e300": 10 * time.Second, "+Inf": 10 * time.Second,
		"1": 500 * time.Millisecond, "0.2": 100 * time.Millisecond,
		"0": 0, "-1": 0, "NaN": 0, "ten": 0,
	} {
		if got, err := scrapeTimeout(header, 10*time.Second); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %v, %v; want %v", header, got, err, want)
		}
	}
	if code, _ := a.get("silent", "127.0.0.1", "X-Prometheus-Scrape-Timeout-Seconds", "ten"); code != 400 {
		t.Errorf("no time at all: %d", code)
	}
}

func TestOndemandIsBounded(t *testing.T) {
	g := newGreeter(t, "HELLO\r\n")
	a := ask(t, fmt.Sprintf("  - {key: hello, target: \"tcp://*:%s\", hosts: [127.0.0.1]}\n", g.port))
	for range ondemandRuns {
		a.slots <- struct{}{}
	}
	a.expect("hello", "127.0.0.1", 503)
	<-a.slots
	a.expect("hello", "127.0.0.1", 200)
	a.expect("hello", "127.0.0.1", 200)
	a.pace = newPace(0, 1)
	a.expect("hello", "127.0.0.1", 200)
	a.expect("hello", "127.0.0.1", 429)
	if n := g.visits(t); n != 3 {
		t.Errorf("%d connections arrived, want 3", n)
	}
}

func TestPace(t *testing.T) {
	p, now := newPace(10, 3), time.Unix(0, 0)
	take := func(want bool) {
		t.Helper()
		if got := p.take(now); got != want {
			t.Errorf("after %v: %v", now.Sub(time.Unix(0, 0)), got)
		}
	}
	for _, want := range []bool{true, true, true, false} {
		take(want)
	}
	now = now.Add(100 * time.Millisecond)
	take(true)
	take(false)
	now = now.Add(-time.Hour) // the clock was set back
	take(false)
	now = now.Add(time.Hour)
	for _, want := range []bool{true, true, true, false} {
		take(want)
	}
}
