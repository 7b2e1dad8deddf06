package probe

import (
	"strings"
	"time"
)

// Verdict is the judgement of one run of a check.
type Verdict string

const (
	OK           Verdict = "ok"           // every phase passed
	Slow         Verdict = "slow"         // every phase passed, but late, or with a certificate that soon ends
	Fail         Verdict = "fail"         // the target did not do what its users need
	Inconclusive Verdict = "inconclusive" // we could not ask; says nothing about the target
)

// Good reports whether the target did its work, however late.
func (v Verdict) Good() bool { return v == OK || v == Slow }

// Reason says which phase ended a run and why, as "phase.cause" in lower case:
// "connect.refused", "greeting.timeout", "greeting.bye", "auth.no". It is empty
// when the run was good.
type Reason string

// Phase is the part before the dot: where the run ended.
func (r Reason) Phase() string { p, _, _ := strings.Cut(string(r), "."); return p }

// Cause is the part after the dot: why it ended there.
func (r Reason) Cause() string { _, c, _ := strings.Cut(string(r), "."); return c }

// Rejected reports whether the target refused our credentials. The target then
// works and the probe is misconfigured: a warning to staff, never an outage.
func (r Reason) Rejected() bool { return r == "auth.no" }

// ours reports whether the run failed because of ourselves: the check of
// ourselves that followed it did not pass either.
func (r Reason) ours() bool { return r.Phase() == "self" || r.Phase() == "anchor" }

// Phase is one step of a run, in the order in which it was taken.
type Phase struct {
	Name  string        `json:"name"`
	Start time.Duration `json:"-"` // since the start of the run
	Took  time.Duration `json:"-"`
	OK    bool          `json:"ok"`
}

// TLSInfo describes the encryption that a run met.
type TLSInfo struct {
	Version string `json:"version"` // "TLS 1.3"
	Cipher  string `json:"cipher"`
	// NotAfter is when the first certificate ends of those that lead from the
	// server's to the authority, UTC; where it is not verified, that of the
	// server's own. Where several ways lead there, the one that lasts longest
	// counts.
	NotAfter time.Time `json:"not_after"`
	Verified bool      `json:"verified"`
}

// Result is one run of a check: a fact, never edited.
type Result struct {
	Check     string // Check.Key
	Component string
	Target    string // without password
	// StartedAt carries the monotonic reading of the run's start, in whatever
	// zone the machine has; in an Outage, and towards the Store, it is UTC.
	StartedAt time.Time
	Took      time.Duration // monotonic
	Verdict   Verdict
	Reason    Reason
	Mechanism string // SASL mechanism or command that logged in, e.g. "PLAIN"
	Phases    []Phase
	Peer      string // address that answered, "127.0.0.1:1143"
	TLS       *TLSInfo
	// Detail is one line for staff: what the server said or what the network
	// reported, printable, at most 200 bytes, without secrets.
	Detail string
	// Transcript is the conversation, one line each way, prefixed "C: " or
	// "S: ", on a second connection "C2: " or "S2: ", printable, without
	// secrets, at most 8 KiB.
	Transcript []string
}

// EndedAt is the wall time at which the run was over.
func (r Result) EndedAt() time.Time { return r.StartedAt.Add(r.Took) }

// proves reports whether a phase that passed shows the server at work, and not
// only the kernel below it: a stopped process still has its connections
// accepted.
func (p Phase) proves() bool { return p.OK && p.Name != "dns" && p.Name != "connect" }

// proven is the number of phases in which the server itself answered.
func (r Result) proven() int {
	n := 0
	for _, p := range r.Phases {
		if p.proves() {
			n++
		}
	}
	return n
}

// provenUntil is the latest moment at which the run itself showed the server
// at work: the end of the last phase in which it answered. It is zero when
// there was none.
func (r Result) provenUntil() time.Time {
	var t time.Time
	for _, p := range r.Phases {
		if p.proves() {
			t = r.StartedAt.Add(p.Start + p.Took)
		}
	}
	return t
}
