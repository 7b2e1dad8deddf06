package incidents

import "context"

// Store keeps the story. Each method is one transaction; what it was given is
// on disk when it returns nil.
type Store interface {
	// SaveIncident writes the thread with all that is in it, replacing what was
	// stored under its ID. An update that is stored already keeps its time, and
	// its text unless it has more Edits than are stored; an outage that is
	// stored as ended keeps its times unless its Revision is higher. An outage
	// that belongs to another thread is ErrConflict.
	SaveIncident(ctx context.Context, in *Incident) error
	// MoveStory writes both threads, after what to has of from's outages and
	// updates was made to's own.
	MoveStory(ctx context.Context, to, from *Incident) error
	// Incidents returns every thread that was not merged into another, oldest
	// first.
	Incidents(ctx context.Context) ([]*Incident, error)
	// SaveMaintenance writes the maintenance, replacing what was stored under
	// its ID. An update that is stored already stays as it is.
	SaveMaintenance(ctx context.Context, m *Maintenance) error
	// Maintenances returns every maintenance, the first to start first.
	Maintenances(ctx context.Context) ([]*Maintenance, error)
}
