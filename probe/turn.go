package probe

import (
	"context"
	"sync"
	"time"
)

// turns lets conversations that log in to the same maildrop by POP3 take turns,
// because a maildrop is one session's alone (RFC 1939, section 4). The zero
// value is ready.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the turn ends
}

// turnWait is how long one waits for its turn. Then it asks all the same: a
// server that keeps the other one waiting should not go unasked.
const turnWait = 2 * time.Second

// take waits for the maildrop's turn, and returns what ends it.
func (t *turns) take(ctx context.Context, to Target) (end func()) {
	if to.User == "" {
		return func() {}
	}
	maildrop := to.User + "@" + to.Host
	timer := time.NewTimer(turnWait)
	defer timer.Stop()
	for {
		t.mu.Lock()
		other := t.taken[maildrop]
		if other == nil {
			break
		}
		t.mu.Unlock()
		select {
		case <-other:
		case <-timer.C:
			return func() {}
		case <-ctx.Done():
			return func() {}
		}
	}
	defer t.mu.Unlock()
	mine := make(chan struct{})
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	t.taken[maildrop] = mine
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.taken, maildrop)
		close(mine)
	}
}
