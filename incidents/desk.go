package incidents

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Site is what the words need to know of the place they are read at.
type Site struct {
	Name string
	Zone *time.Location // of every time in a sentence; nil means UTC
	// Words are the language of what the desk says; nil means English. What it
	// has said stays as it is.
	Words Words
}

func (s Site) whole() Site {
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.Words == nil {
		s.Words = English
	}
	return s
}

// Settings are the desk's waits (DESIGN §5, steps 5 to 7). All are taken as
// they are; zero is no wait.
type Settings struct {
	PublishAfter time.Duration // how long feeds and notices wait for the story: 30s
	ResolveAfter time.Duration // without failure, until a single outage is resolved: 1h
	QuietPeriod  time.Duration // within which outages belong to one thread: 24h
}

// DefaultSettings are those of a configuration that names none.
func DefaultSettings() Settings {
	return Settings{PublishAfter: 30 * time.Second, ResolveAfter: time.Hour, QuietPeriod: 24 * time.Hour}
}

// Options are what a Desk is made of.
type Options struct {
	Store      Store // nil keeps the story in memory only
	Site       Site
	Components []Component // in the order in which readers see them
	Settings   Settings
	Log        *slog.Logger // nil means none
}

// Desk keeps the threads and is their only writer. All methods are safe for
// concurrent use. Only Load, Tick, Run and what staff do touch the store;
// the others return at once.
//
// At start: Load, then ObserveOutage for every recent fact, oldest first, then
// Run. What happened while nobody was at the desk is so told before anything
// is resolved.
type Desk struct {
	store    Store
	settings Settings
	narrator *narrator
	log      *slog.Logger

	current atomic.Pointer[Snapshot]
	wake    chan struct{} // holds one; Run calls Tick for it

	saving sync.Mutex // one writer to the store; taken before mu

	mu         sync.Mutex // never held across I/O
	components []Component
	facts      map[string]ComponentFact
	past       history
	canaries   []Canary  // the newest, in order of sending
	threads    []*thread // oldest first
	plans      []*plan   // the first to start first
	reminded   []Reminder
	unsaved    time.Time // when the store began to refuse
	backoff    time.Duration
	retryAt    time.Time
}

// thread is an incident and how it stands with the store. The incident is
// replaced, never written to.
type thread struct {
	in    *Incident
	dirty bool
	// late says that it was due to be resolved while nobody could tell whether
	// its components worked.
	late bool
}

// NewDesk makes a desk without threads. Its Snapshot says that there is no
// current data.
func NewDesk(o Options) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Site = o.Site.whole()
	d := &Desk{
		store:      o.Store,
		settings:   o.Settings,
		narrator:   newNarrator(o.Site.Words, o.Site.Zone, o.Components),
		log:        o.Log,
		wake:       make(chan struct{}, 1),
		components: append([]Component(nil), o.Components...),
		facts:      map[string]ComponentFact{},
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.publish(time.Time{})
	return d
}

// Snapshot is the newest public picture. It is never nil and never waits.
func (d *Desk) Snapshot() *Snapshot { return d.current.Load() }

// Load reads the threads from the store. It is called once, before anything
// is observed.
func (d *Desk) Load(ctx context.Context) error {
	if d.store == nil {
		return nil
	}
	stored, err := d.store.Incidents(ctx)
	if err != nil {
		return fmt.Errorf("load incidents: %w", err)
	}
	plans, err := d.store.Maintenances(ctx)
	if err != nil {
		return fmt.Errorf("load maintenances: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, in := range stored {
		d.threads = append(d.threads, &thread{in: in})
	}
	d.sortThreads()
	for _, m := range plans {
		d.plans = append(d.plans, &plan{m: m})
	}
	d.publish(d.Snapshot().At)
	d.signal()
	return nil
}

func (d *Desk) sortThreads() {
	sort.SliceStable(d.threads, func(i, j int) bool {
		a, b := d.threads[i].in, d.threads[j].in
		if !a.StartedAt.Equal(b.StartedAt) {
			return a.StartedAt.Before(b.StartedAt)
		}
		return a.ID < b.ID
	})
}

// thread is that of the ID, or the one that it was merged into.
func (d *Desk) thread(id string) *thread {
	for _, t := range d.threads {
		if t.in.ID == id || slices.Contains(t.in.Aliases, id) {
			return t
		}
	}
	return nil
}

func (d *Desk) signal() {
	select {
	case d.wake <- struct{}{}:
	default: // Run has not yet answered the last one and will see this change too
	}
}

// tidy is t as it is stored, so that what was loaded equals what was observed.
func tidy(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Truncate(time.Millisecond).UTC()
}

// earliest is the earlier of two moments of which zero means never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
