package app

import (
	"path/filepath"
	"testing"
	"time"

	"howdah/db/statusdb"
	"howdah/probe"
)

// What was measured is read by component, in the order of its checks. How long
// test messages and jobs take is nothing that users wait for.
func TestMeasuresAreThoseOfChecksThatUsersWaitFor(t *testing.T) {
	store, err := statusdb.Open(t.Context(), filepath.Join(t.TempDir(), "howdah.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Date(2005, 8, 3, 12, 30, 0, 0, time.UTC)
	var runs []probe.Result
	var checks []probe.Check
	for _, c := range []struct{ key, target string }{
		{"imap", "imap://probe@127.0.0.1:143"}, {"imaps", "imaps://probe@127.0.0.1:993"}, {"job", "push://job"}, {"canary", "smtp://127.0.0.1:25"},
	} {
		parsed, err := probe.ParseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		check := probe.Check{Key: c.key, Component: "mail", Target: parsed}
		if c.key == "canary" {
			check.Canary = &probe.Route{}
		}
		checks = append(checks, check)
		for i := range 3 {
			runs = append(runs, probe.Result{
				Check: c.key, Component: "mail", Target: c.target, Verdict: probe.OK, Took: time.Duration(i+1) * 10 * time.Millisecond,
				StartedAt: now.Add(time.Duration(i-4) * time.Hour),
			})
		}
	}
	blip := probe.Blip{Check: "imap", Component: "mail", At: now.Add(-time.Hour), Reason: "connect.timeout"}
	if err := store.Save(t.Context(), probe.Facts{Runs: runs, Blips: []probe.Blip{blip}}); err != nil {
		t.Fatal(err)
	}
	var m measures
	if got := m.Measured("mail"); len(got.Checks) != 0 {
		t.Errorf("before the first look: %+v", got)
	}
	if err := m.look(t.Context(), store, checks, now); err != nil {
		t.Fatal(err)
	}
	got := m.Measured("mail")
	if len(got.Checks) != 2 || got.Checks[0].Kind != "IMAP" || got.Checks[1].Kind != "IMAPS" {
		t.Fatalf("%+v", got.Checks)
	}
	hours := got.Checks[0].Hours
	if len(hours) != 3 || hours[0].P50 != 10*time.Millisecond || hours[2].P50 != 30*time.Millisecond || len(got.Checks[0].Days) != 1 {
		t.Errorf("hours %+v, days %+v", hours, got.Checks[0].Days)
	}
	if len(got.Blips) != 1 || !got.Blips[0].Equal(blip.At) {
		t.Errorf("blips %v", got.Blips)
	}
	if got := m.Measured("nothing"); len(got.Checks)+len(got.Blips) != 0 {
		t.Errorf("of a component that there is not: %+v", got)
	}
}
