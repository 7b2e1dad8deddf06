package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
)

// site is the web server as it is now. A reload puts another in its place;
// requests under way end with the one that they began with.
type site struct {
	now     atomic.Pointer[web.Server]
	changed chan struct{} // holds one
}

// ServeHTTP answers with the newest web server.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.now.Load().Handler().ServeHTTP(w, r)
}

// replace puts a web server in the place of the one before. It has rendered
// what is looked at most.
func (s *site) replace(srv *web.Server) {
	srv.Warm()
	s.now.Swap(srv).EndStreams()
	select {
	case s.changed <- struct{}{}:
	default: // run has not yet seen the last one and will find this
	}
}

// endStreams lets the streams of changes end, which never would by themselves.
func (s *site) endStreams() { s.now.Load().EndStreams() }

// readers are those whose open pages are told of changes.
func (s *site) readers() int { return s.now.Load().Readers() }

// run renders ahead of visits until the context ends.
func (s *site) run(ctx context.Context) {
	for ctx.Err() == nil {
		turn, end := context.WithCancel(ctx)
		go func() {
			select {
			case <-s.changed:
				end()
			case <-turn.Done():
			}
		}()
		s.now.Load().Run(turn)
		end()
	}
}

// prepareSite makes the web server and what it answers with.
func (in *instance) prepareSite() error {
	m := &meter{version: in.Version, snapshot: in.desk.Snapshot, facts: in.prober.Components, unsaved: in.unsavedSince, readers: in.site.readers}
	if !in.Config.Mailserver.Off {
		m.mail = &in.life
	}
	in.metrics = m.handler(&outcomes{in.prober.Last, in.watched.Load}, &canaries{in.prober.Canaries}, &rhythm{in.prober.Schedule})
	o, err := in.website(in.Config)
	if err != nil {
		return err
	}
	srv, err := web.New(o)
	if err != nil {
		return err
	}
	in.site.now.Store(srv)
	return nil
}

// website describes the web server that a configuration wants. It shows the
// desk's snapshots.
func (in *instance) website(c config.Config) (web.Options, error) {
	site, err := webSite(c)
	if err != nil {
		return web.Options{}, err
	}
	o := web.Options{
		Board:          in.desk,
		Site:           site,
		Ready:          in.ready,
		Push:           in.push,
		Measures:       &in.measures,
		TrustedProxies: c.Web.TrustedProxies,
		Live:           c.Web.Live,
		MetricsPublic:  c.Web.Metrics == config.Public,
		Log:            in.Log,
		Version:        in.Version,
	}
	if c.Web.Live == 0 {
		o.Live = -1
	}
	if in.damage != nil {
		o.Unread = in.began
	}
	if c.Web.Metrics != config.Off {
		o.Metrics = in.metrics
	}
	if c.Web.Probe != config.Off {
		probes, err := newOndemand(c, in.roots, in.Log)
		if err != nil {
			return web.Options{}, err
		}
		o.Probe, o.ProbePublic = probes, c.Web.Probe == config.Public
	}
	return o, nil
}

// webSite is the site as its pages speak of it.
func webSite(c config.Config) (web.Site, error) {
	u, err := url.Parse(c.Site.URL)
	if err != nil {
		return web.Site{}, fmt.Errorf("site.url: %w", err)
	}
	zone, err := time.LoadLocation(c.Site.TimeZone)
	if err != nil {
		return web.Site{}, fmt.Errorf("site.time_zone: %w", err)
	}
	s := web.Site{Name: c.Site.Name, URL: u, Zone: zone, Language: c.Site.Language, Accent: c.Site.Accent, Footer: c.Site.Footer}
	for _, l := range c.Site.Links {
		s.Links = append(s.Links, web.Link{Name: l.Name, URL: l.URL})
	}
	if s.Logo, err = brought(c.Site.Logo); err != nil {
		return web.Site{}, fmt.Errorf("site.logo: %w", err)
	}
	css, err := brought(c.Site.CSS)
	if err != nil {
		return web.Site{}, fmt.Errorf("site.css: %w", err)
	}
	s.CSS = string(css)
	return s, nil
}

// brought reads a small file of the site's own, nothing of one that is not
// named; how much is too much is for its user to say.
func brought(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}

// requestsEnd bounds how long a stop waits for requests that are under way.
const requestsEnd = 3 * time.Second

// shutdown accepts nothing more and lets requests under way end.
func shutdown(limit context.Context, srv *http.Server) error {
	limit, cancel := context.WithTimeout(limit, requestsEnd)
	defer cancel()
	err := srv.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}
