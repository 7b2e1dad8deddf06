package incidents

import "time"

// Recurrence is how a thread's failures follow each other.
type Recurrence struct {
	Times int
	Days  int // of the calendar in which they fell, at least 1
	// LongestHeld is the longest time without failure between two, and MeanHeld
	// the mean of those times; zero for fewer than two failures.
	LongestHeld, MeanHeld time.Duration
}

// Recurrence counts the thread's outages, by the calendar of the zone.
func (in *Incident) Recurrence(zone *time.Location) Recurrence {
	r := Recurrence{Times: len(in.Outages)}
	if r.Times == 0 {
		return r
	}
	first := in.Outages[0].Began().Best.In(zone)
	last := in.Outages[r.Times-1].Began().Best.In(zone)
	r.Days = daysBetween(first, last) + 1
	var sum time.Duration
	end := first
	for i := range in.Outages {
		o := &in.Outages[i]
		if i > 0 {
			held := max(o.Began().Best.Sub(end), 0)
			sum += held
			r.LongestHeld = max(r.LongestHeld, held)
		}
		if e := o.Ended(); e != nil && e.Best.After(end) {
			end = e.Best
		}
	}
	if r.Times > 1 {
		r.MeanHeld = sum / time.Duration(r.Times-1)
	}
	return r
}

// daysBetween counts midnights from a to b, which are of one zone.
func daysBetween(a, b time.Time) int {
	noon := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(b).Sub(noon(a)) / (24 * time.Hour))
}
