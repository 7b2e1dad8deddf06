package incidents

import (
	"context"
	"slices"
	"time"
)

// Tick does what time alone asks for: it resolves threads that have held,
// releases held announcements, begins and ends maintenance, notices what is
// overdue and components that were not checked for too long, and writes what
// the store has not yet taken. It returns when it
// wants to be called next, zero for not before something is observed.
func (d *Desk) Tick(now time.Time) (next time.Time) {
	now = tidy(now)
	d.mu.Lock()
	next = d.advance(now)
	d.mu.Unlock()
	d.saving.Lock()
	defer d.saving.Unlock()
	return earliest(next, d.save(now))
}

// Run calls Tick whenever it is due and after every change, until ctx ends.
// It returns when what was unsaved then has been offered to the store once
// more.
func (d *Desk) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			d.lastSave(time.Now())
			return
		case <-d.wake:
		case <-timer.C:
		}
		next := d.Tick(time.Now())
		if next.IsZero() {
			timer.Stop()
			continue
		}
		timer.Reset(max(time.Until(next), 0))
	}
}

// advance brings every thread to now and publishes when that changed
// anything.
func (d *Desk) advance(now time.Time) (next time.Time) {
	changed := false
	for _, t := range d.threads {
		before := t.in
		next = earliest(next, d.resolve(t, now))
		next = earliest(next, d.announce(t, now))
		changed = changed || t.in != before
	}
	more, due := d.advancePlans(now)
	changed, next = changed || more, earliest(next, due)
	shown := d.Snapshot()
	changed = changed || !slices.Equal(shown.Expected, d.expected(now)) || !slices.Equal(shown.Reminders, d.reminders(now))
	next = earliest(next, d.nextReminder(now))
	for _, f := range d.facts {
		if f.StaleAt.IsZero() {
			continue
		}
		// Stale is after StaleAt, and moments are told apart by milliseconds.
		stale := f.StaleAt.Add(time.Millisecond)
		switch {
		case now.Before(stale):
			next = earliest(next, stale)
		case shown.At.Before(stale):
			changed = true
		}
	}
	if changed {
		d.publish(now)
	}
	return next
}
