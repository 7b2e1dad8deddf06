package test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The figures are those of the page, before, while and after the mail server
// is down.
func TestMetricsFollowAnOutage(t *testing.T) {
	t.Parallel()
	in := start(t, "detection: {recover: 1, recover_over: 0s}")
	in.healthy()
	says := func(lines ...string) bool {
		page := "\n" + in.page("/metrics")
		for _, line := range lines {
			if !strings.Contains(page, "\nhowdah_"+line+"\n") {
				return false
			}
		}
		return true
	}
	if !says(`component_up{component="imap"} 1`, `component_up{component="pop3"} 1`, "mailserver_up 1", "mailserver_restarts_total 0",
		"outages_open 0", "incidents_unresolved 0", "store_unsaved_seconds 0") {
		t.Errorf("while all is well:\n%s", in.page("/metrics"))
	}
	in.signal(syscall.SIGKILL)
	in.within(time.Second, "the figures of an outage", func() bool {
		return says(`component_up{component="imap"} 0`, `component_up{component="pop3"} 0`, "mailserver_up 0", "outages_open 1", "incidents_unresolved 1")
	})
	in.within(20*time.Second, "the figures of a recovery", func() bool {
		return says(`component_up{component="imap"} 1`, `component_up{component="pop3"} 1`, "mailserver_up 1", "mailserver_restarts_total 1", "outages_open 0", "incidents_unresolved 1")
	})

	req, err := http.NewRequest("GET", in.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "127.0.0.1")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("through a proxy: %d", resp.StatusCode)
	}
	in.edit("web: {", "web: {metrics: off, ")
	in.reload(taken)
	if code, _ := in.get("/metrics"); code != http.StatusNotFound {
		t.Errorf("off: %d", code)
	}
}
