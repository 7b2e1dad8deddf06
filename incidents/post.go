package incidents

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxTitle = 200    // characters
	maxBody  = 20_000 // characters
)

// Post is what a member of staff wrote.
type Post struct {
	IncidentID string // empty opens a new thread
	Title      string // of a new thread; for an old one empty keeps its title
	State      State  // empty keeps the thread's; a new thread is then Investigating
	Body       string // plain text
	By         string // who wrote it
	// Components are the statuses that the post declares. They hold until the
	// thread is resolved, another post says otherwise, or the machine sees the
	// component recover in this thread.
	Components map[string]Status
	Topic      Topic // what it is about; empty for how things stand
	// ExpectedAt is when all should work again; zero leaves what was expected.
	ExpectedAt time.Time
	// At dates a post that is written afterwards to when it was so; zero is now.
	// When it was written stays to be seen by when it was announced.
	At time.Time
}

// Post adds a staff update to a thread, or opens a thread with it, and
// announces it at once together with everything that the thread held. It is
// stored before it is shown: on an error nothing was posted. The error wraps
// ErrInvalid, naming what is wrong, ErrNotFound, or what the store said.
func (d *Desk) Post(ctx context.Context, now time.Time, p Post) (*Incident, *Update, error) {
	now = tidy(now)
	p, err := d.check(now, p)
	if err != nil {
		return nil, nil, err
	}
	d.saving.Lock()
	defer d.saving.Unlock()
	dr, err := d.draft(now, p)
	if err != nil {
		return nil, nil, err
	}
	if d.store != nil {
		if err := d.store.SaveIncident(ctx, dr.in); err != nil {
			return nil, nil, fmt.Errorf("save post to incident %q: %w", dr.in.ID, err)
		}
	}
	return d.show(now, p, dr), &dr.update, nil
}

// draft is a thread with a post that is not yet stored.
type draft struct {
	base   *Incident // the thread that the post was added to; nil for a new one
	in     *Incident
	update Update
	place  int // of the update among the thread's
}

func (d *Desk) draft(now time.Time, p Post) (draft, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.facts) > 0 {
		d.advance(now) // what was due comes first; a desk that was told nothing knows of nothing due
	}
	var base, in *Incident
	if p.IncidentID == "" {
		in = &Incident{ID: d.freshID(now, p), Title: p.Title, CreatedAt: now, UpdatedAt: now, StartedAt: p.At, Impact: ImpactNone}
	} else {
		t := d.thread(p.IncidentID)
		if t == nil {
			return draft{}, fmt.Errorf("post to incident %q: %w", p.IncidentID, ErrNotFound)
		}
		base = t.in
		in = base.clone()
	}
	u := Update{
		IncidentID:  in.ID,
		Kind:        KindStaff,
		State:       p.State,
		Body:        p.Body,
		By:          p.By,
		At:          p.At,
		Topic:       p.Topic,
		ExpectedAt:  p.ExpectedAt,
		Components:  d.declare(p.Components),
		AnnouncedAt: now,
	}
	if u.State == "" {
		u.State = in.State
	}
	if u.State == "" {
		u.State = Investigating
	}
	u.ID = identity("u", in.ID, string(KindStaff), now.Format(time.RFC3339Nano), p.By, p.Body)
	for n := 2; slices.ContainsFunc(in.Updates, func(old Update) bool { return old.ID == u.ID }); n++ {
		u.ID = updateID(in.ID, KindStaff, u.ID, n)
	}
	place := len(in.Updates)
	for u.At.Before(now) && place > 0 && in.Updates[place-1].At.After(u.At) {
		place--
	}
	applyPost(in, p, place, u)
	return draft{base, in, u, place}, nil
}

func (d *Desk) freshID(now time.Time, p Post) string {
	id := identity("i", "staff", now.Format(time.RFC3339Nano), p.By, p.Title, p.Body)
	for d.thread(id) != nil {
		id = identity("i", "staff", id)
	}
	return id
}

// declare are the steps that the post declares, in the page's order.
func (d *Desk) declare(statuses map[string]Status) []ComponentChange {
	var steps []ComponentChange
	for _, v := range d.Snapshot().Components {
		if s, named := statuses[v.Key]; named {
			steps = append(steps, ComponentChange{Component: v.Key, Old: v.Status, New: s})
		}
	}
	return steps
}

// applyPost puts the post's update after n others.
func applyPost(in *Incident, p Post, n int, u Update) {
	if p.Title != "" {
		in.title(p.Title, p.By, u.AnnouncedAt)
	}
	if !u.ExpectedAt.IsZero() {
		in.ExpectedAt = u.ExpectedAt
	}
	for _, step := range u.Components {
		in.affect(step.Component)
		switch step.New {
		case MajorOutage:
			in.Impact = worse(in.Impact, ImpactMajor)
		case PartialOutage, DegradedPerf:
			in.Impact = worse(in.Impact, ImpactMinor)
		}
	}
	release(in, u.AnnouncedAt)
	in.insert(n, u)
}

// show puts the stored thread on the page. What the machine added to it while
// it was being stored is kept, and stays to be saved.
func (d *Desk) show(now time.Time, p Post, dr draft) *Incident {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.thread(dr.in.ID)
	switch {
	case t == nil:
		t = &thread{in: dr.in}
		d.threads = append(d.threads, t)
		d.sortThreads()
	case t.in == dr.base:
		t.in, t.dirty = dr.in, false
	default:
		in := t.in.clone()
		applyPost(in, p, dr.place, dr.update)
		d.replace(t, in)
	}
	d.publish(now)
	d.signal()
	return t.in
}

// check returns the post as it will be stored, or what is wrong with it.
func (d *Desk) check(now time.Time, p Post) (Post, error) {
	p.Title, p.By, p.Body = line(p.Title), line(p.By), paragraphs(p.Body)
	if p.At, p.ExpectedAt = tidy(p.At), tidy(p.ExpectedAt); p.At.IsZero() {
		p.At = now
	}
	wrong := func(format string, a ...any) (Post, error) {
		return Post{}, fmt.Errorf("post: %w: %s", ErrInvalid, fmt.Sprintf(format, a...))
	}
	switch {
	case p.IncidentID == "" && p.Title == "":
		return wrong("title is empty")
	case utf8.RuneCountInString(p.Title) > maxTitle:
		return wrong("title is longer than %d characters", maxTitle)
	case p.Body == "":
		return wrong("body is empty")
	case utf8.RuneCountInString(p.Body) > maxBody:
		return wrong("body is longer than %d characters", maxBody)
	case p.By == "":
		return wrong("by is empty")
	case p.State != "" && !p.State.Valid():
		return wrong("state %q is none of investigating, identified, monitoring, resolved", p.State)
	case !p.Topic.Valid():
		return wrong("topic %q is none of cause, workaround, fix", p.Topic)
	case p.At.After(now):
		return wrong("it is dated %s, which is yet to come", p.At.Format(time.RFC3339))
	case !p.ExpectedAt.IsZero() && !p.ExpectedAt.After(now):
		return wrong("it is expected by %s, which is over", p.ExpectedAt.Format(time.RFC3339))
	}
	known := d.Snapshot()
	for key, s := range p.Components {
		if known.Component(key) == nil {
			return wrong("component %q is not known", key)
		}
		if !s.valid() {
			return wrong("status %q of component %q is not known", s, key)
		}
	}
	return p, nil
}

// line is s on one line, and paragraphs is s with its lines, as they are kept.
func line(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

func paragraphs(s string) string {
	return strings.TrimSpace(printable(strings.ReplaceAll(s, "\r\n", "\n")))
}

// printable is s as valid UTF-8 without control characters other than the
// ends of lines and tabs.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
