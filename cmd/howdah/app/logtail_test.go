package app

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// tailOf is what is kept of a process that printed the text.
func tailOf(text string) []string {
	return newLogTail(io.NopCloser(strings.NewReader(text)), io.Discard).lines()
}

func numbered(n int, line string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s %d\n", line, i)
	}
	return b.String()
}

func TestLastLinesAreKept(t *testing.T) {
	got := tailOf(numbered(200, "line"))
	if len(got) != tailLines || got[len(got)-1] != "line 199" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	long := tailOf(numbered(200, strings.Repeat("x", 400)))
	if size := len(strings.Join(long, "\n")); size > tailBytes || size < tailBytes-1000 {
		t.Errorf("%d bytes of long lines", size)
	}
}

// Of a panic its begin is kept, which says why, with what was logged before
// it; of thousands of goroutines the last ones.
func TestBeginOfADumpIsKept(t *testing.T) {
	short := "before\npanic: boom\n panic: again\ngoroutine 7 [running]:\nmain.main()\n"
	if got := tailOf(short); !slices.Equal(got, strings.Split(strings.TrimSuffix(short, "\n"), "\n")) {
		t.Errorf("of a short one: %q", got)
	}
	got := tailOf(numbered(100, "before") + "fatal error: all is lost\n" + numbered(5_000, "goroutine") + "exit status 2\n")
	at := slices.Index(got, "fatal error: all is lost")
	if at != -1 && at+1 < len(got) && got[at+1] != "goroutine 0" {
		t.Errorf("after its first line: %q", got[at+1])
	}
	gap := slices.IndexFunc(got, func(line string) bool { return strings.HasSuffix(line, "lines are left out)") })
	if at == -1 || gap < at || got[len(got)-1] != "exit status 2" {
		t.Errorf("first line at %d, gap at %d, last line %q", at, gap, got[len(got)-1])
	}
	if size := len(strings.Join(got, "\n")); size > dumpBytes+tailBytes+100 {
		t.Errorf("%d bytes kept", size)
	}
}
