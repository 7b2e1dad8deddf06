package web

import (
	queue "container/list"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// crowd keeps the page open to new visitors when others hold on to their
// connections. Beyond the limit each new one takes the place of the one that
// has waited longest for a request, or if all are being answered, of the one
// that is at it longest.
type crowd struct {
	limit int

	mu      sync.Mutex
	places  map[net.Conn]place
	waiting queue.List // of net.Conn, the longest first
	busy    queue.List
}

type place struct {
	in *queue.List
	at *queue.Element
}

func newCrowd(limit int) *crowd {
	return &crowd{limit: limit, places: map[net.Conn]place{}}
}

// fileShare is half of the files that the process may open: the other half is
// for probes, mail and the database.
func fileShare() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 512
	}
	return int(min(l.Cur, 1<<20) / 2)
}

// changed is an http.Server's ConnState.
func (w *crowd) changed(c net.Conn, s http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, known := w.places[c]
	switch s {
	case http.StateNew:
		if len(w.places) >= w.limit {
			w.sendAway()
		}
		w.put(c, &w.waiting)
	case http.StateIdle, http.StateActive:
		if !known {
			return // it is being closed
		}
		w.drop(c)
		if s == http.StateIdle {
			w.put(c, &w.waiting)
		} else {
			w.put(c, &w.busy)
		}
	default:
		w.drop(c)
	}
}

func (w *crowd) sendAway() {
	first := w.waiting.Front()
	if first == nil {
		first = w.busy.Front()
	}
	if first == nil {
		return
	}
	c := first.Value.(net.Conn)
	w.drop(c)
	c.Close() // its own goroutine finds out
}

func (w *crowd) put(c net.Conn, l *queue.List) {
	w.places[c] = place{l, l.PushBack(c)}
}

func (w *crowd) drop(c net.Conn) {
	if p, ok := w.places[c]; ok {
		p.in.Remove(p.at)
		delete(w.places, c)
	}
}
