package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// limitFiles bounds the open files of a running process.
func limitFiles(t testing.TB, pid, n int) {
	t.Helper()
	out, err := exec.Command(need(t, "prlimit"), "--pid", fmt.Sprint(pid), fmt.Sprintf("--nofile=%d", n)).CombinedOutput()
	if err != nil {
		t.Fatalf("prlimit: %v: %s", err, out)
	}
}

// openFiles counts those of a process.
func openFiles(t testing.TB, pid int) int {
	t.Helper()
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// crowd opens connections that say nothing, and closes them when the test ends
// or the returned function is called.
func crowd(t testing.TB, addr string, n int) (leave func()) {
	t.Helper()
	var all []net.Conn
	leave = func() {
		for _, c := range all {
			c.Close()
		}
	}
	t.Cleanup(leave)
	for range n {
		c, err := net.DialTimeout("tcp", addr, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return leave
}

// When the mail server may open no more files, its sessions go on, and so does
// the page; it neither crashes nor loses anything, and takes connections again
// when there are files to be had.
func TestFaultChildOutOfFiles(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	c := in.imap()
	if err := appendMessage(c, message(0)); err != nil {
		t.Fatal(err)
	}
	child := in.child()
	v := in.visit()

	limitFiles(t, child, openFiles(t, child)+8)
	leave := crowd(t, in.address("imap"), 30)
	within(t, 5*time.Second, "the mail server has no files left", func() bool { return strings.Contains(in.out.String(), "too many open files") })
	acknowledged := 1
	for began := time.Now(); time.Since(began) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
		if err := appendMessage(c, message(acknowledged)); err != nil {
			t.Fatalf("an old session suffers: %v", err)
		}
		acknowledged++
	}
	if all := stored(t, c); len(all) != acknowledged {
		t.Errorf("%d messages, %d were acknowledged", len(all), acknowledged)
	}
	if lines := strings.Count(in.out.String(), "too many open files"); lines > 50 {
		t.Errorf("it complained %d times in 3 s", lines)
	}
	leave()
	in.within(5*time.Second, "new clients are served again", in.greets)
	in.imap()
	if now := in.child(); now != child {
		t.Errorf("the mail server was replaced: pid %d, was %d", now, child)
	}
	v.allServed()
	in.allOperational()
}

// When howdah itself may open no more files, what it can't ask counts as not
// known and not as down, mail is served, and the page answers again when there
// are files to be had.
func TestFaultParentOutOfFiles(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	in.start()
	in.healthy()
	pid := in.cmd.Process.Pid

	limitFiles(t, pid, openFiles(t, pid)+4)
	leave := crowd(t, in.address("web"), 30)
	for began := time.Now(); time.Since(began) < 4*time.Second; time.Sleep(50 * time.Millisecond) {
		if !in.greets() {
			t.Fatal("the mail server suffers")
		}
	}
	in.printed("too many open files")
	leave()
	in.within(5*time.Second, "the page answers again", func() bool {
		resp, err := impatient.Get(in.url + "/")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == 200
	})
	in.allOperational()
}

// Started with few files to open, howdah keeps some for itself, so that neither
// the page nor the probes run out of them when hundreds hold on to theirs.
func TestFaultCrowdOnThePage(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	few := filepath.Join(t.TempDir(), "few")
	script := fmt.Sprintf("#!/bin/sh\nexec %s --nofile=96 %s \"$@\"\n", need(t, "prlimit"), in.program)
	if err := os.WriteFile(few, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	in.program = few
	in.start()
	in.healthy()
	v := in.visit()
	for range 10 {
		crowd(t, in.address("web"), 40)
		time.Sleep(500 * time.Millisecond) // checks run meanwhile
	}
	v.allServed()
	in.allOperational()
	if strings.Contains(in.out.String(), "too many open files") {
		t.Error("howdah ran out of files")
	}
}

// memoryGroup makes a control group that may use so many bytes of memory, and
// puts a process into it.
func memoryGroup(t testing.TB, limit int64, pid int) (dir string) {
	t.Helper()
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	root := "/sys/fs/cgroup"
	file := "memory.max"
	for line := range strings.Lines(string(own)) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(rest, ":")
		switch {
		case controllers == "memory": // version 1
			dir, file = filepath.Join(root, "memory", path), "memory.limit_in_bytes"
		case number == "0" && dir == "":
			dir = filepath.Join(root, path)
		}
	}
	dir = filepath.Join(dir, fmt.Sprintf("howdah-test-%d", pid))
	if err := os.Mkdir(dir, 0o755); err != nil {
		skip(t, fmt.Sprintf("can't make a control group: %v", err))
	}
	t.Cleanup(func() {
		within(t, 5*time.Second, "the control group can be removed", func() bool { return syscall.Rmdir(dir) == nil })
	})
	for _, write := range [][2]string{{file, fmt.Sprint(limit)}, {"cgroup.procs", fmt.Sprint(pid)}} {
		if err := os.WriteFile(filepath.Join(dir, write[0]), []byte(write[1]), 0o644); err != nil {
			skip(t, fmt.Sprintf("can't set up a control group of memory: %v", err))
		}
	}
	return dir
}

// When the mail server runs out of memory the kernel ends it and nothing else:
// that is an incident, it is started again, and nothing that was acknowledged
// is lost.
func TestFaultChildOutOfMemory(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	in.start()
	in.healthy()
	c := in.imap()
	acknowledged := 0
	for range 3 {
		if err := appendMessage(c, message(acknowledged)); err != nil {
			t.Fatal(err)
		}
		acknowledged++
	}
	child, parent := in.child(), in.cmd.Process.Pid
	v := in.visit()
	memoryGroup(t, 2<<20, child) // what it has already counts where it was made
	for syscall.Kill(child, 0) == nil && in.child() == child {
		conn, err := net.DialTimeout("tcp", in.address("imap"), time.Second)
		if err != nil {
			break
		}
		defer conn.Close()
	}
	in.within(5*time.Second, "the incident is told", func() bool { return len(in.summary().Incidents) == 1 })
	in.printed("signal=killed")
	in.within(20*time.Second, "the recovery is told", func() bool { return in.incidents()[0].Status == "monitoring" })
	if in.cmd.Process.Pid != parent || in.child() == child {
		t.Errorf("howdah %d has child %d, was %d and %d", in.cmd.Process.Pid, in.child(), parent, child)
	}
	if all := stored(t, in.imap()); len(all) != acknowledged {
		t.Errorf("%d messages, %d were acknowledged", len(all), acknowledged)
	}
	v.allServed()
}
