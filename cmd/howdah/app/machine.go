package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// machine is the load, memory, files and disk of now, in lines.
func machine(data string) string {
	var b strings.Builder
	if load := strings.Fields(read("/proc/loadavg")); len(load) > 3 {
		fmt.Fprintf(&b, "load %s %s %s, %s processes, %d processors\n", load[0], load[1], load[2], load[3], runtime.NumCPU())
	}
	m := numbers(read("/proc/meminfo"))
	fmt.Fprintf(&b, "memory %s of %s available, swap %s of %s free\n",
		kib(m["MemAvailable"]), kib(m["MemTotal"]), kib(m["SwapFree"]), kib(m["SwapTotal"]))
	if files := strings.Fields(read("/proc/sys/fs/file-nr")); len(files) == 3 {
		fmt.Fprintf(&b, "open files %s of %s\n", files[0], files[2])
	}
	for _, of := range []string{"cpu", "memory", "io"} {
		if some, _, ok := strings.Cut(read("/proc/pressure/"+of), "\n"); ok {
			fmt.Fprintf(&b, "waiting for %s: %s\n", of, some)
		}
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(data, &st); err != nil {
		fmt.Fprintf(&b, "disk of the data folder: %v\n", err)
	} else {
		block := uint64(max(st.Bsize, 0)) // #nosec G115 -- not negative
		fmt.Fprintf(&b, "disk of the data folder: %s of %s free, %d of %d inodes free\n",
			kib(st.Bavail*block/1024), kib(st.Blocks*block/1024), st.Ffree, st.Files)
	}
	b.WriteString("howdah ")
	b.WriteString(process(os.Getpid()))
	return b.String()
}

// process is what the system knows of a process, in a line; pid 0 is none.
func process(pid int) string {
	if pid == 0 {
		return "does not run\n"
	}
	dir := fmt.Sprintf("/proc/%d", pid)
	status := fields(read(dir + "/status"))
	if status["State"] == "" {
		return fmt.Sprintf("pid %d is gone\n", pid)
	}
	open := "an unknown number of"
	if fds, err := os.ReadDir(filepath.Join(dir, "fd")); err == nil {
		open = fmt.Sprint(len(fds))
	}
	limit := "unknown"
	for line := range strings.Lines(read(dir + "/limits")) {
		if rest, ok := strings.CutPrefix(line, "Max open files"); ok && len(strings.Fields(rest)) > 0 {
			limit = strings.Fields(rest)[0]
		}
	}
	n := numbers(read(dir + "/status"))
	return fmt.Sprintf("pid %d, state %s, %s resident, at most %s, %d threads, %s open files of %s\n",
		pid, status["State"], kib(n["VmRSS"]), kib(n["VmHWM"]), n["Threads"], open, limit)
}

// read is a small file of the system; empty when it can't be read.
func read(path string) string {
	text, err := os.ReadFile(path) // #nosec G304 -- of /proc
	if err != nil {
		return ""
	}
	return printableLines(string(text))
}

// fields are the lines "key: value" of a file of the system.
func fields(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			all[key] = strings.TrimSpace(value)
		}
	}
	return all
}

// numbers are the fields that begin with one.
func numbers(text string) map[string]uint64 {
	all := map[string]uint64{}
	for key, value := range fields(text) {
		var n uint64
		if _, err := fmt.Sscan(value, &n); err == nil {
			all[key] = n
		}
	}
	return all
}

// kib is so many KiB for people.
func kib(n uint64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<20))
	case n >= 10<<10:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d KiB", n)
}

func printableLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(printable(strings.TrimSuffix(line, "\n"), tailLine))
		b.WriteByte('\n')
	}
	return b.String()
}

// lastExit is what the system said of the mail server's last end.
type lastExit struct{ text atomic.Pointer[string] }

// note takes a process that has ended.
func (l *lastExit) note(p *os.ProcessState) {
	var b strings.Builder
	fmt.Fprintf(&b, "last end: %s, processor time %v", p, (p.UserTime() + p.SystemTime()).Round(time.Millisecond))
	if use, ok := p.SysUsage().(*syscall.Rusage); ok {
		fmt.Fprintf(&b, ", at most %s resident, %d pages from disk", kib(uint64(max(use.Maxrss, 0))), use.Majflt) // #nosec G115 -- not negative
	}
	b.WriteByte('\n')
	if st, ok := p.Sys().(syscall.WaitStatus); ok && st.CoreDump() {
		fmt.Fprintf(&b, "core dumped to %s", read("/proc/sys/kernel/core_pattern"))
	}
	text := b.String()
	l.text.Store(&text)
}

func (l *lastExit) said() string {
	if text := l.text.Load(); text != nil {
		return *text
	}
	return ""
}
