package probe

import "time"

// Failure is a failing run that no outage came of.
type Failure struct {
	At   time.Time `json:"at"`
	Run  int64     `json:"run"`  // its number among the check's conclusive runs
	Blip bool      `json:"blip"` // the first of those in a row
}

// When failures that are not confirmed make an intermittent failure.
const (
	fitBlips       = 4 // in a row of their own, within fitBlipsWithin
	fitBlipsWithin = time.Hour
	fitFailures    = 5 // among the last fitRuns, the newest within fitNewest
	fitRuns        = 720
	fitNewest      = 30 * time.Minute

	keepFailures = 32
)

// unconfirmed are failures that were not confirmed, as far as a machine
// remembers them.
type unconfirmed struct {
	runs     int64 // conclusive ones
	failures []Failure
	pending  []Failure // not yet confirmed, and not yet blips
	goodAt   time.Time // end of the good run behind the newest of failures
}

// failed notes a failing run.
func (m *unconfirmed) failed(at time.Time) {
	m.pending = append(m.pending, Failure{At: at, Run: m.runs, Blip: len(m.pending) == 0})
}

// confirmed forgets what has become an outage.
func (m *unconfirmed) confirmed() { m.pending = nil }

// passed makes blips of what is pending.
func (m *unconfirmed) passed(end time.Time) {
	if len(m.pending) == 0 {
		return
	}
	m.failures, m.pending, m.goodAt = append(m.failures, m.pending...), nil, end
	m.failures = m.failures[max(len(m.failures)-keepFailures, 0):]
}

// fitful reports whether the failures make an intermittent one, and the first
// of those that do.
func (m *unconfirmed) fitful(now time.Time) (since time.Time, ok bool) {
	since = now
	hour, recent := 0, 0
	for _, f := range m.failures {
		if f.Blip && now.Sub(f.At) <= fitBlipsWithin {
			hour++
		}
		if m.runs-f.Run < fitRuns {
			recent++
		}
	}
	if hour < fitBlips && (recent < fitFailures || now.Sub(m.failures[len(m.failures)-1].At) > fitNewest) {
		return time.Time{}, false
	}
	for _, f := range m.failures {
		if now.Sub(f.At) <= fitBlipsWithin || recent >= fitFailures && m.runs-f.Run < fitRuns {
			return f.At, true
		}
	}
	return time.Time{}, false
}
