package incidents

import (
	"slices"
	"time"
)

// same reports whether both tell of the same facts. Why a check failed is for
// staff and changes nothing that was told.
func (o *Outage) same(old *Outage) bool {
	return o.Domain == old.Domain && o.Start == old.Start && sameEnd(o.End, old.End) &&
		o.Unclean == old.Unclean && o.Intermittent == old.Intermittent &&
		o.Restarted == old.Restarted && o.Looping == old.Looping &&
		slices.EqualFunc(o.Affected, old.Affected, func(a, b Affected) bool {
			return a.Component == b.Component && a.Start == b.Start && sameEnd(a.End, b.End) && a.Partial == b.Partial
		})
}

func sameEnd(a, b *Moment) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// better reports whether o tells the times of an outage that has ended within
// narrower bounds, and otherwise what was known.
func (o *Outage) better(old *Outage) bool {
	if o.End == nil || !slices.Equal(o.Components(), old.Components()) {
		return false
	}
	start, end := o.Start.within(old.Start), o.End.within(*old.End)
	return (start || end) && (start || o.Start.same(old.Start)) && (end || o.End.same(*old.End))
}

// tellCorrected says what is known better than it was announced.
func (d *Desk) tellCorrected(in *Incident, was, is Outage, now time.Time) {
	if u := in.said(KindOpened, is.ID); u != nil && !u.AnnouncedAt.IsZero() {
		d.correct(in, &is, false, d.narrator.start(&was, now), d.narrator.start(&is, now), "")
	}
	if u := in.said(KindRecovered, is.ID); u != nil && !u.AnnouncedAt.IsZero() && was.End != nil {
		d.correct(in, &is, true, d.narrator.when(*was.Ended(), now), d.narrator.when(*is.Ended(), now), "")
	}
}

// correct adds a correction, unless readers would see no difference.
func (d *Desk) correct(in *Incident, o *Outage, ended bool, was, is When, by string) {
	before, after := d.narrator.words.Bounds(was), d.narrator.words.Bounds(is)
	if before == after {
		return
	}
	in.change(Change{At: is.Told, By: by, What: ChangedTimes, Was: before, Now: after})
	n := 0
	for _, u := range in.Updates {
		if u.Kind == KindCorrected && u.OutageID == o.ID {
			n++
		}
	}
	u := Update{
		Kind:     KindCorrected,
		State:    in.State,
		Body:     d.narrator.words.Corrected(d.narrator.parts(o.Components()), ended, was, is),
		OutageID: o.ID,
		At:       is.Told,
		By:       by,
	}
	if by == "" {
		d.say(in, u, n+1)
		return
	}
	u.ID, u.IncidentID, u.AnnouncedAt = updateID(in.ID, u.Kind, o.ID, n+1), in.ID, u.At
	in.add(u)
}
