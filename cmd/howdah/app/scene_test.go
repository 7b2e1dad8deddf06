package app

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/probe"
)

// A new outage and each further end of the process are looked at once; an
// outage that goes on or has ended is not.
func TestSceneOfAnOutage(t *testing.T) {
	var mu sync.Mutex
	var kept []probe.Exhibit
	look := &scene{
		data: t.TempDir(), last: &lastExit{}, pid: os.Getpid,
		keep: func(e probe.Exhibit) { mu.Lock(); kept = append(kept, e); mu.Unlock() },
	}
	cmd := exec.Command("sh", "-c", "kill -SEGV $$")
	cmd.Run()
	look.last.note(cmd.ProcessState)
	now := time.Now()
	observe := func(outages ...probe.Outage) []probe.Exhibit {
		mu.Lock()
		kept = nil
		mu.Unlock()
		look.observe(now, outages)
		look.looking.Lock() // when it has been looked
		defer look.looking.Unlock()
		return kept
	}
	one, other := probe.Outage{ID: "one"}, probe.Outage{ID: "other"}
	seen := observe(one, other)
	if len(seen) != 4 || seen[0].Outage != "one" || seen[3].Outage != "other" {
		t.Fatalf("kept %+v", seen)
	}
	for _, want := range []string{"load ", "memory ", "disk of the data folder: ", " free, ", "howdah pid "} {
		if !strings.Contains(seen[0].Text, want) {
			t.Errorf("no %q in %q", want, seen[0].Text)
		}
	}
	for _, want := range []string{", state ", " resident", " open files of ", "last end: signal: segmentation fault", "processor time"} {
		if !strings.Contains(seen[1].Text, want) {
			t.Errorf("no %q in %q", want, seen[1].Text)
		}
	}
	if seen := observe(one); len(seen) != 0 {
		t.Errorf("an outage that goes on is looked at again: %+v", seen)
	}
	one.Exits = []probe.Exit{{PID: 1}}
	if seen := observe(one, other); len(seen) != 2 || seen[0].Outage != "one" {
		t.Errorf("after an exit: %+v", seen)
	}
	one.End = &probe.Moment{}
	if seen := observe(one); len(seen) != 0 {
		t.Errorf("an outage that has ended is looked at: %+v", seen)
	}
	if text := process(0); text != "does not run\n" {
		t.Errorf("of no process: %q", text)
	}
}

func TestSecretsAreScrubbed(t *testing.T) {
	got := scrub([]string{`login "hunter22" refused`, "a and b"}, []string{"hunter22", "a"})
	if strings.Contains(got[0], "hunter") || got[1] != "a and b" {
		t.Errorf("%q", got)
	}
}
