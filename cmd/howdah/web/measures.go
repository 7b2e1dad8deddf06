package web

import (
	"time"

	"howdah/probe"
)

// Measures are figures of the past that the Snapshot does not hold. They are
// asked for at each rendering, so they come from memory.
type Measures interface {
	// Measured is what is known of a component; the zero value when nothing is.
	Measured(component string) Measured
}

// Measured is what was measured of a component.
type Measured struct {
	Checks []CheckTimes // in the configuration's order
	// Blips are when checks failed without an outage, in the last 90 days,
	// oldest first.
	Blips []time.Time
}

// CheckTimes are how long the runs of one check took.
type CheckTimes struct {
	Kind  string         // what readers may know of it: "IMAP"
	Hours []probe.Period // of the last two days, oldest first
	Days  []probe.Period // of the last 30 days, likewise
}

// measured is what the server's measures know of a component.
func (s *Server) measured(component string) Measured {
	if s.measures == nil {
		return Measured{}
	}
	return s.measures.Measured(component)
}
