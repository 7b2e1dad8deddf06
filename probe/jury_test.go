package probe

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// mirror is the check of ourselves, at the edge of the virtual clock.
type mirror struct {
	asked atomic.Int64
	state atomic.Value // "" fine, "broken" or "slow"
}

func (m *mirror) Ask(_ context.Context, _ Check) Result {
	m.asked.Add(1)
	r := Result{StartedAt: time.Now(), Verdict: OK}
	switch m.state.Load() {
	case "broken":
		r.Verdict, r.Reason = Fail, "connect.local"
	case "slow":
		time.Sleep(selfLate + time.Millisecond)
	}
	r.Took = time.Since(r.StartedAt)
	return r
}

func (r *rig) withMirror() *mirror {
	m := &mirror{}
	m.state.Store("")
	r.self = &Check{Key: "self", Asker: m}
	return m
}

func TestFailuresOfOursAreNotHeldAgainstOthers(t *testing.T) {
	for state, want := range map[string]Reason{"broken": "self.local", "slow": "self.lag"} {
		t.Run(state, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				m := r.withMirror()
				r.start(t, nil)
				time.Sleep(time.Minute)
				m.state.Store(state)
				r.host.set("refused")
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if len(r.witness.outages) != 0 {
					t.Fatalf("got %+v", r.witness.outages)
				}
				if n := r.prober.Schedule().Doubted[want]; n < 10 {
					t.Errorf("%d failures were doubted as %s", n, want)
				}
				if f := r.prober.Components()[0]; f.State != Up || !time.Now().After(f.StaleAt) {
					t.Errorf("imap is %+v", f)
				}
				if n := len(r.witness.warnings); n != 1 || r.witness.warnings[0].Reason != want {
					t.Errorf("staff were told %d times: %+v", n, r.witness.warnings)
				}
				m.state.Store("")
				time.Sleep(time.Minute)
				synctest.Wait()
				if o, _, ok := r.witness.told(); !ok || o.Start.Source != SourceFirstBad {
					t.Errorf("now that we are fine: %+v", o)
				}
				r.stop()
			})
		})
	}
}

func TestWeLookAtOurselvesAlsoWhenNothingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		m := r.withMirror()
		r.start(t, nil)
		time.Sleep(10 * time.Minute)
		if n := m.asked.Load(); n < 19 || n > 21 {
			t.Errorf("asked %d times in ten minutes", n)
		}
		r.stop()
	})
}

// Thousands that fail at once are doubted by a few looks, each of which began
// after the failures that it judges.
func TestJuryIsSharedByThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mirror{}
		m.state.Store("slow")
		j := newJury(&Runner{}, &Check{Asker: m}, nil)
		done := make(chan finding)
		for range 1000 {
			go func() { done <- j.ask(t.Context(), true) }()
		}
		for range 1000 {
			if v := <-done; v.reason != "self.lag" {
				t.Fatalf("got %+v", v)
			}
		}
		if n := m.asked.Load(); n > 2 {
			t.Errorf("%d looks", n)
		}
		before := m.asked.Load()
		m.state.Store("")
		if v := j.ask(t.Context(), false); v.reason != "" || m.asked.Load() != before+1 {
			t.Errorf("a later failure got an old answer: %+v", v)
		}
	})
}

func TestAnchors(t *testing.T) {
	open, closed := anchorAt(t, true), anchorAt(t, false)
	silent := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr == "192.0.2.1:443" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	tests := []struct {
		name    string
		anchors []string
		far     bool
		want    Reason
	}{
		{"none is configured", nil, true, ""},
		{"one answers", []string{"tcp://192.0.2.1:443", open}, true, ""},
		{"a refusal is an answer", []string{closed}, true, ""},
		{"none answers", []string{"tcp://192.0.2.1:443"}, true, "anchor.timeout"},
		{"no network lies between", []string{"tcp://192.0.2.1:443"}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var anchors []Target
			for _, a := range tt.anchors {
				target, err := ParseTarget(a)
				if err != nil {
					t.Fatal(err)
				}
				anchors = append(anchors, target)
			}
			j := newJury(&Runner{Dial: silent}, nil, anchors)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if v := j.ask(ctx, tt.far); v.reason != tt.want {
				t.Errorf("got %+v, want %q", v, tt.want)
			}
		})
	}
}

// anchorAt is a real address of a server, or of none.
func anchorAt(t *testing.T, open bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if open {
		t.Cleanup(func() { l.Close() })
	} else {
		l.Close()
	}
	return "tcp://" + l.Addr().String()
}

func TestNear(t *testing.T) {
	for target, want := range map[string]bool{
		"imap://127.0.0.1": true, "imap://[::1]": true, "imap://localhost": true, "lmtp+unix:///run/lmtp": true,
		"imap://192.0.2.1": false, "imap://mail.example.edu": false, "imap://[::ffff:127.0.0.9]": true,
	} {
		if parsed, err := ParseTarget(target); err != nil || parsed.Near() != want {
			t.Errorf("%s: %v, %v, want %v", target, parsed.Near(), err, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	s, err := OpenLoopback()
	if err != nil {
		t.Fatal(err)
	}
	r := (&Runner{}).Run(t.Context(), s.Check())
	if r.Verdict != OK || r.Took > selfLate {
		t.Errorf("got %+v", r)
	}
	// Its other sessions may say anything.
	c, err := net.Dial("tcp", s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte(strings.Repeat("x", 1<<20))); err == nil {
		_, _ = c.Write([]byte("\n"))
	}
	c.Close()
	if r := (&Runner{}).Run(t.Context(), s.Check()); r.Verdict != OK {
		t.Errorf("beside a rude client: %+v", r)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if r := (&Runner{}).Run(t.Context(), s.Check()); r.Reason != "connect.refused" {
		t.Errorf("closed: %+v", r)
	}
}
