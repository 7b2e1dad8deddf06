package probe

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// schema is the version of the JSON form. Adding a key does not change it.
const schema = 1

type jsonResult struct {
	Schema    int         `json:"schema"`
	Check     string      `json:"check"`
	Target    string      `json:"target"`
	StartedAt string      `json:"started_at"`
	Verdict   Verdict     `json:"verdict"`
	Reason    Reason      `json:"reason"`
	Detail    string      `json:"detail"`
	Mechanism string      `json:"mechanism"`
	TotalMS   float64     `json:"total_ms"`
	Phases    []jsonPhase `json:"phases"`
	Peer      string      `json:"peer"`
	TLS       *TLSInfo    `json:"tls"`
}

type jsonPhase struct {
	Name string  `json:"name"`
	MS   float64 `json:"ms"`
	OK   bool    `json:"ok"`
}

// JSON is the result as one line of JSON, without a line break: what
// `probe --json` prints. Times are RFC 3339 in UTC, durations milliseconds to
// the microsecond. Every key is always there; tls is null when there was none.
func JSON(r Result) []byte {
	out := jsonResult{
		Schema:    schema,
		Check:     r.Check,
		Target:    r.Target,
		StartedAt: r.StartedAt.UTC().Format(time.RFC3339Nano),
		Verdict:   r.Verdict,
		Reason:    r.Reason,
		Detail:    r.Detail,
		Mechanism: r.Mechanism,
		TotalMS:   milliseconds(r.Took),
		Phases:    []jsonPhase{},
		Peer:      r.Peer,
		TLS:       r.TLS,
	}
	for _, p := range r.Phases {
		out.Phases = append(out.Phases, jsonPhase{p.Name, milliseconds(p.Took), p.OK})
	}
	line, err := json.Marshal(out)
	if err != nil {
		panic(err) // strings, numbers and times only: cannot fail
	}
	return line
}

func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}

// Line is the result as the first line of a monitoring plugin, under the usual
// limits.
func Line(r Result) string { return Limits{}.Line(r) }

// Line is the result, as Judge has left it, as the first line of a monitoring
// plugin with its performance data: times in seconds, the days that the
// certificate has left.
func (l Limits) Line(r Result) string {
	scheme, _, _ := strings.Cut(r.Target, "://")
	word := map[Verdict]string{OK: "OK", Slow: "WARNING", Fail: "CRITICAL"}[r.Verdict]
	if word == "" {
		word = "UNKNOWN"
	}
	text := fmt.Sprintf("%.0f ms", milliseconds(r.Took))
	if r.Reason != "" {
		text = string(r.Reason)
	}
	if r.Detail != "" {
		text += ": " + r.Detail
	}
	var b strings.Builder
	// A bar begins the performance data, so the server may not say one.
	fmt.Fprintf(&b, "%s %s - %s |", strings.ToUpper(scheme), word, strings.ReplaceAll(text, "|", "/"))
	for _, f := range figures(r) {
		fmt.Fprintf(&b, " '%s'=%s%s", f.name, f.number(), f.unit)
		warning, critical := l.of(f.name, r)
		least, most := "0", ""
		if f.unit == "" {
			least = ""
		}
		if f.name == figureTotal && l.Timeout > 0 {
			most = fmt.Sprintf("%g", l.Timeout.Seconds())
		}
		b.WriteString(strings.TrimRight(";"+warning.String()+";"+critical.String()+";"+least+";"+most, ";"))
	}
	return b.String()
}

// ExitCode is the result as the exit status of a monitoring plugin: 0 ok,
// 1 slow, 2 fail, 3 inconclusive.
func ExitCode(r Result) int {
	switch r.Verdict {
	case OK:
		return 0
	case Slow:
		return 1
	case Fail:
		return 2
	}
	return 3
}
