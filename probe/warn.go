package probe

import (
	"fmt"
	"slices"
	"time"
)

// warn is what to tell staff of r; empty when they have been told already.
func (m *machine) warn(c Check, r Result, what string) string {
	if r.Reason == m.warned || r.Reason.Cause() == "canceled" {
		return ""
	}
	m.warned = r.Reason
	text := fmt.Sprintf("check %q (%s) %s: %s", c.Key, c.Target, what, r.Reason)
	if r.Detail != "" {
		text += ": " + r.Detail
	}
	return text
}

// doubt tells staff once that our own failures are not held against others, and
// once that it is over.
func (t *Tracker) doubt(w *turn, r Result) {
	switch {
	case r.Reason.ours() && t.doubted == "":
		t.doubted = r.Reason
		w.warn(Warning{Reason: r.Reason, Text: fmt.Sprintf("failures are not believed, because our own check failed too: %s: %s", r.Reason, r.Detail)})
	case t.doubted != "" && !r.Reason.ours() && r.Verdict != Inconclusive:
		w.warn(Warning{Text: fmt.Sprintf("our own check, which had failed (%s), passes again", t.doubted)})
		t.doubted = ""
	}
}

// When ends of a process make a crash loop.
const (
	loopExits  = 3
	loopWithin = time.Hour
)

// crashLoop tells staff when processes of a host end over and over, once until
// that has stopped.
func (t *Tracker) crashLoop(w *turn, e Exit) {
	if e.Source != SourceExit {
		return
	}
	t.restoreExit(e)
	l := t.exits[e.Host]
	for len(l.exits) > 0 && w.now.Sub(l.exits[0]) > loopWithin {
		l.exits = l.exits[1:]
	}
	if len(l.exits) < loopExits {
		l.told = false
		return
	}
	if !l.told {
		l.told = true
		w.warn(Warning{Reason: "process.loop", Text: fmt.Sprintf("processes on %q have ended %d times within an hour, the last one with %s", e.Host, len(l.exits), e.how())})
	}
}

func (t *Tracker) restoreExit(e Exit) {
	if e.Source != SourceExit {
		return
	}
	if t.exits[e.Host] == nil {
		t.exits[e.Host] = &loop{}
	}
	l := t.exits[e.Host]
	l.exits = append(l.exits, e.At)
	slices.SortFunc(l.exits, time.Time.Compare)
}

// loop is the ends of processes of a host, oldest first.
type loop struct {
	exits []time.Time
	told  bool
}
