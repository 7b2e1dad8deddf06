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
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
	"howdah/incidents"
	"howdah/probe"
)

// stopStep bounds each step of a stop.
const stopStep = 8 * time.Second

// ServeOptions are those of Serve.
type ServeOptions struct {
	Config config.Config // complete
	// Read reads the configuration again as Config was read; it is still to be
	// completed. It is called for each value that comes from Reload.
	Read    func() (config.Config, error)
	Reload  <-chan os.Signal
	Program string    // our own binary, to be run as the mail server
	Out     io.Writer // where a person is told where to look
	Log     *slog.Logger
	Version string
}

// instance is what Serve holds while it runs.
type instance struct {
	ServeOptions
	began    time.Time
	stopping atomic.Bool
	data     string // absolute
	down     teardown
	record   record
	damage   error // of howdah.db; nil when it can be read
	desk     *incidents.Desk
	watched  atomic.Pointer[watchlist]
	prober   *probe.Prober
	push     *probe.Push // takes in what jobs report
	site     site
	measures measures
	url      atomic.Pointer[string] // of the site
	files    atomic.Pointer[string] // the folder that the site is published in; empty for none
	metrics  http.Handler
	super    *supervisor
	life     childLife
	lastExit lastExit
	roots    *x509.CertPool // what the probe trusts beside the system's roots
	mail     childSettings
	demo     string     // the demo account's password, on the very first start
	failed   chan error // a part that should not end has ended
}

// Serve runs one instance until the context ends. An error before it was ready
// leaves nothing running.
func Serve(ctx context.Context, o ServeOptions) error {
	in := &instance{
		ServeOptions: o,
		began:        time.Now(),
		down:         teardown{log: o.Log},
		site:         site{changed: make(chan struct{}, 1)},
		failed:       make(chan error, 1),
	}
	in.url.Store(&o.Config.Site.URL)
	in.files.Store(&o.Config.Publish.Dir)
	err := in.start(ctx)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-in.failed:
		}
		in.stopping.Store(true)
		notify(o.Log, daemon.SdNotifyStopping)
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
	if err := in.prepareSite(); err != nil {
		return err
	}

	// From here on things run.
	in.down.goStep("desk", in.desk.Run)
	status, err := in.startMail(last)
	if err != nil {
		return err
	}
	stop, err := serveSocket(in.data, controlSocket, in.controlOps())
	if err != nil {
		return err
	}
	in.down.add("control socket", stop)
	in.down.goStep("prober", func(ctx context.Context) {
		if err := in.prober.Run(ctx); err != nil {
			in.fail(fmt.Errorf("prober: %w", err))
		}
	})
	in.down.goStep("maintenance", in.maintain)
	in.down.goStep("measures", in.measure)
	in.down.goStep("renderer", in.site.run)
	in.down.goStep("publisher", in.publish)
	srv := web.HTTPServer(&in.site)
	srv.RegisterOnShutdown(in.site.endStreams)
	in.down.add("web", func(limit context.Context) error { return shutdown(limit, srv) })
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			in.fail(fmt.Errorf("web: %w", err))
		}
	}()
	in.down.add("clean stop mark", func(context.Context) error { return beat.stopped() })
	in.down.goStep("heartbeat", beat.run)
	in.announce(l.Addr().String(), status)
	notify(in.Log, daemon.SdNotifyReady)
	in.down.goStep("reload", in.reloads)
	in.down.goStep("service manager", func(ctx context.Context) {
		feedWatchdog(ctx, func() { in.prober.Components(); in.desk.Snapshot() }, in.Log)
	})
	return nil
}

// fail ends the instance with the error, unless another one is first.
func (in *instance) fail(err error) {
	select {
	case in.failed <- err:
	default:
	}
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
