package incidents

import "time"

// Words is a language. Each method is a sentence, or a part of one where it
// says so; which sentences are said, and of what, is not for it to decide.
// Names come in the order in which they are to be said, at least one.
type Words interface {
	// Title of a thread; instability when it holds several outages.
	Title(subject []string, instability bool) string

	Stopped(names []string, partial bool, start When) string
	StoppedToo(names []string, start When) string
	StoppedAgain(names []string, partial bool, start When, quiet time.Duration) string
	// Again counts the failures of the thread: n is 2 or more.
	Again(n int, within Within) string
	Working(names []string, checked When) string
	Unwatched(names []string) string
	CauseUnknown() string

	WorksAgain(names []string, partial bool, start, end When) string
	// WasDown tells an outage whole, after its end.
	WasDown(names []string, partial bool, start, end When) string
	Watching() string
	// LeftUnwatched: nobody asked them after at, so nobody saw them recover.
	LeftUnwatched(names []string, at When) string
	// ToldLate: the status service was down as well and could not tell earlier.
	ToldLate() string

	Held(since When) string
	Total(names []string, times int, down time.Duration) string

	// Head… are headlines, without a full stop.
	HeadAllWell() string
	HeadNoData() string
	HeadNoDataFor(names []string) string // and the others work
	HeadDown(names []string, since Since) string
	HeadPartly(names []string, since Since) string
	HeadSlow(names []string) string
	HeadMaintenance(names []string) string
	HeadAnswering(names []string) string
	HeadWatched(since When) string
	HeadNotice(title string) string

	// State is the label of a state: "Monitoring".
	State(s State) string
	// Outages heads a list of n of them; all is the sum, 0 while one lasts.
	Outages(n int, all time.Duration) string
	// Period is a line of that list, with its dates; end is nil when none is known.
	Period(start When, end *When) string

	// Span is a length of time: "1 h 18 min".
	Span(d time.Duration) string
	// Clock is a moment as readers of the zone say it, with the date where it
	// is another day's than told: "17:03:10 SAST on 1 August".
	Clock(w When) string
	// Bounds is when a moment was, with all that is known of it: Clock for an
	// exact one, else "between 17:02:40 and 17:03:10 SAST".
	Bounds(w When) string
}

// When is a moment that is told of.
type When struct {
	Moment
	Told  time.Time // when it is told; zero always names the date
	Zone  *time.Location
	About bool // Best is all that will be known; its bounds are of no use
}

// Within is the time in which the failures of a thread are counted: this day,
// or from Since on, or by default the last 24 hours.
type Within struct {
	Today bool
	Since time.Time // in the site's zone
}

// Since is from when components are not as they should be.
type Since struct {
	When
	Apart bool // they began at different times; When is the first
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}
