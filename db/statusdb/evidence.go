package statusdb

import (
	"database/sql"
	"encoding/json"
	"time"

	"howdah/db/sqlite"
	"howdah/probe"
)

// Bounds on what is kept of one run. The prober keeps to less; they hold the
// database's growth even where it does not.
const (
	maxPhases     = 32
	maxDetail     = 1 << 10
	maxTranscript = 8 << 10
)

// evidence is the part of a run that is kept as JSON: what is looked at, and
// never searched.
type evidence struct {
	Component  string         `json:"component,omitempty"`
	Target     string         `json:"target,omitempty"`
	Phases     []phase        `json:"phases,omitempty"`
	Mechanism  string         `json:"mechanism,omitempty"`
	Peer       string         `json:"peer,omitempty"`
	TLS        *probe.TLSInfo `json:"tls,omitempty"`
	Detail     string         `json:"detail,omitempty"`
	Transcript []string       `json:"transcript,omitempty"`
}

type phase struct {
	Name    string `json:"name"`
	StartUS int64  `json:"start_us"` // since the start of the run
	TookUS  int64  `json:"took_us"`
	OK      bool   `json:"ok"`
}

// run is a whole run as JSON.
type run struct {
	Check     string        `json:"check"`
	StartedAt int64         `json:"started_at"`
	TookUS    int64         `json:"took_us"`
	Verdict   probe.Verdict `json:"verdict"`
	Reason    probe.Reason  `json:"reason"`
	evidence
}

func evidenceOf(r probe.Result) evidence {
	e := evidence{
		Component:  r.Component,
		Target:     r.Target,
		Mechanism:  r.Mechanism,
		Peer:       r.Peer,
		TLS:        r.TLS,
		Detail:     r.Detail[:min(len(r.Detail), maxDetail)],
		Transcript: newest(r.Transcript, maxTranscript),
	}
	for _, p := range r.Phases[:min(len(r.Phases), maxPhases)] {
		e.Phases = append(e.Phases, phase{
			Name: p.Name, StartUS: p.Start.Microseconds(), TookUS: p.Took.Microseconds(), OK: p.OK,
		})
	}
	return e
}

func (e evidence) into(r *probe.Result) {
	r.Component, r.Target = e.Component, e.Target
	r.Mechanism, r.Peer, r.TLS = e.Mechanism, e.Peer, e.TLS
	r.Detail, r.Transcript = e.Detail, e.Transcript
	for _, p := range e.Phases {
		r.Phases = append(r.Phases, probe.Phase{
			Name:  p.Name,
			Start: time.Duration(p.StartUS) * time.Microsecond,
			Took:  time.Duration(p.TookUS) * time.Microsecond,
			OK:    p.OK,
		})
	}
}

func encodeRun(r *probe.Result) (sql.NullString, error) {
	if r == nil {
		return sql.NullString{}, nil
	}
	text, err := json.Marshal(run{
		Check:     r.Check,
		StartedAt: sqlite.Millis(r.StartedAt), TookUS: r.Took.Microseconds(),
		Verdict: r.Verdict, Reason: r.Reason,
		evidence: evidenceOf(*r),
	})
	return sql.NullString{String: string(text), Valid: true}, err
}

func decodeRun(text sql.NullString) (*probe.Result, error) {
	if !text.Valid {
		return nil, nil
	}
	var v run
	if err := json.Unmarshal([]byte(text.String), &v); err != nil {
		return nil, err
	}
	r := probe.Result{
		Check:     v.Check,
		StartedAt: sqlite.Time(v.StartedAt), Took: time.Duration(v.TookUS) * time.Microsecond,
		Verdict: v.Verdict, Reason: v.Reason,
	}
	v.into(&r)
	return &r, nil
}

// newest is as many of the last lines as hold at most limit bytes.
func newest(lines []string, limit int) []string {
	size := 0
	for i := len(lines) - 1; i >= 0; i-- {
		size += len(lines[i]) + 1
		if size > limit {
			return lines[i+1:]
		}
	}
	return lines
}
