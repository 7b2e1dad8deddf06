package incidents

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Plan is a maintenance that staff announce.
type Plan struct {
	Title      string
	Components []string
	Start, End time.Time
	Body       string // empty: what the machine can say of it
	By         string
}

// plan is a maintenance and how it stands with the store.
type plan struct {
	m     *Maintenance
	dirty bool
}

// Announce plans a maintenance and tells readers at once. It is stored before
// it is shown. The error wraps ErrInvalid, naming what is wrong, or what the
// store said.
func (d *Desk) Announce(ctx context.Context, now time.Time, p Plan) (*Maintenance, error) {
	now = tidy(now)
	p.Title, p.By, p.Body = line(p.Title), line(p.By), paragraphs(p.Body)
	p.Start, p.End = tidy(p.Start), tidy(p.End)
	if err := d.checkPlan(now, p); err != nil {
		return nil, err
	}
	d.saving.Lock()
	defer d.saving.Unlock()
	d.mu.Lock()
	m := &Maintenance{
		ID:    identity("m", now.Format(time.RFC3339Nano), p.By, p.Title, strconv.Itoa(len(d.plans))),
		Title: p.Title, State: Scheduled, Components: d.narrator.inOrder(p.Components),
		Start: p.Start, End: p.End, CreatedAt: now, CreatedBy: p.By,
	}
	if p.Body == "" {
		p.Body = d.narrator.words.Planned(d.narrator.parts(m.Components), d.narrator.when(stated(m.Start), now), d.narrator.when(stated(m.End), now))
	}
	m.tell(Scheduled, p.Body, p.By, now)
	d.mu.Unlock()
	if d.store != nil {
		if err := d.store.SaveMaintenance(ctx, m); err != nil {
			return nil, fmt.Errorf("save maintenance %q: %w", m.ID, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plans = append(d.plans, &plan{m: m})
	d.sortPlans()
	d.publish(now)
	d.signal()
	return m, nil
}

func (d *Desk) sortPlans() {
	slices.SortStableFunc(d.plans, func(a, b *plan) int { return a.m.Start.Compare(b.m.Start) })
}

func (d *Desk) checkPlan(now time.Time, p Plan) error {
	wrong := func(format string, a ...any) error {
		return fmt.Errorf("announce maintenance: %w: %s", ErrInvalid, fmt.Sprintf(format, a...))
	}
	switch {
	case p.Title == "":
		return wrong("title is empty")
	case utf8.RuneCountInString(p.Title) > maxTitle:
		return wrong("title is longer than %d characters", maxTitle)
	case utf8.RuneCountInString(p.Body) > maxBody:
		return wrong("body is longer than %d characters", maxBody)
	case p.By == "":
		return wrong("by is empty")
	case len(p.Components) == 0:
		return wrong("it names no component")
	case p.Start.IsZero() || !p.End.After(p.Start):
		return wrong("it ends at %s, which is not after its start", p.End.Format(time.RFC3339))
	case !p.End.After(now):
		return wrong("it ends at %s, which is over", p.End.Format(time.RFC3339))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, key := range p.Components {
		if d.narrator.index(key) < 0 {
			return wrong("component %q is not known", key)
		}
	}
	return nil
}

// StartMaintenance says that the work has begun, whatever the plan says.
func (d *Desk) StartMaintenance(ctx context.Context, now time.Time, id, by, body string) (*Maintenance, error) {
	return d.steer(ctx, now, id, by, func(m *Maintenance, by string, now time.Time) error {
		if m.State != Scheduled || !now.Before(m.End) {
			return fmt.Errorf("%w: it is %s, and planned until %s", ErrInvalid, m.State, m.End.Format(time.RFC3339))
		}
		d.begin(m, now, body, by)
		return nil
	})
}

// EndMaintenance says that the work is over. What it covered is then checked
// as ever, and the maintenance is completed when that passed.
func (d *Desk) EndMaintenance(ctx context.Context, now time.Time, id, by, body string) (*Maintenance, error) {
	return d.steer(ctx, now, id, by, func(m *Maintenance, by string, now time.Time) error {
		if m.State != InProgress {
			return fmt.Errorf("%w: it is %s", ErrInvalid, m.State)
		}
		d.finish(m, now, now, body, by)
		return nil
	})
}

// CancelMaintenance says that it will not take place. One that has begun can
// only be ended.
func (d *Desk) CancelMaintenance(ctx context.Context, now time.Time, id, by, body string) (*Maintenance, error) {
	return d.steer(ctx, now, id, by, func(m *Maintenance, by string, now time.Time) error {
		if m.State != Scheduled {
			return fmt.Errorf("%w: it is %s", ErrInvalid, m.State)
		}
		m.Canceled = true
		m.tell(Completed, or(paragraphs(body), d.narrator.words.CanceledPlan()), by, now)
		return nil
	})
}

// PostMaintenance adds what staff wrote to a maintenance.
func (d *Desk) PostMaintenance(ctx context.Context, now time.Time, id, by, body string) (*Maintenance, error) {
	return d.steer(ctx, now, id, by, func(m *Maintenance, by string, now time.Time) error {
		if body = paragraphs(body); body == "" {
			return fmt.Errorf("%w: body is empty", ErrInvalid)
		}
		m.tell(m.State, body, by, now)
		return nil
	})
}

// steer changes a maintenance for staff: stored before it is shown.
func (d *Desk) steer(ctx context.Context, now time.Time, id, by string, f func(m *Maintenance, by string, now time.Time) error) (*Maintenance, error) {
	now = tidy(now)
	wrap := func(err error) error { return fmt.Errorf("maintenance %q: %w", id, err) }
	if by = line(by); by == "" {
		return nil, wrap(fmt.Errorf("%w: by is empty", ErrInvalid))
	}
	d.saving.Lock()
	defer d.saving.Unlock()
	d.mu.Lock()
	i := slices.IndexFunc(d.plans, func(p *plan) bool { return p.m.ID == id })
	if i < 0 {
		d.mu.Unlock()
		return nil, wrap(ErrNoMaintenance)
	}
	p := d.plans[i]
	base := p.m
	m := base.clone()
	err := f(m, by, now)
	d.mu.Unlock()
	if err != nil {
		return nil, wrap(err)
	}
	if d.store != nil {
		if err := d.store.SaveMaintenance(ctx, m); err != nil {
			return nil, wrap(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.m != base { // time has moved it on meanwhile
		m = p.m.clone()
		if err := f(m, by, now); err != nil {
			p.dirty = true // the store has what is not so
			return nil, wrap(err)
		}
	}
	p.m, p.dirty = m, p.m != base
	d.sortPlans()
	d.publish(now)
	d.signal()
	return m, nil
}

// ErrNoMaintenance says that there is no maintenance of that ID.
var ErrNoMaintenance = errors.New("no such maintenance")

// tell adds an update to the maintenance, which takes its state from it.
func (m *Maintenance) tell(s State, body, by string, at time.Time) {
	m.State = s
	m.Updates = append(m.Updates, Update{
		ID:         updateID(m.ID, KindPlanned, string(s), len(m.Updates)),
		IncidentID: m.ID, Kind: KindPlanned, State: s, Body: body, By: by, At: at, AnnouncedAt: at,
	})
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
