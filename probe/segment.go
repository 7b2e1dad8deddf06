package probe

import "time"

// SegmentState is what was known of a component over a stretch of time.
type SegmentState string

const (
	SegmentUp          SegmentState = "up"
	SegmentDegraded    SegmentState = "degraded"    // works for some: a part of its checks fails, or it fails now and then
	SegmentDown        SegmentState = "down"        // within an outage
	SegmentMaintenance SegmentState = "maintenance" // announced downtime, whatever its checks say
	SegmentUnmonitored SegmentState = "unmonitored" // nobody could look
)

// Segment says what is true of a component from a moment on, until the next
// one of that component. What was said before of the time from From on gives
// way: knowledge comes late, and an outage begins before it is confirmed. So
// the segments of a component, taken in the order in which they were told,
//
//	for each s: forget those with From >= s.From; keep s
//
// tile the time since its first without gap or overlap. The time before the
// first was not monitored. A segment that says what already holds is not told.
//
// The end of a run and the time until the next one are told by the Prober
// itself, as SegmentUnmonitored, also after an unclean end; an open outage
// goes on over it.
type Segment struct {
	Component string
	From      time.Time // UTC
	State     SegmentState
	Reason    Reason // why it is not up; may be empty
}
