package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"howdah/cmd/howdah/config"
)

// reloads reads the configuration again whenever it is told to, until the
// context ends.
func (in *instance) reloads(ctx context.Context) {
	running := in.Config
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.Reload:
		}
		notify(in.Log, daemon.SdNotifyReloading+"\n"+daemon.SdNotifyMonotonicUsec())
		if next, err := in.reload(running); err != nil {
			refused(in.Log, err)
		} else {
			running = next
		}
		notify(in.Log, daemon.SdNotifyReady)
	}
}

// reload takes over what can change while we run: components, checks,
// detection, the site and who may read what. The rest stays as it is running
// and is named in the log. After an error nothing has changed.
func (in *instance) reload(running config.Config) (config.Config, error) {
	read, err := in.Read()
	if err != nil {
		return running, err
	}
	next, err := settled(running, read).Complete()
	waits := config.Changes(settled(running, read), read)
	for _, key := range waits {
		in.Log.Warn("needs a restart: "+key, "key", key)
	}
	if err != nil {
		return running, err
	}
	watched, err := newWatchlist(next)
	if err != nil {
		return running, err
	}
	desk, err := deskOptions(next)
	if err != nil {
		return running, err
	}
	web, err := in.website(next)
	if err != nil {
		return running, err
	}
	server, err := in.site.now.Load().Renew(web)
	if err != nil {
		return running, err
	}

	// The desk first, so that no fact comes of a component that it does not know.
	changed := config.Changes(running, next)
	in.desk.Update(time.Now(), desk.Site, desk.Components, desk.Settings)
	in.push.Expect(watched.await(in.push))
	in.watched.Store(watched)
	in.prober.Update(watched.checks, watched.components, watched.settings)
	in.url.Store(&next.Site.URL)
	in.files.Store(&next.Publish.Dir)
	in.site.replace(server)
	in.Log.Info("configuration was read again", "changed", changed)
	return next, nil
}

// settled is next with what can't change while we run left as it is running.
func settled(running, next config.Config) config.Config {
	next.Data, next.Database = running.Data, running.Database
	next.Web.Listen = running.Web.Listen
	next.Log = running.Log
	next.Mailserver = running.Mailserver
	return next
}

// refused says what is wrong with a configuration, each mistake in a line.
func refused(log *slog.Logger, err error) {
	const what = "configuration was read again and refused; the old one goes on"
	var mistakes config.Errors
	if !errors.As(err, &mistakes) {
		log.Error(what, "error", err)
		return
	}
	for _, m := range mistakes {
		log.Error(what, "error", m)
	}
}
