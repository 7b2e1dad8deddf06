package main

import (
	"fmt"
	"time"

	"howdah/cmd/howdah/config"
)

// clock reads moments as people write them, in the site's zone.
type clock struct {
	zone *time.Location
	now  time.Time
}

func newClock(c config.Config) (clock, error) {
	zone, err := time.LoadLocation(c.Site.TimeZone)
	if err != nil {
		return clock{}, fmt.Errorf("site.time_zone: %w", err)
	}
	return clock{zone: zone, now: time.Now()}, nil
}

// ahead reads a moment to come: a time of day is the next one.
func (c clock) ahead(text string) (time.Time, error) {
	t, day, err := c.read(text)
	if day && t.Before(c.now) {
		t = t.AddDate(0, 0, 1)
	}
	return t, err
}

// back reads a moment that is over: a time of day is the last one. An empty
// text is the zero time.
func (c clock) back(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, day, err := c.read(text)
	if day && t.After(c.now) {
		t = t.AddDate(0, 0, -1)
	}
	return t, err
}

// read reports in day whether only a time of today was given.
func (c clock) read(text string) (t time.Time, day bool, err error) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			y, m, d := c.now.In(c.zone).Date()
			return time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), 0, c.zone), true, nil
		}
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, c.zone); err == nil {
			return t, false, nil
		}
	}
	return time.Time{}, false, fmt.Errorf(`%q is no moment; write "15:04", "2006-01-02 15:04" or RFC 3339`, text)
}
