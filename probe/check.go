package probe

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

// State is where a check, and with it its component, stands.
type State string

const (
	Unknown     State = "unknown"     // never passed yet, or not asked for long
	Up          State = "up"          // passing
	Suspect     State = "suspect"     // failed, not yet confirmed
	Down        State = "down"        // confirmed
	Recovering  State = "recovering"  // passing again, not yet for long enough
	Maintenance State = "maintenance" // announced downtime: runs go on, and begin nothing
)

// Check is one question asked of one target on a schedule.
type Check struct {
	Key       string // unique, e.g. "imap" or "imap-2"
	Component string
	Target    Target
	Password  func() (string, error) // reads the secret when it is needed; nil when none is
	// Every is the time from one run to the next, or with a Schedule the
	// shortest that there is between two.
	Every    time.Duration
	Schedule cron.Schedule // in place of a run each Every; nil for that
	Timeout  time.Duration // of a whole run; below Every
	// Canary is the route of the check's test messages; nil for a check that
	// sends none. The Prober then gives the check its Asker.
	Canary *Route
	// Asker runs the check instead of one conversation with Target; nil for the
	// conversation.
	Asker Asker
}

// Asker runs a check that is more than one conversation, and may remember what
// earlier runs of it began. Ask returns soon after ctx ends. The key, the
// component and the target of its result are those of the check.
type Asker interface {
	Ask(ctx context.Context, c Check) Result
}

// Component is what the tracker knows of a component: keys only.
type Component struct {
	Key    string
	Host   string // the host it depends on; empty for none
	Parent string // key of the component it depends on; empty for none
}

// Settings are the thresholds of detection (DESIGN §5).
type Settings struct {
	Confirm        []time.Duration // waits before the tries that confirm a failure: 2s, 5s
	ConfirmTimeout time.Duration   // of each such try: 5s
	WhileDown      time.Duration   // interval between runs while not up: 15s, never above Check.Every
	Recover        int             // good runs that end an outage: 3
	RecoverOver    time.Duration   // and the time that they must span: 30s
	// Anchors are asked after each failure of a target outside this machine.
	// When none of them answers, the failure is ours. Without any, failures are
	// believed.
	Anchors []Target
	// Sentinel keeps an idle session with a server of each component, which
	// knows the moment at which it is cut.
	Sentinel bool
}

// DefaultSettings are those of a configuration that names none.
func DefaultSettings() Settings {
	return Settings{
		Confirm:        []time.Duration{2 * time.Second, 5 * time.Second},
		ConfirmTimeout: 5 * time.Second,
		WhileDown:      15 * time.Second,
		Recover:        3,
		RecoverOver:    30 * time.Second,
	}
}

// settling is for how long after a recovery a failure of what depends on it, or
// shares its host, may still be of the same trouble.
func (s Settings) settling() time.Duration { return 2 * s.RecoverOver }

// budget is how long it takes at most to confirm a failure.
func (s Settings) budget() time.Duration {
	sum := time.Duration(len(s.Confirm)) * s.ConfirmTimeout
	for _, wait := range s.Confirm {
		sum += wait
	}
	return sum
}

// wait is how long to wait after so many failures in a row.
func (s Settings) wait(fails int) time.Duration {
	if len(s.Confirm) == 0 {
		return 0
	}
	return s.Confirm[min(max(fails, 1), len(s.Confirm))-1]
}
