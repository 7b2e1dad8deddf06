package app

import (
	"fmt"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/incidents"
	"howdah/probe"
)

const (
	// lookEvery is how often a mailbox is looked at for test messages, if they
	// are not more frequent; lookLeast is what a look needs to itself.
	lookEvery = 30 * time.Second
	lookLeast = 5 * time.Second
	lookMost  = 15 * time.Second // for one look
)

// canaryChecks are the checks that send test messages and look for them.
func canaryChecks(c config.Config) ([]probe.Check, error) {
	var checks []probe.Check
	for i, k := range c.Canaries {
		submit, err := probe.ParseTarget(k.Submit)
		if err != nil {
			return nil, fmt.Errorf("canaries[%d].submit: %w", i, err)
		}
		route := &probe.Route{
			Submit: submit, SubmitPassword: secretIn(k.SubmitPasswordFile), Password: secretIn(k.PasswordFile),
			Every: k.Every, Overdue: k.Overdue, Retry: k.Retry,
		}
		for j, s := range k.Seen {
			t, err := probe.ParseTarget(s)
			if err != nil {
				return nil, fmt.Errorf("canaries[%d].seen[%d]: %w", i, j, err)
			}
			if t.Scheme == "pop3" || t.Scheme == "pop3s" {
				route.POP3 = t
			} else {
				route.IMAP = t
			}
		}
		every := max(min(lookEvery, k.Every, k.Overdue, k.Retry), lookLeast)
		checks = append(checks, probe.Check{
			Key: k.Key, Component: k.Component, Target: submit, Canary: route, Every: every, Timeout: min(every-time.Second, lookMost),
		})
	}
	return checks, nil
}

// secretIn reads a secret when it is needed; nil without a file.
func secretIn(file string) func() (string, error) {
	if file == "" {
		return nil
	}
	return func() (string, error) { return readSecret(file) }
}

// testMessages are the parts of canaries that readers are told of.
func testMessages(list []probe.Canary) []incidents.Canary {
	told := make([]incidents.Canary, len(list))
	for i, c := range list {
		told[i] = incidents.Canary{
			ID: c.ID, Component: c.Component, SentAt: c.SubmittedAt, ArrivedAt: c.ArrivedAt, Overdue: c.Overdue || c.Lost,
		}
	}
	return told
}

// watchCanaries tells staff of test messages that do not arrive.
func (b *bridge) watchCanaries(list []probe.Canary) {
	for _, c := range list {
		switch {
		case c.Lost:
			b.log.Error("a test message is lost", "check", c.Check, "number", c.Number, "submitted", c.SubmittedAt, "accepted", c.AcceptedAt)
		case c.Overdue:
			b.log.Warn("a test message is overdue", "check", c.Check, "number", c.Number, "submitted", c.SubmittedAt, "accepted", c.AcceptedAt)
		}
	}
}
