package incidents

import "time"

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

// Moment is an instant known within bounds, Earliest <= Best <= Latest, UTC.
type Moment struct {
	Earliest, Best, Latest time.Time
	Source                 string // how it is known, for staff
}

// Exact reports whether the bounds are so near that readers need only Best.
func (m Moment) Exact() bool { return m.Latest.Sub(m.Earliest) <= time.Second }

// Affected is the interval in which one component was down within an outage.
type Affected struct {
	Component string
	Start     Moment
	End       *Moment // nil while it lasts
	Partial   bool    // it worked in some ways
}

// Outage is an outage as the story knows it: the probe's fact without what
// only staff need. It is known by its ID.
type Outage struct {
	ID       string
	Domain   string // host or component: what makes outages belong together
	Start    Moment
	End      *Moment // nil while it lasts
	Affected []Affected
	// Unclean says that the service itself ended with the server: the outage
	// was found afterwards and nobody was told meanwhile.
	Unclean bool
}

// Components are the keys of the affected components, each once, in order of
// first failure.
func (o *Outage) Components() []string {
	var keys []string
	seen := map[string]bool{}
	for _, a := range o.Affected {
		if !seen[a.Component] {
			seen[a.Component] = true
			keys = append(keys, a.Component)
		}
	}
	return keys
}

// Duration is how long the outage lasted, or has lasted by now.
func (o *Outage) Duration(now time.Time) time.Duration {
	end := now
	if o.End != nil {
		end = o.End.Best
	}
	return max(end.Sub(o.Start.Best), 0)
}

// Kind says what an update tells.
type Kind string

const (
	KindOpened    Kind = "opened"    // something stopped
	KindWidened   Kind = "widened"   // more of it stopped
	KindRecovered Kind = "recovered" // it works again
	KindResolved  Kind = "resolved"  // it has held
	KindStaff     Kind = "staff"     // a person wrote it
)

// Update is one dated post in a thread. It is never taken back.
type Update struct {
	ID         string // unique within all threads; the permalink's fragment is "update-" + ID
	IncidentID string
	Kind       Kind
	State      State
	Body       string    // plain text; an empty line parts paragraphs
	By         string    // name of the staff member; empty for the machine
	At         time.Time // when it was posted
	OutageID   string    // which outage a machine's update speaks of
	// Components are those whose state this update changed, with the state
	// before and after.
	Components []ComponentChange
	// AnnouncedAt is when feeds and notices were told; zero while it is held.
	AnnouncedAt time.Time
	// Superseded marks an update that a later one told again before it was
	// announced: it stands in the thread but is no entry of its own.
	Superseded bool
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
	// Taken says that staff took the thread over: the machine goes on adding
	// outages and says nothing.
	Taken bool
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

// Instability reports whether the thread holds more than one outage.
func (in *Incident) Instability() bool { return len(in.Outages) > 1 }

// Ongoing reports whether one of its outages lasts.
func (in *Incident) Ongoing() bool {
	for i := range in.Outages {
		if in.Outages[i].End == nil {
			return true
		}
	}
	return false
}

// Downtime is the sum of its outages' lengths by now.
func (in *Incident) Downtime(now time.Time) time.Duration {
	var sum time.Duration
	for i := range in.Outages {
		sum += in.Outages[i].Duration(now)
	}
	return sum
}

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
	return &c
}

func slug(title string) string {
	var b []byte
	dash := false
	for _, r := range title {
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
