package app

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"howdah/cmd/howdah/web"
	"howdah/probe"
)

// gauge is a record that has counted how long checks took.
type gauge interface {
	Hours(ctx context.Context, check string, since time.Time) ([]probe.Period, error)
	Days(ctx context.Context, check string, since time.Time) ([]probe.Period, error)
	Blips(ctx context.Context, since time.Time) ([]probe.Blip, error)
}

// How far back readers see.
const (
	hoursShown = 48 * time.Hour
	daysShown  = 30 * 24 * time.Hour
	blipsShown = 90 * 24 * time.Hour
)

// measures hold what was measured in memory, as old as the last look.
type measures struct {
	by atomic.Pointer[map[string]web.Measured]
}

var _ web.Measures = (*measures)(nil)

// Measured implements web.Measures.
func (m *measures) Measured(component string) web.Measured {
	if by := m.by.Load(); by != nil {
		return (*by)[component]
	}
	return web.Measured{}
}

// look reads what there is of the checks by now. What can't be read is left
// out, and the error says so.
func (m *measures) look(ctx context.Context, from gauge, checks []probe.Check, now time.Time) error {
	by := map[string]web.Measured{}
	var failed error
	for _, c := range checks {
		if c.Canary != nil || c.Target.Scheme == "push" {
			continue // how long their runs took is not how long users wait
		}
		t := web.CheckTimes{Kind: strings.ToUpper(c.Target.Scheme)}
		var err, err2 error
		t.Hours, err = from.Hours(ctx, c.Key, now.Add(-hoursShown))
		t.Days, err2 = from.Days(ctx, c.Key, now.Add(-daysShown))
		failed = errors.Join(failed, err, err2)
		if len(t.Hours)+len(t.Days) == 0 {
			continue
		}
		one := by[c.Component]
		one.Checks = append(one.Checks, t)
		by[c.Component] = one
	}
	blips, err := from.Blips(ctx, now.Add(-blipsShown))
	for _, b := range blips {
		one := by[b.Component]
		one.Blips = append(one.Blips, b.At)
		by[b.Component] = one
	}
	m.by.Store(&by)
	return errors.Join(failed, err)
}

// measureEvery is how often what was measured is read anew.
const measureEvery = 10 * time.Minute

// measure keeps the measures new until ctx ends. A record that has counted
// nothing leaves them empty.
func (in *instance) measure(ctx context.Context) {
	from, ok := in.record.(gauge)
	if !ok {
		return
	}
	next := time.NewTicker(measureEvery)
	defer next.Stop()
	for {
		if err := in.measures.look(ctx, from, in.watched.Load().checks, time.Now()); err != nil && ctx.Err() == nil {
			in.Log.Warn("read what was measured", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
	}
}
