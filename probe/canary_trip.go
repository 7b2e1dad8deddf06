package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// trip is one run of a courier.
type trip struct {
	*courier
	ctx   context.Context
	plan  *Route
	begun time.Time
	fresh *flight // the message that was made in this run; nil for none

	phases     []Phase
	transcript []string
	peer       string
	sending    error // of the submission; nil also when there was none
	blind      error // of a look that did not succeed
	looked     bool  // at least one look did
}

// Ask hands over what is due, looks for what is under way, and judges.
func (k *courier) Ask(ctx context.Context, _ Check) Result {
	t := &trip{courier: k, ctx: ctx, plan: k.route.Load(), begun: time.Now()}
	k.follow(t.plan, t.begun)
	t.fresh = k.launch(t.plan, t.begun)
	defer k.report()
	if t.plan.IMAP == (Target{}) {
		t.submit()
	} else {
		t.watch()
	}
	if t.plan.POP3 != (Target{}) {
		t.lookPOP3()
	}
	t.settle(time.Now())
	return t.result()
}

// share is a context with a part of the time that the run has left, so that
// one server that hangs leaves something to the others.
func (t *trip) share(parts int) (context.Context, context.CancelFunc) {
	deadline, ok := t.ctx.Deadline()
	if !ok {
		return context.WithCancel(t.ctx)
	}
	return context.WithTimeout(t.ctx, time.Until(deadline)/time.Duration(parts))
}

// connection is a conversation within the run. Each has a transcript of its
// own, because two of them go on at once.
func (t *trip) connection(ctx context.Context, to Target, password func() (string, error)) *conn {
	return &conn{ctx: ctx, runner: t.runner, target: to, password: password, begun: time.Now(), log: &transcript{}}
}

// hangUp ends a conversation and keeps what was said.
func (t *trip) hangUp(c *conn) {
	if c.raw != nil {
		_ = c.raw.Close()
	}
	t.transcript = append(t.transcript, "-- "+c.target.String())
	t.transcript = append(t.transcript, c.log.lines...)
}

// phase times a part of the run, which is a conversation. Its error is a
// *stepError that is fit to be shown.
func (t *trip) phase(name string, c *conn, do func() error) error {
	begun := time.Now()
	err := do()
	if ended := (*stepError)(nil); errors.As(err, &ended) {
		err = named(name, &stepError{ended.reason, ended.verdict, c.log.clean(ended.detail, maxDetail)})
	}
	t.phases = append(t.phases, Phase{Name: name, Start: begun.Sub(t.begun), Took: time.Since(begun), OK: err == nil})
	return err
}

// place takes a look at a place, and notes for how long looks have succeeded.
func (t *trip) place(name string, p *place, c *conn, look func() error) {
	begun := time.Now()
	if err := t.phase(name, c, look); err != nil {
		t.blind = err
		p.since = time.Time{}
		return
	}
	t.looked = true
	if p.since.IsZero() {
		p.since = begun
	}
}

// named is the failure of a conversation as one of the run's: a refused
// password stays what it is, and of everything else the cause.
func named(phase string, ended *stepError) error {
	if ended.reason.Rejected() {
		return ended
	}
	return &stepError{Reason(phase + "." + ended.reason.Cause()), ended.verdict, string(ended.reason) + ": " + ended.detail}
}

// watch looks at the mailbox by IMAP, and stays there while messages are
// submitted, until they are announced.
func (t *trip) watch() {
	box := &inbox{imap: &imap{conn: t.connection(t.ctx, t.plan.IMAP, t.plan.Password)}}
	defer t.hangUp(box.conn)
	t.place("seen_imap", &t.imap, box.conn, func() error {
		ctx, cancel := t.share(2)
		defer cancel()
		defer func() { box.ctx = t.ctx }()
		box.ctx = ctx
		if err := box.open(); err != nil {
			return err
		}
		return t.look(box, time.Time{})
	})
	seeing := t.blind == nil
	var news *wait
	if seeing && t.fresh != nil && box.caps["IDLE"] {
		news = box.idle(t.patienceLeft())
	}
	t.submit()
	if !seeing {
		return
	}
	if news != nil {
		t.place("seen_imap", &t.imap, box.conn, func() error { return t.stay(box, news) })
	} else if t.awaited() {
		t.place("seen_imap", &t.imap, box.conn, func() error { return t.poll(box) })
	}
	if t.blind == nil {
		_ = box.logout(box.quit) // it has done its work
	}
}

const (
	// stayMax is how long a run waits for the message that it has submitted, and
	// stayReserve what it keeps of its time for what comes after.
	stayMax     = 5 * time.Second
	stayReserve = 3 * time.Second
	pollEvery   = 500 * time.Millisecond
)

// patienceLeft is how long the run may wait from now on.
func (t *trip) patienceLeft() time.Duration {
	left := stayMax
	if deadline, ok := t.ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)-stayReserve)
	}
	return max(left, 0)
}

// awaited reports whether a message was accepted just now that the mailbox has
// not shown.
func (t *trip) awaited() bool {
	return slices.ContainsFunc(t.flying, func(f *flight) bool {
		return !f.AcceptedAt.Before(t.begun) && f.SeenIMAP.IsZero()
	})
}

// stay waits until the mailbox announces the messages that were submitted.
func (t *trip) stay(box *inbox, news *wait) error {
	until := time.Now().Add(t.patienceLeft())
	for {
		if !t.awaited() {
			news.end()
		}
		<-news.done
		if news.err != nil {
			return news.err
		}
		if err := t.look(box, news.at); err != nil {
			return err
		}
		for t.awaited() && box.exists > box.searched { // announced while we looked
			if err := t.look(box, time.Time{}); err != nil {
				return err
			}
		}
		left := time.Until(until)
		if news.at.IsZero() || !t.awaited() || left <= 0 {
			return nil
		}
		news = box.idle(left)
	}
}

// poll waits for them where the server announces nothing.
func (t *trip) poll(box *inbox) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for until := time.Now().Add(t.patienceLeft()); ; timer.Reset(pollEvery) {
		select {
		case <-timer.C:
		case <-t.ctx.Done():
			return nil
		}
		if err := box.step("noop", budgetCommand, func(context.Context) error { return box.ask("NOOP", "", box.note) }); err != nil {
			return err
		}
		if err := t.look(box, time.Time{}); err != nil {
			return err
		}
		if !t.awaited() || time.Now().After(until) {
			return nil
		}
	}
}

// submit hands over what is due. While messages wait that are not, the server
// is asked whether it would take them, so that the end of an outage is seen
// when it comes.
func (t *trip) submit() {
	list, waiting := t.due(t.fresh, t.begun)
	if !waiting {
		return
	}
	ctx, cancel := t.share(2)
	defer cancel()
	s := newSender(t.connection(ctx, t.plan.Submit, t.plan.SubmitPassword))
	t.sending = t.phase("submit", s.conn, func() error {
		return s.submit(list,
			func(f *flight, at time.Time) { f.AcceptedAt = at; t.publish(f) },
			func(f *flight, at time.Time) { f.Lost, f.DoneAt = true, at })
	})
	t.hangUp(s.conn)
	t.peer = s.peer
	t.land(func(f *flight) bool { return f.Lost })
	switch _, left := t.due(nil, t.begun); {
	case !left:
		t.retryAt = time.Time{}
	case len(list) > maxSubmit && t.sending == nil:
		// The rest follows in the next run.
	case !t.begun.Before(t.retryAt): // else only the new one was tried
		t.retryAt = time.Now().Add(t.plan.Retry)
	}
}

// saw takes a message of ours in the mailbox into account, with the time of the
// announcement that led to it, if one did. It reports whether the message is
// one that is under way.
func (t *trip) saw(s sighting, pushed time.Time) (*flight, bool) {
	i := slices.IndexFunc(t.flying, func(f *flight) bool { return f.ID == s.id })
	if i < 0 {
		return nil, false
	}
	f := t.flying[i]
	if f.ArrivedAt.IsZero() {
		at := time.Now()
		judgeHops(s.hops, f.SubmittedAt, at)
		f.Hops = s.hops
		if !pushed.IsZero() && !f.AcceptedAt.Before(t.begun) {
			f.PushedAt, at = pushed, pushed
		}
		f.ArrivedAt = s.arrival(f.Canary, at)
		if t.altered = ""; !s.intact {
			t.altered = f.ID
		}
		if f.AcceptedAt.IsZero() {
			f.AcceptedAt = f.ArrivedAt // whose acceptance never reached us
		}
	}
	return f, true
}

// stray reports whether a message of ours that is not under way is to be
// removed.
func (t *trip) stray(s sighting, now time.Time) bool {
	if slices.Contains(t.landed, s.id) {
		return true
	}
	newest := s.dated
	for _, h := range s.hops {
		newest = later(newest, h.At)
	}
	return !newest.IsZero() && now.Sub(newest) > strayAfter
}

// result is what the run found.
func (t *trip) result() Result {
	r := Result{StartedAt: t.begun, Took: time.Since(t.begun), Verdict: OK, Phases: t.phases, Peer: t.peer}
	size := 0
	for _, line := range t.transcript {
		if size += len(line); size > maxTranscript {
			break
		}
		r.Transcript = append(r.Transcript, line)
	}
	var ended *stepError
	if err := t.verdict(time.Now()); errors.As(err, &ended) {
		r.Verdict, r.Reason = ended.verdict, ended.reason
		r.Detail = (&transcript{}).clean(ended.detail, maxDetail)
	}
	if r.Verdict.Good() {
		r.Reason = ""
	}
	return r
}

// describe names a message for staff.
func (f *flight) describe() string {
	return fmt.Sprintf("test message %d of %s", f.Number, f.SubmittedAt.UTC().Format(time.RFC3339))
}
