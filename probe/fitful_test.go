package probe

import (
	"testing"
	"time"
)

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// blip is a failure that is not confirmed.
func (s *story) blip(from float64, checks ...string) {
	s.run(at(from), refused, checks...)
	s.run(at(from+2.1), "", checks...)
}

// works lets the check pass from one moment to another, every 30 s.
func (s *story) works(from, to float64, check string) {
	for ; from < to; from += 30 {
		s.run(at(from), "", check)
		s.tick(at(from + 1))
	}
}

func TestFourthBlipInAnHourIsIntermittent(t *testing.T) {
	s := begin(t)
	for i := range 3 {
		from := float64(600 * (i + 1))
		s.works(from-570, from, "pop3")
		s.blip(from, "pop3")
	}
	if len(s.outages) != 0 {
		t.Fatalf("after three: %+v", s.outages)
	}
	s.works(1830, 2400, "pop3")
	s.blip(2400, "pop3")
	if len(s.outages) != 1 || len(s.blips) != 4 {
		t.Fatalf("after four: %+v", s.outages)
	}
	o := s.outages[0]
	if !o.Intermittent || !o.Open() || o.Domain != "elephant" || !o.Start.Best.Equal(at(600)) || !o.Affected[0].Partial || o.Affected[0].Component != "pop3" || o.Evidence == nil {
		t.Errorf("got %+v", o)
	}
	if f := s.component("pop3"); f.State != Up || !f.Intermittent {
		t.Errorf("pop3 is %+v", f)
	}
	s.works(2430, 2400+3600-60, "pop3")
	if o := s.outages[0]; o.Open() && s.component("pop3").Intermittent != true || len(s.outages) != 1 {
		t.Errorf("within the hour: %+v", s.outages)
	}
	s.works(2400+3600, 2400+3700, "pop3")
	if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(2402.101)) {
		t.Errorf("after it: %+v", o.End)
	}
	if f := s.component("pop3"); f.Intermittent {
		t.Errorf("pop3 is %+v", f)
	}
}

// Too seldom for four in an hour, but five of the last 720 runs.
func TestFiveOfTheLastRunsAreIntermittent(t *testing.T) {
	s := begin(t)
	for i := range 5 {
		from := float64(3000 * (i + 1))
		s.works(from-2970, from, "pop3")
		s.blip(from, "pop3")
		if i < 4 && len(s.outages) != 0 {
			t.Fatalf("after %d: %+v", i+1, s.outages)
		}
	}
	if len(s.outages) != 1 || !s.outages[0].Intermittent || !s.outages[0].Start.Best.Equal(at(3000)) {
		t.Fatalf("after five: %+v", s.outages)
	}
	s.works(15030, 15000+1790, "pop3")
	if !s.outages[0].Open() {
		t.Errorf("within half an hour it has ended: %+v", s.outages[0])
	}
	s.works(15000+1810, 15000+1900, "pop3")
	if s.outages[0].Open() {
		t.Errorf("after half an hour it lasts: %+v", s.outages[0])
	}
}

func TestConfirmedFailuresAreNotIntermittent(t *testing.T) {
	s := begin(t)
	for i := range 4 {
		s.fall(float64(300*(i+1)), "pop3")
		s.rise(float64(300*(i+1)+60), "pop3")
	}
	for _, o := range s.outages {
		if o.Intermittent {
			t.Errorf("got %+v", o)
		}
	}
}

func TestOutageEndsAnIntermittentFailure(t *testing.T) {
	s := begin(t)
	for i := range 4 {
		s.blip(float64(60*(i+1)), "pop3")
	}
	s.fall(300, "pop3")
	fit, o := s.outages[0], s.outages[1]
	if fit.Open() || o.Intermittent || o.Start.Earliest.Before(fit.End.Best) {
		t.Errorf("first %+v, then %+v", fit, o)
	}
	s.rise(400, "pop3")
	if len(s.outages) != 2 {
		t.Errorf("a recovery began another: %+v", s.outages)
	}
	s.blip(500, "pop3")
	if len(s.outages) != 3 || !s.outages[2].Intermittent || !s.outages[2].Start.Best.Equal(at(500)) {
		t.Errorf("and one more blip: %+v", s.outages)
	}
}

func TestIntermittentFailureOverARestart(t *testing.T) {
	before := begin(t)
	for i := range 4 {
		before.blip(float64(60*(i+1)), "pop3")
	}
	s := &story{t: t, tracker: elephant(), outages: before.outages}
	s.tracker.Restore(before.tracker.States(), before.outages)
	s.take(s.tracker.Retire(at(300)))
	s.works(301, 3000, "pop3")
	if len(s.outages) != 1 || !s.outages[0].Open() {
		t.Fatalf("got %+v", s.outages)
	}
	s.works(3000, 4000, "pop3")
	if o := s.outages[0]; o.Open() {
		t.Errorf("an hour on it lasts: %+v", o)
	}
}

func TestCrashLoopIsTold(t *testing.T) {
	s := begin(t)
	loops := func() int {
		n := 0
		for _, w := range s.warnings {
			if w.Reason == "process.loop" {
				n++
			}
		}
		return n
	}
	for i := range 6 {
		s.exit(died(float64(60*(i+1))), at(float64(60*(i+1))))
		if want := min(max(i-1, 0), 1); loops() != want {
			t.Errorf("after %d exits staff were told %d times", i+1, loops())
		}
	}
	s.exit(died(20000), at(20000))
	s.exit(died(20060), at(20060))
	s.exit(died(20120), at(20120))
	if loops() != 2 {
		t.Errorf("in the second loop staff were told %d times in all", loops())
	}
}
