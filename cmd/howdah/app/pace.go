package app

import (
	"sync"
	"time"
)

// pace lets so many through in a second in the long run, and after a rest a
// burst of them.
type pace struct {
	mu    sync.Mutex
	rate  float64 // a second
	burst float64
	left  float64
	at    time.Time // when left was so much
}

func newPace(rate, burst float64) *pace { return &pace{rate: rate, burst: burst, left: burst} }

// take reports whether one more may pass now.
func (p *pace) take(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.at.IsZero() {
		p.left = min(p.burst, p.left+p.rate*max(now.Sub(p.at).Seconds(), 0))
	}
	p.at = now
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}
