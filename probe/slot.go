package probe

import (
	"container/heap"
	"context"
	"fmt"
	"time"
)

// slot is one check's place in the schedule.
type slot struct {
	check Check
	next  time.Time
	at    int // in the queue, or outside

	running  bool
	begun    time.Time // when the run began that is running
	answered bool      // and has its answer, which is being weighed
	again    bool      // kicked while running
	overdue  bool      // and staff were told
	last     *Result

	asked  []chan<- Result // who waits for the run that is running
	asking []chan<- Result // who waits for the next one
}

// leave tells those who wait for a run that there will be none.
func (s *slot) leave() {
	for _, to := range append(s.asked, s.asking...) {
		close(to)
	}
	s.asked, s.asking = nil, nil
}

// queue is a heap of slots, the one that is due first on top.
type queue []*slot

const outside = -1

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].next.Before(q[j].next) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i]; q[i].at, q[j].at = i, j }
func (q *queue) Push(x any)        { s := x.(*slot); s.at = len(*q); *q = append(*q, s) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	s := (*q)[last]
	(*q)[last], *q = nil, (*q)[:last]
	s.at = outside
	return s
}

// put takes the slot in, or moves it to where its next turn belongs.
func (q *queue) put(s *slot) {
	if s.at == outside {
		heap.Push(q, s)
		return
	}
	heap.Fix(q, s.at)
}

// fill makes it the queue of these slots.
func (q *queue) fill(slots map[string]*slot) {
	for _, s := range *q {
		s.at = outside
	}
	*q = (*q)[:0]
	for _, s := range slots {
		if !s.running {
			q.Push(s)
		}
	}
	heap.Init(q)
}

// first is when the check runs first after a start at now: within a second, or
// at its next turn when it has a Schedule and missed none.
func (p *Prober) first(now time.Time, s *slot) time.Time {
	soon := Every(time.Second, s.check.Key).Next(now)
	state, ok := p.tracker.State(s.check.Key)
	if s.check.Schedule == nil || !ok || state.State != Up || state.LastRunAt.IsZero() {
		return soon
	}
	if next := s.check.Schedule.Next(state.LastRunAt); next.After(now) {
		return next
	}
	return soon
}

type dueRun struct {
	slot  *slot
	check Check
}

// due marks what has to run now as running, and says how long to wait for the
// next.
func (p *Prober) due() ([]dueRun, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.beat(now)
	var due []dueRun
	for len(p.queue) > 0 && !p.queue[0].next.After(now) {
		s := heap.Pop(&p.queue).(*slot)
		p.figures.late(now.Sub(s.next))
		p.figures.skipped(s.check, s.next, now, "late")
		s.running, s.answered, s.begun = true, false, now
		s.asked, s.asking = s.asking, nil
		check := s.check
		check.Timeout = p.tracker.Timeout(s.check.Key)
		due = append(due, dueRun{s, check})
	}
	wait := p.pulse.at.Add(tickEvery).Sub(now)
	if len(p.queue) > 0 {
		wait = min(wait, p.queue[0].next.Sub(now))
	}
	return due, max(wait, 0)
}

// answered notes that the run has ended, and only its weighing may still take
// time.
func (p *Prober) answered(s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.answered = true
}

// finish takes the result of a run in.
func (p *Prober) finish(ctx context.Context, s *slot, r Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.running, s.overdue = false, false
	if ctx.Err() != nil || p.slots[r.Check] != s {
		s.leave()
		return
	}
	s.had(r)
	now := time.Now()
	before, _ := p.tracker.State(r.Check)
	ch := p.tracker.Result(now, r)
	after, _ := p.tracker.State(r.Check)
	if before.State == Up {
		p.figures.skipped(s.check, s.begun, now, "running")
	}
	s.next = p.tracker.Next(r.Check)
	if s.again || len(s.asking) > 0 {
		s.again, s.next = false, now
	}
	p.queue.put(s)
	for _, to := range s.asked {
		to <- r
	}
	s.asked = nil
	p.publish(now, ch, facts{
		runs:   []Result{r},
		states: byCheck([]CheckState{after}),
		urgent: before.State != after.State,
	})
	if p.queue[0] == s {
		p.nudge()
	}
}

func (p *Prober) kick(checks []string) {
	now := time.Now()
	for _, key := range checks {
		s := p.slots[key]
		switch {
		case s == nil || !p.loaded:
		case s.running:
			s.again = true
		default:
			s.next = now
			p.queue.put(s)
		}
	}
	if len(checks) > 0 {
		p.nudge()
	}
}

// Now runs a check outside of its rhythm and returns its result, which counts
// like any other. Where a run is under way, another one follows it. The error
// says that there is no such check, that it was taken out meanwhile or the
// prober has ended, or that ctx has.
func (p *Prober) Now(ctx context.Context, check string) (Result, error) {
	to := make(chan Result, 1)
	if err := p.ask(check, to); err != nil {
		return Result{}, err
	}
	select {
	case r, ok := <-to:
		if !ok {
			return Result{}, fmt.Errorf("running check %q: it is not run any more", check)
		}
		return r, nil
	case <-ctx.Done():
		return Result{}, fmt.Errorf("running check %q: %w", check, context.Cause(ctx))
	}
}

func (p *Prober) ask(check string, to chan<- Result) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.slots[check]
	switch {
	case s == nil:
		return fmt.Errorf("running check %q: there is no such check", check)
	case p.ended:
		return fmt.Errorf("running check %q: the prober has ended", check)
	}
	s.asking = append(s.asking, to)
	p.kick([]string{check})
	return nil
}
