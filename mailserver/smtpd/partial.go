package smtpd

import (
	"crypto/sha256"
	"maps"
	"sync"
	"time"
)

const (
	maxPartial  = 1000
	keepPartial = 5 * 24 * time.Hour // for as long as servers try again
)

// key tells one message from all others: a second try has the same bytes and
// the same sender.
type key struct {
	from string
	sum  [sha256.Size]byte
}

// partial remembers who has got a message that could not be given to all, so
// that a second try gives it to the others only. It lives in memory: what a
// restart forgets is delivered twice, never lost.
type partial struct {
	mu sync.Mutex
	of map[key]partialDelivery
}

type partialDelivery struct {
	at     time.Time
	served map[string]bool // accounts
}

// served returns who has the message.
func (p *partial) served(k key) map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.of[k].served)
}

// remember notes that these have the message, but not all who should.
func (p *partial) remember(k key, accounts []string) {
	if len(accounts) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = make(map[key]partialDelivery)
	}
	served := p.of[k].served
	if served == nil {
		served = make(map[string]bool)
	}
	for _, a := range accounts {
		served[a] = true
	}
	p.of[k] = partialDelivery{at: time.Now(), served: served}
	p.trim()
}

// forget is for those who were told of together, and all have the message.
// Others may still wait for it: a long list of recipients comes in parts.
func (p *partial) forget(k key, accounts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range accounts {
		delete(p.of[k].served, a)
	}
	if len(p.of[k].served) == 0 {
		delete(p.of, k)
	}
}

// trim drops what is too old, and the oldest if there is still too much.
func (p *partial) trim() {
	var oldest key
	var since time.Time
	for k, d := range p.of {
		if time.Since(d.at) > keepPartial {
			delete(p.of, k)
			continue
		}
		if since.IsZero() || d.at.Before(since) {
			oldest, since = k, d.at
		}
	}
	if len(p.of) > maxPartial {
		delete(p.of, oldest)
	}
}
