package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

// mailHost is a server that can be switched off, at the end of net.Pipe.
type mailHost struct {
	mu    sync.Mutex
	state string        // "" up, "refused" or "hung"
	delay time.Duration // before it greets
	now   int           // connections that are open
	most  int
	total int
}

func (h *mailHost) set(state string) { h.mu.Lock(); h.state = state; h.mu.Unlock() }

func (h *mailHost) runs() int { h.mu.Lock(); defer h.mu.Unlock(); return h.total }

func (h *mailHost) dial(context.Context, string, string) (net.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	if h.state == "refused" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	server := imapUntilAuth("C: a2 LOGOUT", "S: a2 OK")
	if h.state == "hung" {
		server = script{hang}
	}
	h.now++
	h.most = max(h.most, h.now)
	ours, theirs := net.Pipe()
	go func() {
		time.Sleep(h.delay)
		server.play(theirs, tls.Certificate{})
	}()
	return &counted{Conn: ours, closed: sync.OnceFunc(func() { h.mu.Lock(); h.now--; h.mu.Unlock() })}, nil
}

type counted struct {
	net.Conn
	closed func()
}

func (c *counted) Close() error { c.closed(); return c.Conn.Close() }

// memory is a Store at the edge of the virtual clock, which no real one can
// live in.
type memory struct {
	mu       sync.Mutex
	broken   string // "" works, "refuses" or "hangs"
	outages  map[string]Outage
	order    []string
	states   map[string]CheckState
	runs     []Result
	blips    []Blip
	canaries []Canary
	until    time.Time
	segments []Segment
	exhibits []Exhibit
}

func newMemory() *memory {
	return &memory{outages: map[string]Outage{}, states: map[string]CheckState{}}
}

func (m *memory) kept() int { m.mu.Lock(); defer m.mu.Unlock(); return len(m.order) }

func (m *memory) set(broken string) { m.mu.Lock(); m.broken = broken; m.mu.Unlock() }

func (m *memory) works(ctx context.Context) error {
	m.mu.Lock()
	broken := m.broken
	m.mu.Unlock()
	switch broken {
	case "refuses":
		return errors.New("disk full")
	case "hangs":
		<-ctx.Done()
		return ctx.Err()
	}
	return ctx.Err()
}

func (m *memory) Save(ctx context.Context, f Facts) error {
	if err := m.works(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range f.Outages {
		if _, ok := m.outages[o.ID]; !ok {
			m.order = append(m.order, o.ID)
		}
		m.outages[o.ID] = o
	}
	m.canaries = newest(m.canaries, f.Canaries)
	for _, s := range f.States {
		m.states[s.Check] = s
	}
	m.runs, m.blips = append(m.runs, f.Runs...), append(m.blips, f.Blips...)
	m.until = f.WatchedUntil
	m.segments, m.exhibits = append(m.segments, f.Segments...), append(m.exhibits, f.Exhibits...)
	return nil
}

func (m *memory) Upkeep(ctx context.Context, _ time.Time) error { return m.works(ctx) }

func (m *memory) Outages(_ context.Context, since time.Time) ([]Outage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Outage
	for _, id := range m.order {
		if o := m.outages[id]; o.Open() || !o.End.Best.Before(since) {
			list = append(list, o)
		}
	}
	return list, nil
}

func (m *memory) Canaries(_ context.Context, since time.Time) ([]Canary, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Canary
	for _, c := range m.canaries {
		if !c.SubmittedAt.Before(since) {
			list = append(list, c)
		}
	}
	return list, nil
}

func (m *memory) CheckStates(context.Context) ([]CheckState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []CheckState
	for _, s := range m.states {
		list = append(list, s)
	}
	return list, nil
}

// witness is an Observer that remembers.
type witness struct {
	mu       sync.Mutex
	delay    time.Duration
	outages  []Outage
	at       []time.Time // when it was told of each of them
	warnings []Warning
	last     map[string]ComponentFact
}

func (w *witness) Observe(_ time.Time, ch Changes) {
	time.Sleep(w.delay)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range ch.Outages {
		w.outages, w.at = append(w.outages, o), append(w.at, time.Now())
	}
	w.warnings = append(w.warnings, ch.Warnings...)
	for _, f := range ch.Components {
		if w.last == nil {
			w.last = map[string]ComponentFact{}
		}
		w.last[f.Component] = f
	}
}

// told is the newest outage, and when it was told; not ok when none was.
func (w *witness) told() (o Outage, at time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.outages); n > 0 {
		return w.outages[n-1], w.at[n-1], true
	}
	return o, at, false
}

// rig is a prober over a host, a store and an observer.
type rig struct {
	host    *mailHost
	store   *memory
	witness *witness
	self    *Check
	checks  func(*Options) // asks other questions; nil: those of options
	clock   func() Clock
	prober  *Prober
	stop    func()
}

func newRig() *rig {
	return &rig{host: &mailHost{}, store: newMemory(), witness: &witness{}}
}

func (r *rig) options() Options {
	o := Options{
		Runner:   &Runner{Dial: r.host.dial},
		Settings: DefaultSettings(),
		Store:    r.store,
		Observer: r.witness,
		Self:     r.self,
		Clock:    r.clock,
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, key := range []string{"imap", "pop3"} {
		o.Components = append(o.Components, Component{Key: key, Host: "elephant"})
		c := testCheck(key, key)
		c.Target.User = ""
		o.Checks = append(o.Checks, c)
	}
	if r.checks != nil {
		r.checks(&o)
	}
	return o
}

// start runs a new prober on what the rig has; before is called before it runs.
func (r *rig) start(t *testing.T, before func(*Prober)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := New(r.options())
	if before != nil {
		before(p)
	}
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	r.prober, r.stop = p, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}
