package templates

// Days are a component's last days, as a row of bars. Nothing is told by it
// alone: Summary says the same in words.
type Days struct {
	Width   int // of the row, in the units of the bars
	Bars    []Bar
	Summary string // spoken in the row's place
	Uptime  string // "99.98 % in 90 days"; may be empty
}

// Bar are all days of one condition.
type Bar struct {
	// Kind is "up", "partial", "down1" to "down3" by how long it was down,
	// "kept" (planned maintenance) or "unseen" (not monitored).
	Kind string
	Path string // SVG path data: a dash a day
}

// Line is a small drawing of a figure over time.
type Line struct {
	Width, Height int
	Path          string // SVG path data
	Text          string // the figure as it is now: "answers in 45 ms"
}

// Recent is a day of the front page, and what happened on it.
type Recent struct {
	Day     Time
	Href    string // of the day's page; may be empty
	Threads []Thread
	Unseen  bool // nothing was monitored on it, so that nothing can be said
}
