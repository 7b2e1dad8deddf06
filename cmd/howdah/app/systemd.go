package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tellManager tells a service manager (sd_notify(3)) that we are ready, and
// when it watches us (WATCHDOG_USEC) says at half its period that we are
// alive. alive must return; when it does not, the manager starts us anew.
// Without a manager this does nothing.
func tellManager(ctx context.Context, alive func(), log *slog.Logger) {
	sent, err := daemon.SdNotify(false, daemon.SdNotifyReady)
	if err != nil {
		log.Warn("service manager can't be told that we are ready", "error", err)
	}
	period, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("service manager's watchdog makes no sense", "error", err)
	}
	if !sent || period == 0 {
		<-ctx.Done()
		return
	}
	t := time.NewTicker(period / 2)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		alive()
		if _, err := daemon.SdNotify(false, daemon.SdNotifyWatchdog); err != nil {
			log.Warn("service manager's watchdog was not told", "error", err)
		}
	}
}
