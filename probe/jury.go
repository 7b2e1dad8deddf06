package probe

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// jury says whether a failure is to be believed. It is asked after the failure,
// and looks then: an answer from before would be of another moment.
type jury struct {
	runner *Runner
	self   *Check // nil: we are always fine

	mu      sync.Mutex // guards what follows
	anchors []Target
	next    *session // that which has not begun
	busy    bool
}

// session is one look at ourselves, for all who asked before it began.
type session struct {
	done   chan struct{}
	far    bool // anchors are to be asked too
	self   finding
	anchor finding
}

// finding is why we are at fault; empty when we are not.
type finding struct {
	reason Reason
	detail string
}

const (
	selfTimeout   = 4 * time.Second
	selfLate      = 2 * time.Second // an answer that took longer shows that we are too slow
	selfEvery     = 30 * time.Second
	anchorTimeout = 3 * time.Second
)

func newJury(r *Runner, self *Check, anchors []Target) *jury {
	return &jury{runner: r, self: self, anchors: anchors}
}

func (j *jury) rely(anchors []Target) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.anchors = anchors
}

// run looks at ourselves every now and then until ctx ends, and tells when we
// were not fine.
func (j *jury) run(ctx context.Context, ill func(from time.Time, r Reason)) {
	if j.self == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(selfEvery):
		}
		from := time.Now()
		if v := j.ask(ctx, false); v.reason != "" {
			ill(from, v.reason)
		}
	}
}

// ask looks at ourselves; far is for a failure of a target that is not within
// this machine.
func (j *jury) ask(ctx context.Context, far bool) finding {
	j.mu.Lock()
	far = far && len(j.anchors) > 0
	if j.self == nil && !far {
		j.mu.Unlock()
		return finding{}
	}
	if j.next == nil {
		j.next = &session{done: make(chan struct{})}
	}
	s := j.next
	s.far = s.far || far
	if !j.busy {
		j.busy = true
		go j.sit(ctx)
	}
	j.mu.Unlock()
	<-s.done
	if s.self.reason == "" && far {
		return s.anchor
	}
	return s.self
}

// sit holds sessions as long as somebody waits for one. They end soon after ctx
// does.
func (j *jury) sit(ctx context.Context) {
	for {
		j.mu.Lock()
		s := j.next
		if s == nil {
			j.busy = false
			j.mu.Unlock()
			return
		}
		j.next = nil
		anchors := j.anchors
		j.mu.Unlock()
		var both sync.WaitGroup
		both.Go(func() { s.self = j.look(ctx) })
		if s.far {
			both.Go(func() { s.anchor = j.reach(ctx, anchors) })
		}
		both.Wait()
		close(s.done)
	}
}

// look asks the server within this process.
func (j *jury) look(ctx context.Context) finding {
	if j.self == nil {
		return finding{}
	}
	c := *j.self
	c.Timeout = selfTimeout
	r := j.runner.Run(ctx, c)
	switch {
	case ctx.Err() != nil:
		return finding{}
	case !r.Verdict.Good():
		return finding{Reason("self." + r.Reason.Cause()), fmt.Sprintf("a server within this process did not answer: %s", r.Reason)}
	case r.Took > selfLate:
		return finding{"self.lag", fmt.Sprintf("a server within this process answered after %v", r.Took.Round(time.Millisecond))}
	}
	return finding{}
}

// reach asks the anchors, and is content with one that answers. A refusal is an
// answer.
func (j *jury) reach(ctx context.Context, anchors []Target) finding {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan Result, len(anchors))
	for _, a := range anchors {
		go func() { results <- j.runner.RunTarget(ctx, a, nil, anchorTimeout) }()
	}
	var failed Result
	for range anchors {
		failed = <-results
		if failed.Verdict.Good() || failed.proven() > 0 || failed.Reason == "connect.refused" {
			return finding{}
		}
	}
	return finding{Reason("anchor." + failed.Reason.Cause()), fmt.Sprintf("none of %d anchors answered, %s: %s", len(anchors), failed.Target, failed.Reason)}
}

// Near reports whether no network lies between us and the target, because it is
// this machine.
func (t Target) Near() bool {
	if a, ok := t.literal(); ok {
		return a.Unmap().IsLoopback()
	}
	return t.Local() || t.Host == "localhost"
}

// weigh makes a failure inconclusive when we ourselves may be its cause.
func (p *Prober) weigh(ctx context.Context, c Check, r Result) Result {
	if r.Verdict != Fail || r.Reason.Rejected() {
		return r
	}
	v := p.jury.ask(ctx, !c.Target.Near())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beat(time.Now())
	if v.reason == "" {
		if v.reason = p.pulse.illWithin(r.StartedAt, r.EndedAt()); v.reason == "" {
			return r
		}
		v.detail = "this process stood still"
	}
	if p.figures.Doubted == nil {
		p.figures.Doubted = map[Reason]int64{}
	}
	p.figures.Doubted[v.reason]++
	r.Detail = (&transcript{}).clean(fmt.Sprintf("%s; %s", r.Reason, v.detail), maxDetail)
	r.Verdict, r.Reason = Inconclusive, v.reason
	return r
}

// doubt notes that we were not fine from then to now.
func (p *Prober) doubt(from time.Time, why Reason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulse.illFrom, p.pulse.illTo, p.pulse.ill = from, time.Now(), why
}
