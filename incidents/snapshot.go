package incidents

import (
	"slices"
	"time"
)

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
	// Expected is what staff expect of the threads that still wait for it.
	Expected []Expectation
	// Spared is what the outages that last have left alone.
	Spared []Spared
	// Mail is how long test messages take, by component in the page's order.
	Mail []MailPath
	// Reminders are for staff, not for readers.
	Reminders []Reminder
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

// Incident finds a thread by its ID, or by that of one which was merged into
// it; nil when there is none.
func (s *Snapshot) Incident(id string) *Incident {
	for _, in := range s.Incidents {
		if in.ID == id || slices.Contains(in.Aliases, id) {
			return in
		}
	}
	return nil
}

// Expectation finds what is expected of a thread, nil when nothing is.
func (s *Snapshot) Expectation(incident string) *Expectation {
	for i := range s.Expected {
		if s.Expected[i].IncidentID == incident {
			return &s.Expected[i]
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
