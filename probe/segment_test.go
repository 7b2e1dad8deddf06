package probe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// tilesOf is what a store would have of the component, in words.
func (s *story) tilesOf(component string) string {
	var tiles []Segment
	for _, n := range s.segments {
		if n.Component == component {
			tiles = slices.DeleteFunc(tiles, func(old Segment) bool { return !old.From.Before(n.From) })
			tiles = append(tiles, n)
		}
	}
	var words []string
	for i, n := range tiles {
		if i > 0 && tiles[i-1].State == n.State {
			continue // it goes on
		}
		words = append(words, fmt.Sprintf("%s %g", n.State, n.From.Sub(day).Seconds()))
	}
	return strings.Join(words, ", ")
}

func (s *story) tick(at time.Time) { s.take(s.tracker.Tick(at)) }

func TestSegments(t *testing.T) {
	tests := []struct {
		name string
		tell func(*story)
		want string // of pop3
	}{
		{"it works", func(s *story) { s.run(at(30), "", "pop3") }, "up 0.001"},
		{"an outage begins before it is known, and ends before that is known", func(s *story) {
			s.fall(30, "pop3")
			s.rise(100, "pop3")
		}, "up 0.001, down 15.0005, up 100.001"},
		{"a blip is no downtime", func(s *story) {
			s.run(at(30), refused, "pop3")
			s.run(at(33), "", "pop3")
		}, "up 0.001"},
		{"nobody asks any more", func(s *story) {
			s.tick(at(61))
			s.run(at(500), "", "pop3")
		}, "up 0.001, unmonitored 60.001, up 500.001"},
		{"nobody asks any more, and nothing ticks", func(s *story) { s.run(at(500), "", "pop3") },
			"up 0.001, unmonitored 60.001, up 500.001"},
		{"what can't be asked is not monitored after two intervals", func(s *story) {
			for _, seconds := range []float64{30, 60, 90, 120} {
				s.run(at(seconds), "anchor.timeout", "pop3")
				s.tick(at(seconds + 1))
			}
		}, "up 0.001, unmonitored 60.001"},
		{"a refused password is not monitored either", func(s *story) {
			s.run(at(30), "auth.no", "pop3")
			s.run(at(60), "auth.no", "pop3")
			s.tick(at(70))
		}, "up 0.001, unmonitored 60.001"},
		{"a failure after a gap is nothing until it is confirmed", func(s *story) {
			s.run(at(500), refused, "pop3")
		}, "up 0.001, unmonitored 60.001"},
		{"and then began when it was first seen", func(s *story) { s.fall(500, "pop3") },
			"up 0.001, unmonitored 60.001, down 500"},
		{"an open outage goes on when nobody can ask", func(s *story) {
			s.fall(30, "pop3")
			s.tick(at(1000))
		}, "up 0.001, down 15.0005"},
		{"an exit", func(s *story) {
			s.exit(died(10), at(10))
			s.rise(20, "pop3")
		}, "up 0.001, down 10, up 20.001"},
		{"it ends", func(s *story) { s.take(s.tracker.Stop(at(20))) }, "up 0.001, unmonitored 20"},
		{"it ends within an outage", func(s *story) {
			s.fall(30, "pop3")
			s.take(s.tracker.Stop(at(50)))
		}, "up 0.001, down 15.0005"},
		{"the machine sleeps", func(s *story) {
			s.take(s.tracker.Interrupted(at(3600), at(20), "suspend"))
			s.run(at(3600.5), "", "pop3")
		}, "up 0.001, unmonitored 20, up 3600.501"},
		{"the clock is set forward by an hour", func(s *story) {
			s.take(s.tracker.Stepped(at(3620), time.Hour))
			s.run(at(3621), "", "pop3")
		}, "up 0.001, unmonitored 20, up 3621.001"},
		{"the clock is set back", func(s *story) {
			s.run(at(3600), "", "pop3")
			s.fall(3610, "pop3")
			s.take(s.tracker.Stepped(at(25), -time.Hour))
			s.rise(60, "pop3")
		}, "up 0.001, down 25, up 60.001"},
		{"its check is taken out", func(s *story) {
			s.take(s.tracker.Update(at(40), []Component{{Key: "imap"}}, nil, DefaultSettings()))
		}, "up 0.001, unmonitored 40"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			tt.tell(s)
			if got := s.tilesOf("pop3"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestPartOfTheChecksFailsIsDegraded(t *testing.T) {
	s := begin(t)
	s.run(at(20), "", "imaps")
	s.fall(30, "imap")
	s.fall(60, "imaps")
	s.rise(100, "imap", "imaps")
	if got, want := s.tilesOf("imap"), "up 0.001, degraded 15.0005, down 40.0005, up 100.001"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The time in which nobody watched lies between the last moment of the earlier
// run and the first result of the next.
func TestSegmentsOverARestart(t *testing.T) {
	for _, clean := range []bool{true, false} {
		before := begin(t)
		before.tick(at(20))
		if clean {
			before.take(before.tracker.Stop(at(20)))
		}
		s := &story{t: t, tracker: elephant(), segments: before.segments}
		s.tracker.Restore(before.tracker.States(), before.outages)
		s.take(s.tracker.Retire(at(25)))
		s.run(at(26), "", "pop3")
		if got, want := s.tilesOf("pop3"), "up 0.001, unmonitored 20, up 26.001"; got != want {
			t.Errorf("clean %v: got  %s\nwant %s", clean, got, want)
		}
		s.fall(40, "pop3")
		if got, want := s.tilesOf("pop3"), "up 0.001, unmonitored 20, up 26.001, down 33.0005"; got != want {
			t.Errorf("clean %v, then an outage: got  %s\nwant %s", clean, got, want)
		}
	}
}

func TestUncleanStopIsDown(t *testing.T) {
	before := begin(t)
	before.tick(at(20))
	s := &story{t: t, tracker: elephant(), segments: before.segments}
	s.tracker.Restore(before.tracker.States(), nil)
	s.take(s.tracker.Retire(at(700)))
	s.exit(Exit{At: at(15), Source: SourceUnclean, Host: "elephant", Components: []string{"imap", "pop3"}}, at(700))
	s.rise(701, "imap", "imaps", "pop3")
	if got, want := s.tilesOf("pop3"), "up 0.001, down 15, up 701.001"; got != want {
		t.Errorf("pop3: got  %s\nwant %s", got, want)
	}
	if got, want := s.tilesOf("webmail"), "up 0.001, unmonitored 20"; got != want {
		t.Errorf("webmail, of another process: got  %s\nwant %s", got, want)
	}
}
