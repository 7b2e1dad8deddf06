package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// teardown is a list of named steps that undo a start, last first.
type teardown struct {
	log   *slog.Logger
	mu    sync.Mutex
	steps []step
}

type step struct {
	name string
	do   func(context.Context) error
}

// add registers a step; do must return soon after its context ends.
func (t *teardown) add(name string, do func(context.Context) error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps = append(t.steps, step{name, do})
}

// run takes every step once, whatever the others return, each within the
// limit. A second call does nothing.
func (t *teardown) run(each time.Duration) error {
	t.mu.Lock()
	steps := t.steps
	t.steps = nil
	t.mu.Unlock()
	var errs []error
	for i := len(steps) - 1; i >= 0; i-- {
		ctx, cancel := context.WithTimeout(context.Background(), each)
		if err := steps[i].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", steps[i].name, err))
		}
		cancel()
		t.log.Debug("stopped", "part", steps[i].name)
	}
	return errors.Join(errs...)
}

// goStep runs f in the background and makes a step of ending it.
func (t *teardown) goStep(name string, f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	t.add(name, func(limit context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-limit.Done():
			return limit.Err()
		}
	})
}
