package probe

// facts wait to be saved.
type facts struct {
	outages  []Outage // each ID once, the newest value
	runs     []Result
	blips    []Blip
	canaries []Canary // each ID once, the newest value
	states   map[string]CheckState
	urgent   bool // there is more than runs of checks that go on as they were
	dropped  int  // runs, blips and test messages that were too many
}

const (
	keepCanaries = 4_000  // test messages that wait likewise
	keepRuns     = 20_000 // runs and blips that wait while the store refuses
	keepEvidence = 4_000  // the newest of them, which keep their evidence
)

// take adds what of the changes is saved.
func (f *facts) take(ch Changes) {
	f.outages = append(f.outages, ch.Outages...)
	f.blips = append(f.blips, ch.Blips...)
	f.canaries = append(f.canaries, ch.Canaries...)
	f.urgent = f.urgent || len(ch.Outages)+len(ch.Blips)+len(ch.Canaries) > 0
}

// add takes in newer facts.
func (f *facts) add(n facts) {
	for _, o := range n.outages {
		f.addOutage(o)
	}
	f.addRuns(n.runs)
	f.blips = append(f.blips, n.blips...)
	if over := len(f.blips) - keepRuns; over > 0 {
		f.blips, f.dropped = f.blips[over:], f.dropped+over
	}
	f.canaries = newest(f.canaries, n.canaries)
	if over := len(f.canaries) - keepCanaries; over > 0 {
		f.canaries, f.dropped = f.canaries[over:], f.dropped+over
	}
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
	if over := len(f.runs) - keepRuns; over > 0 {
		f.runs, f.dropped = f.runs[over:], f.dropped+over
	}
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

// part is what the next transaction saves, with at most so many runs, and what
// is left after it.
func (f *facts) part(runs int) (next Facts, rest facts) {
	n := min(len(f.runs), runs)
	next = Facts{Outages: f.outages, Blips: f.blips, Canaries: f.canaries, Runs: f.runs[:n]}
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

func byCheck(states []CheckState) map[string]CheckState {
	m := make(map[string]CheckState, len(states))
	for _, s := range states {
		m[s.Check] = s
	}
	return m
}
