package probe

import (
	"context"
	"sync"
	"testing"
	"time"
)

// round is a prober with a canary through an office.
type round struct {
	*rig
	office *office
	route  Route
	told   *listener
	look   time.Duration // from one run to the next
}

// listener is a witness that hears of canaries.
type listener struct {
	*witness
	mu       sync.Mutex
	canaries map[string]Canary
}

func (l *listener) Observe(now time.Time, ch Changes) {
	l.witness.Observe(now, ch)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range ch.Canaries {
		l.canaries[c.ID] = c
	}
}

func newRound(t *testing.T) *round {
	t.Helper()
	parse := func(url string) Target {
		target, err := ParseTarget(url)
		if err != nil {
			t.Fatal(err)
		}
		return target
	}
	p := &round{rig: newRig(), office: newOffice(), look: 30 * time.Second, route: Route{
		Submit: parse("smtp://127.0.0.1?rcpt=probe@example.edu&from=canary@example.edu"),
		IMAP:   parse("imap://probe@127.0.0.1"), POP3: parse("pop3://probe@127.0.0.1"),
		Password: func() (string, error) { return secret, nil },
		Every:    5 * time.Minute, Overdue: 10 * time.Minute, Retry: time.Minute,
	}}
	p.told = &listener{witness: p.witness, canaries: map[string]Canary{}}
	return p
}

// run starts a prober, with what its store knows.
func (p *round) run(t *testing.T) {
	t.Helper()
	route := p.route
	prober := New(Options{
		Runner:     &Runner{Dial: p.office.dial},
		Settings:   DefaultSettings(),
		Components: []Component{{Key: "incoming"}},
		Checks: []Check{{
			Key: "canary", Component: "incoming", Target: route.Submit, Canary: &route, Every: p.look, Timeout: 15 * time.Second,
		}},
		Store: p.store, Observer: p.told, Log: p.options().Log,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- prober.Run(ctx) }()
	p.prober, p.stop = prober, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

// facts are the newest of each message, by its number.
func (p *round) facts() map[int64]Canary {
	p.told.mu.Lock()
	defer p.told.mu.Unlock()
	all := map[int64]Canary{}
	for _, c := range p.told.canaries {
		all[c.Number] = c
	}
	return all
}

// last is the newest run of the canary.
func (p *round) last(t *testing.T) Result {
	t.Helper()
	all := p.prober.Last()
	if len(all) != 1 {
		t.Fatalf("%d results", len(all))
	}
	return all[0]
}
