package incidents

import (
	"slices"
	"time"
)

// verifyFor is how long after a maintenance it is waited for checks to say
// whether what it covered works.
const verifyFor = 30 * time.Minute

func (d *Desk) begin(m *Maintenance, now time.Time, body, by string) {
	m.StartedAt = now
	words := d.narrator.words.Begun(d.narrator.parts(m.Components), d.narrator.when(stated(m.End), now))
	m.tell(InProgress, or(paragraphs(body), words), by, now)
}

func (d *Desk) finish(m *Maintenance, end, now time.Time, body, by string) {
	m.EndedAt = end
	m.tell(Verifying, or(paragraphs(body), d.narrator.words.Over()), by, now)
}

// advancePlans does with every maintenance what time alone asks for.
func (d *Desk) advancePlans(now time.Time) (changed bool, next time.Time) {
	for _, p := range d.plans {
		for {
			m := p.m.clone()
			due := d.advancePlan(m, now)
			if m.State == p.m.State {
				next = earliest(next, due)
				break
			}
			p.m, p.dirty, changed = m, true, true
		}
	}
	return changed, next
}

// advancePlan takes the maintenance one state on, if that is due, and returns
// when it will be otherwise.
func (d *Desk) advancePlan(m *Maintenance, now time.Time) (next time.Time) {
	switch m.State {
	case Scheduled:
		if now.Before(m.Start) {
			return m.Start
		}
		if now.Before(m.End) {
			d.begin(m, now, "", "")
			break
		}
		m.StartedAt = m.Start // nobody was at the desk then
		d.finish(m, m.End, now, "", "")
	case InProgress:
		if now.Before(m.End) {
			return m.End
		}
		d.finish(m, m.End, now, "", "")
	case Verifying:
		return d.verify(m, now)
	}
	return time.Time{}
}

// verify completes a maintenance once it is known whether what it covered
// works. What does not is told in an incident.
func (d *Desk) verify(m *Maintenance, now time.Time) (next time.Time) {
	var broken, working []string
	var checked time.Time
	waiting := false
	for _, key := range m.Components {
		f := d.facts[key]
		switch i := d.narrator.index(key); {
		case d.isDown(key):
			broken = append(broken, key)
		case f.Status == Operational && f.GoodAt.After(m.EndedAt) && !f.stale(now):
			working = append(working, key)
			checked = earliest(checked, f.GoodAt)
		case i >= 0 && !d.narrator.components[i].Unwatched:
			waiting = true
		}
	}
	words, parts := d.narrator.words, d.narrator.parts
	switch {
	case broken != nil:
		m.tell(Completed, words.OverBroken(parts(broken)), "", now)
	case working != nil && !waiting:
		m.tell(Completed, words.OverWorking(parts(working), d.narrator.when(stated(checked), now)), "", now)
	case !waiting || !now.Before(m.EndedAt.Add(verifyFor)):
		m.tell(Completed, words.OverUnknown(), "", now)
	}
	return m.EndedAt.Add(verifyFor)
}

// isDown reports whether an outage of the component lasts.
func (d *Desk) isDown(component string) bool {
	return slices.ContainsFunc(d.threads, func(t *thread) bool {
		o, _ := lasting([]*Incident{t.in}, component)
		return o != nil
	})
}

// maintained is the maintenance that the component is under, nil for none.
func (d *Desk) maintained(component string) *Maintenance {
	for _, p := range d.plans {
		if p.m.State == InProgress && slices.Contains(p.m.Components, component) {
			return p.m
		}
	}
	return nil
}

// overran is the maintenance that should have been over when the outage of
// one of its components began, nil for none.
func (d *Desk) overran(o *Outage) *Maintenance {
	for _, p := range d.plans {
		m := p.m
		if m.Canceled || m.StartedAt.IsZero() || !slices.ContainsFunc(o.Components(), func(c string) bool { return slices.Contains(m.Components, c) }) {
			continue
		}
		end := m.EndedAt
		if end.IsZero() {
			end = m.End
		}
		if !o.Start.Latest.Before(end) && o.Start.Best.Before(end.Add(verifyFor)) {
			return m
		}
	}
	return nil
}
