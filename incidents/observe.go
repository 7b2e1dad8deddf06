package incidents

import (
	"slices"
	"time"
)

// ObserveComponents takes the newest facts of some components.
func (d *Desk) ObserveComponents(now time.Time, facts []ComponentFact) {
	now = tidy(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	changed := false
	for _, f := range facts {
		f.Since, f.CheckedAt = tidy(f.Since), tidy(f.CheckedAt)
		f.GoodAt, f.StaleAt = tidy(f.GoodAt), tidy(f.StaleAt)
		if old, known := d.facts[f.Component]; known && old == f {
			continue
		}
		d.facts[f.Component] = f
		changed = true
	}
	if changed {
		d.publish(now)
		d.signal()
	}
}

// ObserveOutage takes the newest value of an outage, known by its ID. Told
// the same again it changes nothing; an outage that has ended stays as it was
// told, whatever is said of it later.
func (d *Desk) ObserveOutage(now time.Time, o Outage) {
	if o.ID == "" || o.Domain == "" || o.Start.Best.IsZero() {
		d.log.Error("outage without ID, domain or start is left out", "outage", o.ID, "domain", o.Domain)
		return
	}
	now, o = tidy(now), o.tidy()
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.threadOfOutage(o.ID)
	switch {
	case t == nil:
		t = d.newOutage(now, o)
	case !d.knownOutage(now, t, o):
		return
	}
	d.announce(t, now)
	d.publish(now)
}

func (d *Desk) threadOfOutage(id string) *thread {
	for _, t := range d.threads {
		if t.in.outage(id) != nil {
			return t
		}
	}
	return nil
}

// newOutage puts an outage into the thread that it belongs to, or into one of
// its own, and says so.
func (d *Desk) newOutage(now time.Time, o Outage) *thread {
	for _, t := range d.threads {
		if t.in.of(o.Domain) && !t.late {
			d.resolve(t, o.Start.Best) // what was over before this began stays told so
		}
	}
	t := d.threadFor(o)
	var in *Incident
	if t == nil {
		in = &Incident{
			ID:        incidentID(o.ID),
			Domain:    o.Domain,
			CreatedAt: now,
			UpdatedAt: now,
			StartedAt: o.Start.Best,
		}
		t = &thread{in: in}
		d.threads = append(d.threads, t)
		in.Title = d.narrator.title(o.Components(), false)
	} else {
		in = t.in.clone()
	}
	d.hold(in, o, now)
	t.late = false
	if o.End == nil {
		d.tellOpened(in, o, now)
	} else {
		d.tellRecovered(in, o, now)
	}
	d.replace(t, in)
	d.sortThreads()
	return t
}

// threadFor is the oldest thread of the outage's domain that is near enough
// in time, nil when there is none.
func (d *Desk) threadFor(o Outage) *thread {
	quiet := d.settings.QuietPeriod
	for _, t := range d.threads {
		in := t.in
		if !in.of(o.Domain) || ((in.Taken || in.Silent) && in.State == Resolved) {
			continue // staff closed it: a new failure must not go unheard in it
		}
		if !in.Ongoing() && o.Start.Best.After(in.lastEnd().Add(quiet)) {
			continue
		}
		if o.End != nil && o.End.Best.Before(in.StartedAt.Add(-quiet)) {
			continue
		}
		return t
	}
	return nil
}

// knownOutage brings an outage of the thread up to date and reports whether
// that changed anything.
func (d *Desk) knownOutage(now time.Time, t *thread, o Outage) bool {
	old := t.in.outage(o.ID)
	o.Stated, o.Revision = old.Stated, old.Revision
	if o.same(old) {
		return false
	}
	if old.End != nil {
		if !o.better(old) {
			d.log.Warn("a later word on an outage that has ended is left out", "outage", o.ID, "incident", t.in.ID)
			return false
		}
		o.Revision++
	}
	before := *old
	in := t.in.clone()
	d.hold(in, o, now)
	d.tellCorrected(in, before, o, now)
	switch {
	case before.End != nil:
	case o.End != nil:
		d.tellRecovered(in, o, now)
	case len(o.Components()) > len(before.Components()):
		d.tellWidened(in, o, before.Components(), now)
	}
	d.tellMail(in, now)
	d.replace(t, in)
	d.sortThreads()
	return true
}

// hold writes the outage into the thread, with what follows from it. The
// machine renames only what it has named, and thinks worse of the thread only
// for what is new.
func (d *Desk) hold(in *Incident, o Outage, now time.Time) {
	ours := in.Title == d.narrator.title(in.Components, in.Instability())
	known := ImpactNone
	if old := in.outage(o.ID); old != nil {
		known = d.impact(*old)
		*old = o
	} else {
		in.Outages = append(in.Outages, o)
		slices.SortStableFunc(in.Outages, func(a, b Outage) int { return a.Start.Best.Compare(b.Start.Best) })
	}
	in.StartedAt = in.Outages[0].Began().Best
	for _, c := range o.Components() {
		in.affect(c)
	}
	if impact := d.impact(o); worse(known, impact) != known || in.Impact == "" {
		in.Impact = worse(in.Impact, impact)
	}
	if ours {
		in.title(d.narrator.title(in.Components, in.Instability()), "", now)
	}
	d.count(in)
}

func (d *Desk) tellOpened(in *Incident, o Outage, now time.Time) {
	d.say(in, Update{
		Kind:       KindOpened,
		State:      Investigating,
		Body:       d.narrator.opened(in, &o, d.facts, d.overran(&o), now),
		OutageID:   o.ID,
		Components: stopped(o, o.Components()),
		At:         now,
	}, 0)
}

func (d *Desk) tellWidened(in *Incident, o Outage, before []string, now time.Time) {
	all := o.Components()
	body := d.narrator.widened(&o, all[len(before):], now)
	if u := in.said(KindOpened, o.ID); u != nil && u.AnnouncedAt.IsZero() {
		body = d.narrator.opened(in, &o, d.facts, d.overran(&o), now) // it is announced in the opening's stead
	}
	state := in.State
	if state == Monitoring {
		state = Investigating
	}
	d.say(in, Update{
		Kind:       KindWidened,
		State:      state,
		Body:       body,
		OutageID:   o.ID,
		Components: stopped(o, added(all, before)),
		At:         now,
	}, len(all))
}

// say adds a machine's update to the thread and reports whether it did: not
// when it was said before, and not while staff have taken the thread over or
// silenced it.
func (d *Desk) say(in *Incident, u Update, ordinal int) bool {
	u.ID = updateID(in.ID, u.Kind, u.OutageID, ordinal)
	u.IncidentID = in.ID
	if in.Taken || in.Silent || slices.ContainsFunc(in.Updates, func(old Update) bool { return old.ID == u.ID }) {
		return false
	}
	in.add(u)
	return true
}

// stopped are the steps down of some of the outage's components.
func stopped(o Outage, keys []string) []ComponentChange {
	var steps []ComponentChange
	for _, c := range keys {
		steps = append(steps, ComponentChange{Component: c, Old: Operational, New: o.status(c)})
	}
	return steps
}

func added(all, before []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(c string) bool { return slices.Contains(before, c) })
}
