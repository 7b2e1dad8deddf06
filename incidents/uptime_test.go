package incidents

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, whatever the machine has

	"pgregory.net/rapid"
)

func inZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Zones that set their clocks by an hour, by half of one, at midnight, a
// minute after it, over it, by a whole day, and never.
var zones = []string{
	"America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "America/Havana", "America/St_Johns",
	"Asia/Beirut", "Pacific/Apia", "Pacific/Kiritimati", "Asia/Kathmandu", "Africa/Johannesburg", "UTC",
}

var conditions = []Condition{WasUp, WasDegraded, WasDown, WasMaintained, WasUnmonitored}

func TestDaysAreThoseOfTheZone(t *testing.T) {
	for _, c := range []struct {
		zone, day string
		hours     float64
	}{
		{"America/New_York", "2026-03-08", 23},
		{"America/New_York", "2026-11-01", 25},
		{"America/New_York", "2026-11-02", 24},
		{"Australia/Lord_Howe", "2026-04-05", 24.5},
		{"Australia/Lord_Howe", "2026-10-04", 23.5},
		{"America/Sao_Paulo", "2018-11-04", 23}, // begins at 01:00
		{"America/Sao_Paulo", "2018-02-17", 25},
		{"Asia/Beirut", "2026-03-29", 23}, // likewise
		{"Pacific/Apia", "2011-12-30", 0}, // was left out
		{"Africa/Johannesburg", "2005-08-01", 24},
	} {
		zone := inZone(t, c.zone)
		noon, err := time.ParseInLocation(time.DateOnly, c.day, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := noon.Date()
		if got := midnight(zone, y, m, d+1).Sub(midnight(zone, y, m, d)).Hours(); got != c.hours {
			t.Errorf("%s in %s has %v hours, want %v", c.day, c.zone, got, c.hours)
		}
	}
}

// told is a timeline in any order of knowledge.
func told(t *rapid.T, around time.Time) Timeline {
	var line Timeline
	for range rapid.IntRange(0, 30).Draw(t, "segments") {
		line = line.with([]Segment{{
			From:      around.Add(time.Duration(rapid.Int64Range(-int64(400*24*time.Hour), int64(time.Hour)).Draw(t, "from"))),
			Condition: rapid.SampledFrom(conditions).Draw(t, "condition"),
		}})
	}
	return line
}

func anyMoment(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(631152000, 2082758400).Draw(t, "unix"), rapid.Int64Range(0, 999).Draw(t, "ms")*1e6).UTC()
}

// Whatever is known: days lie end to end, each begins with its date, and the
// conditions of all of them together are the whole time.
func TestDaysTileTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		now := anyMoment(t)
		line := told(t, now)
		days := line.Days(zone, now, 90)
		if len(days) != 90 {
			t.Fatalf("%d days", len(days))
		}
		var sum Tally
		y, m, d := now.In(zone).Date()
		for i, day := range days {
			if i > 0 && !day.Start.Equal(days[i-1].End) {
				t.Fatalf("day %d begins at %v, the one before ends at %v", i, day.Start, days[i-1].End)
			}
			date := time.Date(y, m, d+i-89, 0, 0, 0, 0, time.UTC)
			if at := wall(day.Start, zone); at.Before(date) {
				t.Fatalf("%v begins at %v", date, at)
			}
			if before := wall(day.Start.Add(-1), zone); !before.Before(date) {
				t.Fatalf("%v begins too late: before it was %v", date, before)
			}
			if whole := earlier(day.End, now).Sub(day.Start); day.Whole() != whole {
				t.Fatalf("day %d: %+v come to %v, not to %v", i, day.Tally, day.Whole(), whole)
			}
			sum = sum.Plus(day.Tally)
		}
		if today := days[89]; now.Before(today.Start) || !now.Before(today.End) {
			t.Fatalf("now %v is not in today, %v to %v", now, today.Start, today.End)
		}
		if all := line.Tally(days[0].Start, now); all != sum {
			t.Fatalf("the days come to %+v, the time to %+v", sum, all)
		}
	})
}

// wall is what clocks in the zone show, as if it were UTC.
func wall(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

func TestYearIsItsMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		now := anyMoment(t)
		line := told(t, now)
		year := now.In(zone).Year()
		var sum Tally
		for m := time.January; m <= time.December; m++ {
			sum = sum.Plus(line.Month(zone, year, m, now))
		}
		if whole := line.Year(zone, year, now); whole != sum {
			t.Fatalf("%d: months %+v, year %+v", year, sum, whole)
		}
	})
}

// What was told last of a moment counts, whatever was told before.
func TestTimelineIsWhatWasToldLast(t *testing.T) {
	t0 := time.Date(2005, 8, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		const length = 60
		var truth [length]Condition
		var line Timeline
		for range rapid.IntRange(0, 10).Draw(t, "parts") {
			var part []Segment
			for range rapid.IntRange(0, 3).Draw(t, "segments") {
				from, c := rapid.IntRange(0, length-1).Draw(t, "from"), rapid.SampledFrom(conditions).Draw(t, "condition")
				for i := from; i < length; i++ {
					truth[i] = c
				}
				part = append(part, Segment{From: t0.Add(time.Duration(from) * time.Minute), Condition: c})
			}
			before := slices.Clone(line)
			was := line
			line = line.with(part)
			if !slices.Equal(was, before) {
				t.Fatal("a timeline was written to")
			}
		}
		a := rapid.IntRange(0, length).Draw(t, "a")
		b := rapid.IntRange(a, length).Draw(t, "b")
		var want Tally
		for _, c := range truth[a:b] {
			want.add(c, time.Minute)
		}
		if got := line.Tally(t0.Add(time.Duration(a)*time.Minute), t0.Add(time.Duration(b)*time.Minute)); got != want {
			t.Fatalf("minutes %d to %d: %+v, want %+v", a, b, got, want)
		}
	})
}

func TestUptimeIsNeverRoundedUp(t *testing.T) {
	for want, tally := range map[string]Tally{
		"100":   {Up: time.Hour, Degraded: time.Hour, Unmonitored: time.Hour},
		"99.99": {Up: 365 * 24 * time.Hour, Down: 1},
		"99.90": {Up: 999 * time.Minute, Down: time.Minute, Maintenance: time.Hour},
		"98.90": {Up: 30*24*time.Hour - 474*time.Minute, Down: 474 * time.Minute}, // the seed's
		"0.00":  {Down: time.Hour},
		"":      {Maintenance: time.Hour, Unmonitored: time.Hour, Degraded: time.Hour},
	} {
		if got := tally.Percent(); got != want {
			t.Errorf("%+v is %q, want %q", tally, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.Int64Range(0, int64(10*366*24*time.Hour/time.Millisecond)) // as finely as times are stored
		tally := Tally{Up: time.Duration(some.Draw(t, "up")) * time.Millisecond, Down: time.Duration(some.Draw(t, "down")) * time.Millisecond}
		share, ok := tally.Uptime()
		exact := float64(tally.Up) / float64(tally.Up+tally.Down) * 10_000
		switch {
		case !ok:
			if tally.Up+tally.Down > 0 {
				t.Fatalf("%+v is not known", tally)
			}
		case (share == 10_000) != (tally.Down == 0):
			t.Fatalf("%+v is %d", tally, share)
		case float64(share) > exact+1e-6 || float64(share) < exact-1.01:
			t.Fatalf("%+v is %d, exactly %v", tally, share, exact)
		}
	})
}
