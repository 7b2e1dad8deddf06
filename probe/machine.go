package probe

import "time"

// machine is the state of one check. It knows nothing of components and
// outages: it turns runs into transitions.
//
//	UNKNOWN -good-> UP -fail-> SUSPECT -fails after each wait too-> DOWN
//	SUSPECT -good-> UP, and a blip
//	DOWN -good-> RECOVERING -good for long enough-> UP
//	RECOVERING -fail-> DOWN, the same outage
//	UNKNOWN -fail-> UNKNOWN, and a warning
//	UNKNOWN, UP, SUSPECT -maintenance-> MAINTENANCE -its end-> UP, or UNKNOWN
//
// Inconclusive runs and refused credentials leave it where it is.
type machine struct {
	unconfirmed
	state    State
	since    time.Time // of state; for SUSPECT the start of the first failing run
	everOK   bool
	lastGood time.Time // end of the last good run
	lastRun  time.Time // end of the last conclusive run
	reason   Reason    // of the last failing run
	excuse   Reason    // why the last run said nothing; empty when it did
	next     time.Time // when to run again
	until    time.Time // how long lastRun tells of now: two intervals
	staleAt  time.Time // and when it tells nothing at all: three

	// lastWorked is the last moment at which the server is known to have
	// worked: a refused password shows it too.
	lastWorked time.Time
	lastBad    time.Time // start of the last failing run: its end proves nothing, it may have hung on
	// notBefore is when the process behind the check was seen to end. Runs
	// that began earlier tell of a process that is no more.
	notBefore time.Time
	readyAt   time.Time // when the process behind the check was last seen to begin
	cutAt     time.Time // when a sentinel's session was last cut
	warned    Reason    // what staff were last told; a good run forgets it
	calm      time.Time // SUSPECT: since when it was up
	first     *Result   // SUSPECT: the run that made it so; nil after a restart
	fails     int       // SUSPECT: failures that count
	confirmAt time.Time // SUSPECT: a failure that begins earlier does not count
	goods     int       // RECOVERING
	firstGood time.Time // RECOVERING: end of the first good run
	downSince time.Time // DOWN, RECOVERING
}

// outcome is what one fact did to a machine.
type outcome struct {
	from, to   State
	conclusive bool
	began      *Moment   // an outage was confirmed, and this is its start
	seen       time.Time // and this the first observation of it
	ended      *Moment   // a recovery was confirmed, and this is the outage's end
	blip       *Blip     // a failure was not confirmed
	first      *Result   // and this was its first run; nil when that is not known
	warning    string    // for staff; empty for none
}

// run takes one run of the check into account. Until patience ends no outage
// begins by it.
func (m *machine) run(c Check, s Settings, r Result, patience time.Time) outcome {
	o := outcome{from: m.state, to: m.state}
	if r.StartedAt.Before(m.notBefore) {
		return o
	}
	end := r.EndedAt()
	switch {
	case r.Verdict == Inconclusive:
		m.excuse = r.Reason
		if !r.Reason.ours() {
			o.warning = m.warn(c, r, "could not be run")
		}
	case r.Reason.Rejected():
		m.excuse = r.Reason
		m.lastWorked = end
		o.warning = m.warn(c, r, "is refused its password")
	default:
		o.conclusive = true
		m.ran(c, end)
		if r.Verdict.Good() {
			m.good(c, s, end, &o)
		} else {
			m.bad(c, s, r, patience, &o)
		}
	}
	m.plan(c, s, end)
	o.to = m.state
	return o
}

// ran notes when the last conclusive run was.
func (m *machine) ran(c Check, end time.Time) {
	m.runs++
	m.excuse = ""
	m.lastRun, m.until, m.staleAt = end, c.beat(end, watchedFor), c.beat(end, staleAfter)
}

func (m *machine) good(c Check, s Settings, end time.Time, o *outcome) {
	m.everOK, m.warned = true, ""
	m.lastGood, m.lastWorked = end, end
	switch m.state {
	case Unknown:
		m.state, m.since = Up, end
	case Suspect:
		o.blip = &Blip{Check: c.Key, Component: c.Component, At: m.since.UTC(), Reason: m.reason}
		o.first = m.first
		m.passed(m.since, end)
		m.state, m.since, m.first = Up, m.calm, nil
		if m.since.IsZero() {
			m.since = end
		}
	case Down:
		m.state, m.since = Recovering, end
		m.goods, m.firstGood = 1, end
	case Recovering:
		m.goods++
	}
	if m.state == Recovering && m.goods >= s.Recover && end.Sub(m.firstGood) >= s.RecoverOver {
		m.state, m.since = Up, m.firstGood
		o.ended = m.end()
	}
}

func (m *machine) bad(c Check, s Settings, r Result, patience time.Time, o *outcome) {
	end := r.EndedAt()
	m.reason, m.lastBad = r.Reason, r.StartedAt
	switch m.state {
	case Unknown:
		o.warning = m.warn(c, r, "has never passed")
		return
	case Recovering:
		m.state, m.since = Down, m.downSince
		return
	case Up:
		m.calm = m.since
		m.state, m.since = Suspect, r.StartedAt
		m.first, m.fails = &r, 1
	case Suspect:
		if r.StartedAt.Before(m.confirmAt) {
			return
		}
		m.fails++
	case Down, Maintenance:
		return
	}
	switch {
	case m.fails <= len(s.Confirm):
		m.confirmAt = end.Add(s.wait(m.fails))
		return
	case end.Before(patience):
		m.confirmAt = end.Add(patienceRest)
		return
	}
	start := m.start(c, &r)
	m.goDown(start, m.since, o)
}

// exit takes the end of the process behind the check into account: what has
// ever passed is down, without a confirmation.
func (m *machine) exit(c Check, s Settings, e Exit, now time.Time) outcome {
	o := outcome{from: m.state, to: m.state}
	m.notBefore = now
	if e.Source == SourceExit && e.At.Before(now) {
		m.notBefore = e.At
	}
	switch m.state {
	case Up, Suspect:
		start, seen := exitMoment(e, m.lastWorked, now), e.At
		// It may have hung for a while before it ended.
		if m.state == Suspect && m.since.Before(e.At.Add(-exitSlack)) {
			start, seen = m.start(c, m.first), m.since
		}
		m.reason = reasonExit
		m.goDown(start, seen, &o)
	case Recovering:
		m.reason = reasonExit
		m.state, m.since = Down, m.downSince
	}
	m.plan(c, s, now)
	o.to = m.state
	return o
}

const (
	reasonExit Reason = "process.exit"
	// patienceRest is the time between runs of a check whose failure is
	// confirmed and waits for the verdict on what it depends on.
	patienceRest = time.Second
	// exitSlack is how much earlier than the exit itself a run may fail because
	// of it: a process closes its sockets before it can be waited for.
	exitSlack = 2 * time.Second
)

// exitMoment is the start of an outage that began with e. After an unclean
// stop we know only the last heartbeat, and runs that passed after it.
func exitMoment(e Exit, lastWorked, now time.Time) Moment {
	if e.Source != SourceUnclean {
		return Exact(e.At.UTC(), e.Source)
	}
	from := e.At
	if lastWorked.After(from) && lastWorked.Before(now) {
		from = lastWorked
	}
	return Moment{Earliest: from.UTC(), Best: from.UTC(), Latest: now.UTC(), Source: e.Source}
}

func (m *machine) goDown(start Moment, seen time.Time, o *outcome) {
	o.began, o.seen = &start, seen.UTC()
	m.state, m.since, m.downSince = Down, start.Best, start.Best
	m.first = nil
}

// For how many intervals a run is believed: after the first number nobody
// watches any more, after the second it says nothing of now.
const (
	watchedFor = 2
	staleAfter = 3
)

// start is when the failure began that confirming confirms.
func (m *machine) start(c Check, confirming *Result) Moment {
	firstBad := m.since
	if m.wasCut(firstBad) {
		return Exact(m.cutAt.UTC(), SourceSentinel)
	}
	// The first failing run was there when it happened, if it still saw work
	// what the confirming run no longer does.
	if m.first != nil && m.first.proven() > confirming.proven() {
		at := m.first.provenUntil().UTC()
		return Moment{Earliest: at, Best: at, Latest: later(at, m.first.EndedAt().UTC()), Source: SourcePhase}
	}
	// Counted back from the failure, because the clock may have been set since.
	gap := max(firstBad.Sub(m.lastWorked), 0)
	moment := Moment{Earliest: firstBad.Add(-gap).UTC(), Best: firstBad.Add(-gap / 2).UTC(), Latest: firstBad.UTC(), Source: SourceMidpoint}
	if gap > staleAfter*c.Every {
		// Nobody looked for most of that time, so its middle means nothing.
		moment.Best, moment.Source = moment.Latest, SourceFirstBad
	}
	return moment
}

// wasCut reports whether the session of a sentinel was cut when the failure
// began. A server closes idle sessions too, but then it goes on to work.
func (m *machine) wasCut(firstBad time.Time) bool {
	if m.cutAt.IsZero() || m.first == nil || m.cutAt.Before(m.lastWorked) || m.cutAt.After(m.first.EndedAt()) {
		return false
	}
	// A run that failed long before had met a server that hung.
	return m.cutAt.Sub(firstBad) <= exitSlack
}

// end is when the outage ended whose recovery is now confirmed.
func (m *machine) end() *Moment {
	best := m.firstGood.UTC()
	earliest := best
	if !m.lastBad.IsZero() {
		earliest = m.firstGood.Add(-max(m.firstGood.Sub(m.lastBad), 0)).UTC()
	}
	if ready := m.readyAt.UTC(); ready.After(earliest) && !ready.After(best) {
		earliest = ready // what had not begun can't have worked
	}
	return &Moment{Earliest: earliest, Best: best, Latest: best, Source: SourceFirstGood}
}

// plan says when to run next after a run that ended at end.
func (m *machine) plan(c Check, s Settings, end time.Time) {
	quick := max(min(s.WhileDown, c.Every), time.Second)
	switch m.state {
	case Suspect:
		m.next = m.confirmAt
		if !m.next.After(end) { // the try for it was inconclusive
			m.next = end.Add(s.wait(m.fails))
		}
	case Down:
		m.next = end.Add(quick)
	case Recovering:
		if gaps := time.Duration(s.Recover - 1); gaps > 0 {
			// Rounded up, so that the last run lies at the end of the span.
			quick = min(quick, max((s.RecoverOver+gaps-1)/gaps, time.Second))
		}
		m.next = end.Add(quick)
	default:
		m.next = c.rhythm().Next(end)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
