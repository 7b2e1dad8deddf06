package probe

import "time"

// ComponentFact is where a component stands, computed from its checks.
type ComponentFact struct {
	Component string
	State     State // the worst of its checks
	Partial   bool  // down or suspect, but some of its checks pass
	// Intermittent says that it fails now and then, too shortly to be
	// confirmed.
	Intermittent bool
	Since        time.Time // best known start of State; for Up the end of the last outage
	CheckedAt    time.Time // newest conclusive run of any of its checks; zero for never
	LastGood     time.Time // newest good run; zero for never
	// StaleAt is when CheckedAt is too old to say anything: three intervals on.
	StaleAt time.Time
	Reason  Reason // why it is not up
}

// Warning is something that staff should know and readers should not.
type Warning struct {
	At     time.Time
	Check  string // empty when it is of no single one
	Reason Reason // "clock.step", "suspend", "schedule.overdue"; empty for what only the text tells
	Text   string
}

// Changes is what one fact made of the tracker's picture: a list to store and
// to tell, in this order.
type Changes struct {
	Outages    []Outage // new values of those that changed
	Blips      []Blip
	Warnings   []Warning
	Components []ComponentFact // of those that changed, the newest
	Canaries   []Canary        // new values of those that changed
	Segments   []Segment       // to be taken in this order
	// Kick names checks that should run at once: siblings of one that just
	// failed, everything on a host that just came back.
	Kick []string
}

// Observer is told of changes after the store was, in order, from one
// goroutine. It must not block for long.
type Observer interface {
	Observe(now time.Time, ch Changes)
}
