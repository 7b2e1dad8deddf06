package probe

import (
	"cmp"
	"slices"
	"time"
)

// Last is the newest result of every check that has had one since it was
// configured, by key, without transcripts. One that is so old that it says
// nothing of now is left out. It holds the results of this process only: after
// a restart it is empty until the checks have run.
func (p *Prober) Last() []Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Result
	now := time.Now()
	for _, s := range p.slots {
		if s.last != nil && !now.After(s.check.beat(s.last.EndedAt(), staleAfter)) {
			list = append(list, *s.last)
		}
	}
	slices.SortFunc(list, func(a, b Result) int { return cmp.Compare(a.Check, b.Check) })
	return list
}

// had notes the newest result. The conversation is left out, because there may
// be thousands of checks.
func (s *slot) had(r Result) {
	r.Transcript = nil
	s.last = &r
}
