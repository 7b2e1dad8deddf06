package probe

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program writes a script and returns the target that runs it.
func program(t *testing.T, text string, args ...string) Target {
	t.Helper()
	file := filepath.Join(t.TempDir(), "check it")
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil { // #nosec G306 -- it is to be run
		t.Fatal(err)
	}
	target := Target{Scheme: "exec", Path: file}
	for _, a := range args {
		target.Args += a + "\x00"
	}
	return target
}

func TestExec(t *testing.T) {
	t.Setenv("HOWDAH_SECRET", "hunter2")
	for _, tt := range []struct {
		name    string
		script  string
		args    []string
		verdict Verdict
		reason  Reason
		detail  string
	}{
		{"ok", "echo 'DISK OK - 3 GB | /=3GB'; echo more", nil, OK, "", "DISK OK - 3 GB"},
		{"warning", "echo DISK WARNING; exit 1", nil, Slow, "", "DISK WARNING"},
		{"critical", "echo '\n DISK CRITICAL|x=1'; exit 2", nil, Fail, "exec.critical", "DISK CRITICAL"},
		{"unknown", "echo usage; exit 3", nil, Inconclusive, "exec.unknown", "usage"},
		{"another code", "echo huh; exit 77", nil, Inconclusive, "exec.code", "exit code 77 is none of a plugin's: huh"},
		{"speaks on the other channel only", "echo broken >&2; exit 3", nil, Inconclusive, "exec.unknown", "broken"},
		{"says nothing", "exit 2", nil, Fail, "exec.critical", ""},
		{"killed by a signal", "echo bye; kill -SEGV $$", nil, Inconclusive, "exec.signal", "segmentation fault: bye"},
		{"escapes", `printf '\033[31mred\a <b>\r\n'`, nil, OK, "", ".[31mred. <b>"},
		{"arguments in order, no shell", `printf '%s,' "$@"`, []string{"-w", "10%", "", "$HOME;id", "a b", "*"}, OK, "", "-w,10%,,$HOME;id,a b,*,"},
		{"no environment of ours", `[ -z "$HOWDAH_SECRET" ] && [ -z "$HOME" ] && echo "$LANG $(pwd) $(echo $PATH | cut -c1-9)"`, nil, OK, "", "C.UTF-8 / /usr/loca"},
		{"nothing to read", "cat; echo end", nil, OK, "", "end"},
		{"floods for ever", "echo fine; exec yes", nil, Inconclusive, "exec.signal", "broken pipe: fine"},
		{"floods", "head -c 5000000 /dev/zero | tr '\\0' x; exit 1", nil, Slow, "", "xxx"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := program(t, "#!/bin/sh\n"+tt.script+"\n", tt.args...)
			r := (&Runner{}).RunTarget(t.Context(), target, nil, 0)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || r.Detail != tt.detail && (tt.detail != "xxx" || len(r.Detail) > maxDetail || !strings.HasPrefix(r.Detail, "xxx")) {
				t.Errorf("got %s %q (%s), want %s %q (%s)", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail)
			}
			if phaseNames(r) != "exec" || r.Phases[0].OK != r.Verdict.Good() {
				t.Errorf("phases %+v", r.Phases)
			}
		})
	}
}

func TestExecThatDoesNotStart(t *testing.T) {
	locked := program(t, "#!/bin/sh\n")
	if err := os.Chmod(locked.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		target Target
		reason Reason
	}{
		{"not there", Target{Scheme: "exec", Path: "/nowhere/check"}, "exec.notfound"},
		{"a folder", Target{Scheme: "exec", Path: t.TempDir()}, "exec.permission"},
		{"not executable", locked, "exec.permission"},
		{"no program", program(t, "echo hello"), "exec.noexec"},
		{"for another system", program(t, "#!/nowhere/sh\n"), "exec.notfound"},
	} {
		r := (&Runner{}).RunTarget(t.Context(), tt.target, nil, 0)
		if r.Verdict != Inconclusive || r.Reason != tt.reason || r.Detail == "" {
			t.Errorf("%s: got %s %q (%s), want %q", tt.name, r.Verdict, r.Reason, r.Detail, tt.reason)
		}
	}
}

// At the deadline all is killed that the program started, and a child that
// holds the output open holds up nobody.
func TestExecIsKilled(t *testing.T) {
	for _, tt := range []struct {
		name    string
		script  string
		timeout time.Duration
		reason  Reason
		verdict Verdict
	}{
		{"hangs", `sleep 600 & echo "$!"; wait`, 300 * time.Millisecond, "exec.timeout", Fail},
		{"hangs and minds no signal", `trap '' TERM INT HUP; sleep 600 & echo "$!"; while :; do wait; done`, 300 * time.Millisecond, "exec.timeout", Fail},
		{"leaves a child behind", `sleep 600 & echo "$!"`, 10 * time.Second, "", OK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			begun := time.Now()
			r := (&Runner{}).RunTarget(t.Context(), program(t, "#!/bin/sh\n"+tt.script+"\n"), nil, tt.timeout)
			if r.Verdict != tt.verdict || r.Reason != tt.reason {
				t.Errorf("got %s %q (%s), want %s %q", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			words := strings.Fields(r.Detail)
			child, err := strconv.Atoi(words[len(words)-1])
			if err != nil {
				t.Fatalf("no number of a child in %q", r.Detail)
			}
			if !gone(child) {
				t.Errorf("the child %d lives", child)
			}
		})
	}
	// One that has left the process group lives, and its grip on the output is
	// waited for no longer than half a second.
	begun := time.Now()
	r := (&Runner{}).RunTarget(t.Context(), program(t, "#!/bin/sh\nsetsid sleep 3 &\necho fine\n"), nil, 10*time.Second)
	if took := time.Since(begun); r.Verdict != OK || r.Detail != "fine" || took > 2*time.Second {
		t.Errorf("got %s %q (%s) after %v", r.Verdict, r.Reason, r.Detail, took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if r := (&Runner{}).RunTarget(ctx, program(t, "#!/bin/sh\nsleep 600\n"), nil, 0); r.Verdict != Inconclusive || r.Reason != "exec.canceled" {
		t.Errorf("stopped: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
}

// gone waits a moment for a process to end that was killed; who adopts it has
// still to be told.
func gone(pid int) bool {
	for range 100 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") || syscall.Kill(pid, 0) != nil {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestParseExecTarget(t *testing.T) {
	in := "exec:///usr/lib/nagios/plugins/check_disk?arg=-w&arg=10%25&arg=&arg=a%20b+c&arg=--url=imap://u:p@h/?x"
	got, err := ParseTarget(in)
	want := Target{Scheme: "exec", Path: "/usr/lib/nagios/plugins/check_disk", Args: "-w\x0010%\x00\x00a b+c\x00--url=imap://u:p@h/?x\x00"}
	if err != nil || got != want || !got.Local() {
		t.Fatalf("got %+q, %v; want %+q", got, err, want)
	}
	if again, err := ParseTarget(got.String()); err != nil || again != got {
		t.Errorf("ParseTarget(%q) = %+q, %v; want the same again", got, again, err)
	}
	if (Target{Scheme: "tcp", Host: "h", Port: 1}).Local() || !(Target{Scheme: "lmtp+unix", Path: "/x"}).Local() || !(Target{Scheme: "what"}).Local() {
		t.Error("Local is wrong")
	}
	for in, want := range map[string]string{
		"exec://":                     "absolute path",
		"exec:///":                    "absolute path",
		"exec://check":                "absolute path",
		"exec://h/check":              "absolute path",
		"exec:///usr/../bin/sh":       "absolute path",
		"exec:///bin//sh":             "absolute path",
		"exec:///bin/a%0ab":           "printable",
		"exec:///bin/a?arg=%00":       "printable",
		"exec:///bin/a?arg=a%0ab":     "printable",
		"exec:///bin/a?insecure=true": "unknown option",
		"exec://u@/bin/a":             "logs nobody in",
		"exec:///bin/a?arg=" + strings.Repeat("a", maxArgs): "at most 4096 bytes",
	} {
		if _, err := ParseTarget(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q) = %v, want an error with %q", in, err, want)
		}
	}
}
