package incidents

import "time"

// resolve closes a thread that has held for long enough, dated to the moment
// at which it had, and returns when that will be, zero when it is not for
// time alone to say.
func (d *Desk) resolve(t *thread, now time.Time) (next time.Time) {
	in := t.in
	if in.State == Resolved || in.Taken || in.Silent || len(in.Outages) == 0 || in.Ongoing() || in.reopenedByStaff() {
		return time.Time{}
	}
	end := in.lastEnd()
	due := end.Add(d.settings.ResolveAfter)
	if in.Instability() {
		due = end.Add(d.settings.QuietPeriod)
	}
	if now.Before(due) {
		return due
	}
	if !d.works(in.Components, now) {
		t.late = true
		return time.Time{}
	}
	if t.late {
		due = now // only now is it known again
	}
	if u := in.Latest(); u != nil && u.At.After(due) {
		due = u.At // what was said later was said of an open thread
	}
	closed := in.clone()
	last := in.Outages[len(in.Outages)-1].ID
	d.say(closed, Update{
		Kind:     KindResolved,
		State:    Resolved,
		Body:     d.narrator.resolved(closed, due),
		OutageID: last,
		At:       due,
	}, in.unused(KindResolved, last, len(in.Outages)))
	d.replace(t, closed)
	return time.Time{}
}

// works reports whether nothing that is known now speaks against the
// components: none of them is down, and none went unchecked for too long.
func (d *Desk) works(keys []string, now time.Time) bool {
	for _, c := range keys {
		f, known := d.facts[c]
		if !known || f.CheckedAt.IsZero() {
			continue
		}
		if f.Status == MajorOutage || f.Status == PartialOutage || f.stale(now) {
			return false
		}
	}
	return true
}
