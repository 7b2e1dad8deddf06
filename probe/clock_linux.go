package probe

import (
	"time"

	"golang.org/x/sys/unix"
)

// SystemClock reads the clocks of this machine.
func SystemClock() Clock {
	c := Clock{Wall: time.Now()}
	var boot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot); err == nil {
		c.Boot = time.Duration(boot.Nano())
	}
	return c
}
