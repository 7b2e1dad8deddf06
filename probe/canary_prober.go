package probe

import (
	"context"
	"fmt"
	"time"
)

// equip gives each check with a route its courier: the one that it has, when
// key, component and target stay. The caller holds mu, or nothing runs yet.
func (p *Prober) equip(checks []Check) []Check {
	list := make([]Check, len(checks))
	for i, c := range checks {
		if c.Canary != nil {
			c.Asker = p.courier(c)
		}
		list[i] = c
	}
	return list
}

func (p *Prober) courier(c Check) *courier {
	if s := p.slots[c.Key]; s != nil && s.check.Component == c.Component && s.check.Target == c.Target {
		if k, ok := s.check.Asker.(*courier); ok {
			k.route.Store(c.Canary)
			return k
		}
	}
	return newCourier(p.runner, c, func(news []Canary) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.publish(time.Now(), Changes{Canaries: news}, facts{})
	})
}

// loadCanaries takes up the messages that were under way when the program
// ended. The caller does not hold mu, and nothing runs yet.
func (p *Prober) loadCanaries(ctx context.Context, now time.Time) error {
	if p.store == nil {
		return nil
	}
	known, err := p.store.Canaries(ctx, now.Add(-giveUp-time.Hour))
	if err != nil {
		return fmt.Errorf("reading the canaries: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.slots {
		if k, ok := s.check.Asker.(*courier); ok {
			k.restore(now, known)
		}
	}
	return nil
}
