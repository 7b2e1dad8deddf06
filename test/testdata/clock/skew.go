package time

import "sync/atomic"

// Skew is how many seconds the wall clock is off; the monotonic one is right.
var Skew atomic.Int64
