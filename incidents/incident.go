package incidents

import (
	"strings"
	"time"
)

// State of a thread, as Statuspage names them.
type State string

const (
	Investigating State = "investigating"
	Identified    State = "identified"
	Monitoring    State = "monitoring"
	Resolved      State = "resolved"
)

// Valid reports whether s is one of the four states.
func (s State) Valid() bool {
	switch s {
	case Investigating, Identified, Monitoring, Resolved:
		return true
	}
	return false
}

// Impact of a thread, as Statuspage names them.
type Impact string

const (
	ImpactNone     Impact = "none"
	ImpactMinor    Impact = "minor"
	ImpactMajor    Impact = "major"
	ImpactCritical Impact = "critical"
)

// Kind says what an update tells.
type Kind string

const (
	KindOpened    Kind = "opened"    // something stopped
	KindWidened   Kind = "widened"   // more of it stopped
	KindRecovered Kind = "recovered" // it works again
	KindMail      Kind = "mail"      // what became of the mail sent meanwhile
	KindCorrected Kind = "corrected" // a time is known better than it was told
	KindResolved  Kind = "resolved"  // it has held
	KindStaff     Kind = "staff"     // a person wrote it
	KindNote      Kind = "note"      // what a person did with the thread, in the machine's words
	KindPlanned   Kind = "planned"   // how a maintenance goes on
)

// Topic is what a staff update is about, beside how things stand.
type Topic string

const (
	TopicCause      Topic = "cause"
	TopicWorkaround Topic = "workaround"
	TopicFix        Topic = "fix" // for good
)

// Valid reports whether t is a topic, or none.
func (t Topic) Valid() bool {
	switch t {
	case "", TopicCause, TopicWorkaround, TopicFix:
		return true
	}
	return false
}

// Update is one dated post in a thread. It is never taken back; when its text
// is edited, the earlier one is kept.
type Update struct {
	ID         string // unique within all threads; the permalink's fragment is "update-" + ID
	IncidentID string
	Kind       Kind
	State      State
	Body       string    // plain text; an empty line parts paragraphs
	By         string    // name of the staff member; empty for the machine
	At         time.Time // when it was posted
	OutageID   string    // which outage a machine's update speaks of
	Topic      Topic     // of a staff update; empty for none
	// ExpectedAt is when staff expect all to work, as of this update; for a
	// KindRecovered, when it had been expected. Zero for nothing said.
	ExpectedAt time.Time
	// Components are those whose state this update changed, with the state
	// before and after.
	Components []ComponentChange
	// AnnouncedAt is when feeds and notices were told; zero while it is held.
	AnnouncedAt time.Time
	// Superseded marks an update that a later one told again before it was
	// announced: it stands in the thread but is no entry of its own.
	Superseded bool
	Edits      []Edit // the earlier texts, oldest first
	// Sent counts the test messages of the outage that had been sent when this
	// was told, and Arrived those that had arrived.
	Sent, Arrived int
}

// ComponentChange is a component's step within an update.
type ComponentChange struct {
	Component string
	Old, New  Status
}

// Incident is a thread: the story of one outage or of several that belong
// together.
type Incident struct {
	ID         string // what links, feeds and guids hang on
	Title      string
	State      State
	Impact     Impact // the worst it has been
	Domain     string // empty for a thread that staff opened
	Components []string
	Outages    []Outage // oldest first
	Updates    []Update // oldest first
	CreatedAt  time.Time
	UpdatedAt  time.Time // of the newest update
	StartedAt  time.Time // of the first outage
	// MonitoringAt and ResolvedAt are zero unless the thread is in that state
	// or past it; reopening clears both.
	MonitoringAt time.Time
	ResolvedAt   time.Time
	// ExpectedAt is when staff expect all of it to work; zero when they have not
	// said, and after a recovery. The updates hold its history.
	ExpectedAt time.Time
	// Canaries are the test messages that were sent during its outages, in order
	// of sending.
	Canaries []Canary
	Changes  []Change // oldest first
	Aliases  []string // IDs of threads that were merged into this one
	// Taken says that staff took the thread over: the machine goes on adding
	// outages and says nothing.
	Taken bool
	// Silent says that the machine says nothing until that is lifted, and then
	// how things stand.
	Silent bool
}

// Slug is the words of the title for use in a URL after the ID.
func (in *Incident) Slug() string { return slug(in.Title) }

// Path is the thread's place below the site's URL, without a leading slash:
// "incidents/ID-slug".
func (in *Incident) Path() string {
	p := "incidents/" + in.ID
	if s := in.Slug(); s != "" {
		p += "-" + s
	}
	return p
}

// Instability reports whether the thread holds more than one outage, or one in
// which the service ended over and over.
func (in *Incident) Instability() bool {
	return len(in.Outages) > 1 || len(in.Outages) == 1 && in.Outages[0].Looping
}

// Ongoing reports whether one of its outages lasts.
func (in *Incident) Ongoing() bool {
	for i := range in.Outages {
		if in.Outages[i].End == nil {
			return true
		}
	}
	return false
}

// Downtime is how long something of the thread was down, by now.
func (in *Incident) Downtime(now time.Time) time.Duration { return Downtime(in.Outages, now) }

// Latest is the newest update, nil for a thread without one.
func (in *Incident) Latest() *Update {
	if len(in.Updates) == 0 {
		return nil
	}
	return &in.Updates[len(in.Updates)-1]
}

// AnnouncedAt is when feeds last had something new to tell of this thread;
// zero while all of it is held.
func (in *Incident) AnnouncedAt() time.Time {
	var t time.Time
	for i := range in.Updates {
		if a := in.Updates[i].AnnouncedAt; a.After(t) {
			t = a
		}
	}
	return t
}

func (in *Incident) clone() *Incident {
	c := *in
	c.Components = append([]string(nil), in.Components...)
	c.Outages = append([]Outage(nil), in.Outages...)
	c.Updates = append([]Update(nil), in.Updates...)
	c.Canaries = append([]Canary(nil), in.Canaries...)
	c.Changes = append([]Change(nil), in.Changes...)
	c.Aliases = append([]string(nil), in.Aliases...)
	return &c
}

// spelledOut is how German is written without its own letters.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss")

func slug(title string) string {
	var b []byte
	dash := false
	for _, r := range spelledOut.Replace(title) {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
			fallthrough
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if dash && len(b) > 0 {
				b = append(b, '-')
			}
			dash = false
			b = append(b, byte(r))
		default:
			dash = true
		}
		if len(b) >= 60 {
			break
		}
	}
	return string(b)
}
