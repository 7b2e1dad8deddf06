package app

import (
	"log/slog"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// bridge turns the probe's facts into the desk's calls. It is the one place
// that knows both.
type bridge struct {
	desk  *incidents.Desk
	scene *scene // nil: nobody looks
	log   *slog.Logger
}

var _ probe.Observer = (*bridge)(nil)

// Observe implements probe.Observer.
func (b *bridge) Observe(now time.Time, ch probe.Changes) {
	for _, w := range ch.Warnings {
		var about []any
		if w.Check != "" {
			about = append(about, "check", w.Check)
		}
		if w.Reason != "" {
			about = append(about, "reason", string(w.Reason))
		}
		b.log.Warn("detection needs attention", append(about, "problem", w.Text)...)
	}
	for _, bl := range ch.Blips {
		b.log.Info("a failure was not confirmed", "check", bl.Check, "reason", string(bl.Reason))
	}
	if len(ch.Canaries) > 0 {
		b.watchCanaries(ch.Canaries)
		b.desk.ObserveCanaries(now, testMessages(ch.Canaries))
	}
	if b.scene != nil {
		b.scene.observe(now, ch.Outages)
	}
	b.desk.ObserveSegments(now, past(ch.Segments))
	// An outage before its components: a component that turned red should
	// already have its thread.
	for i := range ch.Outages {
		b.desk.ObserveOutage(now, story(&ch.Outages[i]))
	}
	if len(ch.Components) > 0 {
		facts := make([]incidents.ComponentFact, len(ch.Components))
		for i, f := range ch.Components {
			facts[i] = componentFact(f)
		}
		b.desk.ObserveComponents(now, facts)
	}
}

// story is the part of an outage that readers are told.
func story(o *probe.Outage) incidents.Outage {
	s := incidents.Outage{
		ID:           o.ID,
		Domain:       o.Domain,
		Start:        moment(o.Start),
		End:          momentOrNil(o.End),
		Unclean:      o.Start.Source == probe.SourceUnclean,
		Intermittent: o.Intermittent,
		Restarted:    o.Restarted,
		Looping:      o.Looping(),
	}
	for _, a := range o.Affected {
		s.Affected = append(s.Affected, incidents.Affected{
			Component: a.Component,
			Start:     moment(a.Start),
			End:       momentOrNil(a.End),
			Partial:   a.Partial,
			Reason:    string(a.Reason),
		})
	}
	return s
}

func moment(m probe.Moment) incidents.Moment {
	return incidents.Moment{Earliest: m.Earliest, Best: m.Best, Latest: m.Latest, Source: string(m.Source)}
}

func momentOrNil(m *probe.Moment) *incidents.Moment {
	if m == nil {
		return nil
	}
	s := moment(*m)
	return &s
}

func componentFact(f probe.ComponentFact) incidents.ComponentFact {
	c := incidents.ComponentFact{
		Component: f.Component,
		Status:    incidents.Operational, // a suspicion is no status yet
		Answering: f.State == probe.Recovering,
		Watched:   !f.LastGood.IsZero(),
		Since:     f.Since,
		CheckedAt: f.CheckedAt,
		GoodAt:    f.LastGood,
		StaleAt:   f.StaleAt,
	}
	switch {
	case f.State == probe.Down || f.State == probe.Recovering:
		c.Status = incidents.MajorOutage
		if f.Partial {
			c.Status = incidents.PartialOutage
		}
	case f.Intermittent:
		c.Status = incidents.PartialOutage
	}
	return c
}
