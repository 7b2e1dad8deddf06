package incidents

import "time"

// tellRecovered says that the outage is over. An outage that was not told of
// while it lasted, or not yet announced, is told whole.
func (d *Desk) tellRecovered(in *Incident, o Outage, now time.Time) {
	opened := in.said(KindOpened, o.ID)
	whole := opened == nil || opened.AnnouncedAt.IsZero()
	seen, left := o.recovered()
	state := Monitoring
	switch {
	case in.State == Resolved && (opened != nil || !o.End.Best.After(in.ResolvedAt)):
		state = Resolved // staff resolved it early, or the fact came late; it has not failed again
	case in.Ongoing():
		state = in.State // another outage of the thread lasts
	case len(left) > 0 && opened != nil:
		state = in.State // nobody saw all of it recover
	}
	var steps []ComponentChange
	for _, c := range seen {
		steps = append(steps, ComponentChange{Component: c, Old: o.status(c), New: Operational})
	}
	var expected time.Time
	if !in.Ongoing() {
		expected = in.ExpectedAt
	}
	sum := in.canariesOf(o.ID)
	if d.say(in, Update{
		Kind:       KindRecovered,
		State:      state,
		Body:       d.narrator.recovered(in, &o, whole, expected, now),
		OutageID:   o.ID,
		Components: steps,
		At:         now,
		ExpectedAt: expected,
		Sent:       sum.sent,
		Arrived:    sum.arrived,
	}, 0) && !in.Ongoing() {
		in.ExpectedAt = time.Time{}
	}
}
