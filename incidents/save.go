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
	dirty, plans := d.dirty(), d.dirtyPlans()
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

func (d *Desk) dirty() []*thread {
	if d.store == nil {
		return nil
	}
	var dirty []*thread
	for _, t := range d.threads {
		if t.dirty {
			dirty = append(dirty, t)
		}
	}
	return dirty
}

func (d *Desk) saveThread(t *thread) error {
	d.mu.Lock()
	in := t.in
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	if err := d.store.SaveIncident(ctx, in); err != nil {
		d.log.Error("save incident", "incident", in.ID, "error", err)
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.markSaved(t, in)
	return nil
}

// markSaved notes that the store has in. A thread that changed meanwhile
// stays dirty and is saved by the Tick that its change has asked for.
func (d *Desk) markSaved(t *thread, in *Incident) {
	if t.in == in {
		t.dirty = false
	}
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
