package probe

import (
	"slices"
	"testing"
	"time"
)

// elephant is the host of the seed: three components on it, one elsewhere.
func elephant() *Tracker {
	components := []Component{{Key: "imap", Host: "elephant"}, {Key: "pop3", Host: "elephant"}, {Key: "webmail", Host: "elephant"}, {Key: "outgoing"}}
	checks := []Check{testCheck("imap", "imap"), testCheck("imaps", "imap"), testCheck("pop3", "pop3"), testCheck("webmail", "webmail"), testCheck("outgoing", "outgoing")}
	return NewTracker(DefaultSettings(), components, checks)
}

// story feeds a tracker and keeps what comes out as a store would.
type story struct {
	t        *testing.T
	tracker  *Tracker
	outages  []Outage // newest values, by ID in order of appearance
	blips    []Blip
	warnings []Warning
	segments []Segment
	kicked   []string
}

func (s *story) take(ch Changes) {
	for _, o := range ch.Outages {
		i := slices.IndexFunc(s.outages, func(k Outage) bool { return k.ID == o.ID })
		if i < 0 {
			s.outages = append(s.outages, o)
			continue
		}
		s.outages[i] = o
	}
	s.blips = append(s.blips, ch.Blips...)
	s.warnings = append(s.warnings, ch.Warnings...)
	s.segments = append(s.segments, ch.Segments...)
	s.kicked = ch.Kick
}

// run gives the checks a run each, all at the same moment.
func (s *story) run(at time.Time, reason Reason, checks ...string) {
	for _, key := range checks {
		r := ran(key, at, reason)
		s.take(s.tracker.Result(r.EndedAt(), r))
	}
}

func (s *story) exit(e Exit, now time.Time) { s.take(s.tracker.Exit(now, e)) }

func (s *story) component(key string) ComponentFact {
	s.t.Helper()
	for _, f := range s.tracker.Components() {
		if f.Component == key {
			return f
		}
	}
	s.t.Fatalf("no component %q", key)
	return ComponentFact{}
}

var onElephant = []string{"imap", "imaps", "pop3", "webmail"}

func begin(t *testing.T) *story {
	s := &story{t: t, tracker: elephant()}
	s.run(at(0), "", append(onElephant, "outgoing")...)
	return s
}

const refused Reason = "connect.refused"

// fall confirms a failure of the checks that begins at at(from).
func (s *story) fall(from float64, checks ...string) {
	for _, after := range []float64{0, 2.1, 7.2} {
		s.run(at(from+after), refused, checks...)
	}
}

// rise confirms a recovery whose first good run is at at(from).
func (s *story) rise(from float64, checks ...string) {
	for _, after := range []float64{0, 15, 30} {
		s.run(at(from+after), "", checks...)
	}
}

func TestHostThatGoesDownIsOneOutage(t *testing.T) {
	s := begin(t)
	s.fall(30, onElephant...)
	if len(s.outages) != 1 || s.outages[0].Domain != "elephant" || len(s.outages[0].Affected) != 3 || !s.outages[0].Open() {
		t.Fatalf("want one open outage of elephant with three components, got %+v", s.outages)
	}
	if f := s.component("imap"); f.State != Down || f.Partial || f.Reason != refused || !f.Since.Equal(at(15.0005)) {
		t.Errorf("imap is %+v", f)
	}
	if f := s.component("outgoing"); f.State != Up {
		t.Errorf("outgoing is %+v", f)
	}
	id := s.outages[0].ID

	s.rise(300, "imap", "imaps", "pop3")
	if o := s.outages[0]; !o.Open() || o.affected("pop3").End == nil || o.affected("webmail").End != nil {
		t.Errorf("with webmail still down: %+v", o)
	}
	s.rise(400, "webmail")
	o := s.outages[0]
	if len(s.outages) != 1 || o.ID != id || o.Open() || !o.End.Best.Equal(at(400.001)) {
		t.Errorf("at the end: %+v", s.outages)
	}
	if got := o.affected("imap").End.Best; !got.Equal(at(300.001)) {
		t.Errorf("imap ended at %v", got)
	}
	if f := s.component("webmail"); f.State != Up || !f.Since.Equal(at(400.001)) || f.Reason != "" {
		t.Errorf("webmail is %+v", f)
	}
	if o.Evidence == nil || o.Evidence.Reason != refused {
		t.Errorf("evidence is %+v", o.Evidence)
	}
}

func TestComponentWithoutHostIsItsOwnDomain(t *testing.T) {
	s := begin(t)
	s.fall(30, "outgoing", "pop3")
	if len(s.outages) != 2 || s.outages[0].Domain != "outgoing" || s.outages[1].Domain != "elephant" || s.outages[0].ID == s.outages[1].ID {
		t.Errorf("got %+v", s.outages)
	}
}

func TestSecondOutageIsAnother(t *testing.T) {
	s := begin(t)
	s.fall(30, "pop3")
	s.rise(100, "pop3")
	s.fall(160, "pop3")
	if len(s.outages) != 2 || s.outages[0].Open() || !s.outages[1].Open() {
		t.Fatalf("got %+v", s.outages)
	}
	if first, second := s.outages[0], s.outages[1]; second.Start.Earliest.Before(first.End.Best) {
		t.Errorf("the second begins at %v, before the end of the first at %v", second.Start.Earliest, first.End.Best)
	}
}

func TestPartial(t *testing.T) {
	s := begin(t)
	s.run(at(20), "", "imaps")
	s.fall(30, "imap")
	if f := s.component("imap"); f.State != Down || !f.Partial || !s.outages[0].Affected[0].Partial {
		t.Errorf("with imaps passing: %+v, %+v", f, s.outages[0])
	}
	s.fall(60, "imaps")
	if f := s.component("imap"); f.Partial || s.outages[0].Affected[0].Partial {
		t.Errorf("with both down: %+v, %+v", f, s.outages[0])
	}
	s.rise(100, "imap")
	if f := s.component("imap"); f.State != Down || s.outages[0].affected("imap").Partial {
		t.Errorf("with imaps still down: %+v", f)
	}
	s.rise(200, "imaps")
	if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(200.001)) || len(o.Affected) != 1 {
		t.Errorf("at the end: %+v", o)
	}
}

// imap passes again later than imaps, but is confirmed earlier: the end is the
// later one, also for whoever was started anew in between.
func TestPartEndsWithTheLastOfItsChecks(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		s := begin(t)
		s.fall(30, "imap", "imaps")
		s.run(at(290), "", "imaps")
		s.rise(300, "imap")
		if restarted {
			states := s.tracker.States()
			s.tracker = elephant()
			s.tracker.Restore(states, s.outages)
		}
		s.run(at(340), "", "imaps")
		s.run(at(355), "", "imaps")
		if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(300.001)) {
			t.Errorf("restarted %v: ends at %+v", restarted, o.End)
		}
	}
}

func TestFirstFailureKicksItsSiblings(t *testing.T) {
	s := begin(t)
	s.run(at(30), refused, "imap")
	if want := []string{"imaps", "pop3", "webmail"}; !slices.Equal(s.kicked, want) {
		t.Errorf("kicked %q, want %q", s.kicked, want)
	}
	s.run(at(30.01), refused, "pop3")
	if len(s.kicked) != 0 {
		t.Errorf("kicked %q again at once", s.kicked)
	}
	s.run(at(30), refused, "outgoing")
	if len(s.kicked) != 0 {
		t.Errorf("outgoing kicked %q", s.kicked)
	}
}

func TestHostThatComesBackIsAskedAtOnce(t *testing.T) {
	s := begin(t)
	s.fall(30, onElephant...)
	s.run(at(100), "", "pop3")
	if want := []string{"imap", "imaps", "webmail"}; !slices.Equal(s.kicked, want) {
		t.Errorf("kicked %q, want %q", s.kicked, want)
	}
}

func died(seconds float64) Exit {
	return Exit{At: at(seconds), Source: SourceExit, Host: "elephant", Components: []string{"imap", "pop3"}, Code: -1, Signal: "killed"}
}

func TestExitNeedsNoConfirmation(t *testing.T) {
	s := begin(t)
	s.exit(died(10), at(10.003))
	if len(s.outages) != 1 || s.outages[0].Start != Exact(at(10), SourceExit) || len(s.outages[0].Affected) != 2 || len(s.outages[0].Exits) != 1 {
		t.Fatalf("got %+v", s.outages)
	}
	if o := s.outages[0]; o.Affected[0].Reason != "process.exit" || o.Evidence != nil {
		t.Errorf("got %+v", o)
	}
	if !slices.Equal(s.kicked, onElephant) {
		t.Errorf("kicked %q, want %q", s.kicked, onElephant)
	}
	if f := s.component("webmail"); f.State != Up {
		t.Errorf("webmail, of another process, is %+v", f)
	}
	s.rise(20, "imap", "imaps", "pop3")
	if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(20.001)) {
		t.Errorf("at the end: %+v", o)
	}
}

func TestExitWhileRecoveringIsTheSameOutage(t *testing.T) {
	s := begin(t)
	s.exit(died(10), at(10))
	s.run(at(20), "", "imap", "imaps", "pop3")
	s.exit(died(25), at(25))
	if f := s.component("imap"); f.State != Down {
		t.Errorf("imap is %+v", f)
	}
	s.rise(40, "imap", "imaps", "pop3")
	if len(s.outages) != 1 || len(s.outages[0].Exits) != 2 || len(s.outages[0].Affected) != 2 || !s.outages[0].End.Best.Equal(at(40.001)) {
		t.Errorf("got %+v", s.outages)
	}
}

func TestExitAfterOnePartHasEndedBeginsItAgain(t *testing.T) {
	s := begin(t)
	s.fall(30, "webmail", "pop3")
	s.rise(60, "pop3")
	s.exit(died(120), at(120))
	o := s.outages[0]
	if len(s.outages) != 1 || len(o.Affected) != 4 || o.Affected[3].Component != "pop3" && o.Affected[2].Component != "pop3" {
		t.Fatalf("got %+v", s.outages)
	}
	if a := o.affected("pop3"); a.End != nil || !a.Start.Best.Equal(at(120)) {
		t.Errorf("pop3 again: %+v", a)
	}
	if !o.Start.Best.Before(at(31)) {
		t.Errorf("the outage now begins at %v", o.Start.Best)
	}
}

func TestExitThatFollowsAHang(t *testing.T) {
	s := begin(t)
	s.run(at(30), "greeting.timeout", "imap")
	s.exit(died(60), at(60))
	imap, pop3 := s.outages[0].affected("imap"), s.outages[0].affected("pop3")
	if imap.Start.Source != SourceMidpoint || !imap.Start.Latest.Equal(at(30)) {
		t.Errorf("imap, which hung before, begins at %+v", imap.Start)
	}
	if pop3.Start != Exact(at(60), SourceExit) {
		t.Errorf("pop3 begins at %+v", pop3.Start)
	}
	if s.outages[0].Start != imap.Start {
		t.Errorf("the outage begins at %+v", s.outages[0].Start)
	}
}

func TestExitBeforeAnythingPassed(t *testing.T) {
	s := &story{t: t, tracker: elephant()}
	s.exit(died(10), at(10))
	if len(s.outages) != 0 || len(s.warnings) != 1 {
		t.Errorf("got %+v and %+v", s.outages, s.warnings)
	}
}

func TestUncleanStop(t *testing.T) {
	before := begin(t)
	s := &story{t: t, tracker: elephant()}
	s.tracker.Restore(before.tracker.States(), nil)
	s.exit(Exit{At: at(100), Source: SourceUnclean, Host: "elephant", Components: []string{"imap", "pop3"}}, at(700))
	want := Moment{at(100), at(100), at(700), SourceUnclean}
	if len(s.outages) != 1 || s.outages[0].Start != want {
		t.Fatalf("got %+v, want it to start at %+v", s.outages, want)
	}
	s.rise(701, "imap", "imaps", "pop3")
	if o := s.outages[0]; o.Open() || !o.End.Best.Equal(at(701.001)) {
		t.Errorf("at the end: %+v", o)
	}
}

func TestReadyAsksWhatIsNotKnownToWork(t *testing.T) {
	s := begin(t)
	s.exit(died(10), at(10))
	s.take(s.tracker.Ready(at(15)))
	if want := []string{"imap", "imaps", "pop3"}; !slices.Equal(s.kicked, want) {
		t.Errorf("kicked %q, want %q", s.kicked, want)
	}
}

func TestFactsGrowStale(t *testing.T) {
	s := begin(t)
	if f := s.component("imap"); !f.CheckedAt.Equal(at(0.001)) || !f.StaleAt.Equal(at(90.001)) || !f.LastGood.Equal(at(0.001)) {
		t.Errorf("got %+v", f)
	}
	s.run(at(30), "probe.panic", "imap", "imaps")
	if f := s.component("imap"); !f.StaleAt.Equal(at(90.001)) || f.State != Up {
		t.Errorf("after runs that say nothing: %+v", f)
	}
}

func TestConfirmingRunsAreShorter(t *testing.T) {
	s := begin(t)
	if got := s.tracker.Timeout("imap"); got != 15*time.Second {
		t.Errorf("up: %v", got)
	}
	s.run(at(30), refused, "imap")
	if got := s.tracker.Timeout("imap"); got != 5*time.Second {
		t.Errorf("suspect: %v", got)
	}
	program := testCheck("imap", "imap")
	program.Target = Target{Scheme: schemeExec, Path: "/bin/true"}
	s.take(s.tracker.Update(at(60), []Component{{Key: "imap", Host: "elephant"}}, []Check{program}, DefaultSettings()))
	s.run(at(61), "", "imap")
	s.run(at(91), "exec.critical", "imap")
	if got := s.tracker.Timeout("imap"); got != 15*time.Second {
		t.Errorf("a suspect program: %v", got)
	}
}

func TestUpdateEndsWhatNobodyWatches(t *testing.T) {
	s := begin(t)
	s.fall(30, "pop3", "webmail")
	checks := []Check{testCheck("imap", "imap"), testCheck("webmail", "webmail")}
	s.take(s.tracker.Update(at(60), []Component{{Key: "imap", Host: "elephant"}, {Key: "webmail", Host: "elephant"}}, checks, DefaultSettings()))
	o := s.outages[0]
	if a := o.affected("pop3"); a.End == nil || a.End.Source != SourceUnwatched || !a.End.Best.Equal(at(60)) {
		t.Errorf("pop3, which is gone: %+v", a)
	}
	if a := o.affected("webmail"); a.End != nil || !o.Open() || s.component("webmail").State != Down {
		t.Errorf("webmail, which stays: %+v", a)
	}
	if f := s.component("imap"); f.State != Up {
		t.Errorf("imap, which stays: %+v", f)
	}
}

// After a crash between two saves the outages and the states may contradict
// each other.
func TestRestoreReconciles(t *testing.T) {
	s := begin(t)
	s.fall(30, "pop3")
	states, outage := s.tracker.States(), s.outages[0]
	early := begin(t).tracker.States()

	t.Run("the state is older than the outage", func(t *testing.T) {
		r := &story{t: t, tracker: elephant()}
		r.tracker.Restore(early, []Outage{outage})
		if f := r.component("pop3"); f.State != Down {
			t.Fatalf("pop3 is %+v", f)
		}
		r.rise(100, "pop3")
		if len(r.outages) != 1 || r.outages[0].ID != outage.ID || r.outages[0].Open() {
			t.Errorf("got %+v", r.outages)
		}
	})
	t.Run("the outage was never saved", func(t *testing.T) {
		r := &story{t: t, tracker: elephant()}
		r.tracker.Restore(states, nil)
		if f := r.component("pop3"); f.State != Suspect {
			t.Fatalf("pop3 is %+v", f)
		}
		r.fall(100, "pop3")
		if len(r.outages) != 1 {
			t.Errorf("got %+v", r.outages)
		}
	})
	t.Run("the outage has ended", func(t *testing.T) {
		ended := outage.Clone()
		end := Exact(at(70), SourceFirstGood)
		ended.End, ended.Affected[0].End = &end, &end
		r := &story{t: t, tracker: elephant()}
		r.tracker.Restore(states, []Outage{ended})
		if f := r.component("pop3"); f.State != Up {
			t.Errorf("pop3 is %+v", f)
		}
	})
	t.Run("its component is gone", func(t *testing.T) {
		r := &story{t: t, tracker: NewTracker(DefaultSettings(), []Component{{Key: "imap", Host: "elephant"}}, []Check{testCheck("imap", "imap")})}
		r.tracker.Restore(states, []Outage{outage})
		r.take(r.tracker.Retire(at(90)))
		if len(r.outages) != 1 || r.outages[0].Open() {
			t.Errorf("got %+v", r.outages)
		}
	})
}

func TestEndIsNoEarlierThanTheNewProcess(t *testing.T) {
	s := begin(t)
	s.exit(died(10), at(10))
	s.run(at(10.5), "connect.refused", "imap", "imaps", "pop3")
	s.take(s.tracker.Ready(at(15)))
	s.rise(15.2, "imap", "imaps", "pop3")
	o := s.outages[len(s.outages)-1]
	if o.Open() || !o.End.Earliest.Equal(at(15)) || o.End.Best.Before(at(15)) {
		t.Errorf("the end is %+v, the process began at %v", o.End, at(15))
	}
}
