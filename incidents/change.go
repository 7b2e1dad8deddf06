package incidents

import "time"

// Edit is an earlier text of an update.
type Edit struct {
	Body string    // as it was
	By   string    // who replaced it; empty for the machine
	At   time.Time // when it was replaced
}

// Change is the trace of something in a thread that is not as it was
// published, or of what staff did with the thread.
type Change struct {
	At       time.Time
	By       string // empty for the machine
	What     Changed
	Was, Now string // in the words of What; either may be empty
}

// Changed says what a Change has changed.
type Changed string

const (
	ChangedTitle    Changed = "title"    // the titles
	ChangedImpact   Changed = "impact"   // the impacts
	ChangedTimes    Changed = "times"    // the times of an outage, in words
	ChangedHow      Changed = "how"      // how an outage ended, in words; Was is empty where nothing was said
	ChangedMerged   Changed = "merged"   // Was is the ID of the thread that came in
	ChangedSplit    Changed = "split"    // Was and Now are the IDs of the threads that an outage went from and to
	ChangedTaken    Changed = "taken"    // staff took it over
	ChangedReleased Changed = "released" // and handed it back
	ChangedSilenced Changed = "silenced" // the machine says nothing
	ChangedLifted   Changed = "lifted"   // and speaks again
	ChangedExpected Changed = "expected" // the expectation was withdrawn; Was is RFC 3339
)

// Public reports whether readers are shown the change: they saw what it
// changed.
func (c Change) Public() bool {
	switch c.What {
	case ChangedTitle, ChangedImpact, ChangedTimes, ChangedMerged, ChangedSplit, ChangedExpected:
		return true
	case ChangedHow:
		return c.Was != ""
	}
	return false
}

func (in *Incident) change(c Change) {
	if c.Was != c.Now || c.What != ChangedTitle && c.What != ChangedImpact {
		in.Changes = append(in.Changes, c)
	}
}

// title gives the thread another title and keeps the one that it had.
func (in *Incident) title(title, by string, at time.Time) {
	in.change(Change{At: at, By: by, What: ChangedTitle, Was: in.Title, Now: title})
	in.Title = title
}
