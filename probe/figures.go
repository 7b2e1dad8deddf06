package probe

import (
	"maps"
	"slices"
	"time"
)

// Figures say how well the schedule is kept.
type Figures struct {
	// Overdue are the keys of checks whose result is later than it should be
	// by more than their timeout and two seconds. That is a fault of ours.
	Overdue      []string
	OverdueTotal int64 // how often a check became overdue
	// Skipped are turns that were not taken, by why: "late", because the
	// schedule could not be kept, and "running", because the run before lasted.
	Skipped map[string]int64
	Lag     time.Duration // by how much the newest run began too late
	MaxLag  time.Duration // and the worst since the start
	// Doubted are failures that were not believed, by reason.
	Doubted    map[Reason]int64
	ClockSteps int64 // of the wall clock, by more than two seconds
	Suspends   int64 // of the machine, for more than two seconds
	Stalls     int64 // of this process, for more than two seconds
}

// maxSkipped bounds how many turns of one check are counted at a time.
const maxSkipped = 1000

func (f *Figures) late(lag time.Duration) {
	f.Lag = max(lag, 0)
	f.MaxLag = max(f.MaxLag, f.Lag)
}

// skipped counts the check's turns between two moments.
func (f *Figures) skipped(c Check, from, to time.Time, why string) {
	if to.Sub(from) < time.Second {
		return
	}
	rhythm := c.rhythm()
	for range maxSkipped {
		if from = rhythm.Next(from); from.IsZero() || from.After(to) {
			return
		}
		if f.Skipped == nil {
			f.Skipped = map[string]int64{}
		}
		f.Skipped[why]++
	}
}

// Schedule is how well the schedule is kept, as of now.
func (p *Prober) Schedule() Figures {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.figures
	f.Skipped, f.Doubted = maps.Clone(f.Skipped), maps.Clone(f.Doubted)
	now := time.Now()
	for key, s := range p.slots {
		if p.loaded && p.isOverdue(now, s) {
			f.Overdue = append(f.Overdue, key)
		}
	}
	slices.Sort(f.Overdue)
	return f
}

// overdueAfter is how much longer than its timeout a result may take.
const overdueAfter = 2 * time.Second

func (p *Prober) isOverdue(now time.Time, s *slot) bool {
	since := s.next
	if s.running {
		since = s.begun
	}
	limit := s.check.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	return !(s.running && s.answered) && now.Sub(since) > limit+overdueAfter
}
