package config

import (
	"time"

	"howdah/probe"
)

// scheduleFrom is from when on the gaps of a schedule are looked at: always the
// same time, so that what is once complete stays so.
var scheduleFrom = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// paceBySchedule takes the interval from the schedule.
func (k *Check) paceBySchedule() {
	if k.Schedule == "" || k.Every != 0 {
		return
	}
	if s, err := probe.ParseSchedule(k.Schedule, k.Key); err == nil {
		k.Every = probe.Gap(s, scheduleFrom)
	}
}

// validateSchedule reports whether every and timeout are still to be looked at.
func (k Check) validateSchedule(at string, wrong report) bool {
	s, err := probe.ParseSchedule(k.Schedule, k.Key)
	switch {
	case err != nil:
		wrong(at+".schedule", err.Error(), `write a cron expression such as "0 3 * * *", in UTC`)
	case k.awaited() != "":
		wrong(at+".schedule", "is of no use, because nothing is asked", "write every")
	case k.Every != probe.Gap(s, scheduleFrom):
		wrong(at+".every", "is set beside schedule, which says when the check runs", "write one of the two")
	default:
		return true
	}
	return false
}
