package incidents

import (
	"slices"
	"time"
)

// Moment is an instant known within bounds, Earliest <= Best <= Latest, UTC.
type Moment struct {
	Earliest, Best, Latest time.Time
	Source                 string // how it is known, for staff
}

// Exact reports whether the bounds are so near that readers need only Best.
func (m Moment) Exact() bool { return m.Latest.Sub(m.Earliest) <= time.Second }

// within reports whether m is known no less exactly than wider, and speaks of
// a time that wider leaves open.
func (m Moment) within(wider Moment) bool {
	return !m.Earliest.Before(wider.Earliest) && !m.Latest.After(wider.Latest) &&
		m.Latest.Sub(m.Earliest) < wider.Latest.Sub(wider.Earliest)
}

func (m Moment) same(o Moment) bool {
	return m.Earliest.Equal(o.Earliest) && m.Best.Equal(o.Best) && m.Latest.Equal(o.Latest)
}

// SourceStaff is the Source of a moment that staff have stated.
const SourceStaff = "staff"

func stated(at time.Time) Moment { return Moment{at, at, at, SourceStaff} }

// Affected is the interval in which one component was down within an outage.
type Affected struct {
	Component string
	Start     Moment
	End       *Moment // nil while it lasts
	Partial   bool    // it worked in some ways
	// Reason is why its check failed, as "phase.cause"; for staff, and for what
	// can be said of arriving mail.
	Reason string
}

// Outage is an outage as the story knows it: the probe's fact without what
// only staff need, and what staff have stated beside it. It is known by its
// ID.
type Outage struct {
	ID       string
	Domain   string // host or component: what makes outages belong together
	Start    Moment
	End      *Moment // nil while it lasts
	Affected []Affected
	// Unclean says that the service itself ended with the server: the outage
	// was found afterwards and nobody was told meanwhile.
	Unclean bool
	// Intermittent says that it fails now and then, and works between.
	Intermittent bool
	// Restarted says that it ended because the service was started again by
	// itself.
	Restarted bool
	// Looping says that the service ended over and over within it.
	Looping bool
	// Stated are the times as staff have put them right; nil when they have not.
	// Start and End stay as the machine knows them.
	Stated *Stated
	// Revision grows each time that the times of an outage which had ended, or
	// those that staff have stated, are put right.
	Revision int
}

// Stated is what of an outage a person vouches for.
type Stated struct {
	Start, End time.Time // zero leaves it to the machine
	How        string    // how it ended, in their words; empty for what the machine knows
	By         string
	At         time.Time // when it was stated
}

// Began is when the outage began, as staff have stated it or else as the
// machine knows it.
func (o *Outage) Began() Moment {
	if o.Stated != nil && !o.Stated.Start.IsZero() {
		return stated(o.Stated.Start)
	}
	return o.Start
}

// Ended is when the outage ended, likewise; nil while it lasts.
func (o *Outage) Ended() *Moment {
	if o.End != nil && o.Stated != nil && !o.Stated.End.IsZero() {
		m := stated(o.Stated.End)
		return &m
	}
	return o.End
}

// HowEnded is how the outage ended, as staff have stated it or else as far as
// the machine knows; empty while it lasts and where nobody knows.
func (o *Outage) HowEnded(w Words) string {
	switch {
	case o.End == nil:
		return ""
	case o.Stated != nil && o.Stated.How != "":
		return o.Stated.How
	case o.Restarted:
		return w.Restarted()
	}
	return ""
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
	if e := o.Ended(); e != nil {
		end = e.Best
	}
	return max(end.Sub(o.Began().Best), 0)
}

// Downtime is how long one of the outages or several at once lasted, by now.
// Where they overlap, which those of different hosts can, time counts once.
func Downtime(outages []Outage, now time.Time) (sum time.Duration) {
	sorted := slices.Clone(outages)
	slices.SortFunc(sorted, func(a, b Outage) int { return a.Began().Best.Compare(b.Began().Best) })
	var until time.Time
	for i := range sorted {
		from := sorted[i].Began().Best
		to := from.Add(sorted[i].Duration(now))
		if from.Before(until) {
			from = until
		}
		if to.After(from) {
			sum += to.Sub(from)
			until = to
		}
	}
	return sum
}

// lasted is how long one of its components was down, by now: its own times
// where they are not the outage's, and never more than the outage's.
func (o *Outage) lasted(a Affected, now time.Time) time.Duration {
	from, to := a.Start.Best, now
	if !from.After(o.Start.Best) || from.Before(o.Began().Best) {
		from = o.Began().Best
	}
	if a.End != nil {
		to = a.End.Best
	}
	if e := o.Ended(); e != nil && (to.Equal(o.End.Best) || to.After(e.Best)) {
		to = e.Best
	}
	return max(to.Sub(from), 0)
}

// covers reports whether t lies within the outage, as far as it is known.
func (o *Outage) covers(t time.Time) bool {
	if t.Before(o.Began().Best) {
		return false
	}
	end := o.Ended()
	return end == nil || t.Before(end.Best)
}

func (o Outage) tidy() Outage {
	o.Start = o.Start.tidy()
	o.End = o.End.tidyEnd()
	affected := make([]Affected, 0, len(o.Affected))
	for _, a := range o.Affected {
		a.Start = a.Start.tidy()
		a.End = a.End.tidyEnd()
		affected = append(affected, a)
	}
	o.Affected = nil
	if len(affected) > 0 {
		o.Affected = affected
	}
	return o
}

func (m Moment) tidy() Moment {
	m.Earliest, m.Best, m.Latest = tidy(m.Earliest), tidy(m.Best), tidy(m.Latest)
	return m
}

func (m *Moment) tidyEnd() *Moment {
	if m == nil {
		return nil
	}
	end := m.tidy()
	return &end
}

// partial reports whether the component went on working in some ways for the
// whole outage.
func (o *Outage) partial(component string) bool {
	for _, a := range o.Affected {
		if a.Component == component && !a.Partial {
			return false
		}
	}
	return true
}

func (o *Outage) status(component string) Status {
	if o.partial(component) || o.Intermittent {
		return PartialOutage
	}
	return MajorOutage
}
