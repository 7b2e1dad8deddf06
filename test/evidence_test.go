package test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// evidence is what the shell shows staff of a thread's outages.
type evidence struct {
	Outage string
	Run    *struct {
		Reason     string
		Transcript []string
	}
	Exits []struct {
		Signal string
		Code   int
		Log    []string
	}
	Exhibits []struct{ Kind, Text string }
	Mishaps  []struct{ Reason, Text string }
}

func (in *instance) evidence(id string) (list []evidence, text string) {
	in.t.Helper()
	show := func(more ...string) string {
		args := append([]string{"incident", "show", id, "--evidence", "--config", in.conf}, more...)
		out, err := exec.Command(in.program, args...).Output()
		if err != nil {
			in.t.Fatalf("incident show --evidence: %v", err)
		}
		return string(out)
	}
	return decode[[]evidence](in.t, show("--json")), show()
}

// Staff can look at what is kept of an outage, while it lasts, afterwards and
// after a restart; no reader is shown it, and no password is in it.
func TestEvidenceOfAnOutage(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	in.start()
	in.healthy()
	password, err := os.ReadFile(in.data("probe.password"))
	if err != nil {
		t.Fatal(err)
	}

	in.signal(syscall.SIGQUIT) // the Go runtime dumps its goroutines
	in.within(10*time.Second, "an incident", func() bool { return len(in.summary().Incidents) == 1 })
	id := in.summary().Incidents[0].ID
	var text string
	look := func() bool {
		var list []evidence
		list, text = in.evidence(id)
		return len(list) == 1 && len(list[0].Exits) == 1 && len(list[0].Exhibits) == 2
	}
	in.within(5*time.Second, "its evidence is kept", look)
	for _, want := range []string{"SIGQUIT: quit", "goroutine 1 ", "known by: exit", "memory ", "disk of the data folder", "last end: exit status 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, strings.TrimSpace(string(password))) {
		t.Error("the probe's password is in the evidence")
	}
	if size := len(text); size > 80<<10 {
		t.Errorf("%d bytes of evidence", size)
	}

	// Another outage, of a server that hangs: there the failing run tells.
	in.healthy()
	in.signal(syscall.SIGSTOP)
	in.within(60*time.Second, "the second outage", func() bool { return len(in.incidents()[0].Outages) == 2 })
	in.within(5*time.Second, "its evidence is kept", func() bool {
		list, _ := in.evidence(id)
		return len(list) == 2 && list[1].Run != nil && strings.HasSuffix(list[1].Run.Reason, ".timeout") && len(list[1].Exhibits) == 2
	})
	list, _ := in.evidence(id)
	if server := list[1].Exhibits[0].Text + list[1].Exhibits[1].Text; !strings.Contains(server, "state T") {
		t.Errorf("a stopped process is not told: %s", server)
	}
	if page := in.page("/incidents/" + id); strings.Contains(page, "goroutine") || strings.Contains(page, "SIGQUIT") {
		t.Error("the public page shows evidence")
	}
	in.signal(syscall.SIGKILL)
	in.healthy()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if list, _ := in.evidence(id); len(list) != 2 || len(list[0].Exits) != 1 || len(list[1].Exits) != 1 {
		t.Errorf("without a running instance: %+v", list)
	}
}
