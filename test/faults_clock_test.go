package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clock is a file that says how wrong the clock of a program is.
type clock string

// withClock builds howdah so that its wall clock, and only that, can be set;
// libfaketime can't do that to a program which asks the kernel itself.
func withClock(t testing.TB) (program string, c clock) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	text, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	const asks = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	skewed := strings.Replace(string(text), asks, asks+"\tsec += Skew.Load()\n", 1)
	if skewed == string(text) {
		t.Fatalf("time.Now of this Go does not begin with %q; see what has become of it", asks)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "time.go"), []byte(skewed), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(source, "time.go"):                       filepath.Join(dir, "time.go"),
		filepath.Join(source, "skew.go"):                       filepath.Join(here, "testdata", "clock", "skew.go"),
		filepath.Join(here, "..", "cmd", "howdah", "clock.go"): filepath.Join(here, "testdata", "clock", "read.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "howdah")
	build := exec.Command("go", "build", "-trimpath", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "../cmd/howdah")
	build.Env = append(os.Environ(), "CGO_CFLAGS=-O0") // what is new to the cache is built in a third of the time
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build howdah with a clock of its own: %v\n%s", err, out)
	}
	return program, clock(program + ".clock")
}

// set makes the clock wrong by d.
func (c clock) set(t testing.TB, d time.Duration) {
	t.Helper()
	// In one step: a file that is half written would be another time.
	if err := os.WriteFile(string(c)+".new", fmt.Appendf(nil, "%d\n", d/time.Second), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(string(c)+".new", string(c)); err != nil {
		t.Fatal(err)
	}
}

// checkedAt is when the front page says that it was checked last.
func (in *instance) checkedAt() time.Time {
	in.t.Helper()
	found := regexp.MustCompile(`[Cc]hecked[^<]*<time datetime="([^"]+)"`).FindStringSubmatch(in.page("/"))
	if found == nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, found[1])
	if err != nil {
		in.t.Fatal(err)
	}
	return at
}

// A clock that is set back a day or forward a year fails nothing: checks go on
// as before, no incident is told that was none, and one that is one is.
func TestFaultClock(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	var c clock
	in.program, c = withClock(t)
	in.start()
	in.healthy()
	v := in.visit()
	for _, skew := range []time.Duration{-24 * time.Hour, 365 * 24 * time.Hour, 0} {
		c.set(t, skew)
		in.within(5*time.Second, "howdah's clock is set", func() bool {
			resp, err := http.Head(in.url + "/")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			date, err := http.ParseTime(resp.Header.Get("Date"))
			return err == nil && date.Sub(time.Now().Add(skew)).Abs() < 2*time.Second
		})
		in.within(10*time.Second, "the page shows a check by the new clock", func() bool {
			return in.checkedAt().Sub(time.Now().Add(skew)).Abs() < 5*time.Second
		})
		in.allOperational()
		if !in.checked() {
			t.Errorf("clock off by %v: the page knows nothing current", skew)
		}
		if child := in.child(); child == 0 {
			t.Errorf("clock off by %v: the mail server is gone", skew)
		}
		if err := appendMessage(in.imap(), message(0)); err != nil {
			t.Errorf("clock off by %v: %v", skew, err)
		}
	}

	// Forward within an outage, and back by more: it is one outage all the same,
	// that ends after it began.
	stopped := in.signal(syscall.SIGSTOP)
	in.within(20*time.Second, "the incident is told", func() bool { return len(in.summary().Incidents) == 1 })
	for _, skew := range []time.Duration{365 * 24 * time.Hour, -24 * time.Hour} {
		c.set(t, skew)
		in.within(20*time.Second, "the page shows a check by the new clock", func() bool {
			return in.checkedAt().Sub(time.Now().Add(skew)).Abs() < 5*time.Second
		})
	}
	in.signal(syscall.SIGCONT)
	in.within(20*time.Second, "the recovery is told", func() bool { return in.incidents()[0].Status == "monitoring" })
	all := in.incidents()
	if len(all) != 1 || len(all[0].Outages) != 1 {
		t.Fatalf("%+v", all)
	}
	o := all[0].Outages[0]
	if o.StartedAt.Sub(stopped).Abs() > 5*time.Second {
		t.Errorf("published start %v, was %v", o.StartedAt, stopped)
	}
	if o.EndedAt.Before(o.StartedAt) {
		t.Errorf("published end %v is before the start %v", o.EndedAt, o.StartedAt)
	}
	// Staff see beside the outage that the clock was set.
	list, text := in.evidence(all[0].ID)
	if steps := list[0].Mishaps; len(steps) == 0 || steps[0].Reason != "clock.step" || !strings.Contains(text, "the clock of this machine was set by") {
		t.Errorf("steps of the clock near the outage: %+v", steps)
	}
	v.allServed()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
