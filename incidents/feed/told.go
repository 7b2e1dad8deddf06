package feed

import (
	"time"

	"howdah/incidents"
)

// changedAt is when readers last had something new of an announced update: its
// announcement, or what became of it after that.
func changedAt(in *incidents.Incident, u *incidents.Update) time.Time {
	at := u.AnnouncedAt
	for _, t := range []time.Time{edited(u), withdrawn(in, u)} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

// withdrawn is when staff took back what they expected in the update; zero for
// never.
func withdrawn(in *incidents.Incident, u *incidents.Update) time.Time {
	if u.Kind != incidents.KindStaff || u.ExpectedAt.IsZero() {
		return time.Time{}
	}
	for _, c := range in.Changes {
		if c.What == incidents.ChangedExpected && c.Was == u.ExpectedAt.Format(time.RFC3339) && c.At.After(u.AnnouncedAt) {
			return c.At
		}
	}
	return time.Time{}
}

// edited is when the update's text was last changed after readers had been
// told it; zero for never.
func edited(u *incidents.Update) (at time.Time) {
	for _, e := range u.Edits {
		if e.At.After(u.AnnouncedAt) {
			at = e.At
		}
	}
	return at
}

// told is the title that the thread has been announced with, and when readers
// last had something new of it; zero while all of it is held. A title that the
// machine gives waits for the update that it goes with, one that staff give for
// nothing.
func told(in *incidents.Incident) (title string, at time.Time) {
	held := false
	for i := range in.Updates {
		u := &in.Updates[i]
		if u.AnnouncedAt.IsZero() {
			held = true
		} else if c := changedAt(in, u); c.After(at) {
			at = c
		}
	}
	title = in.Title
	if at.IsZero() {
		return title, at
	}
	announced := in.AnnouncedAt()
	waits := held
	for i := len(in.Changes) - 1; i >= 0; i-- {
		c := in.Changes[i]
		switch {
		case c.What == incidents.ChangedTitle && c.By == "" && waits && c.At.After(announced):
			title = c.Was
			continue
		case c.What == incidents.ChangedTitle:
			waits = false
		case c.What != incidents.ChangedImpact:
			continue
		}
		if c.At.After(at) {
			at = c.At
		}
	}
	return title, at
}

// stateTold is the state as of the last update that was announced.
func stateTold(in *incidents.Incident) incidents.State {
	for i := len(in.Updates) - 1; i >= 0; i-- {
		if u := &in.Updates[i]; !u.AnnouncedAt.IsZero() {
			return u.State
		}
	}
	return in.State
}
