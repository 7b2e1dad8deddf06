package probe

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// A line may be as long as the bound, whatever the reader has room for, and not
// longer.
func TestLineBounds(t *testing.T) {
	for _, n := range []int{0, 1, usualLine - 1, usualLine, usualLine + 1, 2*usualLine - 1, 2 * usualLine, maxLine - 2, maxLine - 1, maxLine, maxLine + 1, 3 * maxLine} {
		text := strings.Repeat("x", n)
		r := newLineReader(strings.NewReader(text+"\nnext\r\nrest"), maxRead)
		line, err := r.line()
		if n >= maxLine {
			if f := (*fault)(nil); !errors.As(err, &f) || f.cause != "toolong" {
				t.Errorf("%d bytes: %v", n, err)
			}
			continue
		}
		if err != nil || line != text {
			t.Errorf("%d bytes: got %d, %v", n, len(line), err)
		}
		if line, err := r.line(); line != "next" || err != nil {
			t.Errorf("after %d bytes: %q, %v", n, line, err)
		}
		if _, err := r.line(); !errors.Is(err, io.EOF) {
			t.Errorf("after %d bytes and a line: %v", n, err)
		}
		if used := maxRead - r.left; used != n+1+len("next\r\n") {
			t.Errorf("%d bytes: %d were counted", n, used)
		}
	}
	r := newLineReader(strings.NewReader(strings.Repeat("x", 1000)+"\n"), 900)
	if _, err := r.line(); err == nil {
		t.Error("a line above what is left of the run is taken")
	}
}
