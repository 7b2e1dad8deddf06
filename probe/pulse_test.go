package probe

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// wrong is a machine whose clocks can be set.
type wrong struct {
	mu    sync.Mutex
	step  time.Duration // of the wall clock
	slept time.Duration
}

func (w *wrong) set(step, slept time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step, w.slept = w.step+step, w.slept+slept
}

// The wall clock within a bubble is the monotonic one, so a step of it shows
// as one between two readings of a clock that has no monotonic reading.
func (w *wrong) clock() Clock {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	return Clock{Wall: now.Round(0).Add(w.step + w.slept), Mono: now.Sub(day), Boot: now.Sub(day) + w.slept}
}

func (w *witness) reasons() []Reason {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Reason
	for _, v := range w.warnings {
		list = append(list, v.Reason)
	}
	return list
}

func TestClockStepsAndSleepsAreTold(t *testing.T) {
	tests := []struct {
		name        string
		step, slept time.Duration
		want        []Reason
	}{
		{"a second more", time.Second, 0, nil},
		{"forward", time.Hour, 0, []Reason{"clock.step"}},
		{"back", -time.Hour, 0, []Reason{"clock.step"}},
		{"asleep", 0, 8 * time.Hour, []Reason{"suspend"}},
		{"asleep, and then set", -3 * time.Second, 8 * time.Hour, []Reason{"suspend", "clock.step"}},
		{"a nap", 0, time.Second, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := newRig(), &wrong{}
				r.clock = w.clock
				r.start(t, nil)
				time.Sleep(time.Minute)
				w.set(tt.step, tt.slept)
				before := r.host.runs()
				time.Sleep(1500 * time.Millisecond)
				synctest.Wait()
				if got := r.witness.reasons(); !slices.Equal(got, tt.want) {
					t.Errorf("told %q, want %q", got, tt.want)
				}
				if asked := r.host.runs() - before; slices.Contains(tt.want, "suspend") && asked < 2 {
					t.Errorf("after a sleep %d of 2 checks were asked at once", asked)
				}
				time.Sleep(time.Hour)
				f := r.prober.Schedule()
				if int(f.ClockSteps+f.Suspends) != len(tt.want) || f.Stalls != 0 || len(f.Overdue) != 0 {
					t.Errorf("figures: %+v", f)
				}
				if len(r.witness.outages) != 0 || r.prober.Components()[0].State != Up {
					t.Errorf("it made outages: %+v", r.witness.outages)
				}
				r.stop()
			})
		})
	}
}

// A run that failed while the machine slept says nothing.
func TestRunAcrossASleepIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := newRig(), &wrong{}
		r.clock = w.clock
		r.start(t, nil)
		time.Sleep(time.Minute)
		r.host.set("hung")
		r.prober.Kick("imap", "pop3")
		time.Sleep(5 * time.Second)
		w.set(0, time.Hour)
		r.host.set("")
		time.Sleep(time.Minute)
		synctest.Wait()
		r.stop()
		if len(r.witness.outages) != 0 || len(r.store.blips) != 0 {
			t.Errorf("outages %+v, blips %+v", r.witness.outages, r.store.blips)
		}
		if n := r.prober.Schedule().Doubted["self.suspend"]; n == 0 {
			t.Errorf("nothing was doubted")
		}
	})
}

func TestSystemClock(t *testing.T) {
	a := SystemClock()
	time.Sleep(10 * time.Millisecond)
	b := SystemClock()
	if d := (b.Boot - a.Boot) - (b.Mono - a.Mono); d.Abs() > time.Second || b.Boot-a.Boot < 10*time.Millisecond {
		t.Errorf("the clocks went on by %v and %v", b.Boot-a.Boot, b.Mono-a.Mono)
	}
}
