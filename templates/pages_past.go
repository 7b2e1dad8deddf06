package templates

// Month is a part of the history.
type Month struct {
	Key     string // "2005-08"
	Name    string // "August 2005"
	Href    string
	Threads []Thread
	Count   string // in the place of Threads, when there are too many
}

// History leads to all that was.
type History struct {
	Frame
	Months []Month // newest first
}

// Share is how some time was spent: of a component, or over a period. What
// there was none of is empty.
type Share struct {
	Name   string
	Href   string // empty for none
	Uptime string
	// How long it did not work, worked in part, was under planned maintenance
	// and was not monitored.
	Down, Degraded, Kept, Unseen string
}

// Plan is a maintenance in a list.
type Plan struct {
	Title, Href string
	State       State
	Start, End  Time
}

// Around are the pages before and after one in time.
type Around struct{ Earlier, Later Link }

// DayLine is a day in the list of its month.
type DayLine struct {
	Day  Time
	Href string // empty for a day without a page
	Kind string // as Bar's
	Text string // what there was
}

// MonthPage is what there was in a month.
type MonthPage struct {
	Frame
	Around
	Name    string
	Threads []Thread
	Plans   []Plan
	Of      string    // heads the first column of Shares
	Shares  []Share   // of each component
	Days    []DayLine // oldest first
}

// DayPage is what there was on a day.
type DayPage struct {
	Frame
	Around
	Name    string
	Month   Link
	Threads []Thread
	Plans   []Plan
	Outages []Outage
	Total   string  // of Outages
	Of      string  // heads the first column of Shares
	Shares  []Share // of each component
}

// Cell is a day in the table of a year.
type Cell struct {
	Day  int    // of the month
	Href string // empty for a day without a page
	Kind string // as Bar's
}

// YearRow is a month of that table.
type YearRow struct {
	Month Link
	Cells []Cell
}

// Times are how long the phases of a check took on one day.
type Times struct {
	Name    string // "IMAP, 3 August 2005 (UTC)"
	Rows    []PhaseRow
	Slowest string // in a sentence
}

// PhaseRow is a phase, or all of a check.
type PhaseRow struct{ Name, Half, Most string }

// ComponentPage is the page of one component.
type ComponentPage struct {
	Frame
	Name        string
	Description string
	Group       string
	State       State
	Since       Time // of State
	Checked     Time
	Good        Time
	Of          string  // heads the first column of Shares
	Shares      []Share // over longer and longer periods
	Year        []YearRow
	Trouble     []DayLine // of that year, newest first
	Line        *Line
	Times       []Times
	Mail        []string // how long mail takes through it; a sentence each
	Blips       string   // in a sentence; empty when nothing is known of any
	Threads     []Thread // newest first
}

// MaintenancePage is the page of one planned maintenance.
type MaintenancePage struct {
	Frame
	Heading    string
	State      State
	Start, End Time
	Affected   string
	Posts      []Post // newest first
}
