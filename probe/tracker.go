package probe

import (
	"fmt"
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
}

// component is a component with what happens to it now.
type component struct {
	Component
	checks  []*watch
	outage  *Outage   // the one it is down in; nil while it is not
	end     *Moment   // the latest recovery of its checks within that
	lastEnd time.Time // of its last outage, UTC
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
	t := &Tracker{settings: s, open: map[string]*Outage{}}
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
				c.outage, c.end, c.lastEnd = o.outage, o.end, o.lastEnd
			}
		}
		byKey[k.Key] = c
		t.components = append(t.components, c)
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

// Result takes one run into account. A run of a check that is not known
// changes nothing.
func (t *Tracker) Result(now time.Time, r Result) Changes {
	w := t.byKey[r.Check]
	if w == nil {
		return Changes{}
	}
	o := w.run(w.check, t.settings, r)
	var ch Changes
	if o.warning != "" {
		ch.Warnings = append(ch.Warnings, Warning{At: now.UTC(), Check: r.Check, Text: o.warning})
	}
	if o.blip != nil {
		ch.Blips = append(ch.Blips, *o.blip)
	}
	var touched touched
	if o.began != nil {
		evidence := r
		evidence.StartedAt = r.StartedAt.UTC()
		touched.add(t.begin(w, o, &evidence))
	}
	if o.ended != nil {
		w.component.recovered(*o.ended)
	}
	touched.add(t.settle(w.component))
	switch {
	case o.from == Up && o.to != Up:
		ch.Kick = t.kick(now, w, Up)
	case o.from == Down && o.to != Down:
		ch.Kick = t.kick(now, w, Down)
	}
	ch.Outages = touched.clones()
	if o.conclusive || o.from != o.to {
		ch.Components = append(ch.Components, w.component.fact())
	}
	return ch
}

// Exit takes the end of a supervised process into account: all its components
// that have ever passed are down from then on.
func (t *Tracker) Exit(now time.Time, e Exit) Changes {
	var (
		ch      Changes
		touched touched
		watched bool
	)
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
				touched.add(t.begin(w, o, nil))
			}
		}
		touched.add(t.settle(c))
		if out := c.outage; out != nil && !told[out] {
			told[out] = true
			out.Exits = append(out.Exits, e)
			touched.add(out)
		}
		ch.Components = append(ch.Components, c.fact())
	}
	if !watched {
		ch.Warnings = append(ch.Warnings, Warning{At: now.UTC(), Text: fmt.Sprintf("a process on %q ended (%s) before any check of it had passed", e.Host, e.how())})
	}
	for _, w := range t.checks {
		if domain := w.component.Domain(); domain == e.Host || t.hasExited(e, domain) {
			w.kickedAt = now
			ch.Kick = append(ch.Kick, w.check.Key)
		}
	}
	ch.Outages = touched.clones()
	return ch
}

// Ready takes into account that a supervised process is up again: whatever is
// not known to work is asked at once.
func (t *Tracker) Ready(now time.Time) Changes {
	var ch Changes
	for _, w := range t.checks {
		if w.state != Up {
			w.kickedAt, w.readyAt = now, now
			ch.Kick = append(ch.Kick, w.check.Key)
		}
	}
	return ch
}

// Next is when the check should run again; the zero time for at once.
func (t *Tracker) Next(check string) time.Time {
	if w := t.byKey[check]; w != nil {
		return w.next
	}
	return time.Time{}
}

// Timeout is what bounds the next run of the check: confirming runs are
// shorter than others.
func (t *Tracker) Timeout(check string) time.Duration {
	w := t.byKey[check]
	if w == nil {
		return 0
	}
	timeout := w.check.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if w.state == Suspect && t.settings.ConfirmTimeout > 0 {
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
	return w.saved(), true
}

// kick lists the other checks of the watch's domain that are in the state.
func (t *Tracker) kick(now time.Time, w *watch, state State) []string {
	var keys []string
	for _, o := range t.checks {
		if o == w || o.state != state || o.component.Domain() != w.component.Domain() || now.Sub(o.kickedAt) < kickRest {
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
		if c := t.component(key); c != nil && c.Domain() == domain {
			return true
		}
	}
	return false
}
