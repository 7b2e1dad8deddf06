package test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A check of the running instance runs at once from the shell, and counts.
func TestProbeRunsACheckOfTheInstance(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	probe := func(args ...string) (string, int) {
		cmd := exec.Command(in.program, append([]string{"probe", "--config", in.conf}, args...)...)
		out, _ := cmd.Output()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := probe("--check", "imap"); code != 0 || !strings.HasPrefix(out, "IMAP OK") || !strings.Contains(out, "'auth'=") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if out, _ := probe("--check", "imap"); !strings.Contains(out, "'total'=") || !strings.Contains(out, ";5;;0;15 ") {
		t.Errorf("the check's own timeout is not told: %s", out)
	}
	for _, flag := range []string{"--timeout=3", "--password-file=x", "--password-env=X"} {
		if out, code := probe("--check", "imap", flag); code != 3 || !strings.Contains(out, strings.Split(flag, "=")[0]) {
			t.Errorf("%s: exit code %d: %s", flag, code, out)
		}
	}
	out, code := probe("--check", "imap", "--json")
	var ran struct {
		Check     string    `json:"check"`
		Verdict   string    `json:"verdict"`
		StartedAt time.Time `json:"started_at"`
	}
	if err := json.Unmarshal([]byte(out), &ran); err != nil || code != 0 || ran.Check != "imap" || ran.Verdict != "ok" || time.Since(ran.StartedAt) > time.Minute {
		t.Errorf("exit code %d: %s: %v", code, out, err)
	}
	if out, code := probe("--check", "nobody"); code != 3 || !strings.Contains(out, `"nobody"`) {
		t.Errorf("exit code %d: %s", code, out)
	}
	if _, code := probe("--check", "imap", "imap://127.0.0.1"); code != 3 {
		t.Errorf("a check and a URL: exit code %d", code)
	}
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if out, code := probe("--check", "imap"); code != 3 || !strings.Contains(out, "no howdah runs") {
		t.Errorf("without an instance: exit code %d: %s", code, out)
	}
}
