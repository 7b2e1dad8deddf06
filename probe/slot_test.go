package probe

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestNowRunsACheckOutsideOfItsRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		time.Sleep(2 * time.Second)
		before := r.host.runs()
		got, err := r.prober.Now(t.Context(), "imap")
		if err != nil || got.Check != "imap" || got.Verdict != OK || time.Since(got.StartedAt) > time.Millisecond {
			t.Errorf("got %+v, %v", got, err)
		}
		if n := r.host.runs() - before; n != 1 {
			t.Errorf("%d runs", n)
		}
		r.host.set("refused")
		if got, err := r.prober.Now(t.Context(), "imap"); err != nil || got.Reason != "connect.refused" {
			t.Errorf("got %+v, %v", got, err)
		}
		synctest.Wait()
		if f := r.prober.Components()[0]; f.State != Suspect {
			t.Errorf("it counts, but imap is %+v", f)
		}
		if _, err := r.prober.Now(t.Context(), "nobody"); err == nil {
			t.Error("a check that is not there was run")
		}
		r.stop()
		if _, err := r.prober.Now(t.Context(), "imap"); err == nil {
			t.Error("a check was run after the end")
		}
	})
}

func TestNowWaitsForTheRunThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.host.delay = 4 * time.Second
		r.start(t, nil)
		time.Sleep(2 * time.Second)
		asked := time.Now()
		got, err := r.prober.Now(t.Context(), "imap")
		if err != nil || got.StartedAt.Before(asked) {
			t.Errorf("got a run that began before it was asked for: %+v, %v", got, err)
		}
		if r.host.most > 2 {
			t.Errorf("%d runs of 2 checks at once", r.host.most)
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.prober.Now(soon, "imap"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("given up: %v", err)
		}
		left := make(chan error)
		go func() {
			_, err := r.prober.Now(t.Context(), "imap")
			left <- err
		}()
		synctest.Wait()
		o := r.options()
		r.prober.Update(o.Checks[1:], o.Components, o.Settings)
		if err := <-left; err == nil || !strings.Contains(err.Error(), `"imap"`) {
			t.Errorf("its check was taken out: %v", err)
		}
		r.stop()
		time.Sleep(r.host.delay) // until the servers have noticed
	})
}

// stuck does not end with its context, as an Asker should.
type stuck struct{ free chan struct{} }

func (s stuck) Ask(context.Context, Check) Result {
	begun := time.Now()
	<-s.free
	return Result{StartedAt: begun, Took: time.Since(begun), Verdict: OK}
}

func TestOverdueCheckIsToldAndSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := newRig(), stuck{make(chan struct{})}
		r.start(t, nil)
		o := r.options()
		c := testCheck("stuck", "imap")
		c.Asker = s
		o.Checks = append(o.Checks, c)
		r.prober.Update(o.Checks, o.Components, o.Settings)
		time.Sleep(16 * time.Second)
		if f := r.prober.Schedule(); len(f.Overdue) != 0 {
			t.Errorf("too early: %+v", f)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if f := r.prober.Schedule(); !slices.Equal(f.Overdue, []string{"stuck"}) || f.OverdueTotal != 1 {
			t.Errorf("figures: %+v", f)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := r.witness.reasons(); !slices.Equal(got, []Reason{"schedule.overdue"}) {
			t.Errorf("told %q", got)
		}
		close(s.free)
		time.Sleep(time.Second)
		f := r.prober.Schedule()
		if len(f.Overdue) != 0 || f.OverdueTotal != 1 || f.Skipped["running"] != 0 {
			t.Errorf("when it is back: %+v", f)
		}
		r.stop()
	})
}

func TestTurnsThatAreSkippedAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := newRig(), stuck{make(chan struct{})}
		r.start(t, nil)
		o := r.options()
		c := testCheck("stuck", "imap")
		c.Asker = s
		o.Checks = append(o.Checks, c)
		r.prober.Update(o.Checks, o.Components, o.Settings)
		go func() {
			for range 3 {
				s.free <- struct{}{}
				time.Sleep(95 * time.Second)
			}
			close(s.free)
		}()
		time.Sleep(10 * time.Minute)
		if n := r.prober.Schedule().Skipped["running"]; n < 3 || n > 8 {
			t.Errorf("%d turns were skipped", n)
		}
		r.stop()
	})
}

func TestScheduleByTheCalendar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		var runs []time.Time
		daily, err := ParseSchedule("0 3 * * *", "imap")
		if err != nil {
			t.Fatal(err)
		}
		begin := func() {
			r.checks = func(o *Options) {
				o.Checks, o.Components = o.Checks[:1], o.Components[:1]
				o.Checks[0].Schedule, o.Checks[0].Every = daily, Gap(daily, time.Now())
			}
			r.start(t, nil)
		}
		begin()
		for i := range 3 * 24 * 60 {
			before := r.host.runs()
			time.Sleep(time.Minute)
			if r.host.runs() != before {
				runs = append(runs, time.Now().UTC())
			}
			if i == 36*60 {
				r.stop() // no turn is missed, so none is made up for
				begin()
			}
		}
		r.stop()
		// The first at once, because nothing was known.
		if len(runs) != 4 {
			t.Fatalf("ran at %v", runs)
		}
		for _, at := range runs[1:] {
			if at.Hour() != 3 || at.Minute() > 1 {
				t.Errorf("ran at %v", at)
			}
		}
	})
}

func TestGap(t *testing.T) {
	for expr, want := range map[string]time.Duration{
		"0 3 * * *": 24 * time.Hour, "*/7 * * * *": 4 * time.Minute, "0,1 3 * * 1": time.Minute, "@every 45s": 45 * time.Second,
		"0 0 1 * *": 28 * 24 * time.Hour,
	} {
		s, err := ParseSchedule(expr, "imap")
		if err != nil {
			t.Fatal(err)
		}
		if got := Gap(s, day); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}
