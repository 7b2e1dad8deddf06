package incidents

import (
	"slices"
	"time"
)

// Expectation is when staff expect a thread's components to work.
type Expectation struct {
	IncidentID string
	At         time.Time
	Late       time.Duration // by how much it is overdue, in whole minutes, later hours; 0 before
	Text       string        // as readers are told, without a full stop
}

// ReminderKind says of what staff are reminded.
type ReminderKind string

const (
	RemindRestoration ReminderKind = "restoration" // what was expected is overdue
	RemindMail        ReminderKind = "mail"        // test messages of an outage are overdue
	RemindBegins      ReminderKind = "begins"      // a maintenance begins within the hour
	RemindOverran     ReminderKind = "overran"     // what a maintenance covered does not work after it
)

// ReminderKinds are all of them.
var ReminderKinds = []ReminderKind{RemindRestoration, RemindMail, RemindBegins, RemindOverran}

// Reminder is something that waits for staff.
type Reminder struct {
	Kind          ReminderKind
	IncidentID    string // empty for RemindBegins
	MaintenanceID string // empty but for RemindBegins and RemindOverran
	Since         time.Time
	Count         int // of test messages
}

// beginsSoon is how long before a maintenance staff are reminded of it.
const beginsSoon = time.Hour

// awaits reports whether the thread waits for what is expected.
func (in *Incident) awaits() bool {
	if in.ExpectedAt.IsZero() {
		return false
	}
	if len(in.Outages) == 0 {
		return in.State == Investigating || in.State == Identified
	}
	return in.Ongoing()
}

func (d *Desk) expected(now time.Time) []Expectation {
	var all []Expectation
	for _, t := range d.threads {
		in := t.in
		if !in.awaits() {
			continue
		}
		e := Expectation{IncidentID: in.ID, At: in.ExpectedAt}
		if late := now.Sub(in.ExpectedAt); late > 0 {
			e.Late = late.Truncate(lateStep(late))
		}
		e.Text = d.narrator.words.ExpectedBy(d.narrator.when(stated(e.At), now), e.Late)
		all = append(all, e)
	}
	return all
}

// lateStep is how finely it is told by how much something is overdue.
func lateStep(late time.Duration) time.Duration {
	if late >= 6*time.Hour {
		return time.Hour
	}
	return time.Minute
}

func (d *Desk) reminders(now time.Time) []Reminder {
	var all []Reminder
	for _, t := range d.threads {
		in := t.in
		if in.awaits() && !now.Before(in.ExpectedAt) {
			all = append(all, Reminder{Kind: RemindRestoration, IncidentID: in.ID, Since: in.ExpectedAt})
		}
		if since, count := in.missing(now); count > 0 {
			all = append(all, Reminder{Kind: RemindMail, IncidentID: in.ID, Since: since, Count: count})
		}
		for i := range in.Outages {
			o := &in.Outages[i]
			if m := d.overran(o); o.End == nil && m != nil {
				all = append(all, Reminder{Kind: RemindOverran, IncidentID: in.ID, MaintenanceID: m.ID, Since: m.End})
			}
		}
	}
	for _, p := range d.plans {
		if soon := p.m.Start.Add(-beginsSoon); p.m.State == Scheduled && !now.Before(soon) {
			all = append(all, Reminder{Kind: RemindBegins, MaintenanceID: p.m.ID, Since: soon})
		}
	}
	return all
}

// missing counts the test messages that should have arrived by now, of outages
// that are over, and says since when they should.
func (in *Incident) missing(now time.Time) (since time.Time, count int) {
	for _, c := range in.Canaries {
		if due := in.awaited(c); !due.IsZero() && !now.Before(due) {
			since = earliest(since, due)
			count++
		}
	}
	return since, count
}

// awaited is when staff are to be told that the test message is missing; zero
// when they are not.
func (in *Incident) awaited(c Canary) time.Time {
	if !c.Overdue || !c.ArrivedAt.IsZero() || in.Ongoing() {
		return time.Time{}
	}
	return in.lastEnd().Add(canaryGrace)
}

// nextReminder is when what is overdue will next be told otherwise.
func (d *Desk) nextReminder(now time.Time) (next time.Time) {
	for _, t := range d.threads {
		in := t.in
		if in.awaits() {
			at := in.ExpectedAt
			if late := now.Sub(at); late >= 0 {
				step := lateStep(late)
				at = at.Add(late.Truncate(step) + step)
			}
			next = earliest(next, at)
		}
		for _, c := range in.Canaries {
			if due := in.awaited(c); due.After(now) {
				next = earliest(next, due)
			}
		}
	}
	for _, p := range d.plans {
		if soon := p.m.Start.Add(-beginsSoon); p.m.State == Scheduled && soon.After(now) {
			next = earliest(next, soon)
		}
	}
	return next
}

// remind writes what is new among the reminders to the log.
func (d *Desk) remind(all []Reminder) {
	for _, r := range all {
		if slices.ContainsFunc(d.reminded, func(old Reminder) bool {
			return old.Kind == r.Kind && old.IncidentID == r.IncidentID && old.MaintenanceID == r.MaintenanceID && old.Since.Equal(r.Since)
		}) {
			continue
		}
		switch r.Kind {
		case RemindRestoration:
			d.log.Warn("the expected restoration is overdue", "incident", r.IncidentID, "expected", r.Since)
		case RemindMail:
			d.log.Warn("test messages sent during an outage are missing", "incident", r.IncidentID, "messages", r.Count)
		case RemindBegins:
			d.log.Warn("a maintenance begins soon", "maintenance", r.MaintenanceID, "start", r.Since.Add(beginsSoon))
		case RemindOverran:
			d.log.Warn("what a maintenance covered does not work after it", "maintenance", r.MaintenanceID, "incident", r.IncidentID, "planned_until", r.Since)
		}
	}
	d.reminded = all
}
