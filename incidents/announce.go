package incidents

import "time"

// holdMore is how much longer an announcement waits for a recovery that is
// being watched.
const holdMore = 90 * time.Second

// announce releases what the machine said in the thread when its hold is
// over, and returns when that will be. What is released together is one story
// that its last update tells; the earlier are superseded by it.
func (d *Desk) announce(t *thread, now time.Time) (next time.Time) {
	first := firstHeld(t.in)
	if first == nil {
		return time.Time{}
	}
	if due := d.releaseAt(t.in, first, now); now.Before(due) {
		return due
	}
	in := t.in.clone()
	release(in, now)
	d.replace(t, in)
	return time.Time{}
}

// releaseAt is when the hold of u, the first held update, ends as things
// stand. The clock was set back when u is yet to come: then nobody knows how
// long it has been held.
func (d *Desk) releaseAt(in *Incident, u *Update, now time.Time) time.Time {
	if now.Before(u.At) {
		return now
	}
	due := u.At.Add(d.settings.PublishAfter)
	if d.settings.PublishAfter <= 0 || now.Before(due) || !d.recoveryWatched(in, u.OutageID) {
		return due
	}
	return due.Add(holdMore)
}

// recoveryWatched reports whether the outage lasts, but all that it took down
// is answering again or has already held for long enough: components recover
// one by one.
func (d *Desk) recoveryWatched(in *Incident, outage string) bool {
	o := in.outage(outage)
	if o == nil || o.End != nil {
		return false
	}
	for _, c := range o.Components() {
		if f := d.facts[c]; !f.Answering && f.Status != Operational {
			return false
		}
	}
	return true
}

func firstHeld(in *Incident) *Update {
	for i := range in.Updates {
		if in.Updates[i].AnnouncedAt.IsZero() {
			return &in.Updates[i]
		}
	}
	return nil
}

// release announces everything that the thread still holds. Staff posts are
// announced when they are made and so are never among it.
func release(in *Incident, now time.Time) {
	last := -1
	for i := range in.Updates {
		u := &in.Updates[i]
		if !u.AnnouncedAt.IsZero() {
			continue
		}
		u.AnnouncedAt = now
		if u.At.After(now) {
			u.AnnouncedAt = u.At
		}
		if last >= 0 {
			in.Updates[last].Superseded = true
		}
		last = i
	}
}
