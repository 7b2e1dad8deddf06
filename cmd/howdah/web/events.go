package web

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"howdah/public"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

const (
	placeEvents = "events"
	kindScript  = "text/javascript; charset=utf-8"
	kindEvents  = "text/event-stream"

	// eventBeat keeps proxies from taking a quiet stream for a dead one.
	eventBeat = 25 * time.Second
	// eventGap keeps a burst of changes from being told one by one.
	eventGap = 250 * time.Millisecond
	// eventWait is for how long a reader may leave a message in the way.
	eventWait = 10 * time.Second
	// eventsEnd bounds a stream, so that who is gone without a word does not
	// keep its place. Browsers connect again.
	eventsEnd = time.Hour
)

// EndStreams ends the streams of changes and begins no other. It is for a
// Server that is being stopped, or that another one has taken the place of:
// readers' browsers connect again by themselves.
func (s *Server) EndStreams() {
	if s.live != nil {
		s.live.end()
	}
}

// Readers are those who follow the stream of changes now.
func (s *Server) Readers() int {
	if s.live == nil {
		return 0
	}
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	return s.live.open
}

// events tells a reader of changes as they happen, as server-sent events (HTML
// Living Standard, section 9.2). Each message names the parts that changed
// since the last; its id holds the marks of all parts, so that who comes back
// with it, or comes with the marks of a page as ?since=, is told what changed
// meanwhile, also across a restart.
func (s *Server) events(c echo.Context) error {
	r := c.Request()
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" {
		return plain(c, http.StatusForbidden, "only for this site's own pages\n")
	}
	from, ok := s.live.join(c.RealIP())
	if !ok {
		c.Response().Header().Set("Retry-After", "60")
		return plain(c, http.StatusServiceUnavailable, "too many readers follow at the moment; ask for the page itself\n")
	}
	defer s.live.leave(from)
	told, known := parseMarks(r.Header.Get("Last-Event-ID"))
	if !known {
		told, known = parseMarks(c.QueryParam("since"))
	}

	out := stream{http.NewResponseController(c.Response()), c.Response()}
	if err := out.open(); err != nil {
		return nil //nolint:nilerr // the reader is gone
	}
	ended := time.After(eventsEnd)
	beat := time.NewTicker(eventBeat)
	defer beat.Stop()
	for {
		snap := s.board.Snapshot()
		var gap <-chan time.Time
		replaced := snap.Replaced()
		now := s.live.marker.of(snap)
		changed := now.since(told)
		if !known {
			changed = partNames[:]
		}
		if len(changed) > 0 {
			if out.tell(now, changed) != nil {
				return nil
			}
			told, known = now, true
			gap, replaced = time.After(eventGap), nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-s.live.ended:
			return nil
		case <-ended:
			return nil
		case <-beat.C:
			if out.write(":\n\n") != nil {
				return nil
			}
		case <-gap:
		case <-replaced:
		}
	}
}

// stream writes to one reader. Nothing waits in it: a message that the reader
// does not take in time ends it.
type stream struct {
	control *http.ResponseController
	out     *echo.Response
}

// open begins the answer. The times within which the server wants other
// requests to be over do not hold for this one.
func (w stream) open() error {
	h := w.out.Header()
	h.Set("Content-Type", kindEvents)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	if err := w.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	w.out.WriteHeader(http.StatusOK)
	// After a restart not all come back in the same moment.
	return w.write(fmt.Sprintf("retry: %d\n\n", 2000+rand.IntN(3000))) // #nosec G404 -- no secret
}

// tell says which parts changed.
func (w stream) tell(id marks, changed []string) error {
	data, err := json.Marshal(struct {
		Changed []string `json:"changed"`
	}{changed})
	if err != nil {
		return err
	}
	return w.write(fmt.Sprintf("id: %s\ndata: %s\n\n", id, data))
}

func (w stream) write(text string) error {
	if err := w.control.SetWriteDeadline(time.Now().Add(eventWait)); err != nil {
		return err
	}
	if _, err := w.out.Write([]byte(text)); err != nil {
		return err
	}
	return w.control.Flush()
}

// scriptDocument is the script that keeps pages up to date, made once.
var scriptDocument = sync.OnceValues(func() (*document, error) {
	return newDocument(resource{kind: kindScript, make: func(w io.Writer) error {
		_, err := io.WriteString(w, public.Script())
		return err
	}}, nil)
})

// script answers with the script. Its name changes with its text, so whoever
// has it need not ask again.
func (s *Server) script(c echo.Context) error {
	d, err := scriptDocument()
	if err != nil {
		return err
	}
	h, body := c.Response().Header(), d.plain
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	if d.packed != nil && acceptsGzip(c.Request().Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = d.packed
	}
	return c.Blob(http.StatusOK, d.kind, body)
}

// follow is how a page follows changes. The front page says which picture it
// shows; of the others the server does not know what they had.
func (s *Server) follow(ed *edition, place string) templates.Live {
	if s.live == nil || s.site.file {
		return templates.Live{}
	}
	l := templates.Live{
		Events:    s.site.href(placeEvents),
		Script:    s.site.href(public.ScriptName()),
		Integrity: public.ScriptIntegrity(),
	}
	if place == "" {
		l.Events += "?since=" + s.live.marker.of(ed.snap).String()
	}
	return l
}
