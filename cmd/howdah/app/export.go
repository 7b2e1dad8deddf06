package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
	"howdah/db/statusdb"
	"howdah/incidents"
	"howdah/probe"
)

// Export writes the public site as files below dir, also while an instance
// runs: as its data folder has it. It only reads there.
func Export(ctx context.Context, c config.Config, dir, version string) (err error) {
	path := filepath.Join(c.Data, "howdah.db")
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	store, err := statusdb.Open(ctx, path)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	desk, err := newDesk(c, store, nil)
	if err != nil {
		return err
	}
	if err := desk.Load(ctx); err != nil {
		return err
	}
	facts, err := lastFacts(ctx, c, store)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := tellPast(ctx, desk, store, now); err != nil {
		return err
	}
	desk.ObserveComponents(now, facts)
	m, err := lastMeasures(ctx, c, store)
	if err != nil {
		return err
	}
	srv, err := newSite(c, desk, m, version)
	if err != nil {
		return err
	}
	return srv.Export(dir)
}

// lastFacts are the components as they stood when they were last checked.
func lastFacts(ctx context.Context, c config.Config, store probe.Store) ([]incidents.ComponentFact, error) {
	w, err := newWatchlist(c)
	if err != nil {
		return nil, err
	}
	states, err := store.CheckStates(ctx)
	if err != nil {
		return nil, err
	}
	outages, err := store.Outages(ctx, time.Now().Add(-retell))
	if err != nil {
		return nil, err
	}
	t := probe.NewTracker(w.settings, w.components, w.checks)
	t.Restore(states, outages)
	var facts []incidents.ComponentFact
	for _, f := range t.Components() {
		facts = append(facts, componentFact(f))
	}
	return facts, nil
}

// lastMeasures are what was measured until now.
func lastMeasures(ctx context.Context, c config.Config, from gauge) (*measures, error) {
	w, err := newWatchlist(c)
	if err != nil {
		return nil, err
	}
	var m measures
	return &m, m.look(ctx, from, w.checks, time.Now())
}

// newSite makes a web server that only renders.
func newSite(c config.Config, board web.Board, m web.Measures, version string) (*web.Server, error) {
	s, err := webSite(c)
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{Board: board, Site: s, Measures: m, Version: version})
}
