package incidents

import (
	"context"
	"time"
)

// Resolve posts that the thread is resolved. An empty body says no more than
// that; likewise for Reopen and Expect. Errors are Post's.
func (d *Desk) Resolve(ctx context.Context, now time.Time, id, by, body string) (*Incident, error) {
	return d.state(ctx, now, Post{IncidentID: id, State: Resolved, Body: or(body, d.language().StaffResolve()), By: by})
}

// Reopen posts that the thread is not resolved. It is then for staff to
// resolve it, unless it fails again.
func (d *Desk) Reopen(ctx context.Context, now time.Time, id, by, body string) (*Incident, error) {
	return d.state(ctx, now, Post{IncidentID: id, State: Investigating, Body: or(body, d.language().StaffReopen()), By: by})
}

// Expect posts when all should work again.
func (d *Desk) Expect(ctx context.Context, now time.Time, id, by, body string, at time.Time) (*Incident, error) {
	d.mu.Lock()
	said := d.narrator.words.StaffExpect(d.narrator.when(stated(at), now))
	d.mu.Unlock()
	return d.state(ctx, now, Post{IncidentID: id, ExpectedAt: at, Body: or(body, said), By: by})
}

func (d *Desk) language() Words {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.narrator.words
}

// state posts to a thread that is there.
func (d *Desk) state(ctx context.Context, now time.Time, p Post) (*Incident, error) {
	if p.IncidentID == "" {
		return nil, ErrNotFound
	}
	in, _, err := d.Post(ctx, now, p)
	return in, err
}
