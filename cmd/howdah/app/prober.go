package app

import (
	"fmt"

	"howdah/probe"
)

// prepareProber makes the prober with what an earlier run left behind.
func (in *instance) prepareProber() error {
	c := in.Config
	for i, k := range c.Checks {
		t, err := probe.ParseTarget(k.Target)
		if err != nil {
			return fmt.Errorf("checks[%d].target: %w", i, err)
		}
		check := probe.Check{Key: k.Key, Component: k.Component, Target: t, Every: k.Every, Timeout: k.Timeout}
		if file := k.PasswordFile; file != "" {
			check.Password = func() (string, error) { return readSecret(file) }
		}
		in.checks = append(in.checks, check)
	}
	var components []probe.Component
	for _, k := range c.Components {
		p := probe.Component{Key: k.Key}
		if len(k.DependsOn) > 0 {
			p.Host = k.DependsOn[0]
		}
		components = append(components, p)
	}
	d := c.Detection
	settings := probe.DefaultSettings()
	settings.Confirm = d.Confirm
	settings.ConfirmTimeout = d.ConfirmTimeout
	settings.Recover = d.Recover
	settings.RecoverOver = d.RecoverOver
	in.prober = probe.New(probe.Options{
		Runner:     &probe.Runner{RootCAs: in.roots},
		Checks:     in.checks,
		Components: components,
		Settings:   settings,
		Store:      in.record,
		Observer:   &bridge{desk: in.desk, log: in.Log},
		Log:        in.Log,
	})
	return nil
}
