package app

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// startGrace is how long after its start the prober may still owe its first
// results: what an earlier run left behind is old by then.
const startGrace = time.Minute

// ready says why this instance does not do its work, nil when it does.
func (in *instance) ready() error {
	if in.stopping.Load() {
		return errors.New("stopping")
	}
	if in.damage != nil {
		return in.damage
	}
	now := time.Now()
	if since := in.unsavedSince(); !since.IsZero() {
		return fmt.Errorf("the database has refused to save for %v", now.Sub(since).Round(time.Second))
	}
	if now.Sub(in.began) < startGrace {
		return nil
	}
	if late := in.prober.Schedule().Overdue; len(late) > 0 {
		return fmt.Errorf("checks are overdue: %s", strings.Join(late, ", "))
	}
	return overdue(now, in.prober.Components())
}

// unsavedSince is when the database began to refuse facts or story, zero when
// it has all of both.
func (in *instance) unsavedSince() time.Time {
	return unsaved(in.desk.Snapshot(), in.prober.UnsavedSince())
}

func unsaved(s *incidents.Snapshot, facts time.Time) time.Time {
	if facts.IsZero() || !s.UnsavedSince.IsZero() && s.UnsavedSince.Before(facts) {
		return s.UnsavedSince
	}
	return facts
}

// overdue says that every component was asked too long ago, nil when one was
// not or when there is none.
func overdue(now time.Time, facts []probe.ComponentFact) error {
	var newest time.Time
	for _, f := range facts {
		if !now.After(f.StaleAt) {
			return nil
		}
		if f.CheckedAt.After(newest) {
			newest = f.CheckedAt
		}
	}
	switch {
	case len(facts) == 0:
		return nil
	case newest.IsZero():
		return errors.New("no check has had a result")
	}
	return fmt.Errorf("no check has had a result for %v", now.Sub(newest).Round(time.Second))
}
