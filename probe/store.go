package probe

import (
	"context"
	"time"
)

// CheckState is what of a check outlives a restart.
type CheckState struct {
	Check      string
	State      State
	Since      time.Time // of State
	EverOK     bool      // it has passed at least once; until then it announces nothing
	LastGoodAt time.Time // end of the last good run; zero when there was none
	LastRunAt  time.Time // end of the last run that was conclusive
	Reason     Reason    // of the last failing run
	// WatchedAt is when all of this was still looked after.
	WatchedAt time.Time
	Runs      int64 // conclusive ones, by which Failures are counted
	// Failures are the newest that were not confirmed, oldest first, at most 16.
	Failures []Failure
}

// Facts are what is saved together. Saving the same fact again changes nothing.
type Facts struct {
	// WatchedUntil is how far the picture reaches: what holds last of a
	// component has held until then, and nobody knows for how much longer.
	WatchedUntil time.Time
	Outages      []Outage // each replaces what was known under its ID
	// Runs are all that ended, good ones without their evidence.
	Runs   []Result
	States []CheckState // as they are after the runs
	Blips  []Blip
	// Segments are in the order in which they were told: each one replaces what
	// was known of the time after its From.
	Segments []Segment
	Exhibits []Exhibit
	// Mishaps are warnings of the prober and its machine, not of a check.
	Mishaps []Warning
	// Canaries each replace what was known under their ID.
	Canaries []Canary
}

// Store keeps facts. Each method is one transaction; what it was given is on
// disk when it returns nil.
type Store interface {
	// Save writes facts, all of them or none.
	Save(ctx context.Context, f Facts) error
	// Upkeep does a small part of the work that keeps the store small, for
	// facts saved until now. It is called at most once a second, after a Save.
	Upkeep(ctx context.Context, now time.Time) error
	// Outages returns those that were open at or after since, oldest first.
	Outages(ctx context.Context, since time.Time) ([]Outage, error)
	// Canaries returns those submitted at or after since, oldest first.
	Canaries(ctx context.Context, since time.Time) ([]Canary, error)
	// CheckStates returns the state of every check ever saved.
	CheckStates(ctx context.Context) ([]CheckState, error)
}
