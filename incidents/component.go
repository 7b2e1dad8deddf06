package incidents

import "time"

// Component is what a user knows: "Reading mail (IMAP)". It comes from the
// configuration.
type Component struct {
	Key         string
	Name        string
	Group       string // empty for none
	Description string
	Domain      string // what its outages are of: the host that it or what it needs runs on; empty for itself
	Position    int    // from 1, in the configuration's order
	Role        Role   // empty is RoleOther
	Unwatched   bool   // no check speaks for it
}

// Status of a component, as Statuspage names them.
type Status string

const (
	Operational      Status = "operational"
	DegradedPerf     Status = "degraded_performance"
	PartialOutage    Status = "partial_outage"
	MajorOutage      Status = "major_outage"
	UnderMaintenance Status = "under_maintenance"
)

// ComponentFact is what the machine knows of a component now.
type ComponentFact struct {
	Component string
	Status    Status
	// Answering says that a component that counts as down is passing again and
	// is being watched before it counts as up.
	Answering bool
	Watched   bool      // some check of it has ever passed
	Since     time.Time // of Status; zero when unknown
	CheckedAt time.Time // newest conclusive check; zero for never
	GoodAt    time.Time // newest check that passed; zero for never
	StaleAt   time.Time // from when CheckedAt is too old to say anything
}

// recent reports whether a check passed within the last two intervals.
func (f ComponentFact) recent(now time.Time) bool {
	// It is stale three intervals after its newest check.
	every := f.StaleAt.Sub(f.CheckedAt) / 3
	return f.StaleAt.IsZero() || !now.After(f.GoodAt.Add(2*every))
}

// ComponentView is a component as readers see it at one moment.
type ComponentView struct {
	Component
	ComponentFact
	// NoData says that nothing is known of it now: it has never been checked,
	// or not for too long. Status is then its last and must not be shown as
	// current.
	NoData bool
	// Days are the last 90 in the site's zone, the oldest first and today the
	// last, and Uptime90 is all of them together. Today's may be a minute old.
	// Both are empty in a snapshot of the zero moment.
	Days     []Day
	Uptime90 Tally
	Past     Timeline // what there is to compute months and years from
}

// Indicator is the state of the whole page, as Statuspage names them: "none",
// "minor", "major", "critical".
type Indicator string

const (
	IndicatorNone     Indicator = "none"
	IndicatorMinor    Indicator = "minor"
	IndicatorMajor    Indicator = "major"
	IndicatorCritical Indicator = "critical"
)
