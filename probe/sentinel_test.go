package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// village is a real server whose sessions can be cut, for a line protocol that
// is answered word by word.
type village struct {
	net.Listener
	greeting string
	answers  map[string]string // by the word behind the tag, if there is one
	tagged   bool

	mu    sync.Mutex
	razed bool
	conns []net.Conn
	said  []string
}

func newVillage(t *testing.T, v *village) *village {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v.Listener = l
	t.Cleanup(v.raze)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			v.mu.Lock()
			v.conns = append(v.conns, c)
			v.mu.Unlock()
			go v.live(c)
		}
	}()
	return v
}

func (v *village) live(c net.Conn) {
	_, _ = io.WriteString(c, v.greeting+"\r\n")
	for in := bufio.NewScanner(c); in.Scan(); {
		v.mu.Lock()
		v.said = append(v.said, in.Text())
		v.mu.Unlock()
		tag, word := "", strings.ToUpper(in.Text())
		if v.tagged {
			tag, word, _ = strings.Cut(in.Text(), " ")
		}
		word, _, _ = strings.Cut(word, " ")
		_, _ = io.WriteString(c, strings.ReplaceAll(v.answers[strings.ToUpper(word)], "TAG", tag))
	}
}

// cut cuts all sessions, as the end of the process would.
func (v *village) cut() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.conns {
		c.Close()
	}
	v.conns = nil
}

// raze ends it.
func (v *village) raze() {
	if v.Listener != nil {
		v.Close()
	}
	v.mu.Lock()
	v.razed = true
	v.mu.Unlock()
	v.cut()
}

func (v *village) rebuild() { v.mu.Lock(); v.razed = false; v.mu.Unlock() }

func (v *village) heard(line string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, said := range v.said {
		if strings.HasPrefix(said, line) {
			return true
		}
	}
	return false
}

func imapVillage() *village {
	return &village{greeting: "* OK ready", tagged: true, answers: map[string]string{
		"CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK\r\n", "LOGIN": "TAG OK\r\n", "EXAMINE": "TAG OK\r\n",
		"NOOP": "TAG OK\r\n", "IDLE": "+ idling\r\n", "LOGOUT": "* BYE\r\nTAG OK\r\n",
	}}
}

func TestSentinelHoldsASession(t *testing.T) {
	tests := []struct {
		scheme string
		server *village
		says   string // in the end
	}{
		{"imap", imapVillage(), "i IDLE"},
		{"pop3", &village{greeting: "+OK ready", answers: map[string]string{"CAPA": "+OK\r\nUSER\r\n.\r\n"}}, "CAPA"},
		{"smtp", &village{greeting: "220 ready", answers: map[string]string{"EHLO": "250 hello\r\n"}}, "EHLO"},
		{"lmtp", &village{greeting: "220 ready", answers: map[string]string{"LHLO": "250 hello\r\n"}}, "LHLO"},
	}
	for _, tt := range tests {
		t.Run(tt.scheme, func(t *testing.T) {
			t.Parallel()
			v := newVillage(t, tt.server)
			user := "joe@"
			if tt.scheme == "lmtp" {
				user = ""
			}
			target, err := ParseTarget(fmt.Sprintf("%s://%s%s", tt.scheme, user, v.Addr()))
			if err != nil {
				t.Fatal(err)
			}
			place := post{"c", Check{Key: "c", Component: "c", Target: target, Password: func() (string, error) { return "secret", nil }}}
			type end struct {
				held bool
				err  error
			}
			ended := make(chan end, 1)
			go func() {
				held, err := place.hold(t.Context(), &Runner{})
				ended <- end{held, err}
			}()
			eventually(t, "the session is idle", func() bool { return v.heard(tt.says) })
			if v.heard("USER") || v.heard("PASS") {
				t.Errorf("it logged in where that locks out others: %q", v.said)
			}
			select {
			case e := <-ended:
				t.Fatalf("it ended by itself: %+v", e)
			case <-time.After(50 * time.Millisecond):
			}
			v.cut()
			if e := <-ended; !e.held || e.err == nil {
				t.Errorf("cut: %+v", e)
			}
			v.raze()
			if held, err := place.hold(t.Context(), &Runner{}); held || err == nil {
				t.Errorf("no server: %v, %v", held, err)
			}
		})
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

// dial connects to the server without the kernel, for tests that take long.
func (v *village) dial(context.Context, string, string) (net.Conn, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.razed {
		return nil, syscall.ECONNREFUSED
	}
	ours, theirs := net.Pipe()
	v.conns = append(v.conns, theirs)
	go v.live(theirs)
	return ours, nil
}

// open is the number of sessions, with those that have ended by themselves.
func (v *village) open() int { v.mu.Lock(); defer v.mu.Unlock(); return len(v.conns) }

func (r *rig) withSentinel() *village {
	v := imapVillage()
	r.checks = func(o *Options) {
		o.Runner.Dial = v.dial
		o.Settings.Sentinel = true
		o.Checks, o.Components = o.Checks[:1], o.Components[:1]
	}
	return v
}

// The moment at which a server ends is the outage's start; that at which it
// closes an idle session is nothing.
func TestSentinelKnowsTheMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		v := r.withSentinel()
		r.start(t, nil)
		time.Sleep(time.Minute)
		for range 5 {
			v.cut()
			time.Sleep(10 * time.Minute)
		}
		if f := r.prober.Components()[0]; f.State != Up {
			t.Errorf("cut sessions alone: %+v", f)
		}
		for range 5 {
			time.Sleep(11 * time.Second)
			v.raze()
			down := time.Now().UTC()
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if o, _, ok := r.witness.told(); !ok || o.Start != Exact(down, SourceSentinel) {
				t.Errorf("it ended at %v, and the outage begins at %+v", down, o.Start)
			}
			v.rebuild()
			time.Sleep(30 * time.Minute)
		}
		r.stop()
		if len(r.store.order) != 5 || len(r.store.blips) != 0 {
			t.Errorf("%d outages: %+v, blips %+v", len(r.store.order), r.store.outages, r.store.blips)
		}
	})
}

// A cut session is no reason to believe that what failed long before did so
// only then.
func TestSentinelOfAServerThatHungFirst(t *testing.T) {
	s := begin(t)
	hung := ran("pop3", at(30), "greeting.timeout")
	hung.Took = 15 * time.Second
	s.take(s.tracker.Result(at(45), hung))
	s.take(s.tracker.Cut(at(46), "pop3"))
	s.run(at(47.1), refused, "pop3")
	s.run(at(52.2), refused, "pop3")
	if len(s.outages) != 1 || s.outages[0].Start.Source != SourceMidpoint {
		t.Errorf("got %+v", s.outages)
	}
}

func TestSentinelsFollowTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		v := r.withSentinel()
		r.start(t, nil)
		time.Sleep(time.Minute)
		session := v.open()
		o := r.options()
		o.Settings.Sentinel = false
		r.prober.Update(o.Checks, o.Components, o.Settings)
		time.Sleep(10 * time.Millisecond)
		v.mu.Lock()
		last := v.conns[len(v.conns)-1]
		v.mu.Unlock()
		if _, err := last.Write([]byte("* 1 EXISTS\r\n")); err == nil && session > 0 {
			t.Errorf("the sentinel stands where none should")
		}
		r.stop()
	})
}
