package probe

import "time"

// Failure is a failure of a check that was not confirmed: a blip, whatever the
// number of runs that failed in a row.
type Failure struct {
	At  time.Time `json:"at"`
	Run int64     `json:"run"` // number of the run that passed again, among the conclusive ones
}

// When failures that are not confirmed make an intermittent failure.
const (
	fitHour     = 4 // of them within an hour
	fitFailures = 5 // or of them among the last fitRuns runs, the newest within fitNewest
	fitRuns     = 720
	fitNewest   = 30 * time.Minute

	keepFailures = 16
)

// unconfirmed are failures that were not confirmed, as far as a machine
// remembers them.
type unconfirmed struct {
	runs     int64 // conclusive ones
	failures []Failure
	goodAt   time.Time // end of the good run behind the newest of failures
}

// passed notes a failure from since on that passed again.
func (m *unconfirmed) passed(since, end time.Time) {
	m.failures, m.goodAt = append(m.failures, Failure{At: since, Run: m.runs}), end
	m.failures = m.failures[max(len(m.failures)-keepFailures, 0):]
}

// fitful is the failures that make an intermittent one; none when they do not.
func (m *unconfirmed) fitful(now time.Time) []Failure {
	var hour, recent []Failure
	for _, f := range m.failures {
		if now.Sub(f.At) <= time.Hour {
			hour = append(hour, f)
		}
		if m.runs-f.Run < fitRuns {
			recent = append(recent, f)
		}
	}
	switch {
	case len(recent) >= fitFailures && now.Sub(recent[len(recent)-1].At) <= fitNewest:
		return recent
	case len(hour) >= fitHour:
		return hour
	}
	return nil
}
