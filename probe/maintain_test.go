package probe

import (
	"slices"
	"testing"
)

func (s *story) maintain(at float64, components ...string) {
	s.take(s.tracker.Maintain(day.Add(seconds(at)), components))
}

func TestMaintenance(t *testing.T) {
	tests := []struct {
		name    string
		tell    func(*story)
		state   State // of pop3 in the end
		want    string
		outages int
	}{
		{"nothing opens in it", func(s *story) {
			s.maintain(20, "pop3")
			s.fall(30, "pop3")
			s.exit(died(50), at(50))
			s.fall(60, "pop3")
		}, Maintenance, "up 0.001, maintenance 20", 1}, // that of imap, by the exit
		{"it ends, and all is well", func(s *story) {
			s.maintain(20, "pop3")
			s.fall(30, "pop3")
			s.run(at(60), "", "pop3")
			s.maintain(100)
			s.run(at(100.1), "", "pop3")
		}, Up, "up 0.001, maintenance 20, up 100", 0},
		{"what is broken after it is confirmed, and began no earlier", func(s *story) {
			s.maintain(20, "pop3")
			s.fall(30, "pop3")
			s.run(at(90), refused, "pop3")
			s.maintain(100)
			s.fall(100.1, "pop3")
		}, Down, "up 0.001, maintenance 20, up 100, down 100.05", 1},
		{"a failure that is suspected when it begins is part of it", func(s *story) {
			s.run(at(30), refused, "pop3")
			s.maintain(31, "pop3")
			s.run(at(32.1), refused, "pop3")
			s.run(at(37.2), refused, "pop3")
		}, Maintenance, "up 0.001, maintenance 31", 0},
		{"an outage that is open stays", func(s *story) {
			s.fall(30, "pop3")
			s.maintain(50, "pop3")
			s.run(at(60), refused, "pop3")
		}, Down, "up 0.001, down 15.0005", 1},
		{"and ends as any other, and then it is maintenance", func(s *story) {
			s.fall(30, "pop3")
			s.maintain(50, "pop3")
			s.rise(100, "pop3")
			s.fall(200, "pop3")
		}, Maintenance, "up 0.001, down 15.0005, maintenance 100.001", 1},
		{"it begins while the recovery is being confirmed", func(s *story) {
			s.fall(30, "pop3")
			s.run(at(100), "", "pop3")
			s.maintain(110, "pop3")
			s.run(at(115), "", "pop3")
			s.run(at(131), "", "pop3")
		}, Maintenance, "up 0.001, down 15.0005, up 100.001, maintenance 110", 1},
		{"a gap in it is maintenance too", func(s *story) {
			s.maintain(20, "pop3")
			s.tick(at(1000))
		}, Maintenance, "up 0.001, maintenance 20", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := begin(t)
			tt.tell(s)
			if f := s.component("pop3"); f.State != tt.state {
				t.Errorf("pop3 is %s, want %s", f.State, tt.state)
			}
			if got := s.tilesOf("pop3"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if len(s.outages) != tt.outages {
				t.Errorf("%d outages, want %d: %+v", len(s.outages), tt.outages, s.outages)
			}
		})
	}
}

func TestMaintenanceHidesNothingElse(t *testing.T) {
	s := begin(t)
	s.maintain(20, "pop3")
	s.fall(30, onElephant...)
	if len(s.outages) != 1 || len(s.outages[0].Affected) != 2 || s.outages[0].affected("pop3") != nil {
		t.Errorf("got %+v", s.outages)
	}
}

func TestEndOfMaintenanceIsAskedAtOnce(t *testing.T) {
	s := begin(t)
	s.maintain(20, "imap", "pop3")
	s.maintain(50, "pop3")
	if !slices.Equal(s.kicked, []string{"imap", "imaps"}) {
		t.Errorf("kicked %q", s.kicked)
	}
	s.maintain(60, "pop3")
	if len(s.kicked) != 0 {
		t.Errorf("nothing changed, and it kicked %q", s.kicked)
	}
}

// Maintenance that was over when the program came back is over.
func TestMaintenanceOverARestart(t *testing.T) {
	for _, still := range []bool{true, false} {
		before := begin(t)
		before.maintain(10, "pop3")
		before.tick(at(20))
		s := &story{t: t, tracker: elephant(), segments: before.segments}
		s.tracker.Restore(before.tracker.States(), nil)
		s.take(s.tracker.Retire(at(100)))
		want, state := "up 0.001, maintenance 10", Maintenance
		if still {
			s.maintain(100, "pop3")
		} else {
			s.maintain(100)
			want, state = "up 0.001, maintenance 10, unmonitored 100", Up
		}
		if got := s.tilesOf("pop3"); got != want {
			t.Errorf("still %v: got  %s\nwant %s", still, got, want)
		}
		if f := s.component("pop3"); f.State != state {
			t.Errorf("still %v: %+v", still, f)
		}
	}
}
