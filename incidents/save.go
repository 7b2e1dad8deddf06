package incidents

import (
	"context"
	"time"
)

const (
	saveTimeout  = 10 * time.Second // of one thread
	firstBackoff = time.Second
	maxBackoff   = time.Minute
)

// save offers every dirty thread to the store once, unless it refused a
// moment ago, and returns when to try again. The caller holds d.saving.
func (d *Desk) save(now time.Time) (retry time.Time) {
	d.mu.Lock()
	retryAt := d.retryAt
	var dirty []*thread
	var plans []*plan
	if d.store != nil {
		dirty = unsavedOf(d.threads, func(t *thread) bool { return t.dirty })
		plans = unsavedOf(d.plans, func(p *plan) bool { return p.dirty })
	}
	d.mu.Unlock()
	if len(dirty)+len(plans) == 0 {
		return time.Time{}
	}
	if now.Before(retryAt) {
		return retryAt
	}
	var refused error
	for _, t := range dirty {
		if err := d.saveThread(t); err != nil {
			refused = err
		}
	}
	for _, p := range plans {
		if err := d.savePlan(p); err != nil {
			refused = err
		}
	}
	return d.saved(now, refused)
}

// lastSave is save without waiting for the back-off to pass.
func (d *Desk) lastSave(now time.Time) {
	d.saving.Lock()
	defer d.saving.Unlock()
	d.mu.Lock()
	d.retryAt = time.Time{}
	d.mu.Unlock()
	d.save(tidy(now))
}

// unsavedOf are those of a list that the store has not yet taken.
func unsavedOf[T any](list []T, dirty func(T) bool) (all []T) {
	for _, v := range list {
		if dirty(v) {
			all = append(all, v)
		}
	}
	return all
}

func (d *Desk) saveThread(t *thread) error {
	d.mu.Lock()
	in := t.in
	d.mu.Unlock()
	if err := d.offer("incident", in.ID, func(ctx context.Context) error { return d.store.SaveIncident(ctx, in) }); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.in == in { // else it is saved by the Tick that its change has asked for
		t.dirty = false
	}
	return nil
}

func (d *Desk) savePlan(p *plan) error {
	d.mu.Lock()
	m := p.m
	d.mu.Unlock()
	if err := d.offer("maintenance", m.ID, func(ctx context.Context) error { return d.store.SaveMaintenance(ctx, m) }); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.m == m {
		p.dirty = false
	}
	return nil
}

// offer gives one thing to the store, within a limit of time.
func (d *Desk) offer(what, id string, save func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	err := save(ctx)
	if err != nil {
		d.log.Error("save "+what, what, id, "error", err)
	}
	return err
}

// saved draws the consequences of a round of saving.
func (d *Desk) saved(now time.Time, refused error) (retry time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if refused == nil {
		d.backoff, d.retryAt = 0, time.Time{}
		if !d.unsaved.IsZero() {
			d.log.Info("incidents are saved again", "unsaved_since", d.unsaved)
			d.unsaved = time.Time{}
			d.publish(now)
		}
		return time.Time{}
	}
	d.backoff = min(max(2*d.backoff, firstBackoff), maxBackoff)
	d.retryAt = now.Add(d.backoff)
	if d.unsaved.IsZero() {
		d.unsaved = now
		d.publish(now)
	}
	return d.retryAt
}
