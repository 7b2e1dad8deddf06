package app

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

// told are the lines of /metrics that tell of probes.
func told(t *testing.T, results ...probe.Result) []string {
	t.Helper()
	watched := &watchlist{checks: []probe.Check{{Key: "imap", Timeout: 15 * time.Second}, {Key: "pop3", Timeout: 5 * time.Second}}}
	m := bareMeter()
	w := httptest.NewRecorder()
	m.handler(&outcomes{last: func() []probe.Result { return results }, watched: func() *watchlist { return watched }}).
		ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if line, ok := strings.CutPrefix(strings.TrimSpace(line), "probe_"); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestMetricsOfChecks(t *testing.T) {
	good := probe.Result{
		Check: "imap", Component: "reading", Verdict: probe.Slow, Took: 6 * time.Second, Peer: "[2001:db8::1]:143",
		Phases: []probe.Phase{
			{Name: "dns", Took: 20 * time.Millisecond, OK: true}, {Name: "capability", Took: time.Millisecond, OK: true},
			{Name: "tls", Took: 30 * time.Millisecond, OK: true}, {Name: "capability", Took: 2 * time.Millisecond, OK: true},
		},
		TLS: &probe.TLSInfo{Version: "TLS 1.3", NotAfter: time.Unix(1122908590, 0)},
	}
	want := []string{
		`dns_lookup_time_seconds{check="imap",component="reading"} 0.02`,
		`duration_seconds{check="imap",component="reading"} 6`,
		`ip_protocol{check="imap",component="reading"} 6`,
		`phase_duration_seconds{check="imap",component="reading",phase="capability"} 0.003`,
		`phase_duration_seconds{check="imap",component="reading",phase="dns"} 0.02`,
		`phase_duration_seconds{check="imap",component="reading",phase="tls"} 0.03`,
		`ssl_earliest_cert_expiry{check="imap",component="reading"} 1.12290859e+09`,
		`success{check="imap",component="reading"} 1`,
		`timeout_seconds{check="imap",component="reading"} 15`,
		`tls_version_info{check="imap",component="reading",version="TLS 1.3"} 1`,
	}
	if got := told(t, good); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMetricsOfChecksThatFailed(t *testing.T) {
	refused := probe.Result{Check: "pop3", Component: "pop3", Verdict: probe.Fail, Reason: "connect.refused"}
	expired := probe.Result{
		Check: "imap", Component: "imap", Verdict: probe.Fail, Reason: "tls.cert_expired", Peer: "127.0.0.1:143",
		TLS: &probe.TLSInfo{Version: "TLS 1.2", NotAfter: time.Unix(1000, 0)},
	}
	reported := probe.Result{Check: "pop3", Component: "pop3", Verdict: probe.Fail, Reason: "push.<script>alert(1)</script>"}
	unasked := probe.Result{Check: "pop3", Component: "pop3", Verdict: probe.Inconclusive, Reason: "dns.timeout"}
	tests := []struct {
		name     string
		r        probe.Result
		has, not []string
	}{
		{"refused", refused, []string{`success{check="pop3",component="pop3"} 0`, `failure_info{cause="refused",check="pop3",component="pop3",phase="connect"} 1`}, []string{"ip_protocol", "tls_version_info", "ssl_earliest"}},
		{"expired", expired, []string{`success{check="imap",component="imap"} 0`, `ssl_earliest_cert_expiry{check="imap",component="imap"} 1000`, `ip_protocol{check="imap",component="imap"} 4`}, nil},
		{"in a reporter's words", reported, []string{`failure_info{cause="other",check="pop3",component="pop3",phase="push"} 1`}, []string{"script"}},
		{"could not ask", unasked, []string{`failure_info{cause="timeout",check="pop3",component="pop3",phase="dns"} 1`}, []string{"success"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := told(t, tt.r)
			for _, line := range tt.has {
				if !slices.Contains(got, line) {
					t.Errorf("no %s in\n%s", line, strings.Join(got, "\n"))
				}
			}
			for _, word := range tt.not {
				if strings.Contains(strings.Join(got, "\n"), word) {
					t.Errorf("%s in\n%s", word, strings.Join(got, "\n"))
				}
			}
		})
	}
}
