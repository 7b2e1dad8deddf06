package incidents

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Merge tells one thread in another from now on: its outages, updates and test
// messages move there, and its ID leads there for ever.
func (d *Desk) Merge(ctx context.Context, now time.Time, from, into, by string) (*Incident, error) {
	return d.move(ctx, now, into, by, func() (*thread, *thread, error) {
		a, b := d.thread(from), d.thread(into)
		switch {
		case a == nil:
			return nil, nil, fmt.Errorf("incident %q: %w", from, ErrNotFound)
		case b == nil:
			return nil, nil, fmt.Errorf("incident %q: %w", into, ErrNotFound)
		case a == b:
			return nil, nil, fmt.Errorf("%w: both are incident %q", ErrInvalid, b.in.ID)
		}
		return a, b, nil
	}, d.merged)
}

// SplitOutage gives an outage a thread of its own, with what the machine has
// said of it. What staff have written stays where it is.
func (d *Desk) SplitOutage(ctx context.Context, now time.Time, outage, by string) (*Incident, error) {
	return d.move(ctx, now, outage, by, func() (*thread, *thread, error) {
		t := d.threadOfOutage(outage)
		switch {
		case t == nil:
			return nil, nil, fmt.Errorf("outage %q: %w", outage, ErrNotFound)
		case len(t.in.Outages) == 1:
			return nil, nil, fmt.Errorf("%w: it is the only outage of its incident", ErrInvalid)
		}
		o := t.in.outage(outage)
		id := identity("i", "split", outage, t.in.ID)
		for d.thread(id) != nil { // it was split off before, and merged again
			id = identity("i", "split", id)
		}
		fresh := &Incident{
			ID: id, Domain: o.Domain, State: t.in.State,
			CreatedAt: tidy(now), UpdatedAt: tidy(now), StartedAt: o.Began().Best, Outages: []Outage{*o},
		}
		return t, &thread{in: fresh}, nil
	}, d.split)
}

// move changes two threads at once, of which the second may be new. what names
// the act in errors. The threads are made anew when the machine has added to
// one of them while they were being stored.
func (d *Desk) move(ctx context.Context, now time.Time, what, by string, find func() (from, to *thread, err error),
	do func(from, to *Incident, now time.Time, by string) (left, made *Incident)) (*Incident, error) {
	wrap := func(err error) error { return fmt.Errorf("move %q: %w", what, err) }
	now = tidy(now)
	if by = line(by); by == "" {
		return nil, wrap(fmt.Errorf("%w: by is empty", ErrInvalid))
	}
	d.saving.Lock()
	defer d.saving.Unlock()
	d.mu.Lock()
	if len(d.facts) > 0 {
		d.advance(now)
	}
	from, to, err := find()
	if err != nil {
		d.mu.Unlock()
		return nil, wrap(err)
	}
	source, target := from.in, to.in
	left, made := do(source.clone(), target.clone(), now, by)
	d.mu.Unlock()
	if d.store != nil {
		if err := d.store.MoveStory(ctx, made, left); err != nil {
			return nil, wrap(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	late := from.in != source || to.in != target
	if late {
		left, made = do(from.in.clone(), to.in.clone(), now, by)
	}
	from.in, to.in = left, made
	from.dirty, to.dirty = late, late
	d.threads = slices.DeleteFunc(d.threads, func(t *thread) bool { return t == to || t == from })
	if len(left.Updates) > 0 {
		d.threads = append(d.threads, from)
	}
	d.threads = append(d.threads, to)
	d.sortThreads()
	d.publish(now)
	d.signal()
	return made, nil
}

// merged puts all of from into to. What is open in one of them is open in
// both.
func (d *Desk) merged(from, to *Incident, now time.Time, by string) (left, made *Incident) {
	release(from, now)
	release(to, now)
	state := to.State
	if state == Resolved || from.State != Resolved && from.Ongoing() {
		state = from.State
	}
	ours := to.Title == d.narrator.title(to.Components, to.Instability())
	to.Outages = append(to.Outages, from.Outages...)
	slices.SortStableFunc(to.Outages, func(a, b Outage) int { return a.Start.Best.Compare(b.Start.Best) })
	for _, u := range from.Updates {
		u.IncidentID = to.ID
		to.Updates = append(to.Updates, u)
	}
	slices.SortStableFunc(to.Updates, func(a, b Update) int { return a.At.Compare(b.At) })
	to.restate()
	for _, c := range from.Components {
		to.affect(c)
	}
	to.Impact = worse(to.Impact, from.Impact)
	to.CreatedAt = earliest(to.CreatedAt, from.CreatedAt)
	to.StartedAt = earliest(to.StartedAt, from.StartedAt)
	if to.ExpectedAt.IsZero() {
		to.ExpectedAt = from.ExpectedAt
	}
	to.Taken, to.Silent = to.Taken || from.Taken, to.Silent || from.Silent
	to.Aliases = append(append(to.Aliases, from.Aliases...), from.ID)
	to.Changes = append(to.Changes, from.Changes...)
	to.change(Change{At: now, By: by, What: ChangedMerged, Was: from.Title, Now: to.Title})
	if ours {
		to.title(d.narrator.title(to.Components, to.Instability()), "", now)
	}
	d.count(to)
	to.Canaries = joined(to.Canaries, from.Canaries)
	to.note(state, d.narrator.words.Merged(from.Title), by, now)
	left = &Incident{ID: from.ID, Title: from.Title, State: from.State, Impact: from.Impact, Domain: from.Domain,
		CreatedAt: from.CreatedAt, UpdatedAt: from.UpdatedAt, StartedAt: from.StartedAt}
	return left, to
}

// joined are the test messages of both lists, in order of sending.
func joined(a, b []Canary) []Canary {
	for _, c := range b {
		a = noted(a, c)
	}
	return a
}

// split moves the one outage of to, a new thread, out of from.
func (d *Desk) split(from, to *Incident, now time.Time, by string) (left, made *Incident) {
	release(from, now)
	o := *from.outage(to.Outages[0].ID)
	to.Outages = []Outage{o}
	ours := from.Title == d.narrator.title(from.Components, from.Instability())
	from.Outages = slices.DeleteFunc(from.Outages, func(x Outage) bool { return x.ID == o.ID })
	from.StartedAt = from.Outages[0].Began().Best
	var stay []Update
	for _, u := range from.Updates {
		if u.OutageID != o.ID || u.Kind == KindStaff || u.Kind == KindResolved {
			stay = append(stay, u)
			continue
		}
		u.IncidentID = to.ID
		to.Updates = append(to.Updates, u)
	}
	from.Updates = stay
	to.Components, to.Impact = o.Components(), d.impact(o)
	to.Title = d.narrator.title(to.Components, false)
	to.Canaries = slices.DeleteFunc(slices.Clone(from.Canaries), func(c Canary) bool { return !d.counts(to, c) })
	d.count(to)
	d.count(from)
	from.Components = slices.DeleteFunc(from.Components, func(c string) bool { return !from.concerns(c) })
	was := from.Title
	if ours {
		from.title(d.narrator.title(from.Components, from.Instability()), "", now)
	}
	for _, in := range []*Incident{from, to} {
		in.change(Change{At: now, By: by, What: ChangedSplit, Was: from.ID, Now: to.ID})
	}
	state := from.State
	if o.End == nil {
		state = Investigating
		if !from.Ongoing() {
			from.restate() // as it stood without the outage
		}
	}
	to.note(state, d.narrator.words.Split(was), by, now)
	from.note(from.State, d.narrator.words.SplitOff(to.Title), by, now)
	return from, to
}

// restate gives the thread the state that its updates have led to.
func (in *Incident) restate() {
	in.MonitoringAt, in.ResolvedAt = time.Time{}, time.Time{}
	for _, u := range in.Updates {
		in.enter(u.State, u.At)
	}
}

// concerns reports whether an outage or a person has said of the component
// that it was affected.
func (in *Incident) concerns(component string) bool {
	return slices.ContainsFunc(in.Outages, func(o Outage) bool { return slices.Contains(o.Components(), component) }) ||
		slices.ContainsFunc(in.Updates, func(u Update) bool {
			return u.Kind == KindStaff && slices.ContainsFunc(u.Components, func(c ComponentChange) bool { return c.Component == component })
		})
}

// note adds what the machine says for staff of what they did to the thread.
func (in *Incident) note(s State, body, by string, now time.Time) {
	in.add(Update{
		ID:         identity("u", in.ID, "note", body, now.Format(time.RFC3339Nano)),
		IncidentID: in.ID, Kind: KindNote, State: s, Body: body, By: by, At: now, AnnouncedAt: now,
	})
}
