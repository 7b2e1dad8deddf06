package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/probe"
)

// checkPatience bounds how long the shell waits for a check of the running
// instance: for a run that is under way, and its own.
const checkPatience = 28 * time.Second

// watchroom runs checks of the running instance for the shell.
type watchroom struct {
	prober  *probe.Prober
	watched func() *watchlist
}

type checkRequest struct {
	Check string `json:"check"`
}

// ranCheck is a result with the times of its phases, which Result's own JSON
// leaves out.
type ranCheck struct {
	probe.Result
	Phases  []ranPhase
	Timeout time.Duration // of the check
}

type ranPhase struct {
	Name        string
	Start, Took time.Duration
	OK          bool
}

func (w watchroom) ops() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"check.run": rpcHandler(w.run)}
}

func (w watchroom) run(ctx context.Context, r checkRequest) (ranCheck, error) {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	result, err := w.prober.Now(ctx, r.Check)
	if err != nil {
		return ranCheck{}, err
	}
	ran := ranCheck{Result: result, Timeout: w.timeout(r.Check)}
	for _, p := range result.Phases {
		ran.Phases = append(ran.Phases, ranPhase(p))
	}
	return ran, nil
}

// timeout bounds the usual runs of the check.
func (w watchroom) timeout(check string) time.Duration {
	for _, c := range w.watched().checks {
		if c.Key == check {
			return c.Timeout
		}
	}
	return 0
}

// ProbeCheck runs a check of the running instance now, and writes how it went
// as Probe does. The result counts there like any other. The options' timeout
// and password are not asked: the check has its own.
func ProbeCheck(ctx context.Context, c config.Config, check string, o ProbeOptions) int {
	l, err := o.limits()
	if err != nil {
		return o.misused(err)
	}
	ran, err := call[ranCheck](ctx, c.Data, controlSocket, "check.run", checkRequest{check})
	switch {
	case errors.Is(err, errNotRunning):
		return o.misused(fmt.Errorf("no howdah runs on the data folder %q, so it has no check %q; name a URL instead", c.Data, check))
	case err != nil:
		return o.misused(err)
	}
	r := ran.Result
	for _, p := range ran.Phases {
		r.Phases = append(r.Phases, probe.Phase(p))
	}
	l.Timeout = ran.Timeout
	return o.tell(r, l)
}
