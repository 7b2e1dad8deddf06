package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"howdah/incidents"
)

// edition is everything that is served of one Snapshot. Its documents are made
// at most once, whoever asks first.
type edition struct {
	s    *Server
	snap *incidents.Snapshot
	mu   sync.Mutex
	docs map[string]func() (*document, error)
	made map[string]*document // by key, those that came out
	// last is what the edition before had made: content that did not change
	// need not be compressed again.
	last map[string]*document
	// calendar is made when days is first called.
	calendar     []incidents.Day
	calendarOnce sync.Once
}

// resource is something that an edition can serve.
type resource struct {
	key  string // its place below the site's URL; only what exists has one
	kind string // media type
	// shared allows scripts of other sites to read it.
	shared bool
	make   func(io.Writer) error
}

// edition returns the edition of the newest Snapshot.
func (s *Server) edition() *edition {
	if ed := s.current.Load(); ed != nil && ed.snap == s.board.Snapshot() {
		return ed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Asked for under the lock, so that an older Snapshot never follows a
	// newer one.
	snap := s.board.Snapshot()
	old := s.current.Load()
	if old != nil && old.snap == snap {
		return old
	}
	ed := &edition{s: s, snap: snap, docs: map[string]func() (*document, error){}, made: map[string]*document{}}
	if old != nil {
		old.mu.Lock()
		ed.last = maps.Clone(old.made)
		old.mu.Unlock()
	}
	s.current.Store(ed)
	return ed
}

// document returns the resource as it goes over the wire, making it if this
// is the first that is heard of it.
func (ed *edition) document(r resource) (*document, error) {
	ed.mu.Lock()
	get, ok := ed.docs[r.key]
	if !ok {
		get = sync.OnceValues(func() (*document, error) { return ed.render(r) })
		ed.docs[r.key] = get
	}
	ed.mu.Unlock()
	return get()
}

// render turns a panic into an error: rendering also runs on goroutines that
// no request's guard is around.
func (ed *edition) render(r resource) (d *document, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("render %q: panic: %v\n%s", r.key, v, debug.Stack())
		}
	}()
	d, err = newDocument(r, ed.last[r.key])
	if err != nil {
		return nil, fmt.Errorf("render %q: %w", r.key, err)
	}
	d.date(ed.s.stamp(ed, r.key, d.tag))
	ed.mu.Lock()
	defer ed.mu.Unlock()
	ed.made[r.key] = d
	return d, nil
}

// stamp is which content a resource had last and since when.
type stamp struct {
	tag      string
	modified time.Time
}

// stamp returns the Last-Modified of a resource whose content is tag: the
// change that made it so. It has whole seconds, and changed content always has
// a later one, even if the clock stepped back or several changes fell into one
// second; so a client that knows only the time is never told "not modified"
// wrongly. Zero means that none can be told.
func (s *Server) stamp(ed *edition, key, tag string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() != ed || ed.snap.At.IsZero() {
		return time.Time{}
	}
	old, ok := s.stamps[key]
	if ok && old.tag == tag {
		return old.modified
	}
	at := ed.snap.At.UTC().Truncate(time.Second)
	if ok && !at.After(old.modified) {
		at = old.modified.Add(time.Second)
	}
	s.stamps[key] = stamp{tag, at}
	return at
}

func tagOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:10])
}

// Media types.
const (
	kindHTML = "text/html; charset=utf-8"
	kindJSON = "application/json; charset=utf-8"
	kindText = "text/plain; charset=utf-8"
)
