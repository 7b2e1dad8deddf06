package incidents

import (
	"slices"
	"time"
)

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
	d.retell(in, now)
	release(in, now)
	d.replace(t, in)
	return time.Time{}
}

// retell writes the last of what is held once more, from what has become known
// since: checks that have passed meanwhile, test messages that have arrived.
// The page has shown the earlier text, so it is kept.
func (d *Desk) retell(in *Incident, now time.Time) {
	u := in.Latest()
	if u == nil || !u.AnnouncedAt.IsZero() {
		return
	}
	o := in.outage(u.OutageID)
	if o == nil {
		return
	}
	var body string
	switch opened := in.said(KindOpened, o.ID); u.Kind {
	case KindWidened:
		if opened == nil || !opened.AnnouncedAt.IsZero() {
			return
		}
		fallthrough
	case KindOpened:
		if !d.informed() {
			return // it would say less than it does
		}
		body = d.narrator.opened(in, o, d.facts, d.overran(o), now)
	case KindRecovered:
		whole := opened == nil || opened.AnnouncedAt.IsZero()
		body = d.narrator.recovered(in, o, whole, u.ExpectedAt, now)
		sum := in.canariesOf(o.ID)
		u.Sent, u.Arrived = sum.sent, sum.arrived
	default:
		return
	}
	if body != u.Body {
		u.edit(body, "", now)
	}
}

// informed reports whether something is known of every component that is
// watched; after a start that takes a while.
func (d *Desk) informed() bool {
	return !slices.ContainsFunc(d.components, func(c Component) bool {
		_, known := d.facts[c.Key]
		return !known && !c.Unwatched
	})
}

// edit gives the update another text and keeps the one that it had.
func (u *Update) edit(body, by string, now time.Time) {
	u.Edits = append(slices.Clone(u.Edits), Edit{Body: u.Body, By: by, At: now})
	u.Body = body
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
		if u.Kind == KindMail || u.Kind == KindCorrected {
			continue // no other update tells it again
		}
		if last >= 0 {
			in.Updates[last].Superseded = true
		}
		last = i
	}
}
