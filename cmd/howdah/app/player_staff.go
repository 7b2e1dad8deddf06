package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"howdah/cmd/howdah/timeline"
	"howdah/incidents"
)

// post is what staff wrote: in the newest open thread, or in one of its own.
func (p *player) post(ctx context.Context, e timeline.Event) error {
	post := incidents.Post{
		Title: e.Post.Title, State: incidents.State(e.Subject), Body: e.Post.Text, By: e.Post.By,
		Topic: incidents.Topic(e.Post.Topic), ExpectedAt: e.Post.Expected,
	}
	if post.By == "" {
		post.By = "staff"
	}
	if open := p.desk.Snapshot().Unresolved(); len(open) > 0 && post.Title == "" {
		post.IncidentID = open[0].ID
	}
	if post.IncidentID == "" && post.Title == "" {
		return fmt.Errorf("no thread is open at %s; give the post a title", p.now.Format(time.RFC3339))
	}
	_, _, err := p.desk.Post(ctx, p.now, post)
	p.deskNext = p.now
	return err
}

// announce is a maintenance that staff plan.
func (p *player) announce(ctx context.Context, e timeline.Event) error {
	plan := incidents.Plan{
		Title: e.Subject, Components: e.Plan.Components, Start: e.Plan.From, End: e.Plan.To, Body: e.Post.Text, By: e.Post.By,
	}
	if plan.By == "" {
		plan.By = "staff"
	}
	_, err := p.desk.Announce(ctx, p.now, plan)
	p.deskNext = p.now
	return err
}

// tellHow states how outages ended, once their end is confirmed.
func (p *player) tellHow(ctx context.Context) error {
	var waiting []timeline.Event
	for _, e := range p.returned {
		switch o := p.endedBy(e); {
		case e.How == "":
		case o == nil:
			waiting = append(waiting, e)
		default:
			if _, err := p.desk.StateHow(ctx, p.now, o.ID, "staff", e.How); err != nil {
				return fmt.Errorf("line %d: %w", e.Line, err)
			}
		}
	}
	p.returned = waiting
	return nil
}

// endedBy is the outage that the event has ended, nil while that is not
// confirmed.
func (p *player) endedBy(e timeline.Event) *incidents.Outage {
	for _, in := range p.desk.Snapshot().Incidents {
		for i := range in.Outages {
			o := &in.Outages[i]
			of := o.Domain == e.Subject || slices.Contains(o.Components(), e.Subject)
			if of && o.Start.Best.Before(e.At) && o.End != nil && !o.End.Latest.Before(e.At) {
				return o
			}
		}
	}
	return nil
}
