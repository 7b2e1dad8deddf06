package probe

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func sampleResult() Result {
	return Result{
		Check: "imap", Component: "imap", Target: "imap://probe@127.0.0.1:1143",
		StartedAt: time.Date(2005, 8, 1, 17, 5, 0, 0, time.FixedZone("SAST", 2*3600)),
		Took:      84 * time.Millisecond, Verdict: OK, Mechanism: "PLAIN", Peer: "127.0.0.1:1143",
		Phases: []Phase{
			{Name: "connect", Took: 250 * time.Microsecond, OK: true},
			{Name: "capability", Took: time.Millisecond, OK: true},
			{Name: "tls", Took: 31 * time.Millisecond, OK: true},
			{Name: "capability", Took: 2 * time.Millisecond, OK: true},
		},
		TLS: &TLSInfo{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", NotAfter: time.Date(2005, 10, 1, 16, 0, 0, 0, time.UTC), Verified: true},
	}
}

func TestJSON(t *testing.T) {
	const want = `{"schema":1,"check":"imap","target":"imap://probe@127.0.0.1:1143","started_at":"2005-08-01T15:05:00Z","verdict":"ok","reason":"","detail":"","mechanism":"PLAIN","total_ms":84,"phases":[{"name":"connect","ms":0.25,"ok":true},{"name":"capability","ms":1,"ok":true},{"name":"tls","ms":31,"ok":true},{"name":"capability","ms":2,"ok":true}],"peer":"127.0.0.1:1143","tls":{"version":"TLS 1.3","cipher":"TLS_AES_128_GCM_SHA256","not_after":"2005-10-01T16:00:00Z","verified":true}}`
	if got := string(JSON(sampleResult())); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var empty struct {
		Phases []any           `json:"phases"`
		TLS    json.RawMessage `json:"tls"`
	}
	if err := json.Unmarshal(JSON(Result{}), &empty); err != nil || empty.Phases == nil || string(empty.TLS) != "null" {
		t.Errorf("of nothing: %+v, %v; want an empty list of phases and no tls", empty, err)
	}
}

func TestLine(t *testing.T) {
	ok := sampleResult()
	failed := ok
	failed.Verdict, failed.Reason, failed.Detail, failed.TLS, failed.Phases = Fail, "greeting.bye", "too | many", nil, nil
	slow := failed
	slow.Verdict, slow.Reason, slow.Detail, slow.Took = Slow, "", "", 6*time.Second
	unknown := failed
	unknown.Verdict, unknown.Reason, unknown.Detail = Inconclusive, "dns.timeout", ""
	tests := []struct {
		r    Result
		line string
		code int
	}{
		{ok, "IMAP OK - 84 ms | 'total'=0.084000s;5;;0 'connect'=0.000250s;;;0 'capability'=0.003000s;;;0 'tls'=0.031000s;;;0 'cert_days'=61;14:;3:", 0},
		{slow, "IMAP WARNING - 6000 ms | 'total'=6.000000s;5;;0", 1},
		{failed, "IMAP CRITICAL - greeting.bye: too / many | 'total'=0.084000s;5;;0", 2},
		{unknown, "IMAP UNKNOWN - dns.timeout | 'total'=0.084000s;5;;0", 3},
	}
	for _, tt := range tests {
		if got := Line(tt.r); got != tt.line {
			t.Errorf("got  %s\nwant %s", got, tt.line)
		}
		if got := ExitCode(tt.r); got != tt.code {
			t.Errorf("exit code of %s is %d, want %d", tt.r.Verdict, got, tt.code)
		}
		if strings.Count(Line(tt.r), "|") != 1 {
			t.Errorf("more than one bar: %s", Line(tt.r))
		}
	}
}
