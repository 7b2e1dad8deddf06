package probe

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turns
		begun := time.Now()
		after := func(want time.Duration, what string) {
			t.Helper()
			if got := time.Since(begun); got != want {
				t.Errorf("%s after %v, want %v", what, got, want)
			}
		}
		probe, other := Target{User: "probe", Host: "a", Port: 110}, Target{User: "probe", Host: "a", Port: 995}
		end := turns.take(t.Context(), probe)
		turns.take(t.Context(), Target{User: "probe", Host: "b"})()
		turns.take(t.Context(), Target{Host: "a"})()
		after(0, "nobody waits for another maildrop")

		go func() { time.Sleep(time.Second); end() }()
		end = turns.take(t.Context(), other)
		after(time.Second, "the next one's turn came")

		turns.take(t.Context(), probe)()
		after(time.Second+turnWait, "one that takes too long is not waited for")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		turns.take(ctx, probe)()
		after(2*time.Second+turnWait, "the end of a run ends its wait")
		end()
		turns.take(t.Context(), probe)()
		after(2*time.Second+turnWait, "the maildrop is free")
	})
}
