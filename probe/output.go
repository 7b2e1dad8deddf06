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

// Line is the result as the first line of a monitoring plugin, with its
// performance data: times in seconds, the days that the certificate has left.
func Line(r Result) string {
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
	fmt.Fprintf(&b, " 'total'=%.3fs;%g;;0", r.Took.Seconds(), defaultSlow.Seconds())
	for _, p := range byName(r.Phases) {
		fmt.Fprintf(&b, " '%s'=%.3fs", p.Name, p.Took.Seconds())
	}
	if r.TLS != nil {
		days := math.Floor(r.TLS.NotAfter.Sub(r.StartedAt).Hours() / 24)
		fmt.Fprintf(&b, " 'cert_days'=%.0f;14:;3:", days)
	}
	return b.String()
}

// byName adds up phases that were taken twice, as the capabilities before and
// after encryption are: a label may be there only once.
func byName(phases []Phase) []Phase {
	var sums []Phase
	index := map[string]int{}
	for _, p := range phases {
		i, ok := index[p.Name]
		if !ok {
			index[p.Name] = len(sums)
			sums = append(sums, p)
			continue
		}
		sums[i].Took += p.Took
	}
	return sums
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
