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
