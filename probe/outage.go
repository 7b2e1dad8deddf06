package probe

import "time"

// Source says how a moment is known, best first.
type Source string

const (
	SourceExit      Source = "exit"         // the supervisor saw the process end
	SourceSentinel  Source = "sentinel"     // an idle connection was cut
	SourceUnclean   Source = "unclean stop" // the last heartbeat before we ended ourselves
	SourcePhase     Source = "phase"        // the last phase that worked inside the failing run
	SourceMidpoint  Source = "midpoint"     // the middle between the last good and the first bad run
	SourceFirstBad  Source = "first bad"    // the first failing run; nobody had looked for long before it
	SourceFirstGood Source = "first good"   // the first good run of a confirmed recovery
	SourceUnwatched Source = "unwatched"    // when it was taken out of the configuration
)

// Moment is an instant known within bounds: Earliest <= Best <= Latest, all UTC.
type Moment struct {
	Earliest, Best, Latest time.Time
	Source                 Source
}

// notBefore is the moment with every bound at t or later.
func (m Moment) notBefore(t time.Time) Moment {
	m.Earliest, m.Best, m.Latest = later(m.Earliest, t), later(m.Best, t), later(m.Latest, t)
	return m
}

// Exact is a moment without uncertainty.
func Exact(at time.Time, s Source) Moment {
	return Moment{Earliest: at, Best: at, Latest: at, Source: s}
}

// Exit is the end of a supervised process that nobody asked for.
type Exit struct {
	// At is when the supervisor's wait returned. For an unclean stop it is the
	// last heartbeat.
	At time.Time
	// Source is SourceExit or SourceUnclean.
	Source Source
	// Host is the failure domain of the process; Components are those that it
	// serves.
	Host       string
	Components []string
	PID        int
	Code       int           // exit code, -1 when a signal ended it
	Signal     string        // "killed", "" when it exited by itself
	Uptime     time.Duration // since it was started
	LogTail    []string      // its last lines, scrubbed; a goroutine dump where there was one
}

// Affected is the interval in which one component was down within an outage.
type Affected struct {
	Component string
	Start     Moment
	End       *Moment // nil while it lasts
	Reason    Reason  // of the run that confirmed it, or "process.exit"
	Partial   bool    // some of the component's checks went on passing
}

// Outage is an interval in which a failure domain was down: a host with the
// components on it, or a component that depends on no host. It is a fact:
// once ended it is never edited. A component's intervals within all outages
// never overlap.
type Outage struct {
	// ID is derived from the domain and the first observation, so the same
	// facts give the same ID again.
	ID     string
	Domain string // key of the host, or of the component
	// Intermittent is set for an interval in which one component failed now and
	// then, each time too shortly to be confirmed. It has one part, partial.
	Intermittent bool
	Start        Moment
	End          *Moment // nil while it lasts
	Affected     []Affected
	// Restarted says that it ended because the process was started again.
	Restarted bool
	// Exits are those of the supervised process that began or prolonged it, of
	// which only the first and the last keep their logs.
	Exits []Exit
	// Evidence is the failing run that confirmed it, nil when only an exit did.
	Evidence *Result
}

// Open reports whether the outage lasts.
func (o *Outage) Open() bool { return o.End == nil }

// Clone returns a copy that shares nothing that is written to later.
func (o *Outage) Clone() Outage {
	c := *o
	c.Affected = append([]Affected(nil), o.Affected...)
	c.Exits = append([]Exit(nil), o.Exits...)
	return c
}

// Blip is a failure that was not confirmed: kept, drawn, never announced.
type Blip struct {
	Check     string
	Component string
	At        time.Time
	Reason    Reason
}
