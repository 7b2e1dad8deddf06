package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/db/statusdb"
	"howdah/incidents"
	"howdah/probe"
)

// Evidence is what staff can look at of one outage.
type Evidence struct {
	Outage    string     `json:"outage"`
	Domain    string     `json:"domain"`
	StartedAt time.Time  `json:"started_at"`
	Source    string     `json:"source"` // how the start is known
	EndedAt   *time.Time `json:"ended_at"`
	// Run is the failing run that confirmed it; nil when only an exit did.
	Run      *RunEvidence `json:"run"`
	Exits    []ExitInfo   `json:"exits"`
	Exhibits []Exhibit    `json:"exhibits"`
	// Mishaps befell the prober and its machine within ten minutes of it.
	Mishaps []Mishap `json:"mishaps"`
}

// Mishap is a step of the clock, a sleep of the machine and the like.
type Mishap struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Text   string    `json:"text"`
}

// RunEvidence is one run of a check.
type RunEvidence struct {
	Check      string    `json:"check"`
	Target     string    `json:"target"`
	StartedAt  time.Time `json:"started_at"`
	TookMS     int64     `json:"took_ms"`
	Reason     string    `json:"reason"`
	Detail     string    `json:"detail"`
	Transcript []string  `json:"transcript"`
}

// ExitInfo is one end of the mail server's process.
type ExitInfo struct {
	At       time.Time `json:"at"`
	Source   string    `json:"source"`
	PID      int       `json:"pid"`
	Code     int       `json:"code"` // -1 when a signal ended it
	Signal   string    `json:"signal"`
	UptimeMS int64     `json:"uptime_ms"`
	Log      []string  `json:"log"` // its last lines, with a dump of goroutines where there was one
}

// Exhibit is what the machine or the mail server looked like.
type Exhibit struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// evidenceMost is of how many outages evidence is shown at once: of each of
// them up to 64 KiB are kept, and an answer has its limit.
const evidenceMost = 12

// mishapsNear is how far from an outage mishaps may have to do with it.
const mishapsNear = 10 * time.Minute

// archive is what is kept of outages, as the shell sees it.
type archive struct {
	desk  *incidents.Desk
	facts facts
}

// facts is what the archive reads of howdah.db.
type facts interface {
	Outages(ctx context.Context, since time.Time) ([]probe.Outage, error)
	Exhibits(ctx context.Context, outage string) ([]probe.Exhibit, error)
	Mishaps(ctx context.Context, from, to time.Time) ([]probe.Warning, error)
}

func (a archive) ops() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"incident.evidence": rpcHandler(a.evidence)}
}

func (a archive) evidence(ctx context.Context, r incidentRequest) ([]Evidence, error) {
	in := a.desk.Snapshot().Incident(r.ID)
	if in == nil {
		return nil, fmt.Errorf("incident %q: %w", r.ID, incidents.ErrNotFound)
	}
	outages, err := a.facts.Outages(ctx, in.StartedAt)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, o := range in.Outages {
		told[o.ID] = true
	}
	outages = slices.DeleteFunc(outages, func(o probe.Outage) bool { return !told[o.ID] })
	all := []Evidence{}
	for i := max(len(outages)-evidenceMost, 0); i < len(outages); i++ {
		o := &outages[i]
		exhibits, err := a.facts.Exhibits(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		until := time.Now()
		if o.End != nil {
			until = o.End.Latest
		}
		mishaps, err := a.facts.Mishaps(ctx, o.Start.Earliest.Add(-mishapsNear), until.Add(mishapsNear))
		if err != nil {
			return nil, err
		}
		all = append(all, evidence(o, exhibits, mishaps))
	}
	return all, nil
}

func evidence(o *probe.Outage, exhibits []probe.Exhibit, mishaps []probe.Warning) Evidence {
	e := Evidence{
		Outage: o.ID, Domain: o.Domain, StartedAt: o.Start.Best, Source: string(o.Start.Source),
		Exits: []ExitInfo{}, Exhibits: []Exhibit{}, Mishaps: []Mishap{},
	}
	if o.End != nil {
		e.EndedAt = &o.End.Best
	}
	if r := o.Evidence; r != nil {
		e.Run = &RunEvidence{
			Check: r.Check, Target: r.Target, StartedAt: r.StartedAt, TookMS: r.Took.Milliseconds(),
			Reason: string(r.Reason), Detail: r.Detail, Transcript: r.Transcript,
		}
	}
	for _, x := range o.Exits {
		e.Exits = append(e.Exits, ExitInfo{
			At: x.At, Source: string(x.Source), PID: x.PID, Code: x.Code, Signal: x.Signal,
			UptimeMS: x.Uptime.Milliseconds(), Log: x.LogTail,
		})
	}
	for _, m := range mishaps {
		e.Mishaps = append(e.Mishaps, Mishap{At: m.At, Reason: string(m.Reason), Text: m.Text})
	}
	for _, x := range exhibits {
		e.Exhibits = append(e.Exhibits, Exhibit{At: x.At, Kind: x.Kind, Text: x.Text})
	}
	return e
}

// IncidentEvidence is what staff can look at of the newest twelve outages of a
// thread, the oldest of them first.
func IncidentEvidence(ctx context.Context, c config.Config, id string) (all []Evidence, err error) {
	all, err = call[[]Evidence](ctx, c.Data, controlSocket, "incident.evidence", incidentRequest{id})
	if !errors.Is(err, errNotRunning) {
		return all, err
	}
	lock, err := lockFolder(c.Data)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	store, err := statusdb.Open(ctx, filepath.Join(c.Data, "howdah.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	desk, err := newDesk(c, store, nil)
	if err != nil {
		return nil, err
	}
	if err := desk.Load(ctx); err != nil {
		return nil, err
	}
	return archive{desk: desk, facts: store}.evidence(ctx, incidentRequest{id})
}

// scrub takes secrets out of lines that are kept.
func scrub(lines, secrets []string) []string {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			pairs = append(pairs, s, "***")
		}
	}
	r := strings.NewReplacer(pairs...)
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = r.Replace(line)
	}
	return clean
}

// shortestSecret is what is too short to be one: it would be found in words.
const shortestSecret = 6

// secrets are the passwords of the checks, as far as they can be read.
func (in *instance) secrets() []string {
	var all []string
	for _, c := range in.watched.Load().checks {
		if c.Password == nil {
			continue
		}
		if s, err := c.Password(); err == nil {
			all = append(all, s)
		}
	}
	return all
}
