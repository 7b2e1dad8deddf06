package probe

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.start(t, nil)
		if got := r.prober.Last(); len(got) != 0 {
			t.Errorf("before the first runs: %+v", got)
		}
		time.Sleep(5 * time.Second)
		verdicts := func(want Verdict) {
			t.Helper()
			got := r.prober.Last()
			if len(got) != 2 || got[0].Check != "imap" || got[1].Check != "pop3" || got[0].Verdict != want || got[1].Verdict != want {
				t.Fatalf("%+v, want imap and pop3 %s", got, want)
			}
			for _, one := range got {
				if len(one.Phases) == 0 || one.Transcript != nil {
					t.Errorf("%+v, want phases and no transcript", one)
				}
			}
		}
		verdicts(OK)
		r.host.set("refused")
		time.Sleep(time.Minute)
		verdicts(Fail)
		o := r.options()
		moved := o.Checks[0]
		moved.Target.Port++
		r.prober.Update([]Check{moved}, o.Components, o.Settings)
		if got := r.prober.Last(); len(got) != 0 {
			t.Errorf("of another target, and of a check that is gone: %+v", got)
		}
		r.stop()
	})
}

// A check that no longer runs is not told as it once was.
func TestLastForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(newRig().options())
		s := p.slots["imap"]
		r := Result{Check: "imap", StartedAt: time.Now(), Took: time.Second, Verdict: OK}
		s.had(r)
		time.Sleep(time.Until(s.check.beat(r.EndedAt(), staleAfter)))
		if got := p.Last(); len(got) != 1 {
			t.Errorf("three turns later: %+v", got)
		}
		time.Sleep(time.Nanosecond)
		if got := p.Last(); len(got) != 0 {
			t.Errorf("and then: %+v", got)
		}
	})
}
