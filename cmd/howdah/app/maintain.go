package app

import (
	"context"
	"slices"
	"time"
)

// maintain tells the prober what is under maintenance, until the context ends:
// the desk knows what staff have announced.
func (in *instance) maintain(ctx context.Context) {
	var before []string
	for {
		s := in.desk.Snapshot()
		if now := s.UnderMaintenance(time.Now()); !slices.Equal(now, before) {
			in.prober.Maintain(now)
			before = now
		}
		select {
		case <-ctx.Done():
			return
		case <-s.Replaced(): // also when a maintenance begins or ends
		}
	}
}
