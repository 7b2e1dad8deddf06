package probe

import (
	"slices"
	"time"
)

// CanaryStatus is how the canaries of one check stand, for figures.
type CanaryStatus struct {
	Check, Component string
	Flying           int       // messages on their way
	Overdue          int       // of these, messages that are overdue
	Lost             int64     // messages that were lost since the program began
	LastSeenAt       time.Time // when the newest came through, UTC; zero for never
	// Hops are how long that one took from its submission to each hop:
	// "accepted", "arrived", "pushed", "imap" and "pop3", those that are known.
	Hops []CanaryHop
}

// CanaryHop is how far a message had come by when.
type CanaryHop struct {
	Name string
	Took time.Duration
}

// report makes the status of now the one that is told.
func (k *courier) report() {
	s := &CanaryStatus{Check: k.check, Component: k.component, Flying: len(k.flying), Lost: k.lost}
	for _, f := range k.flying {
		if f.Overdue {
			s.Overdue++
		}
	}
	if c := k.newest; c != nil {
		s.LastSeenAt = utc(c.DoneAt)
		for _, hop := range []struct {
			name string
			at   time.Time
		}{{"accepted", c.AcceptedAt}, {"arrived", c.ArrivedAt}, {"pushed", c.PushedAt}, {"imap", c.SeenIMAP}, {"pop3", c.SeenPOP3}} {
			if !hop.at.IsZero() {
				s.Hops = append(s.Hops, CanaryHop{hop.name, max(hop.at.Sub(c.SubmittedAt), 0)})
			}
		}
	}
	k.status.Store(s)
}

// Canaries is how the canaries of every check stand, by key. It is what the
// metrics mail_canary_hop_seconds, mail_canary_last_seen_timestamp_seconds and
// mail_canary_lost_total are made of.
func (p *Prober) Canaries() []CanaryStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []CanaryStatus
	for _, s := range p.slots {
		if k, ok := s.check.Asker.(*courier); ok {
			status := *k.status.Load()
			status.Hops = slices.Clone(status.Hops)
			list = append(list, status)
		}
	}
	slices.SortFunc(list, func(a, b CanaryStatus) int {
		if a.Check < b.Check {
			return -1
		}
		return 1
	})
	return list
}
