package probe

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxOutput = 8 << 10
	// maxFlood is when a program is no longer listened to: its output is closed,
	// which ends it unless it minds.
	maxFlood = 1 << 20
	// pipeRest is how long what has left the process group may keep our end of
	// its output open.
	pipeRest = 500 * time.Millisecond
)

// ending is how a program ended.
type ending struct {
	code   int
	signal string // what killed it; empty for nothing
	output []byte // the beginning of its standard output, or else of its standard error
}

// firstLine is what the program says for people, without performance data.
func (e ending) firstLine() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(e.output)), "\n")
	line, _, _ = strings.Cut(line, "|")
	return strings.TrimSpace(line)
}

// execute runs a program to its end, which is at the latest that of ctx, and
// then kills what is left of its process group. The error is that of the start.
func execute(ctx context.Context, path string, args []string) (ending, error) {
	var out, problems head
	cmd := exec.CommandContext(ctx, path, args...) // #nosec G204 -- the configuration names it, and no shell is between
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
	cmd.Stdout, cmd.Stderr = &out, &problems
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = pipeRest
	group := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel = group

	// Pdeathsig goes off when the thread ends that started the program.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return ending{}, err
	}
	awaitEnd(cmd.Process.Pid)
	_ = group() // while its number is still taken by the program itself
	_ = cmd.Wait()
	e := ending{code: cmd.ProcessState.ExitCode(), output: out.kept}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.signal = status.Signal().String()
	}
	if len(bytes.TrimSpace(out.kept)) == 0 {
		e.output = problems.kept
	}
	return e, nil
}

// awaitEnd returns when the process has ended, and leaves it to be waited for.
func awaitEnd(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// startCause names why a program could not be started.
func startCause(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "notfound"
	case errors.Is(err, fs.ErrPermission):
		return "permission"
	case errors.Is(err, syscall.ENOEXEC):
		return "noexec"
	}
	return "local"
}

// head keeps the beginning of what is written and forgets the rest, so that
// whoever writes is not held up.
type head struct {
	kept []byte
	size int // of all that was written
}

var errFlood = errors.New("more than 1 MiB of output")

func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), maxOutput-len(h.kept))]...)
	if h.size += len(p); h.size > maxFlood {
		return 0, errFlood
	}
	return len(p), nil
}
