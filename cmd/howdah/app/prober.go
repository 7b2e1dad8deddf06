package app

import (
	"context"
	"fmt"

	"howdah/cmd/howdah/config"
	"howdah/probe"
)

// watchlist is what a configuration wants to be watched, and how.
type watchlist struct {
	checks     []probe.Check
	components []probe.Component
	settings   probe.Settings
}

func newWatchlist(c config.Config) (*watchlist, error) {
	w := &watchlist{settings: probe.DefaultSettings()}
	for i, k := range c.Checks {
		t, err := probe.ParseTarget(k.Target)
		if err != nil {
			return nil, fmt.Errorf("checks[%d].target: %w", i, err)
		}
		check := probe.Check{Key: k.Key, Component: k.Component, Target: t, Every: k.Every, Timeout: k.Timeout}
		if k.Schedule != "" {
			if check.Schedule, err = probe.ParseSchedule(k.Schedule, k.Key); err != nil {
				return nil, fmt.Errorf("checks[%d].schedule: %w", i, err)
			}
		}
		if file := k.PasswordFile; file != "" {
			check.Password = func() (string, error) { return readSecret(file) }
		}
		w.checks = append(w.checks, check)
	}
	canaries, err := canaryChecks(c)
	if err != nil {
		return nil, err
	}
	w.checks = append(w.checks, canaries...)
	for _, k := range c.Components {
		w.components = append(w.components, probe.Component{Key: k.Key, Host: c.HostOf(k), Parent: c.Parent(k)})
	}
	d := c.Detection
	w.settings.Confirm = d.Confirm
	w.settings.ConfirmTimeout = d.ConfirmTimeout
	w.settings.Recover = d.Recover
	w.settings.RecoverOver = d.RecoverOver
	w.settings.Sentinel = d.Sentinel != config.Off
	for i, anchor := range d.Anchors {
		t, err := probe.ParseTarget(anchor)
		if err != nil {
			return nil, fmt.Errorf("detection.anchors[%d]: %w", i, err)
		}
		w.settings.Anchors = append(w.settings.Anchors, t)
	}
	return w, nil
}

// prepareProber makes the prober with what an earlier run left behind.
func (in *instance) prepareProber() error {
	w, err := newWatchlist(in.Config)
	if err != nil {
		return err
	}
	in.push = probe.NewPush(func(checks ...string) { in.prober.Kick(checks...) })
	in.push.Expect(w.await(in.push))
	in.watched.Store(w)
	self, err := probe.OpenLoopback()
	if err != nil {
		return err
	}
	in.down.add("loopback server", func(context.Context) error { return self.Close() })
	check := self.Check()
	look := &scene{data: in.data, last: &in.lastExit, pid: in.mailPID, keep: func(e probe.Exhibit) { in.prober.Exhibit(e) }}
	in.prober = probe.New(probe.Options{
		Runner:     &probe.Runner{RootCAs: in.roots},
		Checks:     w.checks,
		Components: w.components,
		Settings:   w.settings,
		Store:      in.record,
		Observer:   &bridge{desk: in.desk, scene: look, log: in.Log},
		Log:        in.Log,
		Self:       &check,
		Clock:      probe.SystemClock,
	})
	return nil
}
