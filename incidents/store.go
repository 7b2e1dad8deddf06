package incidents

import "context"

// Store keeps the story. Each method is one transaction; what it was given is
// on disk when it returns nil.
type Store interface {
	// SaveIncident writes the thread with its outages and updates, replacing
	// what was stored under its ID. An update that is stored already keeps its
	// text and time; only its announcement may change. An outage that belongs
	// to another thread is ErrConflict.
	SaveIncident(ctx context.Context, in *Incident) error
	// Incidents returns every thread, oldest first.
	Incidents(ctx context.Context) ([]*Incident, error)
}
