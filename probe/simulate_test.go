package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// simHost is the server that a truth describes, on a virtual network.
type simHost struct {
	truth *truth
	mu    sync.Mutex
	rng   *rand.Rand
	open  map[net.Conn]bool
}

func (h *simHost) delay(exchanges int) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return delay(h.rng, h.truth.loss, exchanges)
}

// dial implements Dialer. Addresses of this machine are always reached.
func (h *simHost) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if a, err := netip.ParseAddrPort(addr); err == nil && a.Addr().IsLoopback() {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	if _, cut := in(h.truth.cut, time.Now()); cut {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	time.Sleep(10*time.Millisecond + h.delay(1))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if o, out := in(h.truth.outages, time.Now()); out && !o.silent && !strings.HasPrefix(addr, "198.51.100.") {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	ours, theirs := net.Pipe()
	h.mu.Lock()
	h.open[theirs] = true
	h.mu.Unlock()
	go func() {
		h.serve(theirs)
		h.mu.Lock()
		delete(h.open, theirs)
		h.mu.Unlock()
		_ = theirs.Close()
	}()
	return ours, nil
}

// serve is an IMAP server that nobody logs in to.
func (h *simHost) serve(c net.Conn) {
	say := func(line string) bool {
		time.Sleep(10*time.Millisecond + h.delay(1))
		if o, out := in(h.truth.outages, time.Now()); out && o.silent {
			_, _ = io.Copy(io.Discard, c) // until whoever waits gives up
			return false
		}
		_, err := io.WriteString(c, line+"\r\n")
		return err == nil
	}
	if !say("* OK ready") {
		return
	}
	for lines := bufio.NewScanner(c); lines.Scan(); {
		tag, command, _ := strings.Cut(lines.Text(), " ")
		switch {
		case command == "IDLE":
			if !say("+ idling") || !lines.Scan() {
				return
			}
		case command == "CAPABILITY":
			if !say("* CAPABILITY IMAP4rev1 IDLE") {
				return
			}
		}
		if !say(tag+" OK done") || command == "LOGOUT" {
			return
		}
	}
}

// crash cuts every connection.
func (h *simHost) crash() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.open {
		_ = c.Close()
	}
}

// claims are what a Prober with default settings finds of a truth.
func claims(t *testing.T, w *truth, from, to time.Time, anchors ...Target) (found []claim, seen []time.Time) {
	t.Helper()
	h := &simHost{truth: w, rng: rand.New(rand.NewPCG(7, 7)), open: map[net.Conn]bool{}}
	store, told := newMemory(), &witness{}
	target, err := ParseTarget("imap://192.0.2.1?plaintext=true")
	if err != nil {
		t.Fatal(err)
	}
	settings := DefaultSettings()
	settings.Anchors, settings.Sentinel = anchors, true
	p := New(Options{
		Runner:     &Runner{Dial: h.dial},
		Checks:     []Check{{Key: "imap", Component: "imap", Target: target, Every: 30 * time.Second, Timeout: 15 * time.Second}},
		Components: []Component{{Key: "imap"}},
		Settings:   settings,
		Store:      store,
		Observer:   told,
		Log:        slog.New(slog.DiscardHandler),
		Clock:      func() Clock { return w.clock(from) },
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	for _, o := range w.outages {
		time.Sleep(time.Until(o.from))
		if !o.silent {
			h.crash()
		}
	}
	time.Sleep(time.Until(to))
	h.crash()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	known := map[string]time.Time{}
	for i, o := range told.outages {
		if _, ok := known[o.ID]; !ok {
			known[o.ID] = told.at[i]
		}
	}
	for _, id := range store.order {
		o := store.outages[id]
		f := claim{known: known[id], start: o.Start.Best}
		if o.End != nil {
			f.end = o.End.Best
		}
		found = append(found, f)
	}
	for _, b := range store.blips {
		seen = append(seen, b.At)
	}
	return found, seen
}

// score is how well a tool tells a series of outages.
type score struct {
	tool                           string
	found                          float64       // share that it told of
	latency, worst                 time.Duration // until it told
	startError, startWorst, endOff time.Duration
	endWorst                       time.Duration
	wrong                          int
}

func rate(tool string, w *truth, found []claim) score {
	s := score{tool: tool}
	used := map[int]bool{}
	n := 0
	for _, o := range w.outages {
		i := slices.IndexFunc(found, func(f claim) bool {
			return !f.known.Before(o.from) && f.known.Before(o.to.Add(10*time.Minute)) && !f.end.IsZero()
		})
		if i < 0 || used[i] {
			continue
		}
		used[i] = true
		n++
		f := found[i]
		s.latency += f.known.Sub(o.from)
		s.worst = max(s.worst, f.known.Sub(o.from))
		s.startError += f.start.Sub(o.from).Abs()
		s.startWorst = max(s.startWorst, f.start.Sub(o.from).Abs())
		s.endOff += f.end.Sub(o.to).Abs()
		s.endWorst = max(s.endWorst, f.end.Sub(o.to).Abs())
	}
	s.found = float64(n) / float64(max(len(w.outages), 1))
	s.wrong = len(found) - len(used)
	if n > 0 {
		s.latency, s.startError, s.endOff = s.latency/time.Duration(n), s.startError/time.Duration(n), s.endOff/time.Duration(n)
	}
	return s
}

// rated is the score of a peer over many phases of its rhythm.
func (p rival) rated(w *truth, from, to time.Time) score {
	const phases = 16
	sum := score{tool: p.name}
	for i := range phases {
		found, _ := p.watch(w, from, to, rand.New(rand.NewPCG(3, uint64(i))))
		s := rate(p.name, w, found)
		sum.found += s.found / phases
		sum.wrong += s.wrong
		sum.latency, sum.worst = sum.latency+s.latency/phases, max(sum.worst, s.worst)
		sum.startError, sum.startWorst = sum.startError+s.startError/phases, max(sum.startWorst, s.startWorst)
		sum.endOff, sum.endWorst = sum.endOff+s.endOff/phases, max(sum.endWorst, s.endWorst)
	}
	return sum
}

// series is n outages at random times, of lengths between two.
func series(from time.Time, n int, least, most time.Duration, silent bool) (*truth, time.Time) {
	rng := rand.New(rand.NewPCG(1, 2))
	between := func(a, b time.Duration) time.Duration {
		if a == b {
			return a
		}
		return a + time.Duration(rng.Int64N(int64(b-a)))
	}
	w := &truth{}
	at := from.Add(time.Hour)
	for range n {
		end := at.Add(between(least, most))
		w.outages = append(w.outages, lapse{at, end, silent})
		at = end.Add(between(25*time.Minute, time.Hour))
	}
	return w, at
}

// Random outages, told by us and by the rules of others, in one world: ours is
// ahead of each of them in every column.
func TestSimulatedOutages(t *testing.T) {
	for _, silent := range []bool{false, true} {
		t.Run(map[bool]string{false: "refused", true: "silent"}[silent], func(t *testing.T) {
			var mine score
			var others []score
			synctest.Test(t, func(t *testing.T) {
				from := time.Now()
				w, to := series(from, some(200), 5*time.Minute, 30*time.Minute, silent)
				for _, p := range rivals {
					others = append(others, p.rated(w, from, to))
				}
				found, _ := claims(t, w, from, to)
				mine = rate("Howdah", w, found)
			})
			t.Log(table(append([]score{mine}, others...)))
			if mine.found < 1 || mine.wrong > 0 {
				t.Errorf("told of %.0f %% of the outages, and of %d that were none", mine.found*100, mine.wrong)
			}
			for _, o := range others {
				if mine.latency >= o.latency || mine.worst >= o.worst || mine.startError >= o.startError || mine.startWorst >= o.startWorst || mine.endOff >= o.endOff || mine.endWorst >= o.endWorst || mine.found < o.found {
					t.Errorf("%s is ahead in a column", o.tool)
				}
			}
		})
	}
}

func table(scores []score) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-15s %6s %15s %15s %15s %6s\n", "", "told", "until told", "start off", "end off", "false")
	for _, s := range scores {
		sec := func(d time.Duration) float64 { return d.Seconds() }
		fmt.Fprintf(&b, "%-15s %5.0f%% %6.1f / %4.0f s %6.1f / %4.0f s %6.1f / %4.0f s %6d\n", s.tool, s.found*100,
			sec(s.latency), sec(s.worst), sec(s.startError), sec(s.startWorst), sec(s.endOff), sec(s.endWorst), s.wrong)
	}
	return b.String()
}

// Short outages: which share is confirmed, and which leaves any trace.
func TestSimulatedShortOutages(t *testing.T) {
	for _, length := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			from := time.Now()
			w, to := series(from, some(200), length, length, false)
			line := fmt.Sprintf("down for %v: confirmed, seen:", length)
			share := func(found []claim, marks []time.Time) (confirmed, seen float64) {
				for _, f := range found {
					marks = append(marks, f.start)
				}
				n := 0
				for _, o := range w.outages {
					if slices.ContainsFunc(marks, func(m time.Time) bool {
						return m.After(o.from.Add(-31*time.Second)) && m.Before(o.to.Add(31*time.Second))
					}) {
						n++
					}
				}
				return rate("", w, found).found, float64(n) / float64(len(w.outages))
			}
			mine, seen := share(claims(t, w, from, to))
			line += fmt.Sprintf("  Howdah %.0f %%, %.0f %%", mine*100, seen*100)
			for _, p := range rivals {
				found, bad := p.watch(w, from, from.Add(to.Sub(from)), rand.New(rand.NewPCG(3, 4)))
				confirmed, traced := share(found, bad)
				line += fmt.Sprintf("; %s %.0f %%, %.0f %%", p.name, confirmed*100, traced*100)
				if p.fails > 1 && confirmed > mine {
					t.Errorf("%s confirms %.0f %% of outages of %v, we %.0f %%", p.name, confirmed*100, length, mine*100)
				}
				if traced > seen {
					t.Errorf("%s sees %.0f %% of outages of %v, we %.0f %%", p.name, traced*100, length, seen*100)
				}
			}
			t.Log(line)
		})
	}
}

// A server that crashes again and again and is back before most have looked
// twice: each two hours of it are told.
func TestSimulatedCrashLoops(t *testing.T) {
	for _, loop := range []struct{ down, period time.Duration }{
		{45 * time.Second, 90 * time.Second}, {20 * time.Second, 2 * time.Minute}, {5 * time.Second, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			from := time.Now()
			w, to := &truth{}, from.Add(time.Hour)
			var episodes []lapse
			for range some(100) {
				e := lapse{from: to, to: to.Add(2 * time.Hour)}
				episodes = append(episodes, e)
				for at := e.from; at.Before(e.to); at = at.Add(loop.period) {
					w.outages = append(w.outages, lapse{from: at, to: at.Add(loop.down)})
				}
				to = e.to.Add(8*time.Hour + 17*time.Second)
			}
			share := func(found []claim) float64 {
				n := 0
				for _, e := range episodes {
					if slices.ContainsFunc(found, func(f claim) bool { return !f.known.Before(e.from) && f.known.Before(e.to) }) {
						n++
					}
				}
				return 100 * float64(n) / float64(len(episodes))
			}
			found, _ := claims(t, w, from, to)
			mine := share(found)
			line := fmt.Sprintf("down %v of every %v, told of: Howdah %.0f %%", loop.down, loop.period, mine)
			for _, p := range rivals {
				found, _ := p.watch(w, from, to, rand.New(rand.NewPCG(3, 4)))
				line += fmt.Sprintf("; %s %.0f %%", p.name, share(found))
			}
			t.Log(line)
			if mine < 100 {
				t.Errorf("told of %.0f %%", mine)
			}
		})
	}
}

// some is n where there is time for all of it, as in make bench, else a tenth,
// or with -short, as in make race, a thirtieth.
func some(n int) int {
	switch {
	case os.Getenv("HOWDAH_TEST_LONG") != "":
		return n
	case testing.Short():
		return n / 30
	}
	return n / 10
}

// Days on which one packet in a thousand is lost, and nothing else: no
// outage is made up.
func TestSimulatedLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Now()
		days := some(30)
		to := from.Add(time.Duration(days) * 24 * time.Hour)
		w := &truth{loss: 0.001}
		found, blips := claims(t, w, from, to)
		line := fmt.Sprintf("%d days of 0.1 %% loss: Howdah %d outages, %d blips", days, len(found), len(blips))
		for _, p := range rivals {
			found, _ := p.watch(w, from, to, rand.New(rand.NewPCG(3, 4)))
			line += fmt.Sprintf("; %s %d", p.name, len(found))
		}
		t.Log(line)
		if len(found) > 0 {
			t.Errorf("%d outages were made up: %+v", len(found), found[0])
		}
	})
}

// Days on which our own network is down for ten minutes each: with
// anchors that is not blamed on the server.
func TestSimulatedOwnNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Now()
		days := some(30)
		to := from.Add(time.Duration(days) * 24 * time.Hour)
		w := &truth{}
		for day := range days {
			at := from.Add(time.Duration(day)*24*time.Hour + 3*time.Hour)
			w.cut = append(w.cut, lapse{from: at, to: at.Add(10 * time.Minute)})
		}
		var anchors []Target
		for _, a := range []string{"tcp://198.51.100.1:443", "tcp://198.51.100.2:53"} {
			target, err := ParseTarget(a)
			if err != nil {
				t.Fatal(err)
			}
			anchors = append(anchors, target)
		}
		found, _ := claims(t, w, from, to, anchors...)
		line := fmt.Sprintf("%d days, our own network down for 10 min a day: Howdah %d outages", days, len(found))
		for _, p := range rivals {
			found, _ := p.watch(w, from, to, rand.New(rand.NewPCG(3, 4)))
			line += fmt.Sprintf("; %s %d", p.name, len(found))
		}
		t.Log(line)
		if len(found) > 0 {
			t.Errorf("%d outages were made up: %+v", len(found), found[0])
		}
	})
}
