// Package app is one running instance of Howdah: it builds the parts, starts
// them, supervises the mail server and stops everything again.
//
// Data flows one way. The supervisor and the prober make facts; the prober's
// tracker turns them into outages, stores them (statusdb) and hands them to
// the bridge; the bridge tells the desk; the desk writes the story, stores it
// and publishes a snapshot; the web server renders it. The mail server is a
// child process, so that nothing which happens to it can stop the page.
package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
	"howdah/incidents"
	"howdah/probe"
)

// stopStep bounds each step of a stop.
const stopStep = 8 * time.Second

// retell is how far back facts are told to the desk again at a start, so that
// a crash between a fact and its story loses nothing.
const retell = 30 * 24 * time.Hour

// ServeOptions are those of Serve.
type ServeOptions struct {
	Config  config.Config
	Program string    // our own binary, to be run as the mail server
	Out     io.Writer // where a person is told where to look
	Log     *slog.Logger
	Debug   bool
	Version string
}

// instance is what Serve holds while it runs.
type instance struct {
	ServeOptions
	data   string // absolute
	down   teardown
	record record
	damage error // of howdah.db; nil when it can be read
	desk   *incidents.Desk
	checks []probe.Check
	prober *probe.Prober
	super  *supervisor
	roots  *x509.CertPool // what the probe trusts beside the system's roots
	mail   childSettings
	demo   string     // the demo account's password, on the very first start
	failed chan error // a part that should not end has ended
}

// Serve runs one instance until the context ends. An error before it was ready
// leaves nothing running.
func Serve(ctx context.Context, o ServeOptions) error {
	in := &instance{ServeOptions: o, down: teardown{log: o.Log}, failed: make(chan error, 1)}
	err := in.start(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-in.failed:
		}
	}
	return errors.Join(err, in.down.run(stopStep))
}

// start builds and starts the parts in the order in which they need each
// other. What can be wrong with the configuration is met first.
func (in *instance) start(ctx context.Context) error {
	var err error
	if in.data, err = filepath.Abs(in.Config.Data); err != nil {
		return err
	}
	lock, err := lockFolder(in.data)
	if err != nil {
		return err
	}
	in.down.add("data folder", func(context.Context) error { return lock.release() })
	l, err := listen("web.listen", in.Config.Web.Listen)
	if err != nil {
		return err
	}
	in.down.add("web socket", func(context.Context) error { l.Close(); return nil }) // closed twice on the way down
	if err := in.openRecord(ctx); err != nil {
		return err
	}
	if err := in.prepareMail(ctx); err != nil {
		return err
	}
	if err := in.prepareProber(); err != nil {
		return err
	}
	beat := newHeartbeat(in.data, in.Log)
	last, err := beat.last()
	if err != nil {
		return err
	}
	site, err := in.website()
	if err != nil {
		return err
	}

	// From here on things run.
	in.down.goStep("desk", in.desk.Run)
	status, err := in.startMail(last)
	if err != nil {
		return err
	}
	stop, err := serveSocket(in.data, controlSocket, newsroom{desk: in.desk, url: in.Config.Site.URL}.ops())
	if err != nil {
		return err
	}
	in.down.add("control socket", stop)
	in.down.goStep("prober", func(ctx context.Context) {
		if err := in.prober.Run(ctx); err != nil {
			in.fail(fmt.Errorf("prober: %w", err))
		}
	})
	in.down.goStep("renderer", site.Run)
	srv := web.HTTPServer(site.Handler())
	in.down.add("web", func(limit context.Context) error { return shutdown(limit, srv) })
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			in.fail(fmt.Errorf("web: %w", err))
		}
	}()
	in.down.add("clean stop mark", func(context.Context) error { return beat.stopped() })
	in.down.goStep("heartbeat", beat.run)
	in.announce(l.Addr().String(), status)
	in.down.goStep("service manager", func(ctx context.Context) {
		tellManager(ctx, func() { in.prober.Components(); in.desk.Snapshot() }, in.Log)
	})
	return nil
}

// story opens the desk and tells it all recent facts again.
func (in *instance) story(ctx context.Context) error {
	var err error
	if in.desk, err = newDesk(in.Config, in.record, in.Log); err != nil {
		return err
	}
	if err := in.desk.Load(ctx); err != nil {
		return err
	}
	outages, err := in.record.Outages(ctx, time.Now().Add(-retell))
	if err != nil {
		return err
	}
	// The prober will ask, when it is too late to begin without them.
	if _, err := in.record.CheckStates(ctx); err != nil {
		return err
	}
	for i := range outages {
		in.desk.ObserveOutage(time.Now(), story(&outages[i]))
	}
	return nil
}

// fail ends the instance with the error, unless another one is first.
func (in *instance) fail(err error) {
	select {
	case in.failed <- err:
	default:
	}
}

// newDesk makes the desk that a configuration describes; it is not loaded yet.
func newDesk(c config.Config, store incidents.Store, log *slog.Logger) (*incidents.Desk, error) {
	zone, err := time.LoadLocation(c.Site.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("site.time_zone: %w", err)
	}
	var components []incidents.Component
	for i, k := range c.Components {
		components = append(components, incidents.Component{
			Key: k.Key, Name: k.Name, Group: k.Group, Description: k.Description,
			DependsOn: k.DependsOn, Position: i + 1,
		})
	}
	return incidents.NewDesk(incidents.Options{
		Store:      store,
		Site:       incidents.Site{Name: c.Site.Name, Zone: zone},
		Components: components,
		Settings: incidents.Settings{
			PublishAfter: c.Detection.PublishAfter,
			ResolveAfter: c.Detection.ResolveAfter,
			QuietPeriod:  c.Detection.QuietPeriod,
		},
		Log: log,
	}), nil
}

// prepareMail makes what the mail server needs to start and what the probe
// needs to trust it.
func (in *instance) prepareMail(ctx context.Context) error {
	if in.Config.Mailserver.Off {
		return nil
	}
	var err error
	if in.mail, err = prepareMail(in.Config, in.data); err != nil {
		return err
	}
	if in.demo, err = firstAccounts(ctx, in.data, in.Log); err != nil {
		in.Log.Error("the mail store can't be prepared; the page goes on without it", "error", err)
	}
	in.mail.Debug = in.Debug
	pem, err := os.ReadFile(in.mail.Cert)
	if err != nil {
		return fmt.Errorf("mailserver.tls.cert: %w", err)
	}
	if in.roots, err = x509.SystemCertPool(); err != nil {
		in.roots = x509.NewCertPool()
	}
	in.roots.AppendCertsFromPEM(pem)
	return nil
}

// website makes the web server, which shows the desk's snapshots.
func (in *instance) website() (*web.Server, error) {
	u, err := url.Parse(in.Config.Site.URL)
	if err != nil {
		return nil, fmt.Errorf("site.url: %w", err)
	}
	zone, err := time.LoadLocation(in.Config.Site.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("site.time_zone: %w", err)
	}
	var unread time.Time
	if in.damage != nil {
		unread = time.Now()
	}
	return web.New(web.Options{
		Board:   in.desk,
		Site:    web.Site{Name: in.Config.Site.Name, URL: u, Zone: zone},
		Unread:  unread,
		Ready:   func() error { return in.damage },
		Log:     in.Log,
		Version: in.Version,
	})
}

func shutdown(limit context.Context, srv *http.Server) error {
	err := srv.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}
