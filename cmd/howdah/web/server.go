package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"howdah/incidents"

	"github.com/labstack/echo/v4"
)

// Board is where the public picture comes from.
type Board interface {
	// Snapshot returns the newest picture. It is never nil and is never
	// written to again.
	Snapshot() *incidents.Snapshot
}

// Site is whom the pages speak for.
type Site struct {
	Name string
	URL  *url.URL       // http or https, as the public reaches it; may have a path
	Zone *time.Location // of all times shown; nil means UTC
	// Language is the tag of one of Languages; empty means English.
	Language string
	Logo     []byte // a PNG, JPEG, WebP or GIF; nil for none
	Accent   string // colour of links, #rrggbb; empty for the page's own
	Footer   string // plain text at the end of every page
	Links    []Link // likewise
	CSS      string // rules that come behind the page's own
}

// Options are what New needs. Board and Site are required.
type Options struct {
	Board Board
	Site  Site
	// Ready says whether this instance does its work; nil means that it does.
	// The error goes to the log, and to askers on this machine.
	Ready func() error
	// Metrics answers /metrics; nil means that there is no such address.
	Metrics http.Handler
	// MetricsPublic lets everybody read them, not only programs on this machine.
	MetricsPublic bool
	// Probe answers /probe; nil means that there is no such address. ProbePublic
	// is as MetricsPublic is.
	Probe       http.Handler
	ProbePublic bool
	// Push takes reports in; nil means that there is no such address.
	Push Push
	// Measures are figures that the Snapshot does not hold; nil means that
	// there are none.
	Measures Measures
	// Unread is since when what happened before can't be read, which every page
	// then says; zero when it can.
	Unread time.Time
	// TrustedProxies may name the client in X-Forwarded-For. From anywhere
	// else that header is not believed.
	TrustedProxies []netip.Prefix
	// Live is how many readers at most are told of changes as they happen; 0
	// means 2,000, less than 0 none. An address has a tenth of them.
	Live    int
	Log     *slog.Logger // nil means slog.Default
	Version string
}

// Server answers HTTP. Its methods are safe for concurrent use.
type Server struct {
	board    Board
	site     site
	ready    func() error
	metrics  http.Handler
	probe    http.Handler
	pushes   Push
	unread   time.Time
	measures Measures
	live     *live // nil when nobody is told of changes
	log      *slog.Logger
	version  string
	handler  http.Handler
	// problems are the pages for faults, by status: made at the start, so that
	// saying that something failed can't fail.
	problems map[int][]byte

	current atomic.Pointer[edition]
	mu      sync.Mutex // guards the change of current, and stamps
	stamps  map[string]stamp
}

// New checks the options and makes a Server. It renders nothing of the board
// yet and opens nothing.
func New(o Options) (*Server, error) {
	if o.Board == nil {
		return nil, errors.New("make web server: no board")
	}
	st, err := newSite(o.Site)
	if err != nil {
		return nil, fmt.Errorf("make web server: %w", err)
	}
	s := &Server{
		board:    o.Board,
		site:     st,
		ready:    o.Ready,
		metrics:  o.Metrics,
		probe:    o.Probe,
		pushes:   o.Push,
		unread:   o.Unread,
		measures: o.Measures,
		live:     newLive(o.Live),
		log:      o.Log,
		version:  o.Version,
		stamps:   map[string]stamp{},
	}
	if s.ready == nil {
		s.ready = func() error { return nil }
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.metrics != nil && !o.MetricsPublic {
		s.metrics = forThisMachine(s.metrics, "web.metrics")
	}
	if s.probe != nil && !o.ProbePublic {
		s.probe = forThisMachine(s.probe, "web.probe")
	}
	if s.problems, err = s.renderProblems(); err != nil {
		return nil, fmt.Errorf("make web server: %w", err)
	}
	e := echo.New()
	e.HTTPErrorHandler = s.fail
	e.IPExtractor = extractor(o.TrustedProxies)
	e.Use(identified, s.logged, s.guarded)
	s.routes(e)
	s.handler = below(st.path, s.secured(e))
	return s, nil
}

// Renew makes a Server for changed options that takes this one's place: its
// Last-Modified dates go on from those that this one has given.
func (s *Server) Renew(o Options) (*Server, error) {
	n, err := New(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.stamps = maps.Clone(s.stamps)
	return n, nil
}

// Handler answers every request to the site, below the site's path and
// without it.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTPServer is an http.Server around h in which every time, the size of
// headers and the number of connections are bounded; of bodies, none is read
// but that of a report. Beyond half of the files that the process may open, who
// waits longest makes room for the next. The caller gives it listeners and
// shuts it down.
func HTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ConnState:         newCrowd(fileShare()).changed,
	}
}

// warmEvery keeps a burst of changes from rendering each of them ahead of
// visits that never come. A visit never waits for it.
const warmEvery = 100 * time.Millisecond

// Run renders ahead of visits what a new Snapshot changed, until ctx is done.
// Without it every page is still right, only its first visitor waits for it
// to be made.
func (s *Server) Run(ctx context.Context) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		ed := s.edition()
		s.warm(ed)
		select {
		case <-ctx.Done():
			return
		case <-ed.snap.Replaced():
		}
		pause.Reset(warmEvery)
	}
}

// Warm renders now what is looked at most. Call it before the first listener
// opens, so that the first visitor does not wait.
func (s *Server) Warm() { s.warm(s.edition()) }

func (s *Server) warm(ed *edition) {
	for _, r := range ed.wanted() {
		if _, err := ed.document(r); err != nil {
			s.log.Error("render page ahead", "page", r.key, "error", err)
		}
	}
}

// below serves h under the path prefix and at the root alike.
func below(prefix string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if prefix == "" && r.URL.RawPath == "" && r.URL.Path != "" {
			h.ServeHTTP(w, r)
			return
		}
		u := *r.URL
		// From here on only the decoded path counts.
		u.RawPath = ""
		if prefix != "" {
			if rest, ok := strings.CutPrefix(u.Path, prefix); ok && (rest == "" || rest[0] == '/') {
				u.Path = rest
			}
		}
		if u.Path == "" {
			u.Path = "/"
		}
		r2 := new(http.Request)
		*r2 = *r
		r2.URL = &u
		h.ServeHTTP(w, r2)
	})
}
