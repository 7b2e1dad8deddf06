package mailserver

import (
	"fmt"
	"sync"
)

// maildrops are the accounts that a POP3 session has open.
type maildrops struct {
	mu   sync.Mutex
	held map[string]struct{}
}

// LockMaildrop gives one POP3 session the account's maildrop (RFC 1939,
// section 4), or ErrInUse. It lives in memory, so that no crash leaves it
// behind; release may be called more than once.
func (s *Service) LockMaildrop(account string) (release func(), err error) {
	d := &s.drops
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.held[account]; taken {
		return nil, fmt.Errorf("lock maildrop %q: %w", account, ErrInUse)
	}
	if d.held == nil {
		d.held = make(map[string]struct{})
	}
	d.held[account] = struct{}{}
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.held, account)
	}), nil
}
