package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify tells a service manager (sd_notify(3)), if there is one.
func notify(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("service manager can't be told", "state", state, "error", err)
	}
}

// feedWatchdog says at half the period of a service manager's watchdog
// (WATCHDOG_USEC) that we are alive, until the context ends. alive must return;
// when it does not, the manager starts us anew. Without a watchdog this does
// nothing.
func feedWatchdog(ctx context.Context, alive func(), log *slog.Logger) {
	period, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("service manager's watchdog makes no sense", "error", err)
	}
	if period == 0 {
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
		notify(log, daemon.SdNotifyWatchdog)
	}
}
