package incidents

import "time"

// Day is how a component fared on one day of the site's zone, until now if the
// day is not over.
type Day struct {
	Start, End time.Time // UTC; 23 or 25 hours apart when clocks are set
	Tally
}

// Days are the last n days until now in the zone, the oldest first and today
// the last.
func (t Timeline) Days(zone *time.Location, now time.Time, n int) []Day {
	return t.days(dayStarts(zone, now, n), now)
}

// days are those between the starts, until now.
func (t Timeline) days(starts []time.Time, now time.Time) []Day {
	days := make([]Day, 0, len(starts)-1)
	for i, start := range starts[:len(starts)-1] {
		end := starts[i+1]
		days = append(days, Day{start, end, t.Tally(start, earlier(end, now))})
	}
	return days
}

// Month is how the component fared in a month of the zone, as far as it has
// gone by now.
func (t Timeline) Month(zone *time.Location, year int, month time.Month, now time.Time) Tally {
	return t.Tally(midnight(zone, year, month, 1), earlier(midnight(zone, year, month+1, 1), now))
}

// Year is likewise of a year.
func (t Timeline) Year(zone *time.Location, year int, now time.Time) Tally {
	return t.Tally(midnight(zone, year, time.January, 1), earlier(midnight(zone, year+1, time.January, 1), now))
}

// dayStarts are the starts of the last n days until now and of tomorrow.
func dayStarts(zone *time.Location, now time.Time, n int) []time.Time {
	y, m, d := now.In(zone).Date()
	starts := make([]time.Time, 0, n+1)
	for i := 1 - n; i <= 1; i++ {
		starts = append(starts, midnight(zone, y, m, d+i))
	}
	return starts
}

// midnight is the first moment of a day in the zone, UTC: not before 00:00 on
// its clocks, which is later where clocks are set forward over it.
func midnight(zone *time.Location, year int, month time.Month, day int) time.Time {
	clock := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	for at := clock.Add(-farEast); ; {
		here := at.In(zone)
		_, offset := here.Zone()
		_, end := here.ZoneBounds()
		if t := clock.Add(-time.Duration(offset) * time.Second); t.After(at) {
			at = t
		}
		if end.IsZero() || at.Before(end) {
			return at
		}
		at = end.UTC()
	}
}

// farEast is more than any zone is ahead of UTC.
const farEast = 27 * time.Hour

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
