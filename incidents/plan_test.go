package incidents

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// kernel is the maintenance that the notice speaks of, planned on the day
// before.
func kernel(t *testing.T, d *Desk) *Maintenance {
	t.Helper()
	m, err := d.Announce(t.Context(), local(t, 1, "12:00"), Plan{
		Title: "A debugging kernel", Components: []string{"pop3", "imap"},
		Start: local(t, 2, "12:00"), End: local(t, 2, "12:20"), By: "Thandi",
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// planned is how the one maintenance stands, and its last word.
func planned(t *testing.T, d *Desk) (*Maintenance, string) {
	t.Helper()
	s := d.Snapshot()
	if len(s.Maintenances) != 1 {
		t.Fatalf("%d maintenances", len(s.Maintenances))
	}
	m := s.Maintenances[0]
	return m, string(m.State) + ": " + m.Latest().Body
}

func well(t *testing.T, d *Desk, day int, clock string) {
	t.Helper()
	now := local(t, day, clock)
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
}

func TestMaintenanceGoesByItself(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	m := kernel(t, d)
	if _, got := planned(t, d); got != "scheduled: Reading mail and fetching mail may not work between 12:00 and 12:20 SAST on 2 August, because of planned maintenance." {
		t.Errorf("%s", got)
	}
	if store.plans[m.ID] == nil || m.Latest().By != "Thandi" || m.Latest().AnnouncedAt.IsZero() || m.Components[0] != "imap" {
		t.Errorf("%+v", m)
	}
	well(t, d, 2, "11:59")
	if next := d.Tick(local(t, 2, "11:59")); !next.Equal(local(t, 2, "12:00")) {
		t.Errorf("the desk wants to be called at %v", next.In(johannesburg))
	}
	if got := d.Snapshot().UnderMaintenance(local(t, 2, "11:59")); got != nil {
		t.Errorf("before it begins: %v", got)
	}
	d.Tick(local(t, 2, "12:00"))
	if _, got := planned(t, d); got != "in_progress: The maintenance has begun. Reading mail and fetching mail may not work until 12:20 SAST." {
		t.Errorf("%s", got)
	}
	s := d.Snapshot()
	if got := s.UnderMaintenance(local(t, 2, "12:10")); !slices.Equal(got, []string{"imap", "pop3"}) {
		t.Errorf("while it goes on: %v", got)
	}
	if v := s.Component("imap"); v.Status != UnderMaintenance || !v.Since.Equal(local(t, 2, "12:00")) || s.Component("outgoing").Status != Operational || s.Indicator != IndicatorNone {
		t.Errorf("imap %s since %v, %s", v.Status, v.Since, s.Indicator)
	}
	if s.Headline != "Reading mail (IMAP) and fetching mail (POP3) are under maintenance" {
		t.Errorf("%q", s.Headline)
	}
	d.Tick(local(t, 2, "12:20"))
	if m, _ := planned(t, d); m.State != Verifying || !m.EndedAt.Equal(local(t, 2, "12:20")) || d.Snapshot().UnderMaintenance(local(t, 2, "12:20")) != nil {
		t.Errorf("at its end %s", m.State)
	}
	well(t, d, 2, "12:21")
	d.Tick(local(t, 2, "12:21"))
	if m, got := planned(t, d); got != "completed: The maintenance is over. Reading mail and fetching mail work (checked 12:21 SAST)." || len(m.Updates) != 4 {
		t.Errorf("%s", got)
	}
	d.Tick(local(t, 2, "12:22"))
	again := newDesk(t, store, DefaultSettings())
	if m, _ := planned(t, again); m.State != Completed || len(m.Updates) != 4 || len(again.Snapshot().Incidents) != 0 {
		t.Errorf("stored: %s", m.State)
	}
}

func TestMaintenanceHidesNoOtherFailure(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	kernel(t, d)
	d.Tick(local(t, 2, "12:00"))
	start := exactly(local(t, 2, "12:05"))
	d.ObserveOutage(local(t, 2, "12:05:10"), Outage{ID: "o1", Domain: "giraffe", Start: start, Affected: []Affected{{Component: "outgoing", Start: start}}})
	s := d.Snapshot()
	if s.Component("outgoing").Status != MajorOutage || s.Component("imap").Status != UnderMaintenance || s.Indicator != IndicatorMajor || len(s.Unresolved()) != 1 {
		t.Errorf("outgoing %s, imap %s, %s", s.Component("outgoing").Status, s.Component("imap").Status, s.Indicator)
	}
}

// A thread that is being watched does not say that what is under maintenance
// works.
func TestHeadlineOfMaintenanceComesBeforeARecovery(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	kernel(t, d)
	d.ObserveOutage(local(t, 2, "11:50:10"), over(down("o1", local(t, 2, "11:40")), local(t, 2, "11:50")))
	well(t, d, 2, "12:00")
	d.Tick(local(t, 2, "12:00"))
	if got := d.Snapshot().Headline; got != "Reading mail (IMAP) and fetching mail (POP3) are under maintenance" {
		t.Errorf("%q", got)
	}
}

func TestOutageFromBeforeAMaintenanceStays(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	kernel(t, d)
	d.ObserveOutage(local(t, 2, "11:50:10"), down("o1", local(t, 2, "11:50")))
	d.Tick(local(t, 2, "12:00"))
	if got := d.Snapshot().Component("imap").Status; got != MajorOutage {
		t.Errorf("%s", got)
	}
}

// What is broken when the maintenance should be over is an incident.
func TestMaintenanceThatOverruns(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	kernel(t, d)
	d.Tick(local(t, 2, "12:00"))
	d.Tick(local(t, 2, "12:20"))
	now := local(t, 2, "12:20:15")
	d.ObserveOutage(now, down("o1", local(t, 2, "12:20")))
	d.ObserveComponents(now, facts(now, MajorOutage, false, local(t, 2, "12:20")))
	d.Tick(now)
	if _, got := planned(t, d); got != "completed: The time planned for the maintenance is over. Reading mail and fetching mail do not work yet; updates continue in an incident of its own." {
		t.Errorf("%s", got)
	}
	if got := only(t, d).Latest().Body; !strings.Contains(got, `The maintenance "A debugging kernel" was planned until 12:20.`) {
		t.Errorf("%q", got)
	}
	if got := d.Snapshot().Component("imap").Status; got != MajorOutage {
		t.Errorf("%s", got)
	}
	// A failure on another day has nothing to do with it.
	d.ObserveOutage(local(t, 2, "12:40"), over(down("o1", local(t, 2, "12:20")), local(t, 2, "12:39")))
	d.ObserveOutage(local(t, 3, "12:00:10"), down("o2", local(t, 3, "12:00")))
	if got := only(t, d).Latest().Body; strings.Contains(got, "kernel") {
		t.Errorf("%q", got)
	}
}

func TestNothingIsSaidOfWhatWasNotChecked(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	kernel(t, d)
	d.Tick(local(t, 2, "12:00"))
	if next := d.Tick(local(t, 2, "12:20")); !next.Equal(local(t, 2, "12:50")) {
		t.Errorf("the desk wants to be called at %v", next.In(johannesburg))
	}
	d.Tick(local(t, 2, "12:50"))
	if _, got := planned(t, d); got != "completed: The maintenance is over." {
		t.Errorf("%s", got)
	}
}

// Nobody was at the desk when it should have begun.
func TestMaintenanceThatPassedUnseen(t *testing.T) {
	store := &shelf{}
	kernel(t, newDesk(t, store, DefaultSettings()))
	d := newDesk(t, store, DefaultSettings())
	well(t, d, 2, "13:30")
	d.Tick(local(t, 2, "13:30"))
	m, got := planned(t, d)
	if got != "completed: The maintenance is over. Reading mail and fetching mail work (checked 13:30 SAST)." || !m.StartedAt.Equal(m.Start) || !m.EndedAt.Equal(m.End) {
		t.Errorf("%s", got)
	}
}

func TestStaffSteerMaintenance(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	m := kernel(t, d)
	step := func(m *Maintenance, err error) *Maintenance {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	step(d.PostMaintenance(t.Context(), local(t, 2, "11:00"), m.ID, "Thandi", "It may begin early."))
	got := step(d.StartMaintenance(t.Context(), local(t, 2, "11:50"), m.ID, "Thandi", ""))
	if got.State != InProgress || !got.StartedAt.Equal(local(t, 2, "11:50")) || got.Latest().By != "Thandi" {
		t.Errorf("%+v", got)
	}
	if keys := d.Snapshot().UnderMaintenance(local(t, 2, "11:51")); len(keys) != 2 {
		t.Errorf("%v", keys)
	}
	if _, err := d.CancelMaintenance(t.Context(), local(t, 2, "11:52"), m.ID, "Thandi", ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("canceled while it goes on: %v", err)
	}
	got = step(d.EndMaintenance(t.Context(), local(t, 2, "11:58"), m.ID, "Thandi", "That was quick."))
	if got.State != Verifying || got.Latest().Body != "That was quick." || d.Snapshot().UnderMaintenance(local(t, 2, "12:05")) != nil {
		t.Errorf("%s %q", got.State, got.Latest().Body)
	}
	store.refuse(errors.New("disk is full"))
	if _, err := d.PostMaintenance(t.Context(), local(t, 2, "12:00"), m.ID, "Thandi", "Done."); !errors.Is(err, store.refuses) {
		t.Errorf("%v", err)
	}
	if m, _ := planned(t, d); m.Latest().Body == "Done." {
		t.Error("what was not stored is shown")
	}
	store.refuse(nil)
	for _, f := range []func(*Maintenance) error{
		func(m *Maintenance) error {
			_, err := d.StartMaintenance(t.Context(), local(t, 2, "12:01"), m.ID, "Thandi", "")
			return err
		},
		func(m *Maintenance) error {
			_, err := d.EndMaintenance(t.Context(), local(t, 2, "12:01"), m.ID, "Thandi", "")
			return err
		},
		func(m *Maintenance) error {
			_, err := d.PostMaintenance(t.Context(), local(t, 2, "12:01"), m.ID, " ", "x")
			return err
		},
		func(m *Maintenance) error {
			_, err := d.PostMaintenance(t.Context(), local(t, 2, "12:01"), m.ID, "Thandi", " ")
			return err
		},
	} {
		if err := f(m); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
	}
	if _, err := d.PostMaintenance(t.Context(), local(t, 2, "12:01"), "mnone", "Thandi", "x"); !errors.Is(err, ErrNoMaintenance) {
		t.Errorf("%v", err)
	}
}

func TestMaintenanceIsMoved(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	m := kernel(t, d)
	move := func(clock string, start, end time.Time) error {
		_, err := d.MoveMaintenance(t.Context(), local(t, 2, clock), m.ID, "Thandi", "", start, end)
		return err
	}
	if err := move("09:00", local(t, 2, "13:00"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	got, words := planned(t, d)
	if words != "scheduled: This maintenance was moved: it is now planned between 13:00 and 13:20 SAST, no longer between 12:00 and 12:20 SAST." {
		t.Errorf("%s", words)
	}
	if got.Latest().By != "Thandi" || !got.End.Equal(local(t, 2, "13:20")) {
		t.Errorf("%+v", got)
	}
	if next := d.Tick(local(t, 2, "12:00")); got.State != Scheduled || next.After(local(t, 2, "13:00")) {
		t.Errorf("at the old start: %s, next %v", got.State, next)
	}
	d.Tick(local(t, 2, "13:00"))
	if err := move("13:10", local(t, 2, "14:00"), time.Time{}); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "begun") {
		t.Errorf("the start of one that has begun: %v", err)
	}
	if err := move("13:10", time.Time{}, local(t, 2, "13:40")); err != nil {
		t.Fatal(err)
	}
	if _, words = planned(t, d); words != "in_progress: The maintenance is now planned to end at 13:40 SAST, not 13:20. Reading mail and fetching mail may not work until then." {
		t.Errorf("%s", words)
	}
	d.Tick(local(t, 2, "13:30"))
	if keys := d.Snapshot().UnderMaintenance(local(t, 2, "13:30")); len(keys) != 2 {
		t.Errorf("after the old end: %v", keys)
	}
	// The time is over, and the work is not.
	d.Tick(local(t, 2, "13:40"))
	if got, _ = planned(t, d); got.State != Verifying {
		t.Fatalf("%s", got.State)
	}
	got, err := d.MoveMaintenance(t.Context(), local(t, 2, "13:41"), m.ID, "Thandi", "The disks are slow.", time.Time{}, local(t, 2, "14:00"))
	if err != nil {
		t.Fatal(err)
	}
	if body := got.Latest().Body; !strings.Contains(body, "to end at 14:00 SAST, not 13:40.") || !strings.HasSuffix(body, "\n\nThe disks are slow.") {
		t.Errorf("%q", body)
	}
	again := newDesk(t, store, DefaultSettings())
	again.Tick(local(t, 2, "13:42"))
	if got, _ = planned(t, again); got.State != InProgress || !got.EndedAt.IsZero() || len(got.Updates) != 6 || len(again.Snapshot().UnderMaintenance(local(t, 2, "13:50"))) != 2 {
		t.Errorf("%s with %d updates", got.State, len(got.Updates))
	}
	d.Tick(local(t, 2, "14:00"))
	well(t, d, 2, "14:01")
	d.Tick(local(t, 2, "14:01"))
	if err := move("14:02", time.Time{}, local(t, 2, "15:00")); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "over") {
		t.Errorf("one that is over: %v", err)
	}
}

// Staff are reminded before it begins, and when it should be over and is not.
func TestStaffAreRemindedOfMaintenance(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	m := kernel(t, d)
	well(t, d, 2, "10:59")
	if next := d.Tick(local(t, 2, "10:59")); !next.Equal(local(t, 2, "11:00")) || len(d.Snapshot().Reminders) != 0 {
		t.Errorf("an hour before: next %v, %+v", next.In(johannesburg), d.Snapshot().Reminders)
	}
	d.Tick(local(t, 2, "11:00"))
	want := []Reminder{{Kind: RemindBegins, MaintenanceID: m.ID, Since: local(t, 2, "11:00").UTC()}}
	if got := d.Snapshot().Reminders; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	d.Tick(local(t, 2, "12:00"))
	if got := d.Snapshot().Reminders; got != nil {
		t.Errorf("while it goes on: %+v", got)
	}
	d.Tick(local(t, 2, "12:20"))
	o := down("o1", local(t, 2, "12:20:10"))
	d.ObserveOutage(local(t, 2, "12:20:30"), o)
	want = []Reminder{{Kind: RemindOverran, IncidentID: only(t, d).ID, MaintenanceID: m.ID, Since: local(t, 2, "12:20").UTC()}}
	if got := d.Snapshot().Reminders; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	d.ObserveOutage(local(t, 2, "12:31"), over(o, local(t, 2, "12:30")))
	if got := d.Snapshot().Reminders; got != nil {
		t.Errorf("when it is over: %+v", got)
	}
}

func TestMovesThatMakeNoSense(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	m := kernel(t, d)
	for want, times := range map[string][2]time.Time{
		"neither a start nor an end":   {},
		"not after its start":          {local(t, 2, "13:00"), local(t, 2, "12:30")},
		"which is over":                {local(t, 1, "10:00"), time.Time{}},
		"that is when it is planned":   {local(t, 2, "12:00"), local(t, 2, "12:20")},
		"which is not after its start": {time.Time{}, local(t, 2, "11:00")},
	} {
		_, err := d.MoveMaintenance(t.Context(), local(t, 2, "09:00"), m.ID, "Thandi", "", times[0], times[1])
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if got, _ := planned(t, d); len(got.Updates) != 1 || !got.Start.Equal(local(t, 2, "12:00")) {
		t.Errorf("it was moved: %+v", got)
	}
	if _, err := d.MoveMaintenance(t.Context(), local(t, 2, "09:00"), "mnone", "Thandi", "", time.Time{}, local(t, 2, "15:00")); !errors.Is(err, ErrNoMaintenance) {
		t.Errorf("%v", err)
	}
}

func TestCanceledMaintenance(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	m := kernel(t, d)
	if _, err := d.CancelMaintenance(t.Context(), local(t, 2, "11:00"), m.ID, "Thandi", ""); err != nil {
		t.Fatal(err)
	}
	d.Tick(local(t, 2, "12:05"))
	if m, got := planned(t, d); got != "completed: This maintenance will not take place." || !m.Canceled || d.Snapshot().UnderMaintenance(local(t, 2, "12:05")) != nil {
		t.Errorf("%s", got)
	}
}

func TestPlanNamesWhatIsWrong(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	good := Plan{Title: "A kernel", Components: []string{"imap"}, Start: local(t, 2, "12:00"), End: local(t, 2, "12:20"), By: "Thandi"}
	for want, mend := range map[string]func(*Plan){
		"title is empty":       func(p *Plan) { p.Title = " " },
		"title is longer":      func(p *Plan) { p.Title = strings.Repeat("x", maxTitle+1) },
		"body is longer":       func(p *Plan) { p.Body = strings.Repeat("x", maxBody+1) },
		"by is empty":          func(p *Plan) { p.By = "" },
		"names no component":   func(p *Plan) { p.Components = nil },
		`component "fax"`:      func(p *Plan) { p.Components = []string{"imap", "fax"} },
		"not after its start":  func(p *Plan) { p.End = p.Start },
		"which is over":        func(p *Plan) { p.Start, p.End = local(t, 1, "10:00"), local(t, 1, "11:00") },
		"ends at 0001-01-01T0": func(p *Plan) { p.Start, p.End = time.Time{}, time.Time{} },
	} {
		p := good
		mend(&p)
		if _, err := d.Announce(t.Context(), local(t, 1, "12:00"), p); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if len(d.Snapshot().Maintenances) != 0 {
		t.Error("a wrong plan was announced")
	}
}

func TestMaintenanceWaitsForTheStore(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	m := kernel(t, d)
	store.refuse(errors.New("disk is full"))
	next := d.Tick(local(t, 2, "12:00"))
	if d.Snapshot().UnsavedSince.IsZero() || !next.Equal(local(t, 2, "12:00:01")) {
		t.Errorf("next %v", next)
	}
	store.refuse(nil)
	d.Tick(next)
	if got := store.plans[m.ID]; got.State != InProgress || !d.Snapshot().UnsavedSince.IsZero() {
		t.Errorf("stored: %s", got.State)
	}
}
