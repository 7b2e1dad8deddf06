package app

import (
	"context"
	"net/http"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/incidents"
)

// PlanRequest announces a maintenance from a shell.
type PlanRequest struct {
	Title      string    `json:"title"`
	Components []string  `json:"components"` // keys
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Text       string    `json:"text"`
	By         string    `json:"by"`
}

// SteerRequest starts, ends, moves or cancels a maintenance, or adds to it.
type SteerRequest struct {
	ID   string `json:"id"`
	Text string `json:"text"` // empty where staff say nothing more
	By   string `json:"by"`
	// Start and End are those to move it to; zero leaves what was announced.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// MaintenanceInfo is a maintenance as it is listed.
type MaintenanceInfo struct {
	ID         string       `json:"id"`
	Title      string       `json:"title"`
	State      string       `json:"state"`
	Canceled   bool         `json:"canceled"`
	Components []string     `json:"components"`
	Start      time.Time    `json:"start"`
	End        time.Time    `json:"end"`
	StartedAt  time.Time    `json:"started_at,omitzero"`
	EndedAt    time.Time    `json:"ended_at,omitzero"`
	Updates    []UpdateInfo `json:"updates"` // oldest first
}

func (n newsroom) maintenanceOps() map[string]http.HandlerFunc {
	ops := map[string]http.HandlerFunc{
		"maintenance.list": rpcHandler(n.maintenances),
		"maintenance.add":  rpcHandler(n.plan),
	}
	for act := range steers {
		ops["maintenance."+act] = rpcHandler(n.steering(act))
	}
	return ops
}

func (n newsroom) maintenances(context.Context, none) ([]MaintenanceInfo, error) {
	infos := []MaintenanceInfo{}
	for _, m := range n.desk.Snapshot().Maintenances {
		infos = append(infos, maintenanceInfo(m))
	}
	return infos, nil
}

func (n newsroom) plan(ctx context.Context, r PlanRequest) (MaintenanceInfo, error) {
	m, err := n.desk.Announce(ctx, time.Now(), incidents.Plan{
		Title: r.Title, Components: r.Components, Start: r.Start, End: r.End, Body: r.Text, By: r.By,
	})
	if err != nil {
		return MaintenanceInfo{}, err
	}
	return maintenanceInfo(m), nil
}

// steers are what staff can do to a maintenance, by the name of the command.
var steers = map[string]func(context.Context, *incidents.Desk, time.Time, SteerRequest) (*incidents.Maintenance, error){
	"start": func(ctx context.Context, d *incidents.Desk, now time.Time, r SteerRequest) (*incidents.Maintenance, error) {
		return d.StartMaintenance(ctx, now, r.ID, r.By, r.Text)
	},
	"end": func(ctx context.Context, d *incidents.Desk, now time.Time, r SteerRequest) (*incidents.Maintenance, error) {
		return d.EndMaintenance(ctx, now, r.ID, r.By, r.Text)
	},
	"cancel": func(ctx context.Context, d *incidents.Desk, now time.Time, r SteerRequest) (*incidents.Maintenance, error) {
		return d.CancelMaintenance(ctx, now, r.ID, r.By, r.Text)
	},
	"post": func(ctx context.Context, d *incidents.Desk, now time.Time, r SteerRequest) (*incidents.Maintenance, error) {
		return d.PostMaintenance(ctx, now, r.ID, r.By, r.Text)
	},
	"move": func(ctx context.Context, d *incidents.Desk, now time.Time, r SteerRequest) (*incidents.Maintenance, error) {
		return d.MoveMaintenance(ctx, now, r.ID, r.By, r.Text, r.Start, r.End)
	},
}

func (n newsroom) steering(act string) func(context.Context, SteerRequest) (MaintenanceInfo, error) {
	return func(ctx context.Context, r SteerRequest) (MaintenanceInfo, error) {
		m, err := steers[act](ctx, n.desk, time.Now(), r)
		if err != nil {
			return MaintenanceInfo{}, err
		}
		return maintenanceInfo(m), nil
	}
}

func maintenanceInfo(m *incidents.Maintenance) MaintenanceInfo {
	info := MaintenanceInfo{
		ID: m.ID, Title: m.Title, State: string(m.State), Canceled: m.Canceled, Components: m.Components,
		Start: m.Start, End: m.End, StartedAt: m.StartedAt, EndedAt: m.EndedAt,
	}
	for _, u := range m.Updates {
		info.Updates = append(info.Updates, updateInfo(u))
	}
	return info
}

// Maintenances lists all, the last to start first.
func Maintenances(ctx context.Context, c config.Config) ([]MaintenanceInfo, error) {
	return onDesk(ctx, c, "maintenance.list", none{}, newsroom.maintenances)
}

// PlanMaintenance announces a maintenance. It is on disk and on the page when
// the function returns.
func PlanMaintenance(ctx context.Context, c config.Config, r PlanRequest) (MaintenanceInfo, error) {
	return onDesk(ctx, c, "maintenance.add", r, newsroom.plan)
}

// SteerMaintenance starts, ends, moves or cancels a maintenance, or posts to it.
func SteerMaintenance(ctx context.Context, c config.Config, act string, r SteerRequest) (MaintenanceInfo, error) {
	return onDesk(ctx, c, "maintenance."+act, r, func(n newsroom, ctx context.Context, r SteerRequest) (MaintenanceInfo, error) {
		return n.steering(act)(ctx, r)
	})
}
