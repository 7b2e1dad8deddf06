package probe

import (
	"fmt"
	"testing"
	"time"
)

// What ended an outage is told only where it is known.
func TestHowAnOutageEnded(t *testing.T) {
	hang := func(s *story) { s.fall(10, "imap", "imaps", "pop3") }
	dead := func(s *story) { s.exit(died(10), at(10)) }
	for name, c := range map[string]struct {
		begins func(*story)
		ready  float64 // when the process is up again; 0 for never
		up     float64
		want   bool
	}{
		"restarted":                          {dead, 15, 16, true},
		"not yet working for long after it":  {dead, 15, 15 + restartTells.Seconds() + 1, false},
		"nobody started it":                  {dead, 0, 60, false},
		"it hung and came back":              {hang, 0, 60, false},
		"it was started before and hung now": {hang, 5, 60, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			if c.ready > 0 && c.ready < 10 {
				s.take(s.tracker.Ready(at(c.ready)))
			}
			c.begins(s)
			if c.ready > 10 {
				s.take(s.tracker.Ready(at(c.ready)))
			}
			s.rise(c.up, "imap", "imaps", "pop3")
			if o := s.outages[0]; o.Open() || o.Restarted != c.want {
				t.Errorf("open %v, restarted %v, want %v", o.Open(), o.Restarted, c.want)
			}
		})
	}
}

// An end that comes after the restart undoes it.
func TestRestartThatDidNotLast(t *testing.T) {
	s := begin(t)
	s.exit(died(10), at(10))
	s.take(s.tracker.Ready(at(15)))
	s.exit(died(20), at(20))
	s.rise(40, "imap", "imaps", "pop3")
	if o := s.outages[0]; o.Open() || o.Restarted {
		t.Errorf("got %+v", o)
	}
}

// A crash loop is told as one, and does not fill the memory with its logs.
func TestCrashLoopWithinAnOutage(t *testing.T) {
	s := begin(t)
	for i := range 20 {
		e := died(float64(10 + 20*i))
		e.LogTail = []string{fmt.Sprintf("end %d", i)}
		s.exit(e, e.At)
		if o := s.outages[0]; o.Looping() != (i >= 2) {
			t.Errorf("after %d ends: looping %v", i+1, o.Looping())
		}
	}
	o := s.outages[0]
	if len(s.outages) != 1 || len(o.Exits) != 20 {
		t.Fatalf("%d outages, %d ends", len(s.outages), len(o.Exits))
	}
	for i, e := range o.Exits {
		if kept := i == 0 || i == 19; (len(e.LogTail) > 0) != kept {
			t.Errorf("log of end %d: %q", i, e.LogTail)
		}
	}
}

func TestSlowEndsAreNoLoop(t *testing.T) {
	var o Outage
	for i := range 10 {
		o.addExit(Exit{At: at(0).Add(time.Duration(i) * 31 * time.Minute), Source: SourceExit})
	}
	o.addExit(Exit{At: at(0), Source: SourceUnclean})
	if o.Looping() {
		t.Error("two ends in an hour are told as a crash loop")
	}
}
