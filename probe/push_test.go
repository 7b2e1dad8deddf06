package probe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func pushTarget(t *testing.T, name string) Target {
	t.Helper()
	target, err := ParseTarget("push://" + name)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func token(s string) func() (string, error) { return func() (string, error) { return s, nil } }

type kicks struct {
	mu   sync.Mutex
	list []string
}

func (k *kicks) kick(keys ...string) { k.mu.Lock(); k.list = append(k.list, keys...); k.mu.Unlock() }

func (k *kicks) taken() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.list)
	k.list = nil
	return n
}

func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kicked kicks
		p := NewPush(kicked.kick)
		p.Expect([]Pushed{{Check: "copy", Name: "nightly", Every: 10 * time.Minute, Token: token("s3cret")}})
		check := Check{Key: "copy", Component: "backup", Target: pushTarget(t, "nightly"), Asker: p}
		says := func(verdict Verdict, reason Reason, detail string) {
			t.Helper()
			r := (&Runner{}).Run(t.Context(), check)
			if r.Verdict != verdict || r.Reason != reason || !strings.Contains(r.Detail, detail) || r.Check != "copy" || r.Component != "backup" || r.Target != "push://nightly" {
				t.Errorf("got %+v, want %s %q (%s)", r, verdict, reason, detail)
			}
		}
		report := func(r Report, news int) {
			t.Helper()
			if err := p.Report("nightly", "s3cret", r); err != nil {
				t.Error(err)
			}
			if n := kicked.taken(); n != news {
				t.Errorf("%d kicks for %+v, want %d", n, r, news)
			}
		}
		says(Inconclusive, "push.waiting", "no report yet")
		time.Sleep(11 * time.Minute) // the period and its grace
		says(Inconclusive, "push.waiting", "")
		time.Sleep(time.Second)
		says(Fail, "push.overdue", "no report yet, in 11m1s of at most 10m0s")

		report(Report{Verdict: OK, Took: time.Minute, Detail: "4 files"}, 1)
		says(OK, "", "4 files")
		if r := p.Ask(t.Context(), check); len(r.Phases) != 1 || r.Phases[0].Took != time.Minute || !r.Phases[0].OK || r.Took != 0 {
			t.Errorf("phases %+v of a run of %v", r.Phases, r.Took)
		}
		time.Sleep(9 * time.Minute)
		report(Report{Verdict: OK}, 0)
		time.Sleep(9 * time.Minute)
		says(OK, "", "")
		report(Report{Verdict: Slow, Detail: "late"}, 1)
		says(Slow, "", "late")
		report(Report{Verdict: Fail, Reason: "disk.full", Detail: "no\x1b[31m room"}, 1)
		says(Fail, "disk.full", "no.[31m room")
		report(Report{Verdict: Fail, Reason: "disk.full"}, 0)
		report(Report{Verdict: Fail}, 1)
		says(Fail, "push.fail", "")
		report(Report{Verdict: Inconclusive}, 1)
		says(Inconclusive, "push.inconclusive", "")
		report(Report{Verdict: OK}, 1)
		time.Sleep(11*time.Minute + time.Second)
		says(Fail, "push.overdue", "the last report came at ")
		report(Report{Verdict: OK}, 1)
		says(OK, "", "")

		// A reload keeps what was said under a name that stays.
		p.Expect([]Pushed{
			{Check: "copy", Name: "nightly", Every: time.Hour, Token: token("n3w")},
			{Check: "x", Name: "x", Every: time.Hour, Token: token("x")},
		})
		time.Sleep(30 * time.Minute)
		says(OK, "", "")
		if err := p.Report("nightly", "s3cret", Report{Verdict: OK}); !errors.Is(err, ErrPushToken) {
			t.Errorf("the old token: %v", err)
		}
		p.Expect(nil)
		says(Inconclusive, "push.unknown", "")
	})
}

func TestPushRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kicked kicks
		p := NewPush(kicked.kick)
		unread := errors.New("no such file")
		p.Expect([]Pushed{
			{Check: "a", Name: "a", Every: time.Hour, Token: token("right")},
			{Check: "empty", Name: "empty", Every: time.Hour, Token: token("")},
			{Check: "unread", Name: "unread", Every: time.Hour, Token: func() (string, error) { return "", unread }},
		})
		for _, tt := range []struct {
			name, token string
			report      Report
			want        error
		}{
			{"b", "right", Report{Verdict: OK}, ErrUnknownPush},
			{"a", "wrong", Report{Verdict: OK}, ErrPushToken},
			{"a", "", Report{Verdict: OK}, ErrPushToken},
			{"a", "right ", Report{Verdict: OK}, ErrPushToken},
			{"empty", "", Report{Verdict: OK}, ErrPushToken},
			{"unread", "", Report{Verdict: OK}, unread},
			{"a", "right", Report{}, ErrPushMalformed},
			{"a", "right", Report{Verdict: "up"}, ErrPushMalformed},
			{"a", "right", Report{Verdict: OK, Reason: "a.b"}, ErrPushMalformed},
			{"a", "right", Report{Verdict: Fail, Reason: "a"}, ErrPushMalformed},
			{"a", "right", Report{Verdict: Fail, Reason: "A.b"}, ErrPushMalformed},
			{"a", "right", Report{Verdict: Fail, Reason: "a.b\n"}, ErrPushMalformed},
			{"a", "right", Report{Verdict: OK, Took: -1}, ErrPushMalformed},
			{"a", "right", Report{Verdict: OK, Took: 401 * 24 * time.Hour}, ErrPushMalformed},
		} {
			if err := p.Report(tt.name, tt.token, tt.report); !errors.Is(err, tt.want) {
				t.Errorf("%+v: got %v", tt, err)
			}
		}
		if kicked.taken() != 0 {
			t.Error("what was refused kicked a check")
		}
		time.Sleep(time.Minute)
		// Who guesses is slowed down, and shuts nobody out.
		var slowed int
		for range 100 {
			if err := p.Report("a", "wrong", Report{Verdict: OK}); errors.Is(err, ErrPushTooOften) {
				slowed++
			}
		}
		if slowed != 90 {
			t.Errorf("%d of 100 guesses are slowed down, want 90", slowed)
		}
		for i := range 12 {
			err := p.Report("a", "right", Report{Verdict: OK})
			if want := i >= 10; errors.Is(err, ErrPushTooOften) != want {
				t.Errorf("report %d: %v", i, err)
			}
		}
		time.Sleep(time.Second)
		if err := p.Report("a", "right", Report{Verdict: OK}); err != nil {
			t.Errorf("a second later: %v", err)
		}
	})
}

// A failing report is an outage within the time of confirmation, though the
// check itself runs rarely, and a good one ends it.
func TestPushThroughTheProber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var prober *Prober
		p := NewPush(func(keys ...string) { prober.Kick(keys...) })
		p.Expect([]Pushed{{Check: "copy", Name: "nightly", Every: time.Hour, Token: token("t")}})
		seen := &witness{}
		prober = New(Options{
			Components: []Component{{Key: "backup"}},
			Checks:     []Check{{Key: "copy", Component: "backup", Target: pushTarget(t, "nightly"), Every: time.Minute, Timeout: time.Second, Asker: p}},
			Settings:   DefaultSettings(),
			Observer:   seen,
			Log:        slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- prober.Run(ctx) }()
		say := func(v Verdict) {
			if err := p.Report("nightly", "t", Report{Verdict: v}); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(5 * time.Second)
		say(OK)
		time.Sleep(10 * time.Minute)
		begun := time.Now()
		say(Fail)
		time.Sleep(20 * time.Second)
		o, at, ok := seen.told()
		if !ok || o.Affected[0].Reason != "push.fail" || at.Sub(begun) > 8*time.Second {
			t.Errorf("got %+v %v after %v", o, ok, at.Sub(begun))
		}
		say(OK)
		time.Sleep(time.Minute)
		if o, _, _ := seen.told(); o.Open() {
			t.Errorf("still open: %+v", o)
		}
		time.Sleep(time.Hour + 10*time.Minute)
		if o, _, _ := seen.told(); !o.Open() || o.Affected[0].Reason != "push.overdue" {
			t.Errorf("silence is no outage: %+v", o)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestParsePushTarget(t *testing.T) {
	got, err := ParseTarget("push://nightly-copy")
	if want := (Target{Scheme: "push", Host: "nightly-copy"}); err != nil || got != want || got.String() != "push://nightly-copy" || !got.Local() {
		t.Errorf("got %+v (%s), %v", got, got, err)
	}
	if r := (&Runner{}).RunTarget(t.Context(), got, nil, 0); r.Verdict != Inconclusive || r.Reason != "push.passive" {
		t.Errorf("asked from a shell: %s %q", r.Verdict, r.Reason)
	}
	for _, in := range []string{"push://", "push://Nightly", "push://a/b", "push://a:1", "push://a?token=hunter2", "push://u@a", "push://" + strings.Repeat("a", 65), "push://-a", "push://[::1]"} {
		if got, err := ParseTarget(in); err == nil {
			t.Errorf("ParseTarget(%q) = %+v", in, got)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats a secret: %v", err)
		}
	}
}

func TestGrace(t *testing.T) {
	var got []string
	for _, every := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour} {
		got = append(got, fmt.Sprint(grace(every)))
	}
	if want := []string{"10s", "1m0s", "6m0s", "10m0s"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
