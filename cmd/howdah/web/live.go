package web

import (
	"net/netip"
	"sync"
)

// live bounds the streams of changes: all of them, and those of one address.
// Behind an address may be a whole campus, so it may have its tenth of all.
type live struct {
	marker
	limit, each int
	ended       chan struct{}

	mu   sync.Mutex // of what follows; marker has its own
	over bool
	open int
	by   map[netip.Prefix]int
}

// liveLimit is how many streams there are when nobody says otherwise.
const liveLimit = 2000

// newLive is nil for a limit below 0: no streams at all.
func newLive(limit int) *live {
	if limit < 0 {
		return nil
	}
	if limit == 0 {
		limit = liveLimit
	}
	limit = min(limit, max(fileShare()/2, 1))
	return &live{limit: limit, each: max(limit/10, 1), ended: make(chan struct{}), by: map[netip.Prefix]int{}}
}

// join takes a place for a client, whose address is as echo has it. The place
// is to be given back with leave.
func (l *live) join(client string) (from netip.Prefix, ok bool) {
	from = neighbours(client)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.open >= l.limit || l.by[from] >= l.each {
		return from, false
	}
	l.open++
	l.by[from]++
	return from, true
}

func (l *live) leave(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.by[from]--; l.by[from] == 0 {
		delete(l.by, from)
	}
}

// end ends every stream and lets nobody join any more.
func (l *live) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.over = true
		close(l.ended)
	}
}

// neighbours are all addresses that count as one client: with IPv6, those that
// one household or office is given (RFC 6177).
func neighbours(client string) netip.Prefix {
	a, err := netip.ParseAddr(client)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
