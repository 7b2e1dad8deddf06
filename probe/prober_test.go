package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The seed's three days, at the speed of a test, with a restart in every
// outage's middle and between them.
func TestThreeDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(17 * time.Hour)
		restart := func() { r.stop(); r.start(t, nil); synctest.Wait() }
		type span struct{ down, up time.Time }
		var want []span
		for i, part := range []struct{ down, up time.Duration }{
			{78 * time.Minute, 223 * time.Minute}, {22 * time.Minute, 11*time.Hour + 49*time.Minute},
			{23 * time.Minute, 16*time.Hour + 7*time.Minute}, {349 * time.Minute, 8 * time.Hour},
		} {
			r.host.set([]string{"refused", "hung"}[i%2])
			down := time.Now()
			time.Sleep(part.down / 2)
			restart()
			time.Sleep(part.down / 2)
			r.host.set("")
			want = append(want, span{down, time.Now()})
			time.Sleep(part.up / 2)
			restart()
			time.Sleep(part.up / 2)
		}
		r.stop()
		if len(r.store.order) != len(want) {
			t.Fatalf("%d outages, want %d: %+v", len(r.store.order), len(want), r.store.outages)
		}
		for i, id := range r.store.order {
			o := r.store.outages[id]
			if o.Open() || len(o.Affected) != 2 {
				t.Fatalf("outage %d: %+v", i, o)
			}
			start, end := o.Start.Best.Sub(want[i].down), o.End.Best.Sub(want[i].up)
			if start.Abs() > 16*time.Second || end.Abs() > 16*time.Second {
				t.Errorf("outage %d starts %v and ends %v beside the truth", i, start, end)
			}
			if want[i].down.Before(o.Start.Earliest) || want[i].down.After(o.Start.Latest) || want[i].up.Before(o.End.Earliest) || want[i].up.After(o.End.Latest) {
				t.Errorf("outage %d: the truth %+v is not within %+v and %+v", i, want[i], o.Start, o.End)
			}
		}
		if len(r.store.blips) != 0 || len(r.witness.warnings) != 0 {
			t.Errorf("blips %+v, warnings %+v", r.store.blips, r.witness.warnings)
		}
		// 67 hours, two checks, every 30 s: neither idle nor in a hurry.
		if n := r.host.total; n < 14_000 || n > 22_000 {
			t.Errorf("%d runs", n)
		}
	})
}

func TestOutageIsFoundInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(10 * time.Minute)
		for range 20 {
			r.host.set("refused")
			down := time.Now()
			time.Sleep(38 * time.Second)
			synctest.Wait()
			if _, told, ok := r.witness.told(); !ok || told.Before(down) {
				t.Fatalf("not told of the outage of %v within 38 s", down)
			}
			r.host.set("")
			up := time.Now()
			time.Sleep(3 * time.Minute)
			if last, told, _ := r.witness.told(); last.Open() || told.Sub(up) > 47*time.Second {
				t.Fatalf("told of the end after %v: %+v", told.Sub(up), last)
			}
			time.Sleep(7 * time.Second)
		}
		r.stop()
	})
}

func TestOneCheckNeverOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.host.delay = 4 * time.Second
		r.start(t, nil)
		time.Sleep(2 * time.Second)
		before := r.host.runs()
		for range 5 {
			r.prober.Kick("imap", "pop3", "nobody")
		}
		time.Sleep(time.Second)
		if r.host.runs() != before {
			t.Errorf("a kick began a run beside the one that was running")
		}
		time.Sleep(3 * time.Second)
		if got := r.host.runs() - before; got != 2 {
			t.Errorf("five kicks during a run made %d runs more, want one a check", got)
		}
		time.Sleep(10 * time.Minute)
		r.stop()
		if r.host.most > 2 {
			t.Errorf("%d runs of 2 checks at once", r.host.most)
		}
	})
}

func TestExitIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(time.Minute)
		r.host.set("refused")
		died := time.Now()
		exit := Exit{At: died, Source: SourceExit, Host: "elephant", Components: []string{"imap", "pop3"}, Signal: "killed", Code: -1}
		r.prober.Exit(exit)
		synctest.Wait()
		if o, _, ok := r.witness.told(); !ok || o.Start != Exact(died.UTC(), SourceExit) {
			t.Fatalf("at once: %+v", o)
		}
		if facts := r.prober.Components(); facts[0].State != Down || facts[1].State != Down {
			t.Errorf("components: %+v", facts)
		}
		time.Sleep(5 * time.Second)
		r.host.set("")
		r.prober.Ready()
		synctest.Wait()
		if facts := r.prober.Components(); facts[0].State != Recovering || facts[1].State != Recovering {
			t.Errorf("when it is back: %+v", facts)
		}
		time.Sleep(time.Minute)
		r.stop()
		o := r.store.outages[r.store.order[0]]
		if len(r.store.order) != 1 || o.Open() || o.End.Best.Sub(died) != 5*time.Second {
			t.Errorf("in the end: %+v", o)
		}
	})
}

// The seed's own case: page and server were on the machine that crashed.
func TestUncleanStopIsToldAfterTheRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(time.Minute)
		heartbeat := time.Now()
		r.stop()
		time.Sleep(10 * time.Minute)
		r.start(t, func(p *Prober) {
			p.Exit(Exit{At: heartbeat, Source: SourceUnclean, Host: "elephant", Components: []string{"imap", "pop3"}})
		})
		time.Sleep(time.Minute)
		r.stop()
		if len(r.store.order) != 1 {
			t.Fatalf("outages: %+v", r.store.outages)
		}
		o := r.store.outages[r.store.order[0]]
		if o.Start.Source != SourceUnclean || o.Start.Best.Sub(heartbeat) != 0 || o.Open() || o.End.Best.Sub(heartbeat) > 10*time.Minute+2*time.Second {
			t.Errorf("got %+v, ended %+v", o, o.End)
		}
	})
}

func TestStoreThatFails(t *testing.T) {
	for _, broken := range []string{"refuses", "hangs"} {
		t.Run(broken, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				r.start(t, nil)
				time.Sleep(time.Minute)
				r.store.set(broken)
				r.host.set("refused")
				down := time.Now()
				time.Sleep(5 * time.Minute)
				if o, told, ok := r.witness.told(); !ok || told.Sub(down) > 38*time.Second+time.Second {
					t.Fatalf("the observer was told at %v of what began at %v: %+v", told, down, o)
				}
				if n := r.host.runs(); n < 30 {
					t.Errorf("only %d runs: they wait for the store", n)
				}
				if n := r.store.kept(); n != 0 {
					t.Fatal("the store was not broken")
				}
				if since := r.prober.UnsavedSince(); since.Before(down) || since.Sub(down) > 2*time.Minute {
					t.Errorf("unsaved since %v, broken since %v", since, down)
				}
				r.store.set("")
				time.Sleep(35 * time.Second)
				if since := r.prober.UnsavedSince(); !since.IsZero() {
					t.Errorf("still unsaved since %v", since)
				}
				if n := r.store.kept(); n != 1 {
					t.Errorf("%d outages made up for, want 1", n)
				}
				r.stop()
				if r.store.states["imap"].State != Down || len(r.store.runs) < 30 {
					t.Errorf("not made up for: %d runs, %+v", len(r.store.runs), r.store.states)
				}
			})
		})
	}
}

func TestSlowObserverHoldsUpNoRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.witness.delay = 20 * time.Minute
		r.start(t, nil)
		time.Sleep(time.Hour)
		if n := r.host.runs(); n < 230 {
			t.Errorf("only %d runs in an hour", n)
		}
		r.stop()
	})
}

func TestFirstPassOutlivesACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		r.store.mu.Lock()
		if s := r.store.states["imap"]; !s.EverOK || s.State != Up {
			t.Errorf("two seconds after the start the store has %+v", s)
		}
		r.store.mu.Unlock()
		r.stop()
	})
}

func TestNeverPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.host.set("refused")
		r.start(t, nil)
		time.Sleep(time.Hour)
		r.stop()
		if len(r.store.order) != 0 || len(r.witness.warnings) != 2 {
			t.Errorf("outages %+v, warnings %+v; want none and one a check", r.store.outages, r.witness.warnings)
		}
	})
}

func TestUpdateKeepsWhatDidNotChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(time.Minute)
		o := r.options()
		for i := range 3 {
			c := testCheck(fmt.Sprintf("smtp-%d", i), "smtp")
			c.Target.User = ""
			o.Checks = append(o.Checks, c)
		}
		o.Components = append(o.Components, Component{Key: "smtp"})
		r.prober.Update(o.Checks[1:], o.Components[1:], o.Settings)
		time.Sleep(2 * time.Second)
		var got []string
		for _, f := range r.prober.Components() {
			got = append(got, f.Component+" "+string(f.State))
		}
		if want := []string{"pop3 up", "smtp up"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(time.Hour)
		r.stop()
	})
}

func TestUpdateOfSettingsCountsFromTheNextRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(time.Minute)
		o := r.options()
		o.Settings.Confirm = nil // the first failure is believed
		r.prober.Update(o.Checks, o.Components, o.Settings)
		r.host.set("refused")
		for range o.Checks[0].Every / time.Second {
			time.Sleep(time.Second)
			if f := r.prober.Components()[0]; f.State == Suspect {
				t.Fatalf("one failure was not believed: %+v", f)
			}
		}
		if f := r.prober.Components()[0]; f.State != Down {
			t.Errorf("after one failure: %+v", f)
		}
		r.stop()
	})
}

func TestUnreadableStoreIsAnError(t *testing.T) {
	p := New(Options{Settings: DefaultSettings(), Store: unreadable{newMemory()}})
	if err := p.Run(t.Context()); err == nil {
		t.Error("Run began without knowing what was")
	}
}

type unreadable struct{ *memory }

func (unreadable) CheckStates(context.Context) ([]CheckState, error) {
	return nil, errors.New("disk image is malformed")
}
