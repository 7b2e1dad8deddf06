package incidents

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// What staff do to a thread is stored before it is shown, and leaves a Change
// or an update behind. Errors wrap ErrInvalid, naming what is wrong,
// ErrNotFound, or what the store said; then nothing was done.

// act changes a thread on behalf of staff. f may be called twice: again when
// the machine has added to the thread while it was being stored.
func (d *Desk) act(ctx context.Context, now time.Time, id, by string, f func(in *Incident, now time.Time, by string) error) (*Incident, error) {
	wrap := func(err error) error { return fmt.Errorf("incident %q: %w", id, err) }
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
	t := d.thread(id)
	if t == nil {
		d.mu.Unlock()
		return nil, wrap(ErrNotFound)
	}
	base := t.in
	in := base.clone()
	err := f(in, now, by)
	d.mu.Unlock()
	if err != nil {
		return nil, wrap(err)
	}
	if d.store != nil {
		if err := d.store.SaveIncident(ctx, in); err != nil {
			return nil, wrap(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.in == base {
		t.in, t.dirty = in, false
	} else {
		in = t.in.clone()
		if err := f(in, now, by); err != nil {
			t.dirty = true // the store has what is not so
			return nil, wrap(err)
		}
		d.replace(t, in)
	}
	d.sortThreads()
	d.publish(now)
	d.signal()
	return in, nil
}

// EditUpdate gives an update another text. The earlier one is kept with it,
// for everybody to read.
func (d *Desk) EditUpdate(ctx context.Context, now time.Time, update, by, body string) (*Incident, error) {
	in := d.Snapshot().withUpdate(update)
	if in == nil {
		return nil, fmt.Errorf("update %q: %w", update, ErrNotFound)
	}
	return d.act(ctx, now, in.ID, by, func(in *Incident, now time.Time, by string) error {
		i := slices.IndexFunc(in.Updates, func(u Update) bool { return u.ID == update })
		switch body = paragraphs(body); {
		case i < 0:
			return ErrNotFound
		case body == "":
			return fmt.Errorf("%w: body is empty", ErrInvalid)
		case utf8.RuneCountInString(body) > maxBody:
			return fmt.Errorf("%w: body is longer than %d characters", ErrInvalid, maxBody)
		case body == in.Updates[i].Body:
			return fmt.Errorf("%w: it says that already", ErrInvalid)
		}
		release(in, now) // what staff have written is not held, nor written again
		in.Updates[i].edit(body, by, now)
		in.touch(now)
		return nil
	})
}

func (s *Snapshot) withUpdate(id string) *Incident {
	for _, in := range s.Incidents {
		if slices.ContainsFunc(in.Updates, func(u Update) bool { return u.ID == id }) {
			return in
		}
	}
	return nil
}

// Rename gives a thread another title. The machine then leaves it alone.
func (d *Desk) Rename(ctx context.Context, now time.Time, id, by, title string) (*Incident, error) {
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		switch title = line(title); {
		case title == "":
			return fmt.Errorf("%w: title is empty", ErrInvalid)
		case utf8.RuneCountInString(title) > maxTitle:
			return fmt.Errorf("%w: title is longer than %d characters", ErrInvalid, maxTitle)
		}
		in.title(title, by, now)
		in.touch(now)
		return nil
	})
}

// SetImpact says how bad it is. The machine thinks worse of it again only for
// what fails after that.
func (d *Desk) SetImpact(ctx context.Context, now time.Time, id, by string, impact Impact) (*Incident, error) {
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		if !slices.Contains([]Impact{ImpactNone, ImpactMinor, ImpactMajor, ImpactCritical}, impact) {
			return fmt.Errorf("%w: impact %q is none of none, minor, major, critical", ErrInvalid, impact)
		}
		in.change(Change{At: now, By: by, What: ChangedImpact, Was: string(in.Impact), Now: string(impact)})
		in.Impact = impact
		in.touch(now)
		return nil
	})
}

// Take hands a thread over to staff: the machine goes on adding outages, says
// nothing and does not resolve it.
func (d *Desk) Take(ctx context.Context, now time.Time, id, by string) (*Incident, error) {
	return d.mark(ctx, now, id, by, ChangedTaken, func(in *Incident) *bool { return &in.Taken }, true)
}

// Release hands a thread back to the machine, which speaks of what happens
// from then on.
func (d *Desk) Release(ctx context.Context, now time.Time, id, by string) (*Incident, error) {
	return d.mark(ctx, now, id, by, ChangedReleased, func(in *Incident) *bool { return &in.Taken }, false)
}

// Silence has the machine say nothing in a thread until Lift.
func (d *Desk) Silence(ctx context.Context, now time.Time, id, by string) (*Incident, error) {
	return d.mark(ctx, now, id, by, ChangedSilenced, func(in *Incident) *bool { return &in.Silent }, true)
}

// Lift ends a silence: the machine tells of what it has not told.
func (d *Desk) Lift(ctx context.Context, now time.Time, id, by string) (*Incident, error) {
	return d.mark(ctx, now, id, by, ChangedLifted, func(in *Incident) *bool { return &in.Silent }, false)
}

func (d *Desk) mark(ctx context.Context, now time.Time, id, by string, what Changed, flag func(*Incident) *bool, on bool) (*Incident, error) {
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		if *flag(in) == on {
			return nil
		}
		*flag(in) = on
		in.change(Change{At: now, By: by, What: what})
		if what == ChangedLifted {
			d.catchUp(in, now)
		}
		return nil
	})
}

// catchUp tells of outages that the machine has kept to itself.
func (d *Desk) catchUp(in *Incident, now time.Time) {
	for _, o := range slices.Clone(in.Outages) {
		switch {
		case o.End != nil && in.said(KindRecovered, o.ID) == nil:
			d.tellRecovered(in, o, now)
		case o.End == nil && in.said(KindOpened, o.ID) == nil:
			d.tellOpened(in, o, now)
		}
	}
}

// Unexpect withdraws what staff expected.
func (d *Desk) Unexpect(ctx context.Context, now time.Time, id, by string) (*Incident, error) {
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		if in.ExpectedAt.IsZero() {
			return fmt.Errorf("%w: nothing is expected", ErrInvalid)
		}
		in.change(Change{At: now, By: by, What: ChangedExpected, Was: in.ExpectedAt.Format(time.RFC3339)})
		in.ExpectedAt = time.Time{}
		in.touch(now)
		return nil
	})
}

// StateTimes puts right when an outage began and ended, as a dated correction.
// A zero time leaves it to the machine; what the machine knows is kept beside.
func (d *Desk) StateTimes(ctx context.Context, now time.Time, outage, by string, start, end time.Time) (*Incident, error) {
	id := ""
	if in := d.Snapshot().withOutage(outage); in != nil {
		id = in.ID
	}
	start, end = tidy(start), tidy(end)
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		o := in.outage(outage)
		switch {
		case o == nil:
			return fmt.Errorf("outage %q: %w", outage, ErrNotFound)
		case o.End == nil && !end.IsZero():
			return fmt.Errorf("%w: it has no end yet", ErrInvalid)
		case start.After(now) || end.After(now):
			return fmt.Errorf("%w: it is yet to come", ErrInvalid)
		}
		was := *o
		o.Stated, o.Revision = &Stated{Start: start, End: end, How: o.statedHow(), By: by, At: now}, o.Revision+1
		if e := o.Ended(); e != nil && !e.Best.After(o.Began().Best) {
			return fmt.Errorf("%w: it would end before it began", ErrInvalid)
		}
		in.StartedAt = in.Outages[0].Began().Best
		is := *o
		d.correct(in, &is, false, d.narrator.start(&was, now), d.narrator.start(&is, now), by)
		if is.End != nil {
			d.correct(in, &is, true, d.narrator.when(*was.Ended(), now), d.narrator.when(*is.Ended(), now), by)
		}
		d.count(in)
		return nil
	})
}

// StateHow says in staff's words how an outage ended, for all to read.
func (d *Desk) StateHow(ctx context.Context, now time.Time, outage, by, how string) (*Incident, error) {
	id := ""
	if in := d.Snapshot().withOutage(outage); in != nil {
		id = in.ID
	}
	return d.act(ctx, now, id, by, func(in *Incident, now time.Time, by string) error {
		o := in.outage(outage)
		switch how = line(how); {
		case o == nil:
			return fmt.Errorf("outage %q: %w", outage, ErrNotFound)
		case how == "":
			return fmt.Errorf("%w: how is empty", ErrInvalid)
		case utf8.RuneCountInString(how) > maxTitle:
			return fmt.Errorf("%w: how is longer than %d characters", ErrInvalid, maxTitle)
		case o.End == nil:
			return fmt.Errorf("%w: it has no end yet", ErrInvalid)
		}
		in.change(Change{At: now, By: by, What: ChangedHow, Was: o.HowEnded(d.narrator.words), Now: how})
		s := Stated{}
		if o.Stated != nil {
			s = *o.Stated
		}
		s.How, s.By, s.At = how, by, now
		o.Stated, o.Revision = &s, o.Revision+1
		in.touch(now)
		return nil
	})
}

func (o *Outage) statedHow() string {
	if o.Stated == nil {
		return ""
	}
	return o.Stated.How
}

func (s *Snapshot) withOutage(id string) *Incident {
	for _, in := range s.Incidents {
		if in.outage(id) != nil {
			return in
		}
	}
	return nil
}

func (in *Incident) touch(now time.Time) {
	if now.After(in.UpdatedAt) {
		in.UpdatedAt = now
	}
}
