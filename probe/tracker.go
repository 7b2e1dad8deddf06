package probe

import (
	"fmt"
	"slices"
	"time"
)

// Tracker turns runs and exits into outages, and knows where every component
// stands. It reads no clock and starts nothing; it is for one goroutine at a
// time. The same facts in the same order give the same outages with the same
// IDs.
type Tracker struct {
	settings   Settings
	components []*component // in the configuration's order
	checks     []*watch
	byKey      map[string]*watch
	open       map[string]*Outage // by domain
	exits      map[string]*loop   // by host
	doubted    Reason             // why failures are not believed; empty when they are
	orphans    []*Outage          // intermittent failures of components that are gone
	seen       time.Time          // when it was last told anything
	readyAt    time.Time          // when a supervised process was last up again
}

// component is a component with what happens to it now.
type component struct {
	Component
	standing
	domain string // the failure domain that it belongs to
	parent *component
	checks []*watch
}

// standing is what of a component outlives a change of the configuration.
type standing struct {
	outage  *Outage   // the one it is down in; nil while it is not
	end     *Moment   // the latest recovery of its checks within that
	lastEnd time.Time // of its last outage, UTC
	// recoveredAt is the first good run of its last recovery.
	recoveredAt  time.Time
	fit          *Outage // the intermittent failure that it is in; nil for none
	maintained   bool
	maintainedAt time.Time
	tiles
}

// watch is a check with its state.
type watch struct {
	machine
	check     Check
	component *component
	wentDown  bool // within the component's open outage
	kickedAt  time.Time
}

// kickRest is how soon after a kick another one would only ask the same again.
const kickRest = time.Second

// NewTracker makes a Tracker that has seen nothing. A check of a component
// that is not among components is left out.
func NewTracker(s Settings, components []Component, checks []Check) *Tracker {
	t := &Tracker{settings: s, open: map[string]*Outage{}, exits: map[string]*loop{}}
	t.arrange(components, checks, nil)
	return t
}

// arrange builds the lists, taking over what is in known by key.
func (t *Tracker) arrange(components []Component, checks []Check, known map[string]*watch) {
	old := t.components
	t.components, t.checks, t.byKey = nil, nil, map[string]*watch{}
	byKey := map[string]*component{}
	for _, k := range components {
		c := &component{Component: k}
		for _, o := range old {
			if o.Key == k.Key {
				c.standing = o.standing
			}
		}
		byKey[k.Key] = c
		t.components = append(t.components, c)
	}
	for _, c := range t.components {
		c.parent = byKey[c.Parent]
	}
	for _, c := range t.components {
		c.domain = c.root()
	}
	for _, k := range checks {
		c := byKey[k.Component]
		if c == nil || t.byKey[k.Key] != nil {
			continue
		}
		w := &watch{machine: machine{state: Unknown}}
		if o := known[k.Key]; o != nil && o.check.Component == k.Component && o.check.Target == k.Target {
			*w = *o
		}
		w.check, w.component = k, c
		c.checks = append(c.checks, w)
		t.checks = append(t.checks, w)
		t.byKey[k.Key] = w
	}
}

// turn is what one fact leads to.
type turn struct {
	now     time.Time
	ch      Changes
	touched touched
}

func (t *Tracker) turn(now time.Time) *turn {
	t.seen = now
	return &turn{now: now}
}

func (w *turn) warn(v Warning) {
	v.At = w.now.UTC()
	w.ch.Warnings = append(w.ch.Warnings, v)
}

// done is what the turn led to.
func (w *turn) done() Changes {
	w.ch.Outages = w.touched.clones()
	return w.ch
}

// Result takes one run into account. A run of a check that is not known
// changes nothing.
func (t *Tracker) Result(now time.Time, r Result) Changes {
	w := t.byKey[r.Check]
	if w == nil {
		return Changes{}
	}
	turn := t.turn(now)
	c := w.component
	c.observe(turn) // what became of the time until now
	o := w.run(w.check, t.settings, r, t.patience(w))
	t.doubt(turn, r)
	if o.warning != "" {
		turn.warn(Warning{Check: r.Check, Reason: r.Reason, Text: o.warning})
	}
	if o.blip != nil {
		turn.ch.Blips = append(turn.ch.Blips, *o.blip)
		t.beginFit(turn, w, o)
	}
	if o.began != nil {
		evidence := r
		evidence.StartedAt = r.StartedAt.UTC()
		t.begin(turn, w, o, &evidence)
	}
	if o.ended != nil {
		c.recovered(*o.ended)
		c.recoveredAt = w.firstGood
	}
	t.settle(turn, c)
	c.keepMaintained()
	t.closeOutages(turn)
	switch {
	case o.from == Up && o.to != Up:
		turn.ch.Kick = t.kick(now, w, Up)
	case o.from == Down && o.to != Down:
		turn.ch.Kick = t.kick(now, w, Down, Up)
	}
	if o.conclusive {
		c.lost = false
	}
	c.observe(turn)
	if o.conclusive || o.from != o.to {
		turn.ch.Components = append(turn.ch.Components, c.fact())
	}
	return turn.done()
}

// Exit takes the end of a supervised process into account: all its components
// that have ever passed are down from then on.
func (t *Tracker) Exit(now time.Time, e Exit) Changes {
	turn, watched := t.turn(now), false
	e.At = e.At.UTC()
	told := map[*Outage]bool{}
	for _, key := range e.Components {
		c := t.component(key)
		if c == nil {
			continue
		}
		for _, w := range c.checks {
			o := w.exit(w.check, t.settings, e, now)
			if !w.everOK {
				continue
			}
			watched = true
			if o.began != nil {
				t.begin(turn, w, o, nil)
			}
		}
		t.settle(turn, c)
		if out := c.outage; out != nil && !told[out] {
			told[out] = true
			out.addExit(e)
			turn.touched.add(out)
		}
		c.observe(turn)
		turn.ch.Components = append(turn.ch.Components, c.fact())
	}
	if !watched {
		turn.warn(Warning{Text: fmt.Sprintf("a process on %q ended (%s) before any check of it had passed", e.Host, e.how())})
	}
	t.crashLoop(turn, e)
	for _, w := range t.checks {
		if domain := w.component.domain; domain == e.Host || t.hasExited(e, domain) {
			w.kickedAt = now
			turn.ch.Kick = append(turn.ch.Kick, w.check.Key)
		}
	}
	return turn.done()
}

// Ready takes into account that a supervised process is up again: whatever is
// not known to work is asked at once.
func (t *Tracker) Ready(now time.Time) Changes {
	var ch Changes
	t.readyAt = now
	for _, w := range t.checks {
		if w.state != Up {
			w.kickedAt, w.readyAt = now, now
			ch.Kick = append(ch.Kick, w.check.Key)
		}
	}
	return ch
}

// Cut takes into account that an idle session with a server of the component
// was cut. It begins nothing by itself, because servers close idle sessions
// too: the component's checks are asked at once, and if that leads to an outage
// this was its start.
func (t *Tracker) Cut(now time.Time, component string) Changes {
	var ch Changes
	c := t.component(component)
	if c == nil {
		return ch
	}
	for _, w := range c.checks {
		if w.state != Up && w.state != Suspect {
			continue
		}
		w.cutAt = now
		if w.state == Up && now.Sub(w.kickedAt) >= kickRest {
			w.kickedAt = now
			ch.Kick = append(ch.Kick, w.check.Key)
		}
	}
	return ch
}

// Tick takes into account that time has passed: what nobody has looked at of
// late is not monitored, and what had waited for news that did not come is
// over. It is to be called every second or so.
func (t *Tracker) Tick(now time.Time) Changes {
	turn := t.turn(now)
	for _, c := range t.components {
		t.endFit(turn, c)
		c.observe(turn)
	}
	t.closeOutages(turn)
	return turn.done()
}

// Next is when the check should run again; the zero time for at once.
func (t *Tracker) Next(check string) time.Time {
	if w := t.byKey[check]; w != nil {
		return w.next
	}
	return time.Time{}
}

// Timeout is what bounds the next run of the check: confirming runs are
// shorter than others, but for those of a program, which takes the time that it
// takes.
func (t *Tracker) Timeout(check string) time.Duration {
	w := t.byKey[check]
	if w == nil {
		return 0
	}
	timeout := w.check.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if w.state == Suspect && t.settings.ConfirmTimeout > 0 && w.check.Target.Scheme != schemeExec {
		timeout = min(timeout, t.settings.ConfirmTimeout)
	}
	return timeout
}

// State is what of the check outlives a restart; not ok for a check that is not
// known.
func (t *Tracker) State(check string) (CheckState, bool) {
	w := t.byKey[check]
	if w == nil {
		return CheckState{}, false
	}
	return w.saved(t.seen), true
}

// kick lists the other checks that have to do with the watch's component and
// are in one of the states.
func (t *Tracker) kick(now time.Time, w *watch, states ...State) []string {
	var keys []string
	for _, o := range t.checks {
		if o == w || !slices.Contains(states, o.state) || !related(o.component, w.component) || now.Sub(o.kickedAt) < kickRest {
			continue
		}
		o.kickedAt = now
		keys = append(keys, o.check.Key)
	}
	return keys
}

func (t *Tracker) component(key string) *component {
	for _, c := range t.components {
		if c.Key == key {
			return c
		}
	}
	return nil
}

func (t *Tracker) hasExited(e Exit, domain string) bool {
	for _, key := range e.Components {
		if c := t.component(key); c != nil && c.domain == domain {
			return true
		}
	}
	return false
}
