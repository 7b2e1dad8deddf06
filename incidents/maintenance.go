package incidents

import (
	"slices"
	"time"
)

// The states of a maintenance, as Statuspage names them.
const (
	Scheduled  State = "scheduled"
	InProgress State = "in_progress"
	Verifying  State = "verifying" // the work is over; whether all works is yet to be seen
	Completed  State = "completed"
)

// Maintenance is planned downtime. It is never written to once the desk has
// published it.
type Maintenance struct {
	ID         string
	Title      string
	State      State
	Components []string  // keys of what may not work meanwhile
	Start, End time.Time // as announced
	StartedAt  time.Time // zero until it has begun
	EndedAt    time.Time // when the work was over; zero until then
	Canceled   bool      // it is Completed without having begun
	CreatedAt  time.Time
	CreatedBy  string
	Updates    []Update // oldest first, with the maintenance's ID as IncidentID
}

// Path is its place below the site's URL, without a leading slash.
func (m *Maintenance) Path() string { return "maintenance/" + m.ID }

// Latest is the newest update; there is at least one.
func (m *Maintenance) Latest() *Update { return &m.Updates[len(m.Updates)-1] }

// Active reports whether the work goes on.
func (m *Maintenance) Active() bool { return m.State == InProgress }

func (m *Maintenance) clone() *Maintenance {
	c := *m
	c.Updates = slices.Clone(m.Updates)
	return &c
}

// UnderMaintenance are the keys of the components that are under maintenance
// at now, each once.
func (s *Snapshot) UnderMaintenance(now time.Time) []string {
	var keys []string
	for _, m := range s.Maintenances {
		begun := m.State == InProgress || m.State == Scheduled && !now.Before(m.Start)
		if !begun || !now.Before(m.End) {
			continue
		}
		for _, key := range m.Components {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// Maintenance finds a maintenance by its ID, nil when there is none.
func (s *Snapshot) Maintenance(id string) *Maintenance {
	for _, m := range s.Maintenances {
		if m.ID == id {
			return m
		}
	}
	return nil
}
