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
}

// Store keeps facts. Each method is one transaction; what it was given is on
// disk when it returns nil. Saving the same fact again changes nothing.
type Store interface {
	// SaveOutage writes the outage with its affected components and exits,
	// replacing what was known under its ID.
	SaveOutage(ctx context.Context, o Outage) error
	// SaveResults writes runs that were not good, and each check's state as it
	// is after them. Good runs are not kept one by one.
	SaveResults(ctx context.Context, runs []Result, states []CheckState, blips []Blip) error
	// Outages returns those that were open at or after since, oldest first.
	Outages(ctx context.Context, since time.Time) ([]Outage, error)
	// CheckStates returns the state of every check ever saved.
	CheckStates(ctx context.Context) ([]CheckState, error)
}
