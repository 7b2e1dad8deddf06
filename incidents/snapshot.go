package incidents

import "time"

// Snapshot is the whole public picture at one moment. It is immutable.
type Snapshot struct {
	Version    uint64    // grows with every change
	At         time.Time // of the change
	Indicator  Indicator // computed from the components
	Headline   string    // one plain sentence on the state, with since when
	Components []ComponentView
	// Incidents holds every thread, the newest first (by start).
	Incidents []*Incident
	// Maintenances holds every planned maintenance, the last to start first.
	Maintenances []*Maintenance
	// UnsavedSince is when the store last began to refuse what the machine
	// says; zero when everything shown is on disk.
	UnsavedSince time.Time

	replaced chan struct{}
}

// Unresolved are the threads that are not resolved, newest first.
func (s *Snapshot) Unresolved() []*Incident {
	var open []*Incident
	for _, in := range s.Incidents {
		if in.State != Resolved {
			open = append(open, in)
		}
	}
	return open
}

// Incident finds a thread by its ID, nil when there is none.
func (s *Snapshot) Incident(id string) *Incident {
	for _, in := range s.Incidents {
		if in.ID == id {
			return in
		}
	}
	return nil
}

// Component finds a component by its key, nil when there is none.
func (s *Snapshot) Component(key string) *ComponentView {
	for i := range s.Components {
		if s.Components[i].Key == key {
			return &s.Components[i]
		}
	}
	return nil
}
