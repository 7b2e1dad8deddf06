package probe

import (
	"fmt"
	"testing"
	"time"
)

func TestEveryKeepsItsBeat(t *testing.T) {
	s := Every(30*time.Second, "imap")
	first := s.Next(at(0))
	for i, now := 0, first; i < 100; i++ {
		next := s.Next(now)
		if next.Sub(now) != 30*time.Second {
			t.Fatalf("beat %d comes after %v", i, next.Sub(now))
		}
		now = next
	}
	if again := Every(30*time.Second, "imap").Next(first.Add(-time.Nanosecond)); !again.Equal(first) {
		t.Errorf("a new schedule beats at %v, the old one at %v", again, first)
	}
	// A clock that is set back by an hour costs at most one interval.
	if wait := s.Next(first.Add(-time.Hour)).Sub(first.Add(-time.Hour)); wait <= 0 || wait > 30*time.Second {
		t.Errorf("after a step back it waits %v", wait)
	}
}

func TestEverySpreads(t *testing.T) {
	seconds := map[int]int{}
	for i := range 3000 {
		next := Every(30*time.Second, fmt.Sprintf("check-%d", i)).Next(at(0))
		seconds[int(next.Sub(at(0))/time.Second)]++
	}
	for s := range 30 {
		if n := seconds[s]; n < 50 || n > 150 {
			t.Errorf("second %d has %d of 3000 checks, want about 100", s, n)
		}
	}
}

func TestParseSchedule(t *testing.T) {
	for expr, want := range map[string]time.Time{
		"0 3 * * *":               at(12 * 3600),
		"CRON_TZ=UTC 30 15 * * *": at(1800),
		"@hourly":                 at(3600),
	} {
		s, err := ParseSchedule(expr, "k")
		if err != nil || !s.Next(at(0)).Equal(want) {
			t.Errorf("%q: next is %v, %v; want %v", expr, s, err, want)
		}
	}
	s, err := ParseSchedule("@every 90s", "k")
	if err != nil || !s.Next(at(0)).Equal(Every(90*time.Second, "k").Next(at(0))) {
		t.Errorf("@every 90s: %v, %v", s, err)
	}
	for _, expr := range []string{"", "TZ=UTC", "CRON_TZ=UTC", "TZ=Nowhere/Land 0 3 * * *", "0 2 30 2 *", "@every 1ms", "@every 0s", "@every -5s", "@every", "* * * *"} {
		if s, err := ParseSchedule(expr, "k"); err == nil {
			t.Errorf("%q is accepted: %v", expr, s)
		}
	}
}
