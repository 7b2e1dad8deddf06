package mailserver

import "sync"

// Watch tells a session that its mailbox may have changed. Wakes that come
// before the session has looked are folded into one.
type Watch struct {
	C       <-chan struct{}
	wake    chan struct{}
	account string
	mailbox int64
	all     *watchers
}

// Close ends the watch. C is not closed.
func (w *Watch) Close() {
	w.all.mu.Lock()
	defer w.all.mu.Unlock()
	set := w.all.of[w.account]
	delete(set, w)
	if len(set) == 0 {
		delete(w.all.of, w.account)
	}
}

type watchers struct {
	mu sync.Mutex
	of map[string]map[*Watch]struct{} // by account
}

// Watch wakes the caller after each committed change of the mailbox, its
// deletion, and the removal of the account.
func (s *Service) Watch(account string, mailbox int64) *Watch {
	c := make(chan struct{}, 1)
	w := &Watch{C: c, wake: c, account: account, mailbox: mailbox, all: &s.watchers}
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	if s.watchers.of == nil {
		s.watchers.of = make(map[string]map[*Watch]struct{})
	}
	if s.watchers.of[account] == nil {
		s.watchers.of[account] = make(map[*Watch]struct{})
	}
	s.watchers.of[account][w] = struct{}{}
	return w
}

func (a *watchers) wakeMailbox(account string, mailboxes ...int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for w := range a.of[account] {
		for _, id := range mailboxes {
			if w.mailbox == id {
				w.signal()
			}
		}
	}
}

func (a *watchers) wakeAccount(account string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for w := range a.of[account] {
		w.signal()
	}
}

func (w *Watch) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // a wake is waiting already
	}
}
