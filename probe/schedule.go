package probe

import (
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// phased is a fixed rhythm whose beats lie where a hash puts them.
type phased struct {
	every  time.Duration
	offset time.Duration
}

var _ cron.Schedule = phased{}

// Every is a schedule of one beat an interval, spread by a hash of key: checks
// with the same interval do not all run at the same moment, and each keeps its
// beat over restarts. Intervals below one second are one second.
func Every(interval time.Duration, key string) cron.Schedule {
	interval = max(interval, time.Second)
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return phased{every: interval, offset: time.Duration(h.Sum64() % uint64(interval))}
}

// Next is the first beat after t. It is never more than one interval away, so
// a clock that is set back cannot stop the rhythm, and it keeps t's monotonic
// reading.
func (s phased) Next(t time.Time) time.Time {
	wait := (int64(s.offset) - t.UnixNano()) % int64(s.every)
	if wait <= 0 {
		wait += int64(s.every)
	}
	return t.Add(time.Duration(wait))
}

// rhythm is the schedule of the check's runs.
func (c Check) rhythm() cron.Schedule {
	if c.Schedule != nil {
		return c.Schedule
	}
	return Every(c.Every, c.Key)
}

// beat is when the check has had so many more turns after t.
func (c Check) beat(t time.Time, turns int) time.Time {
	if c.Schedule == nil {
		return t.Add(time.Duration(turns) * c.Every)
	}
	for range turns {
		t = c.Schedule.Next(t)
	}
	return t
}

// Gap is the shortest time between two beats of the schedule, as far as the
// next thousand of them after t show it.
func Gap(s cron.Schedule, t time.Time) time.Duration {
	shortest := time.Duration(math.MaxInt64)
	last := s.Next(t)
	for range 1000 {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		shortest, last = min(shortest, next.Sub(last)), next
	}
	return shortest
}

// ParseSchedule parses a cron expression of five fields in UTC, or
// "@every 30s", which is spread by a hash of key. What would never run is an
// error.
func ParseSchedule(expr, key string) (s cron.Schedule, err error) {
	if every, ok := strings.CutPrefix(strings.TrimSpace(expr), "@every "); ok {
		interval, err := time.ParseDuration(strings.TrimSpace(every))
		if err != nil {
			return nil, fmt.Errorf("parsing schedule %q: %w", expr, err)
		}
		if interval < time.Second {
			return nil, fmt.Errorf("parsing schedule %q: the interval is below one second", expr)
		}
		return Every(interval, key), nil
	}
	// cron v3.0.1 panics on a zone without an expression behind it.
	defer func() {
		if recover() != nil {
			s, err = nil, fmt.Errorf("parsing schedule %q: not a cron expression", expr)
		}
	}()
	zoned := expr
	if !strings.Contains(expr, "TZ=") {
		zoned = "CRON_TZ=UTC " + expr
	}
	s, err = cron.ParseStandard(zoned)
	if err != nil {
		return nil, fmt.Errorf("parsing schedule %q: %w", expr, err)
	}
	if s.Next(time.Now()).IsZero() {
		return nil, fmt.Errorf("parsing schedule %q: there is no such day, it would never run", expr)
	}
	return s, nil
}
