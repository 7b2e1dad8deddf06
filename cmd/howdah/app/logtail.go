package app

import (
	"bufio"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	tailLine = 500                    // bytes kept of a line
	tailWait = 200 * time.Millisecond // for the last lines after an exit
)

// logTail passes a child's log on, line by line, and keeps its end as
// evidence.
type logTail struct {
	mu   sync.Mutex
	kept []string
	done chan struct{}
}

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
	if len(t.kept) == tailLines {
		t.kept = append(t.kept[:0], t.kept[1:]...)
	}
	t.kept = append(t.kept, printable(line, tailLine))
}

// lines are the last ones. Called after the child's end it waits a moment for
// those on their way.
func (t *logTail) lines() []string {
	select {
	case <-t.done:
	case <-time.After(tailWait):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.kept...)
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
