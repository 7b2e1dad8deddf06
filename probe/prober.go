package probe

import (
	"context"
	"log/slog"
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
}

// Prober runs the checks on their schedule, keeps the Tracker, saves what it
// finds and tells the Observer. All methods may be called at any time from any
// goroutine, also before Run.
type Prober struct{}

// New makes a Prober that has not begun.
func New(o Options) *Prober { return &Prober{} }

// Run restores what the Store knows and then probes until ctx ends. It returns
// nil then, and an error only when the Store could not be read at start.
func (p *Prober) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Kick makes the named checks run at once.
func (p *Prober) Kick(checks ...string) {}

// Exit tells of the end of a supervised process.
func (p *Prober) Exit(e Exit) {}

// Ready tells that a supervised process is up again.
func (p *Prober) Ready() {}

// Components is where every component stands, in the configuration's order.
func (p *Prober) Components() []ComponentFact { return nil }

// Update replaces checks and components, keeping the state of those that did
// not change.
func (p *Prober) Update(checks []Check, components []Component) {}
