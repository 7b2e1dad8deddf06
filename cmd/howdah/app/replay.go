package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/timeline"
	"howdah/cmd/howdah/web"
	"howdah/db/statusdb"
	"howdah/incidents"
)

// ReplayOptions are those of Replay.
type ReplayOptions struct {
	File    string        // a timeline
	Export  string        // folder for the site; empty serves it
	Config  config.Config // complete; its components and checks are not used
	Out     io.Writer     // where a person is told where to look
	Version string
}

// Replay runs a timeline through the real state machine, desk, narrator and
// store on a clock of its own, and then writes the site as files, or serves it
// on web.listen until ctx ends. Nothing in the configuration's data folder is
// read or written.
func Replay(ctx context.Context, o ReplayOptions) (err error) {
	text, err := os.ReadFile(o.File)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	line, err := timeline.Parse(o.File, text)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "howdah-replay-*")
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	store, err := statusdb.Open(ctx, filepath.Join(dir, "howdah.db"))
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	desk, err := replayed(ctx, o.Config, line, store)
	if err != nil {
		return fmt.Errorf("replay %s: %w", o.File, err)
	}
	o.Config.Site.TimeZone = line.Zone.String()
	srv, err := newSite(o.Config, desk, nil, o.Version)
	if err != nil {
		return err
	}
	if o.Export != "" {
		return srv.Export(o.Export)
	}
	return serveSite(ctx, o.Config.Web.Listen, srv, o.Out)
}

// replayed plays the timeline and returns the desk that told it.
func replayed(ctx context.Context, c config.Config, line *timeline.Timeline, store record) (*incidents.Desk, error) {
	w, err := newWatchlist(c)
	if err != nil {
		return nil, err
	}
	options, err := deskOptions(c)
	if err != nil {
		return nil, err
	}
	options.Store, options.Site.Zone, options.Components = store, line.Zone, nil
	for i, k := range line.Components {
		options.Components = append(options.Components, incidents.Component{
			Key: k.Key, Name: k.Name, Group: k.Group, Role: incidents.Role(k.Role), Position: i + 1, Domain: k.Host,
		})
	}
	desk := incidents.NewDesk(options)
	p, err := newPlayer(line, w.settings, store, desk)
	if err != nil {
		return nil, err
	}
	return desk, p.play(ctx)
}

// serveSite serves until ctx ends.
func serveSite(ctx context.Context, addr string, srv *web.Server, out io.Writer) error {
	l, err := listen("web.listen", addr)
	if err != nil {
		return err
	}
	srv.Warm()
	h := web.HTTPServer(srv.Handler())
	h.RegisterOnShutdown(srv.EndStreams)
	fmt.Fprintf(out, "http://%s/\n", l.Addr())
	done := make(chan error, 1)
	go func() { done <- h.Serve(l) }()
	select {
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopStep)
		defer cancel()
		return shutdown(stop, h)
	case err := <-done:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	}
}
