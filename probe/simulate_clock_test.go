package probe

import (
	"testing"
	"testing/synctest"
	"time"
)

// Nights in which the clock of our own machine is set, forth and back, by
// seconds and by hours: no outage is made up, and one at that very moment is
// told as ever.
func TestSimulatedClockSteps(t *testing.T) {
	by := []time.Duration{3 * time.Second, -3 * time.Second, time.Hour, -time.Hour, 26 * time.Hour, -26 * time.Hour}
	nights := func(from time.Time, days int) *truth {
		w := &truth{}
		for day := range days {
			at := from.Add(time.Duration(day)*24*time.Hour + 3*time.Hour + 17*time.Second)
			w.steps = append(w.steps, step{at, by[day%len(by)]})
		}
		return w
	}
	synctest.Test(t, func(t *testing.T) {
		from := time.Now()
		days := some(30)
		found, _ := claims(t, nights(from, days), from, from.Add(time.Duration(days)*24*time.Hour))
		t.Logf("%d nights of clock steps: Howdah %d outages", days, len(found))
		if len(found) > 0 {
			t.Errorf("%d outages were made up: %+v", len(found), found[0])
		}
	})
	synctest.Test(t, func(t *testing.T) {
		from := time.Now()
		w := nights(from, len(by))
		for _, s := range w.steps {
			w.outages = append(w.outages, lapse{from: s.at.Add(-5 * time.Second), to: s.at.Add(10 * time.Minute)})
		}
		found, _ := claims(t, w, from, from.Add(time.Duration(len(by))*24*time.Hour))
		s := rate("Howdah", w, found)
		t.Logf("outages across a step of the clock: %s", table([]score{s}))
		if s.found < 1 || s.wrong > 0 {
			t.Errorf("told of %.0f %%, and of %d that were none", s.found*100, s.wrong)
		}
	})
}
