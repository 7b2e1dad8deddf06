package probe

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Options are what a Prober is made of.
type Options struct {
	Runner     *Runner // nil: the zero Runner
	Checks     []Check
	Components []Component
	Settings   Settings
	Store      Store        // nil: nothing is kept
	Observer   Observer     // nil: nobody is told
	Log        *slog.Logger // nil: slog.Default()
	// Self is a check of a server within this process (Loopback). While that
	// fails too, no failure is believed. nil: every one is.
	Self *Check
	// Clock tells steps of the wall clock and sleeps of the machine; nil: they
	// go unnoticed.
	Clock func() Clock
}

// Prober runs the checks on their schedule, keeps the Tracker, saves what it
// finds and tells the Observer. All methods may be called at any time from any
// goroutine, also before Run; none of them waits for a run, the store or the
// observer.
type Prober struct {
	runner *Runner
	store  Store
	teller *teller
	wake   chan struct{}
	jury   *jury
	clock  func() Clock
	watch  sentinels

	mu         sync.Mutex // guards what follows
	tracker    *Tracker
	slots      map[string]*slot
	queue      queue // of those that are not running
	pulse      pulse
	figures    Figures
	loaded     bool // what the store knows was restored
	ended      bool
	early      []earlyExit
	maintained []string
}

type earlyExit struct {
	now  time.Time
	exit Exit
}

// remember is how far back ended outages are read at start: no interval may
// begin before the end of the one before it.
const remember = 24 * time.Hour

// New makes a Prober that has not begun.
func New(o Options) *Prober {
	if o.Runner == nil {
		o.Runner = &Runner{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	p := &Prober{
		runner:  o.Runner,
		store:   o.Store,
		teller:  newTeller(o.Store, o.Observer, o.Log),
		wake:    make(chan struct{}, 1),
		jury:    newJury(o.Runner, o.Self, o.Settings.Anchors),
		clock:   o.Clock,
		tracker: NewTracker(o.Settings, o.Components, o.Checks),
		slots:   map[string]*slot{},
	}
	for _, c := range p.equip(o.Checks) {
		p.slots[c.Key] = &slot{check: c, at: outside}
	}
	p.watch.set(p.posts(o.Components, o.Settings))
	return p
}

// Run restores what the Store knows and then probes until ctx ends; every
// check runs within the first second, but for those with a Schedule of which
// no turn was missed. It returns nil when all runs have ended
// and what was found is saved, and an error only when the Store could not be
// read at start. It is to be called once.
func (p *Prober) Run(ctx context.Context) error {
	if err := p.load(ctx); err != nil {
		return err
	}
	var teller, runs sync.WaitGroup
	teller.Go(func() { p.teller.run(ctx) })
	runs.Go(func() { p.watch.run(ctx, p) })
	runs.Go(func() { p.jury.run(ctx, p.doubt) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		due, wait := p.due()
		for _, d := range due {
			runs.Go(func() {
				r := p.runner.Run(ctx, d.check)
				p.answered(d.slot)
				p.finish(ctx, d.slot, p.weigh(ctx, d.check, r))
			})
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-timer.C:
		}
	}
	runs.Wait()
	teller.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.ended = true
	for _, s := range p.slots {
		s.leave()
	}
	p.publish(now, p.tracker.Stop(now), facts{})
	p.teller.close(p.tracker.States())
	return nil
}

// load restores the state of the last time, and then what was told since.
func (p *Prober) load(ctx context.Context) error {
	var (
		states  []CheckState
		outages []Outage
		err     error
	)
	now := time.Now()
	if p.store != nil {
		if states, err = p.store.CheckStates(ctx); err != nil {
			return fmt.Errorf("reading the states of the checks: %w", err)
		}
		if outages, err = p.store.Outages(ctx, now.Add(-remember)); err != nil {
			return fmt.Errorf("reading the outages: %w", err)
		}
	}
	if err := p.loadCanaries(ctx, now); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tracker.Restore(states, outages)
	p.loaded = true
	ch := p.tracker.Retire(now)
	ch.Components = p.tracker.Components()
	p.publish(now, ch, facts{})
	p.maintain(now)
	for _, e := range p.early {
		p.exit(e.now, e.exit)
	}
	p.early = nil
	for _, s := range p.slots {
		s.next = p.first(now, s)
		p.queue.put(s)
	}
	p.pulse.begin(now, p.clock)
	return nil
}

// publish hands changes on, to be saved and told, and starts what they ask
// for. The caller holds mu, so they are told in order.
func (p *Prober) publish(now time.Time, ch Changes, keep facts) {
	p.teller.put(told{now.UTC(), ch}, keep)
	p.kick(ch.Kick)
}

func (p *Prober) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Kick makes the named checks run at once, and once more when they are running
// now.
func (p *Prober) Kick(checks ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kick(checks)
}

// Exit tells of the end of a supervised process. Before Run it is kept until
// the state of the last time is restored.
func (p *Prober) Exit(e Exit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !p.loaded {
		p.early = append(p.early, earlyExit{now, e})
		return
	}
	p.exit(now, e)
}

func (p *Prober) exit(now time.Time, e Exit) {
	ch := p.tracker.Exit(now, e)
	p.publish(now, ch, facts{states: byCheck(p.tracker.States()), urgent: true})
}

// Ready tells that a supervised process is up again: what is not known to work
// is asked at once.
func (p *Prober) Ready() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.publish(now, p.tracker.Ready(now), facts{})
}

// Maintain says which components are under maintenance from now on; those that
// are not named are no longer (Tracker.Maintain). It may be called as often as
// one likes: what stays as it is changes nothing.
func (p *Prober) Maintain(components []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.maintained = slices.Clone(components)
	if p.loaded {
		p.maintain(time.Now())
	}
}

func (p *Prober) maintain(now time.Time) {
	if ch := p.tracker.Maintain(now, p.maintained); !ch.empty() {
		p.publish(now, ch, facts{states: byCheck(p.tracker.States()), urgent: true})
	}
}

// Components is where every component stands, in the configuration's order.
func (p *Prober) Components() []ComponentFact {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tracker.Components()
}

// UnsavedSince is when the store began to refuse facts, zero when it has taken
// all that it was given.
func (p *Prober) UnsavedSince() time.Time { return p.teller.refusedSince() }

// Update replaces checks, components and settings. A check whose key,
// component and target stay keeps its state; any other begins anew and runs at
// once. The settings count from the next run of each check on.
func (p *Prober) Update(checks []Check, components []Component, settings Settings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	checks = p.equip(checks)
	ch := p.tracker.Update(now, components, checks, settings)
	p.jury.rely(settings.Anchors)
	old := p.slots
	p.slots = map[string]*slot{}
	for _, c := range checks {
		s := old[c.Key]
		if s == nil || s.check.Component != c.Component || s.check.Target != c.Target {
			s = &slot{next: now, at: outside}
		} else if !s.check.rhythm().Next(now).Equal(c.rhythm().Next(now)) {
			s.next = now
		}
		s.check = c
		p.slots[c.Key] = s
	}
	for key, s := range old {
		if p.slots[key] != s {
			s.leave()
		}
	}
	p.queue.fill(p.slots)
	p.watch.set(p.posts(components, settings))
	p.nudge()
	p.publish(now, ch, facts{states: byCheck(p.tracker.States()), urgent: true})
}
