package app

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

func TestMetricsOfTheSchedule(t *testing.T) {
	f := probe.Figures{
		Overdue: []string{"imap", "pop3"}, OverdueTotal: 5, Skipped: map[string]int64{"late": 3},
		Lag: 20 * time.Millisecond, MaxLag: time.Second, Doubted: map[probe.Reason]int64{"self.timeout": 2, "self.A": 3, "self.B": 4}, ClockSteps: 1,
	}
	w := httptest.NewRecorder()
	bareMeter().handler(&rhythm{func() probe.Figures { return f }}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	got := strings.Split(w.Body.String(), "\n")
	for _, line := range []string{
		"checks_overdue 2", "checks_overdue_total 5", `probes_skipped_total{why="late"} 3`, `probes_skipped_total{why="running"} 0`,
		"scheduler_lag_seconds 0.02", "scheduler_lag_seconds_max 1", `probes_doubted_total{cause="timeout",phase="self"} 2`, `probes_doubted_total{cause="other",phase="self"} 7`,
		"clock_steps_total 1", "suspends_total 0", "stalls_total 0",
	} {
		if !slices.Contains(got, "howdah_"+line) {
			t.Errorf("no %s in\n%s", line, w.Body)
		}
	}
}
