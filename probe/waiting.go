package probe

import "slices"

// facts wait to be saved.
type facts struct {
	outages  []Outage // each ID once, the newest value
	runs     []Result
	blips    []Blip
	states   map[string]CheckState
	segments []Segment // in the order in which they were told
	exhibits []Exhibit
	mishaps  []Warning
	canaries []Canary // each ID once, the newest value
	urgent   bool     // there is more than runs of checks that go on as they were
	dropped  int      // those that were too many
}

const (
	keepRuns     = 20_000 // that wait while the store refuses
	keepEvidence = 4_000  // the newest of them, which keep their evidence
	keepBlips    = 10_000
	keepSegments = 10_000
	keepExhibits = 200
	keepMishaps  = 200
	keepCanaries = 4_000
)

// take adds what of the changes is saved.
func (f *facts) take(ch Changes) {
	f.outages = append(f.outages, ch.Outages...)
	f.blips = append(f.blips, ch.Blips...)
	f.segments = append(f.segments, ch.Segments...)
	f.canaries = append(f.canaries, ch.Canaries...)
	for _, w := range ch.Warnings {
		if w.Check == "" && w.Reason != "" {
			f.mishaps = append(f.mishaps, w)
		}
	}
	f.urgent = f.urgent || len(f.mishaps)+len(ch.Outages)+len(ch.Blips)+len(ch.Segments)+len(ch.Canaries) > 0
}

// add takes in newer facts.
func (f *facts) add(n facts) {
	for _, o := range n.outages {
		f.addOutage(o)
	}
	f.addRuns(n.runs)
	for _, s := range n.segments {
		f.addSegment(s)
	}
	f.blips = atMost(append(f.blips, n.blips...), keepBlips, &f.dropped)
	f.segments = atMost(f.segments, keepSegments, &f.dropped)
	f.exhibits = atMost(append(f.exhibits, n.exhibits...), keepExhibits, &f.dropped)
	f.mishaps = atMost(append(f.mishaps, n.mishaps...), keepMishaps, &f.dropped)
	f.canaries = atMost(newest(f.canaries, n.canaries), keepCanaries, &f.dropped)
	if f.states == nil {
		f.states = map[string]CheckState{}
	}
	for key, s := range n.states {
		f.states[key] = s
	}
	f.urgent = f.urgent || n.urgent
	f.dropped += n.dropped
}

// addRuns takes in newer runs. Older ones give way: first their evidence, then
// they themselves.
func (f *facts) addRuns(runs []Result) {
	late := max(len(f.runs)-keepEvidence, 0)
	for _, r := range runs {
		if r.Verdict == OK {
			r = r.bare()
		}
		r.StartedAt = r.StartedAt.UTC()
		f.runs = append(f.runs, r)
	}
	for i := late; i < len(f.runs)-keepEvidence; i++ {
		f.runs[i] = f.runs[i].bare()
	}
	f.runs = atMost(f.runs, keepRuns, &f.dropped)
}

func (f *facts) addOutage(o Outage) {
	for i := range f.outages {
		if f.outages[i].ID == o.ID {
			f.outages[i] = o
			return
		}
	}
	f.outages = append(f.outages, o)
}

// addSegment leaves out what the store would forget at once.
func (f *facts) addSegment(s Segment) {
	f.segments = slices.DeleteFunc(f.segments, func(old Segment) bool {
		return old.Component == s.Component && !old.From.Before(s.From)
	})
	f.segments = append(f.segments, s)
}

// part is what the next transaction saves, with at most so many runs, and what
// is left after it.
func (f *facts) part(runs int) (next Facts, rest facts) {
	n := min(len(f.runs), runs)
	next = Facts{Outages: f.outages, Blips: f.blips, Segments: f.segments, Exhibits: f.exhibits, Mishaps: f.mishaps, Canaries: f.canaries, Runs: f.runs[:n]}
	for _, s := range f.states {
		next.States = append(next.States, s)
	}
	return next, facts{runs: f.runs[n:]}
}

// bare is the run without its evidence.
func (r Result) bare() Result {
	r.Mechanism, r.Peer, r.TLS, r.Detail, r.Transcript = "", "", nil, "", nil
	return r
}

// atMost is so much of the end of the list.
func atMost[T any](list []T, most int, dropped *int) []T {
	over := max(len(list)-most, 0)
	*dropped += over
	return list[over:]
}

func byCheck(states []CheckState) map[string]CheckState {
	m := make(map[string]CheckState, len(states))
	for _, s := range states {
		m[s.Check] = s
	}
	return m
}
