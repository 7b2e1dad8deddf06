package app

import (
	"context"
	"fmt"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/incidents"
)

// ActRequest is something that staff do to a thread from a shell. Which of its
// fields count is the act's.
type ActRequest struct {
	ID   string `json:"id"`   // of the thread; of the update to edit; of the outage to split off or put right
	Into string `json:"into"` // ID of the thread to merge into
	Text string `json:"text"` // empty where staff say nothing more
	By   string `json:"by"`
	// At is when it is expected; zero withdraws that.
	At time.Time `json:"at,omitzero"`
	// Start and End are the outage's; zero leaves it to the machine.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// acts are what staff can do to a thread, by the name of the command.
var acts = map[string]func(context.Context, *incidents.Desk, time.Time, ActRequest) (*incidents.Incident, error){
	"edit": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.EditUpdate(ctx, now, r.ID, r.By, r.Text)
	},
	"rename": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Rename(ctx, now, r.ID, r.By, r.Text)
	},
	"impact": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.SetImpact(ctx, now, r.ID, r.By, incidents.Impact(r.Text))
	},
	"merge": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Merge(ctx, now, r.ID, r.Into, r.By)
	},
	"split": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.SplitOutage(ctx, now, r.ID, r.By)
	},
	"silence": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Silence(ctx, now, r.ID, r.By)
	},
	"lift": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Lift(ctx, now, r.ID, r.By)
	},
	"take": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Take(ctx, now, r.ID, r.By)
	},
	"release": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Release(ctx, now, r.ID, r.By)
	},
	"resolve": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Resolve(ctx, now, r.ID, r.By, r.Text)
	},
	"reopen": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		return d.Reopen(ctx, now, r.ID, r.By, r.Text)
	},
	"expect": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		if r.At.IsZero() {
			return d.Unexpect(ctx, now, r.ID, r.By)
		}
		return d.Expect(ctx, now, r.ID, r.By, r.Text, r.At)
	},
	"times": func(ctx context.Context, d *incidents.Desk, now time.Time, r ActRequest) (*incidents.Incident, error) {
		if r.Text != "" {
			in, err := d.StateHow(ctx, now, r.ID, r.By, r.Text)
			if err != nil || r.Start.IsZero() && r.End.IsZero() {
				return in, err
			}
		}
		return d.StateTimes(ctx, now, r.ID, r.By, r.Start, r.End)
	},
}

// acting is the operation of an act.
func (n newsroom) acting(act string) func(context.Context, ActRequest) (IncidentInfo, error) {
	return func(ctx context.Context, r ActRequest) (IncidentInfo, error) {
		in, err := acts[act](ctx, n.desk, time.Now(), r)
		if err != nil {
			return IncidentInfo{}, err
		}
		return n.info(in), nil
	}
}

// Act does something to a thread, which is returned as it then is. It is on
// disk and on the page when the function returns.
func Act(ctx context.Context, c config.Config, act string, r ActRequest) (IncidentInfo, error) {
	if acts[act] == nil {
		return IncidentInfo{}, fmt.Errorf("incident %s: no such act", act)
	}
	return onDesk(ctx, c, "incident."+act, r, func(n newsroom, ctx context.Context, r ActRequest) (IncidentInfo, error) {
		return n.acting(act)(ctx, r)
	})
}
