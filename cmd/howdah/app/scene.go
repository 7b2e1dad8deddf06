package app

import (
	"sync"
	"time"

	"howdah/probe"
)

// scene looks at the machine and at the mail server when an outage begins and
// when its process ends within one, and has what it saw kept with the outage.
type scene struct {
	data string     // the folder whose disk is looked at
	last *lastExit  // of the mail server
	pid  func() int // of the mail server, 0 while it does not run
	keep func(probe.Exhibit)

	looking sync.Mutex // held while somebody looks: a disk that hangs holds up one goroutine
	mu      sync.Mutex
	seen    map[string]int // open outages, with the number of exits that were looked at
}

// observe looks at what is new of the outages. It does not wait.
func (s *scene) observe(now time.Time, outages []probe.Outage) {
	ids := s.news(outages)
	if len(ids) == 0 {
		return
	}
	go func() {
		defer s.looking.Unlock()
		seen := []probe.Exhibit{
			{At: now, Kind: "machine", Text: machine(s.data)},
			{At: now, Kind: "mail server", Text: process(s.pid()) + s.last.said()},
		}
		for _, id := range ids {
			for _, e := range seen {
				e.Outage = id
				s.keep(e)
			}
		}
	}()
}

// news are the outages of which something is new, and looking is then held.
func (s *scene) news(outages []probe.Outage) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	var ids []string
	for i := range outages {
		o := &outages[i]
		exits, known := s.seen[o.ID]
		switch {
		case !o.Open():
			delete(s.seen, o.ID)
		case !known || len(o.Exits) > exits:
			ids = append(ids, o.ID)
		}
	}
	if len(ids) == 0 || !s.looking.TryLock() {
		return nil
	}
	for i := range outages {
		if o := &outages[i]; o.Open() {
			s.seen[o.ID] = len(o.Exits)
		}
	}
	return ids
}
