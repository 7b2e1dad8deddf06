package probe

import (
	"time"

	"golang.org/x/sys/unix"
)

// SystemClock reads the clocks of this machine.
func SystemClock() Clock {
	return Clock{Wall: time.Now(), Mono: readClock(unix.CLOCK_MONOTONIC), Boot: readClock(unix.CLOCK_BOOTTIME)}
}

func readClock(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0 // Linux has had both since 2.6.39
	}
	return time.Duration(t.Nano())
}
