package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"howdah/cmd/howdah/timeline"
	"howdah/incidents"
	"howdah/probe"
)

const (
	// leadIn is how long all is well before the first event, so that every
	// check has passed.
	leadIn = time.Hour
	// playAtMost ends a play whose last thread is never resolved.
	playAtMost = 60 * 24 * time.Hour
	// saveAfter is how long results that changed nothing wait to be saved.
	saveAfter = time.Hour
	playEvery = 30 * time.Second // between runs of a check
	playTick  = 5 * time.Second  // between looks of the tracker at the clock
)

// player runs a timeline through the tracker, the desk and the store on a
// clock of its own. Only the questions to servers are not asked: the timeline
// says what they would have answered.
type player struct {
	line    *timeline.Timeline
	tracker *probe.Tracker
	store   probe.Store
	desk    *incidents.Desk
	bridge  *bridge

	now      time.Time
	events   []timeline.Event // yet to come
	down     map[string]bool  // hosts and components
	checks   []probe.Check
	next     map[string]time.Time // run of a check
	tickNext time.Time
	deskNext time.Time
	mail     []*testMessage // sent, not arrived
	sent     int
	sendNext time.Time
	// maintained are the components that the tracker knows to be under maintenance.
	maintained []string
	returned   []timeline.Event // of which it is to be told how they came back

	unsaved probe.Facts
	savedAt time.Time
}

// testMessage is a message that a sending server keeps until it is taken.
type testMessage struct {
	incidents.Canary
	tryAt time.Time
}

func newPlayer(line *timeline.Timeline, s probe.Settings, store probe.Store, desk *incidents.Desk) (*player, error) {
	p := &player{
		line:   line,
		store:  store,
		desk:   desk,
		bridge: &bridge{desk: desk, log: slog.New(slog.DiscardHandler)},
		now:    line.Events[0].At.Add(-leadIn),
		events: line.Events,
		down:   map[string]bool{},
		next:   map[string]time.Time{},
	}
	var components []probe.Component
	for _, c := range line.Components {
		components = append(components, probe.Component{Key: c.Key, Host: c.Host})
		target, err := probe.ParseTarget("tcp://" + c.Key + ".replay:1")
		if err != nil {
			return nil, fmt.Errorf("component %q: %w", c.Key, err)
		}
		p.checks = append(p.checks, probe.Check{Key: c.Key, Component: c.Key, Target: target, Every: playEvery, Timeout: playEvery / 2})
		p.next[c.Key] = p.now
	}
	p.tracker = probe.NewTracker(s, components, p.checks)
	p.savedAt, p.tickNext, p.deskNext = p.now, p.now, p.now
	if line.Canary != nil {
		p.sendNext = p.now
	}
	return p, nil
}

// play runs until the timeline's end, or until nothing is left to happen.
func (p *player) play(ctx context.Context) error {
	last := p.line.Events[len(p.line.Events)-1].At
	end := p.line.Until
	if end.IsZero() {
		end = last.Add(playAtMost)
	}
	for ctx.Err() == nil {
		at := p.soonest()
		if at.After(end) || (p.line.Until.IsZero() && p.over(last)) {
			break
		}
		p.now = at
		if err := p.step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// over reports whether all has been told.
func (p *player) over(last time.Time) bool {
	return len(p.events) == 0 && p.now.After(last) && len(p.mail) == 0 && !p.unfinished()
}

// unfinished reports whether a thread or a maintenance goes on, or feeds have
// yet to be told of something.
func (p *player) unfinished() bool {
	s := p.desk.Snapshot()
	return len(s.Unresolved()) > 0 ||
		slices.ContainsFunc(s.Incidents, func(in *incidents.Incident) bool {
			return slices.ContainsFunc(in.Updates, func(u incidents.Update) bool { return u.AnnouncedAt.IsZero() })
		}) ||
		slices.ContainsFunc(s.Maintenances, func(m *incidents.Maintenance) bool { return m.State != incidents.Completed })
}

// soonest is when the next thing happens.
func (p *player) soonest() time.Time {
	var at time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if len(p.events) > 0 {
		sooner(p.events[0].At)
	}
	for _, t := range p.next {
		sooner(t)
	}
	for _, m := range p.mail {
		sooner(m.tryAt)
	}
	sooner(p.sendNext)
	sooner(p.tickNext)
	sooner(p.deskNext)
	if at.Before(p.now) {
		return p.now
	}
	return at
}

// step does all that is due: what happens before what is seen of it.
func (p *player) step(ctx context.Context) error {
	for len(p.events) > 0 && !p.events[0].At.After(p.now) {
		e := p.events[0]
		p.events = p.events[1:]
		if err := p.happen(ctx, e); err != nil {
			return fmt.Errorf("line %d: %w", e.Line, err)
		}
	}
	for _, c := range p.checks {
		if p.next[c.Key].After(p.now) {
			continue
		}
		r := p.ask(c)
		ch := p.tracker.Result(p.now, r)
		p.next[c.Key] = later(p.tracker.Next(c.Key), p.now.Add(time.Millisecond))
		p.unsaved.Runs = append(p.unsaved.Runs, r)
		if err := p.tell(ctx, ch); err != nil {
			return err
		}
	}
	if !p.tickNext.After(p.now) {
		p.tickNext = p.now.Add(playTick)
		if err := p.tell(ctx, p.tracker.Tick(p.now)); err != nil {
			return err
		}
	}
	p.deliver()
	if !p.deskNext.IsZero() && !p.deskNext.After(p.now) {
		p.deskNext = p.desk.Tick(p.now)
	}
	if under := p.desk.Snapshot().UnderMaintenance(p.now); !slices.Equal(under, p.maintained) {
		p.maintained = under
		return p.tell(ctx, p.tracker.Maintain(p.now, under))
	}
	return nil
}

func (p *player) happen(ctx context.Context, e timeline.Event) error {
	switch e.Kind {
	case timeline.HostDown:
		p.down[e.Subject] = true
		return p.tell(ctx, p.tracker.Exit(p.now, probe.Exit{
			At: p.now, Source: probe.SourceExit, Host: e.Subject, Components: p.line.On(e.Subject), Code: -1, Signal: "killed",
		}))
	case timeline.HostUp:
		delete(p.down, e.Subject)
		p.returned = append(p.returned, e)
		return p.tell(ctx, p.tracker.Ready(p.now))
	case timeline.Down:
		p.down[e.Subject] = true
	case timeline.Up:
		delete(p.down, e.Subject)
		p.returned = append(p.returned, e)
	case timeline.Staff:
		return p.post(ctx, e)
	case timeline.Maintenance:
		return p.announce(ctx, e)
	}
	return nil
}

// works reports whether a component would answer now.
func (p *player) works(key string) bool {
	if p.down[key] {
		return false
	}
	for _, c := range p.line.Components {
		if c.Key == key && c.Host != "" && p.down[c.Host] {
			return false
		}
	}
	return true
}

// ask is the run of a check as the timeline has it.
func (p *player) ask(c probe.Check) probe.Result {
	const took = 20 * time.Millisecond
	r := probe.Result{
		Check: c.Key, Component: c.Component, Target: c.Target.String(), StartedAt: p.now.UTC(), Took: took, Verdict: probe.OK,
		Phases: []probe.Phase{{Name: "connect", Took: took, OK: true}},
	}
	if !p.works(c.Component) {
		r.Verdict, r.Reason, r.Phases[0].OK = probe.Fail, "connect.refused", false
	}
	return r
}

// tell saves what changed and tells the desk, in this order, and starts what
// was asked for.
func (p *player) tell(ctx context.Context, ch probe.Changes) error {
	for i := range ch.Outages {
		ch.Outages[i].Restarted = false // who started it again the timeline says, or nobody
	}
	p.unsaved.Outages = append(p.unsaved.Outages, ch.Outages...)
	p.unsaved.Blips = append(p.unsaved.Blips, ch.Blips...)
	p.unsaved.Segments = append(p.unsaved.Segments, ch.Segments...)
	if len(ch.Outages) > 0 || p.now.Sub(p.savedAt) >= saveAfter {
		p.unsaved.WatchedUntil, p.unsaved.States = p.now.UTC(), p.tracker.States()
		if err := p.store.Save(ctx, p.unsaved); err != nil {
			return err
		}
		p.unsaved, p.savedAt = probe.Facts{}, p.now
	}
	p.bridge.Observe(p.now, ch)
	if err := p.tellHow(ctx); err != nil {
		return err
	}
	for _, key := range ch.Kick {
		p.next[key] = p.now
	}
	p.deskNext = p.now
	return nil
}

// deliver sends the test messages that are due, and delivers what can be.
func (p *player) deliver() {
	c := p.line.Canary
	if c == nil {
		return
	}
	if !p.sendNext.After(p.now) {
		p.sent++
		m := &testMessage{incidents.Canary{ID: fmt.Sprintf("replay-%d", p.sent), Component: c.Component, SentAt: p.now}, p.now}
		p.mail = append(p.mail, m)
		p.desk.ObserveCanaries(p.now, []incidents.Canary{m.Canary})
		p.sendNext = p.now.Add(c.Every)
		if len(p.events) == 0 && !p.unfinished() {
			p.sendNext = time.Time{}
		}
	}
	var kept []*testMessage
	for _, m := range p.mail {
		switch {
		case m.tryAt.After(p.now):
			kept = append(kept, m)
		case !p.works(c.Component):
			m.tryAt = m.tryAt.Add(c.Retry)
			kept = append(kept, m)
		default:
			m.ArrivedAt = p.now
			p.desk.ObserveCanaries(p.now, []incidents.Canary{m.Canary})
			p.deskNext = p.now
		}
	}
	p.mail = kept
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
