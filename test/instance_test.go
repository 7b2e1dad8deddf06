package test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// instance is a running howdah with ports and a data folder of its own.
type instance struct {
	t       testing.TB
	dir     string // holds config.yaml and data/
	program string // howdah, as it is or as a test has built it
	conf    string
	url     string
	port    map[string]int // web imap imaps pop3 pop3s smtp lmtp
	lmtp    string         // where LMTP listens instead of on its port
	cmd     *exec.Cmd
	out     *buffer
	done    chan struct{} // closed when the process has ended
}

// buffer collects what a process prints.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// given are the ports that a test was told to use: the system may offer one
// again before its first user has bound it.
var given sync.Map

func freePort(t testing.TB) int {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if _, taken := given.LoadOrStore(port, true); !taken {
			return port
		}
	}
}

// configure makes an instance that is not started. more is added to its
// configuration, which else only names ports.
func configure(t testing.TB, more string) *instance {
	t.Helper()
	in := &instance{t: t, dir: t.TempDir(), program: program, port: map[string]int{}}
	for _, p := range []string{"web", "imap", "imaps", "pop3", "pop3s", "smtp", "lmtp"} {
		in.port[p] = freePort(t)
	}
	in.url = fmt.Sprintf("http://127.0.0.1:%d", in.port["web"])
	in.conf = filepath.Join(in.dir, "config.yaml")
	in.writeConfig(more)
	return in
}

func (in *instance) writeConfig(more string) {
	in.t.Helper()
	lmtp := in.lmtp
	if lmtp == "" {
		lmtp = fmt.Sprintf("127.0.0.1:%d", in.port["lmtp"])
	}
	text := fmt.Sprintf(`site: {name: Example Mail, time_zone: Africa/Johannesburg}
data: data
web: {listen: "127.0.0.1:%d"}
mailserver:
  listen: {imap: "127.0.0.1:%d", imaps: "127.0.0.1:%d", pop3: "127.0.0.1:%d", pop3s: "127.0.0.1:%d", smtp: "127.0.0.1:%d", lmtp: %q}
%s
`, in.port["web"], in.port["imap"], in.port["imaps"], in.port["pop3"], in.port["pop3s"], in.port["smtp"], lmtp, more)
	if err := os.WriteFile(in.conf, []byte(text), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// start runs the instance and waits until it says that it is ready.
func start(t testing.TB, more string) *instance {
	t.Helper()
	in := configure(t, more)
	in.start()
	return in
}

func (in *instance) start() {
	in.t.Helper()
	in.out = &buffer{}
	in.done = make(chan struct{})
	in.cmd = exec.Command(in.program, "serve", "--config", in.conf)
	in.cmd.Stdout, in.cmd.Stderr = in.out, in.out
	in.cmd.WaitDelay = 5 * time.Second
	if err := in.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	cmd, done := in.cmd, in.done
	go func() {
		cmd.Wait()
		close(done)
	}()
	in.t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		if in.t.Failed() {
			in.t.Logf("howdah printed:\n%s", in.out)
		}
	})
	in.within(30*time.Second, "howdah is ready", func() bool {
		select {
		case <-done:
			in.t.Fatalf("howdah ended before it was ready")
		default:
		}
		return strings.Contains(in.out.String(), "Howdah is ready")
	})
}

// stop ends the instance as a service manager would and returns its exit code.
func (in *instance) stop() int {
	in.t.Helper()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		in.t.Fatal(err)
	}
	select {
	case <-in.done:
	case <-time.After(20 * time.Second):
		in.t.Fatal("howdah did not stop within 20 s of SIGTERM")
	}
	return in.cmd.ProcessState.ExitCode()
}

// child is the pid of the mail server, 0 when there is none.
func (in *instance) child() int {
	in.t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", in.cmd.Process.Pid))
	if err != nil {
		in.t.Fatal(err)
	}
	for _, file := range tasks {
		text, _ := os.ReadFile(file) // a thread may have ended meanwhile
		for _, f := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(f)
			if err != nil {
				in.t.Fatal(err)
			}
			if line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); bytes.Contains(line, []byte("mailserver")) {
				return pid
			}
		}
	}
	return 0
}

// signal sends the mail server a signal and returns the moment of it.
func (in *instance) signal(sig syscall.Signal) time.Time {
	in.t.Helper()
	pid := in.child()
	if pid == 0 {
		in.t.Fatal("no mail server to send a signal to")
	}
	at := time.Now()
	if err := syscall.Kill(pid, sig); err != nil {
		in.t.Fatal(err)
	}
	return at
}

// within polls until f is true and returns when it was.
func (in *instance) within(limit time.Duration, what string, f func() bool) time.Time {
	in.t.Helper()
	return within(in.t, limit, what, f)
}

func within(t testing.TB, limit time.Duration, what string, f func() bool) time.Time {
	t.Helper()
	for began := time.Now(); ; {
		if f() {
			return time.Now()
		}
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// get is the body of a page, with its status code.
func (in *instance) get(path string) (int, string) {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", in.url+path, nil)
	if err != nil {
		in.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		in.t.Fatalf("GET %s: %v", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		in.t.Fatalf("GET %s: %v", path, err)
	}
	return resp.StatusCode, string(body)
}

// page is the body of a page that must be there.
func (in *instance) page(path string) string {
	in.t.Helper()
	code, body := in.get(path)
	if code != 200 {
		in.t.Fatalf("GET %s: %d", path, code)
	}
	return body
}

// summary is what these tests read of /api/v2/summary.json and incidents.json.
type summary struct {
	Status     struct{ Indicator, Description string }
	Components []struct{ ID, Name, Status string }
	Incidents  []incident
}

type incident struct {
	ID, Name, Status, Impact, Shortlink string
	StartedAt                           time.Time  `json:"started_at"`
	ResolvedAt                          *time.Time `json:"resolved_at"`
	Updates                             []struct {
		ID, Status, Body string
		CreatedAt        time.Time `json:"created_at"`
	} `json:"incident_updates"`
	Outages []struct {
		StartedAt  time.Time  `json:"started_at"`
		EndedAt    *time.Time `json:"ended_at"`
		Components []string
	}
}

func (in *instance) summary() summary {
	in.t.Helper()
	return decode[summary](in.t, in.page("/api/v2/summary.json"))
}

func (in *instance) incidents() []incident {
	in.t.Helper()
	return decode[summary](in.t, in.page("/api/v2/incidents.json")).Incidents
}

func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// healthy waits until every component works.
func (in *instance) healthy() {
	in.t.Helper()
	in.within(70*time.Second, "every component is operational", func() bool {
		s := in.summary()
		for _, c := range s.Components {
			if c.Status != "operational" {
				return false
			}
		}
		return s.Status.Indicator == "none" && len(s.Components) > 0 && in.checked()
	})
}

// checked reports whether every component has been found working.
func (in *instance) checked() bool {
	return !strings.Contains(in.page("/"), "No current data")
}

// greets reports whether the IMAP port answers as a mail program would see it.
func (in *instance) greets() bool {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", in.port["imap"]), time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Second))
	line := make([]byte, 4)
	_, err = io.ReadFull(c, line)
	return err == nil && string(line) == "* OK"
}
