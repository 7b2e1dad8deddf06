package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

// Planned work on one's own past: it begins and ends by itself, is no downtime
// while it is within its time, and an outage from then on.
func TestReplayOfMaintenance(t *testing.T) {
	desk, _ := replay(t, filepath.Join("testdata", "maintenance.yaml"), "en", time.Time{})
	s := desk.Snapshot()
	if len(s.Maintenances) != 2 || len(s.Incidents) != 1 {
		t.Fatalf("%d maintenances and %d threads", len(s.Maintenances), len(s.Incidents))
	}
	kernel, disks := s.Maintenances[0], s.Maintenances[1]
	if disks.CreatedBy != "kim" || !strings.Contains(disks.Latest().Body, "Reading mail works") {
		t.Errorf("the first, by %s, ends with %q", disks.CreatedBy, disks.Latest().Body)
	}
	if kernel.Updates[0].Body != "Short, we hope." || !strings.Contains(kernel.Latest().Body, "does not work yet") {
		t.Errorf("the second begins with %q and ends with %q", kernel.Updates[0].Body, kernel.Latest().Body)
	}
	for _, m := range s.Maintenances {
		if m.State != incidents.Completed || !m.StartedAt.Equal(m.Start) || !m.EndedAt.Equal(m.End) {
			t.Errorf("%q: %s, from %v to %v", m.Title, m.State, m.StartedAt, m.EndedAt)
		}
	}

	in := s.Incidents[0]
	if len(in.Outages) != 1 || in.State != incidents.Resolved || !strings.Contains(in.Updates[0].Body, `The maintenance "A new kernel" was planned until 12:20`) {
		t.Fatalf("%s with %d outages: %q", in.State, len(in.Outages), in.Updates[0].Body)
	}
	o := &in.Outages[0]
	if began := o.Began().Best; began.Before(kernel.End) || began.After(kernel.End.Add(time.Minute)) {
		t.Errorf("the outage began at %v, the maintenance was to end at %v", began, kernel.End)
	}
	if got := o.HowEnded(incidents.English); got != "booted the old kernel" {
		t.Errorf("it ended: %q", got)
	}

	days := s.Component("imap").Days
	first, second := days[len(days)-2], days[len(days)-1]
	if first.Maintenance != time.Hour || first.Down != 0 {
		t.Errorf("the first day: %+v", first.Tally)
	}
	if second.Maintenance != 20*time.Minute || (second.Down-30*time.Minute).Abs() > time.Minute {
		t.Errorf("the second day: %+v", second.Tally)
	}
	if got := first.Percent(); got != "100" {
		t.Errorf("planned work counts against the first day: %s %%", got)
	}
}
