package incidents

import "time"

// Words is a language. Each method is a sentence, or a part of one where it
// says so; which sentences are said, and of what, is not for it to decide.
// Parts and names come in the order in which they are to be said, at least
// one.
type Words interface {
	// Title of a thread; instability when it holds several outages. It names
	// titleNames at most.
	Title(subject []Part, instability bool) string

	Stopped(what []Part, how How, start When) string
	StoppedToo(what []Part, start When) string
	StoppedAgain(what []Part, how How, start When, quiet time.Duration) string
	// Again counts the failures of the thread: n is 2 or more.
	Again(n int, within Within) string
	Recurs(r Recurrence) string // of 2 failures or more
	Working(what []Part, checked When) string
	Unwatched(what []Part) string
	CauseUnknown() string
	// Overran: it began when a maintenance should have been over.
	Overran(title string, end When) string

	// What becomes of mail that arrives during an outage.
	MailWaits() string
	MailAccepted(checked When) string
	MailStored(checked When) string
	MailAtRisk() string
	// MailDelayed is said after the outage; soon says that it was so short that
	// most sending servers have to try again only once.
	MailDelayed(soon bool) string
	// MailSoFar counts the test messages of an outage, of which some are still
	// under way.
	MailSoFar(arrived, sent int) string
	// MailArrived: all n have; meanwhile says that there were several outages.
	MailArrived(n int, slowest time.Duration, meanwhile bool) string

	WorksAgain(what []Part, how How, start, end When) string
	// WasDown tells an outage whole, after its end.
	WasDown(what []Part, how How, start, end When) string
	Watching() string
	// Restarted is how an outage ended: the machine started the service again.
	// It is no sentence.
	Restarted() string
	// LeftUnwatched: nobody asked them after at, so nobody saw them recover.
	LeftUnwatched(what []Part, at When) string
	// ToldLate: the status service was down as well and could not tell earlier.
	ToldLate() string
	// Restored holds what was expected against what came.
	Restored(expected, restored When) string
	// Corrected puts right when it failed or, with ended, when it worked again.
	Corrected(what []Part, ended bool, was, is When) string

	Held(since When) string
	Total(what []Part, times int, down time.Duration) string
	// Found quotes what staff wrote on a topic; empty for one that they gave no
	// name.
	Found(topic Topic, quote string) string

	// ExpectedBy is staff's expectation; late is by how much it is overdue, 0
	// when it is not. Without a full stop.
	ExpectedBy(at When, late time.Duration) string
	// What staff say who say nothing more.
	StaffExpect(at When) string
	StaffResolve() string
	StaffReopen() string
	// Merged: what was told in a thread of that title is told here from now on.
	Merged(title string) string
	// Split: it was a part of the thread of that title.
	Split(title string) string
	// SplitOff: an outage is told in a thread of its own.
	SplitOff(title string) string

	// Of planned maintenance.
	Planned(what []Part, start, end When) string
	Begun(what []Part, end When) string
	Over() string
	OverWorking(what []Part, checked When) string
	OverBroken(what []Part) string
	OverUnknown() string
	// Moved tells other times of one that has not begun.
	Moved(start, end, wasStart, wasEnd When) string
	// Extended tells another end of one that goes on.
	Extended(what []Part, end, was When) string
	CanceledPlan() string

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
	// Edited: a text was changed after it had been announced.
	Edited(at When) string
	// Withdrawn: staff no longer expect what they had.
	Withdrawn(at When) string
	// ThreadsFeed and UpdatesFeed are what a feed of them is of: "incidents".
	ThreadsFeed() string
	UpdatesFeed() string
	// Outages heads a list of n of them; all is the sum, 0 while one lasts.
	Outages(n int, all time.Duration) string
	// Period is a line of that list, with its dates; end is nil when none is known.
	Period(start When, end *When) string

	// Day is the day of t in its zone: "1 August".
	Day(t time.Time) string
	// Month is that of t, with its year: "August 2005".
	Month(t time.Time) string
	// Zone is what the zone at t is called, or its offset where it has no name.
	Zone(t time.Time) string
	// Span is a length of time: "1 h 18 min".
	Span(d time.Duration) string
	// Clock is a moment as readers of the zone say it, with the date where it
	// is another day's than told: "17:03:10 SAST on 1 August".
	Clock(w When) string
	// Bounds is when a moment was, with all that is known of it: Clock for an
	// exact one, else "between 17:02:40 and 17:03:10 SAST".
	Bounds(w When) string
}

// Languages are all that there are, by their tag (BCP 47).
var Languages = map[string]Words{"en": English, "de": German}

// titleNames are as many as a title can hold and still be taken in at a glance:
// of more, it names some and counts the rest.
const titleNames = 3

// How something fails.
type How int

const (
	Wholly     How = iota
	InPart         // some of it works
	NowAndThen     // it works between failures
)

// When is a moment that is told of.
type When struct {
	Moment
	Told  time.Time // when it is told; zero always names the date
	Zone  *time.Location
	About bool // Best is all that will be known; its bounds are of no use
	// Bare leaves the zone out, because it was named just before.
	Bare bool
}

// following is w told right after first: what was said of the one is not said
// again of the other.
func (w When) following(first When) When {
	w.Bare = w.Bare || zone(first.Best.In(first.Zone)) == zone(w.Best.In(w.Zone))
	w.Told = first.Best
	return w
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
