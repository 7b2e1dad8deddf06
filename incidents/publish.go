package incidents

import "time"

// Replaced is closed when a newer snapshot was published. For a Snapshot that
// no Desk made it is nil.
func (s *Snapshot) Replaced() <-chan struct{} { return s.replaced }

// replace puts a new value of the thread in place of the old one, to be saved
// and, by the caller, published.
func (d *Desk) replace(t *thread, in *Incident) {
	t.in = in
	t.dirty = true
	d.signal()
}

// publish makes the new public picture and tells those who wait for it.
func (d *Desk) publish(now time.Time) {
	old := d.current.Load()
	s := &Snapshot{
		Version:      1,
		At:           now,
		Incidents:    make([]*Incident, 0, len(d.threads)),
		UnsavedSince: d.unsaved,
		replaced:     make(chan struct{}),
	}
	if old != nil {
		s.Version = old.Version + 1
	}
	for i := len(d.threads) - 1; i >= 0; i-- {
		s.Incidents = append(s.Incidents, d.threads[i].in)
	}
	for i := len(d.plans) - 1; i >= 0; i-- {
		s.Maintenances = append(s.Maintenances, d.plans[i].m)
	}
	s.Components = d.views(s, now)
	s.Expected = d.expected(now)
	s.Spared = d.spared(now)
	s.Mail = d.mailPaths(now)
	s.Reminders = d.reminders(now)
	d.remind(s.Reminders)
	s.Indicator = indicator(s.Components)
	s.Headline = d.narrator.headline(s)
	d.current.Store(s)
	if old != nil {
		close(old.replaced)
	}
}
