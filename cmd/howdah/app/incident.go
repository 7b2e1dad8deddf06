package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/db/statusdb"
	"howdah/incidents"
)

// Operations on threads from a shell. The running instance carries them out;
// without one they are done on the data folder.

// PostRequest is a staff update from a shell.
type PostRequest struct {
	Incident string `json:"incident"` // ID; empty opens a new thread
	Title    string `json:"title"`    // of a new thread
	State    string `json:"state"`    // empty keeps the thread's
	Text     string `json:"text"`
	By       string `json:"by"`
	Topic    string `json:"topic"` // cause, workaround or fix; empty for none
	// ExpectedAt is when all should work again, and At when it was so; zero is
	// not said, and now.
	ExpectedAt time.Time `json:"expected_at,omitzero"`
	At         time.Time `json:"at,omitzero"`
}

// PostReply says what became of it.
type PostReply struct {
	Incident string `json:"incident"`
	Update   string `json:"update"`
	URL      string `json:"url"`
}

// IncidentInfo is a thread as it is listed and shown.
type IncidentInfo struct {
	ID         string       `json:"id"`
	Title      string       `json:"title"`
	State      string       `json:"state"`
	Impact     string       `json:"impact"`
	URL        string       `json:"url"`
	StartedAt  time.Time    `json:"started_at"`
	ResolvedAt *time.Time   `json:"resolved_at"`
	ExpectedAt *time.Time   `json:"expected_at"`
	Reminders  []string     `json:"reminders"` // what waits for staff: restoration, mail, overran
	Taken      bool         `json:"taken"`     // by staff
	Silent     bool         `json:"silent"`    // the machine says nothing
	Former     []string     `json:"former_ids,omitempty"`
	Messages   *MailInfo    `json:"test_messages,omitempty"`
	Outages    []OutageInfo `json:"outages"`
	Updates    []UpdateInfo `json:"updates,omitempty"` // oldest first
	Changes    []ChangeInfo `json:"changes,omitempty"` // oldest first
}

// MailInfo counts the test messages that were sent during a thread's outages.
type MailInfo struct {
	Sent    int `json:"sent"`
	Arrived int `json:"arrived"`
}

// OutageInfo is one outage of a thread.
type OutageInfo struct {
	ID         string     `json:"id"`
	StartedAt  time.Time  `json:"started_at"`
	EndedAt    *time.Time `json:"ended_at"`
	HowEnded   string     `json:"how_ended"` // empty where nobody knows
	Components []string   `json:"components"`
	// Measured are the times as the machine knows them, where staff have stated
	// others.
	Measured *MeasuredInfo `json:"measured,omitempty"`
	StatedBy string        `json:"stated_by,omitempty"`
}

// MeasuredInfo are an outage's times as the machine knows them.
type MeasuredInfo struct {
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

// UpdateInfo is one update of a thread.
type UpdateInfo struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	State string    `json:"state"`
	Kind  string    `json:"kind"`
	By    string    `json:"by"` // empty for the machine
	Text  string    `json:"text"`

	Topic      string     `json:"topic,omitempty"`
	ExpectedAt time.Time  `json:"expected_at,omitzero"`
	Edits      []EditInfo `json:"edits,omitempty"` // oldest first
}

// EditInfo is an earlier text of an update.
type EditInfo struct {
	At   time.Time `json:"at"` // when it was replaced
	By   string    `json:"by"` // by whom; empty for the machine
	Text string    `json:"text"`
}

// ChangeInfo is a trace of what staff or the machine changed in a thread.
type ChangeInfo struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"` // empty for the machine
	What string    `json:"what"`
	Was  string    `json:"was"`
	Now  string    `json:"now"`
}

type incidentRequest struct {
	ID string `json:"id"`
}

// newsroom is the desk as the shell sees it.
type newsroom struct {
	desk *incidents.Desk
	url  func() string // of the site
}

func (n newsroom) ops() map[string]http.HandlerFunc {
	ops := map[string]http.HandlerFunc{
		"post":          rpcHandler(n.post),
		"incident.list": rpcHandler(n.list),
		"incident.show": rpcHandler(n.show),
	}
	for act := range acts {
		ops["incident."+act] = rpcHandler(n.acting(act))
	}
	maps.Copy(ops, n.maintenanceOps())
	return ops
}

func (n newsroom) post(ctx context.Context, r PostRequest) (PostReply, error) {
	in, u, err := n.desk.Post(ctx, time.Now(), incidents.Post{
		IncidentID: r.Incident, Title: r.Title, State: incidents.State(r.State), Body: r.Text, By: r.By,
		Topic: incidents.Topic(r.Topic), ExpectedAt: r.ExpectedAt, At: r.At,
	})
	if err != nil {
		return PostReply{}, err
	}
	return PostReply{Incident: in.ID, Update: u.ID, URL: n.url() + "/" + in.Path() + "#update-" + u.ID}, nil
}

func (n newsroom) list(context.Context, none) ([]IncidentInfo, error) {
	infos := []IncidentInfo{}
	for _, in := range n.desk.Snapshot().Incidents {
		info := n.info(in)
		info.Updates, info.Changes = nil, nil
		infos = append(infos, info)
	}
	return infos, nil
}

func (n newsroom) show(_ context.Context, r incidentRequest) (IncidentInfo, error) {
	in := n.desk.Snapshot().Incident(r.ID)
	if in == nil {
		return IncidentInfo{}, fmt.Errorf("incident %q: %w", r.ID, incidents.ErrNotFound)
	}
	return n.info(in), nil
}

// PostUpdate posts a staff update. It is on disk when the function returns.
func PostUpdate(ctx context.Context, c config.Config, r PostRequest) (PostReply, error) {
	return onDesk(ctx, c, "post", r, newsroom.post)
}

// Incidents lists all threads, newest first, without their updates.
func Incidents(ctx context.Context, c config.Config) ([]IncidentInfo, error) {
	return onDesk(ctx, c, "incident.list", none{}, newsroom.list)
}

// Incident shows one thread.
func Incident(ctx context.Context, c config.Config, id string) (IncidentInfo, error) {
	return onDesk(ctx, c, "incident.show", incidentRequest{id}, newsroom.show)
}

// onDesk asks the running instance, or opens the data folder when there is
// none.
func onDesk[In, Out any](ctx context.Context, c config.Config, op string, r In, do func(newsroom, context.Context, In) (Out, error)) (out Out, err error) {
	out, err = call[Out](ctx, c.Data, controlSocket, op, r)
	if !errors.Is(err, errNotRunning) {
		return out, err
	}
	lock, err := lockFolder(c.Data)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	store, err := statusdb.Open(ctx, filepath.Join(c.Data, "howdah.db"))
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	desk, err := newDesk(c, store, nil)
	if err != nil {
		return out, err
	}
	if err := desk.Load(ctx); err != nil {
		return out, err
	}
	return do(newsroom{desk: desk, url: func() string { return c.Site.URL }}, ctx, r)
}
