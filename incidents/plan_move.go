package incidents

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// MoveMaintenance gives a maintenance other times and tells readers of both,
// before what staff say.
// A zero time stays as it is, but for the end of one that is moved by its start
// alone: it keeps its length. Of one that has begun only the end can be moved,
// also when that has just passed: then the work goes on. Errors are as of what
// else staff do.
func (d *Desk) MoveMaintenance(ctx context.Context, now time.Time, id, by, body string, start, end time.Time) (*Maintenance, error) {
	start, end = tidy(start), tidy(end)
	return d.steer(ctx, now, id, by, func(m *Maintenance, by string, now time.Time) error {
		if m.State == Completed {
			return fmt.Errorf("%w: it is over", ErrInvalid)
		}
		begun := m.State != Scheduled
		from, to := start, end
		if to.IsZero() && !from.IsZero() {
			to = from.Add(m.End.Sub(m.Start))
		}
		if from.IsZero() {
			from = m.Start
		}
		switch {
		case begun && !start.IsZero():
			return fmt.Errorf("%w: it has begun; only its end can be moved", ErrInvalid)
		case to.IsZero():
			return fmt.Errorf("%w: neither a start nor an end is named", ErrInvalid)
		case !to.After(from):
			return fmt.Errorf("%w: it would end at %s, which is not after its start", ErrInvalid, to.Format(time.RFC3339))
		case !to.After(now):
			return fmt.Errorf("%w: it would end at %s, which is over", ErrInvalid, to.Format(time.RFC3339))
		case from.Equal(m.Start) && to.Equal(m.End):
			return fmt.Errorf("%w: that is when it is planned", ErrInvalid)
		}
		words := d.narrator.moved(m, from, to, now)
		state := m.State
		if begun {
			state, m.EndedAt = InProgress, time.Time{}
		}
		m.Start, m.End = from, to
		said := []string{words}
		if body = paragraphs(body); body != "" {
			said = append(said, body)
		}
		m.tell(state, strings.Join(said, "\n\n"), by, now)
		return nil
	})
}

// moved tells of a maintenance that it is to be at another time, or to end at
// another.
func (n *narrator) moved(m *Maintenance, start, end, now time.Time) string {
	at := func(t time.Time) When { return n.when(stated(t), now) }
	if m.State == Scheduled {
		return n.words.Moved(at(start), at(end), at(m.Start), at(m.End))
	}
	return n.words.Extended(n.parts(m.Components), at(end), n.bare(m.End, at(end)))
}
