package probe

import "time"

// Period is what the runs of one check came to within an hour or a day of UTC.
type Period struct {
	Check                        string
	Start                        time.Time // UTC
	OK, Slow, Fail, Inconclusive int       // runs that began in it
	// P50, P95 and Max are of how long the good runs took; zero when none was.
	P50, P95, Max time.Duration
	Phases        []PhaseTimes // of the good runs, in the order in which they are taken
}

// PhaseTimes are the latencies of one phase.
type PhaseTimes struct {
	Name     string
	P50, P95 time.Duration
}
