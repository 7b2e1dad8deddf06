package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/incidents"
)

// retell is how far back facts are told to the desk again at a start, so that
// a crash between a fact and its story loses nothing.
const retell = 30 * 24 * time.Hour

// retellCanaries is the same for test messages: none is under way for longer.
const retellCanaries = 6 * 24 * time.Hour

// story opens the desk and tells it all recent facts again.
func (in *instance) story(ctx context.Context) error {
	var err error
	if in.desk, err = newDesk(in.Config, in.record, in.Log); err != nil {
		return err
	}
	if err := in.desk.Load(ctx); err != nil {
		return err
	}
	if err := tellPast(ctx, in.desk, in.record, time.Now()); err != nil {
		return err
	}
	outages, err := in.record.Outages(ctx, time.Now().Add(-retell))
	if err != nil {
		return err
	}
	canaries, err := in.record.Canaries(ctx, time.Now().Add(-retellCanaries))
	if err != nil {
		return err
	}
	// The prober will ask, when it is too late to begin without them.
	if _, err := in.record.CheckStates(ctx); err != nil {
		return err
	}
	for i := range outages {
		in.desk.ObserveOutage(time.Now(), story(&outages[i]))
	}
	in.desk.ObserveCanaries(time.Now(), testMessages(canaries))
	return nil
}

// newDesk makes the desk that a configuration describes; it is not loaded yet.
func newDesk(c config.Config, store incidents.Store, log *slog.Logger) (*incidents.Desk, error) {
	o, err := deskOptions(c)
	if err != nil {
		return nil, err
	}
	o.Store, o.Log = store, log
	return incidents.NewDesk(o), nil
}

// deskOptions are what a configuration says to the desk.
func deskOptions(c config.Config) (incidents.Options, error) {
	zone, err := time.LoadLocation(c.Site.TimeZone)
	if err != nil {
		return incidents.Options{}, fmt.Errorf("site.time_zone: %w", err)
	}
	var components []incidents.Component
	for i, k := range c.Components {
		components = append(components, incidents.Component{
			Key: k.Key, Name: k.Name, Group: k.Group, Description: k.Description,
			Domain: c.Domain(k), Position: i + 1, Role: incidents.Role(k.Role), Unwatched: unwatched(c, k.Key),
		})
	}
	return incidents.Options{
		Site:       incidents.Site{Name: c.Site.Name, Zone: zone, Words: incidents.Languages[c.Site.Language]},
		Components: components,
		Settings: incidents.Settings{
			PublishAfter: c.Detection.PublishAfter,
			ResolveAfter: c.Detection.ResolveAfter,
			QuietPeriod:  c.Detection.QuietPeriod,
		},
	}, nil
}

// unwatched reports whether nothing is ever asked of the component.
func unwatched(c config.Config, component string) bool {
	return !slices.ContainsFunc(c.Checks, func(k config.Check) bool { return k.Component == component }) &&
		!slices.ContainsFunc(c.Canaries, func(k config.Canary) bool { return k.Component == component })
}
