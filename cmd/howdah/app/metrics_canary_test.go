package app

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

func TestMetricsOfCanaries(t *testing.T) {
	all := []probe.CanaryStatus{
		{Check: "canary", Component: "incoming", Flying: 3, Overdue: 1, Lost: 2, LastSeenAt: time.Unix(1122908590, 0),
			Hops: []probe.CanaryHop{{Name: "accepted", Took: 20 * time.Millisecond}, {Name: "imap", Took: time.Second}}},
		{Check: "new", Component: "incoming"},
	}
	w := httptest.NewRecorder()
	bareMeter().handler(&canaries{status: func() []probe.CanaryStatus { return all }}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var got []string
	for line := range strings.Lines(w.Body.String()) {
		if line, ok := strings.CutPrefix(strings.TrimSpace(line), "mail_canary_"); ok {
			got = append(got, line)
		}
	}
	want := []string{
		`flying{check="canary",component="incoming"} 3`,
		`flying{check="new",component="incoming"} 0`,
		`hop_seconds{check="canary",component="incoming",hop="accepted"} 0.02`,
		`hop_seconds{check="canary",component="incoming",hop="imap"} 1`,
		`last_seen_timestamp_seconds{check="canary",component="incoming"} 1.12290859e+09`,
		`lost_total{check="canary",component="incoming"} 2`,
		`lost_total{check="new",component="incoming"} 0`,
		`overdue{check="canary",component="incoming"} 1`,
		`overdue{check="new",component="incoming"} 0`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
