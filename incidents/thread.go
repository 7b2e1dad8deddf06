package incidents

import (
	"slices"
	"time"
)

func (in *Incident) outage(id string) *Outage {
	for i := range in.Outages {
		if in.Outages[i].ID == id {
			return &in.Outages[i]
		}
	}
	return nil
}

// of reports whether outages of the domain belong to the thread.
func (in *Incident) of(domain string) bool {
	return in.Domain == domain || slices.ContainsFunc(in.Outages, func(o Outage) bool { return o.Domain == domain })
}

// said is the last update of that kind on that outage, nil when there is none.
func (in *Incident) said(k Kind, outage string) *Update {
	for i := len(in.Updates) - 1; i >= 0; i-- {
		if u := &in.Updates[i]; u.Kind == k && u.OutageID == outage {
			return u
		}
	}
	return nil
}

// unused is the first ordinal from n on under which nothing of that kind was
// said on that outage: a thread can come to hold as many outages as before.
func (in *Incident) unused(k Kind, outage string, n int) int {
	for slices.ContainsFunc(in.Updates, func(u Update) bool { return u.ID == updateID(in.ID, k, outage, n) }) {
		n++
	}
	return n
}

// lastEnd is the latest end of its outages, of which there is at least one.
func (in *Incident) lastEnd() time.Time {
	var end time.Time
	for i := range in.Outages {
		if e := in.Outages[i].End; e != nil && e.Best.After(end) {
			end = e.Best
		}
	}
	return end
}

// reopenedByStaff reports whether the thread was resolved after its last
// outage and is open all the same: then it is for staff to resolve it.
func (in *Incident) reopenedByStaff() bool {
	end := in.lastEnd()
	return in.State != Resolved && slices.ContainsFunc(in.Updates, func(u Update) bool {
		return u.State == Resolved && !u.At.Before(end)
	})
}

func (in *Incident) affect(component string) {
	if !slices.Contains(in.Components, component) {
		in.Components = append(in.Components, component)
	}
}

// add puts the update after all others. What was said last is the newest, also
// when the clock was set back meanwhile.
func (in *Incident) add(u Update) { in.insert(len(in.Updates), u) }

// insert puts the update after n others. The thread takes its state from the
// last one.
func (in *Incident) insert(n int, u Update) {
	in.Updates = slices.Insert(in.Updates, n, u)
	if u.At.After(in.UpdatedAt) {
		in.UpdatedAt = u.At
	}
	if n == len(in.Updates)-1 {
		in.enter(u.State, u.At)
	}
}

func (in *Incident) enter(s State, at time.Time) {
	in.State = s
	switch s {
	case Resolved:
		if in.ResolvedAt.IsZero() {
			in.ResolvedAt = at
		}
	case Monitoring:
		if in.MonitoringAt.IsZero() {
			in.MonitoringAt = at
		}
		in.ResolvedAt = time.Time{}
	default:
		in.MonitoringAt, in.ResolvedAt = time.Time{}, time.Time{}
	}
}
