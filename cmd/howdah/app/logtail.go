package app

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	tailLine  = 500                    // bytes kept of a line
	tailBytes = 6 << 10                // kept of the last lines
	dumpBytes = 14 << 10               // kept of a dump of goroutines, from its begin
	tailWait  = 200 * time.Millisecond // for the last lines after an exit
)

// logTail passes a child's log on, line by line, and keeps as evidence its end
// and, when the child died of a panic, the begin of what it said of that.
type logTail struct {
	mu   sync.Mutex
	n    int // lines so far
	kept piece
	dump *piece // nil while there is none
	done chan struct{}
}

// piece is some lines in a row.
type piece struct {
	first int // the number of the first
	lines []string
	size  int
}

func (p *piece) add(line string) { p.lines, p.size = append(p.lines, line), p.size+len(line)+1 }

// drop leaves out the oldest line.
func (p *piece) drop() {
	p.size -= len(p.lines[0]) + 1
	p.lines, p.first = p.lines[1:], p.first+1
}

// end is the number of the line after the last.
func (p *piece) end() int { return p.first + len(p.lines) }

func newLogTail(r io.ReadCloser, to io.Writer) *logTail {
	t := &logTail{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		defer r.Close()
		sc := bufio.NewReaderSize(r, 64<<10)
		for {
			line, _, err := sc.ReadLine() // a line beyond the buffer comes in parts
			if len(line) > 0 {
				t.keep(string(line))
				to.Write(append(line[:len(line):len(line)], '\n'))
			}
			if err != nil {
				return
			}
		}
	}()
	return t
}

func (t *logTail) keep(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line = printable(line, tailLine)
	t.kept.add(line)
	for len(t.kept.lines) > tailLines || t.kept.size > tailBytes {
		t.kept.drop()
	}
	// A panic within a panic is told in the lines after the first.
	if dying(line) && (t.dump == nil || t.n > t.dump.first+panicLines) {
		t.dump = &piece{first: t.n}
	}
	if t.dump != nil && t.dump.end() == t.n && t.dump.size+len(line) < dumpBytes {
		t.dump.add(line)
	}
	t.n++
}

const panicLines = 16

// dying reports whether the Go runtime ends a process with the line.
func dying(line string) bool {
	for _, start := range []string{"panic: ", "fatal error: ", "SIGQUIT: ", "SIGABRT: ", "SIGSEGV: ", "unexpected fault address "} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}

// lines are the last ones, and those of a dump. Called after the child's end
// it waits a moment for those on their way.
func (t *logTail) lines() []string {
	select {
	case <-t.done:
	case <-time.After(tailWait):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dump == nil {
		return append([]string(nil), t.kept.lines...)
	}
	var all []string
	if before := t.dump.first - t.kept.first; before > 0 {
		all = append(all, t.kept.lines[:before]...)
	}
	all = append(all, t.dump.lines...)
	if left := t.kept.first - t.dump.end(); left > 0 {
		all = append(all, fmt.Sprintf("(%d lines are left out)", left))
	}
	if after := t.dump.end() - t.kept.first; after < len(t.kept.lines) {
		all = append(all, t.kept.lines[max(after, 0):]...)
	}
	return all
}

// printable is s cut to n bytes, with all that is no printable character
// replaced.
func printable(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if r < ' ' || r == 0x7f || r == '\uFFFD' || (r >= 0x80 && r < 0xa0) {
			return '?'
		}
		return r
	}, s)
}
