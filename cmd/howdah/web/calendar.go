package web

import (
	"slices"
	"time"

	"howdah/incidents"
)

// yearShown is how many days back each day has a page.
const yearShown = 366

// recordBegan is when what readers can be told of begins: the first thing that
// was monitored, told or planned; zero when there is nothing.
func (ed *edition) recordBegan() time.Time {
	var first time.Time
	earlier := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, v := range ed.snap.Components {
		if len(v.Past) > 0 {
			earlier(v.Past[0].From)
		}
	}
	for _, in := range ed.snap.Incidents {
		earlier(started(in))
	}
	for _, m := range ed.snap.Maintenances {
		earlier(m.CreatedAt)
	}
	if first.After(ed.snap.At) {
		return ed.snap.At
	}
	return first
}

// days are those that have a page, oldest first and today the last.
func (ed *edition) days() []incidents.Day {
	ed.calendarOnce.Do(func() {
		began := ed.recordBegan()
		if ed.snap.At.IsZero() || began.IsZero() {
			return
		}
		all := incidents.Timeline(nil).Days(ed.s.site.zone, ed.snap.At, yearShown)
		ed.calendar = all[slices.IndexFunc(all, func(d incidents.Day) bool { return d.End.After(began) }):]
	})
	return ed.calendar
}

// day finds the day that has a page by its name, "2005-08-01".
func (ed *edition) day(name string) (incidents.Day, bool) {
	for _, d := range ed.days() {
		if d.Start.In(ed.s.site.zone).Format(time.DateOnly) == name {
			return d, true
		}
	}
	return incidents.Day{}, false
}

// hasDay reports whether the day that begins at start has a page.
func (ed *edition) hasDay(start time.Time) bool {
	days := ed.days()
	return len(days) > 0 && !start.Before(days[0].Start) && start.Before(days[len(days)-1].End)
}

// seen reports whether anything was monitored on the day.
func (ed *edition) seen(d incidents.Day) bool {
	for _, v := range ed.snap.Components {
		until := d.End
		if ed.snap.At.Before(until) {
			until = ed.snap.At
		}
		if t := v.Past.Tally(d.Start, until); t.Whole() > t.Unmonitored {
			return true
		}
	}
	return false
}

// threadsIn are the threads that were about something between two moments,
// newest first: one of their outages lasted, or they began or were written to
// by a person.
func (ed *edition) threadsIn(from, to time.Time) []*incidents.Incident {
	within := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	var list []*incidents.Incident
	for _, in := range ed.snap.Incidents {
		about := within(started(in)) || slices.ContainsFunc(in.Outages, func(o incidents.Outage) bool {
			end := o.Ended()
			return o.Began().Best.Before(to) && (end == nil || !end.Best.Before(from)) && !ed.snap.At.Before(from)
		}) || slices.ContainsFunc(in.Updates, func(u incidents.Update) bool {
			return u.Kind == incidents.KindStaff && within(u.At)
		})
		if about {
			list = append(list, in)
		}
	}
	return list
}

// maintenancesIn are the maintenances whose time falls between two moments and
// that were not called off, the first first.
func (ed *edition) maintenancesIn(from, to time.Time) []*incidents.Maintenance {
	var list []*incidents.Maintenance
	for _, m := range ed.snap.Maintenances {
		if m.Start.Before(to) && m.End.After(from) && !m.Canceled {
			list = append(list, m)
		}
	}
	slices.Reverse(list) // the snapshot has the last to start first
	return list
}

// Places of days and months below the site's URL. t is in the site's zone.
func placeOfDay(t time.Time) string   { return placeHistory + "/" + t.Format(time.DateOnly) }
func placeOfMonth(t time.Time) string { return placeHistory + "/" + t.Format("2006-01") }
