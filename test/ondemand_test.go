package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// /probe is not there unless it is allowed, and then for programs on this
// machine, for the hosts that are listed.
func TestProbeByPrometheus(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	path := func(port string) string {
		return fmt.Sprintf("/probe?module=imaps&target=127.0.0.1:%d", in.port[port])
	}
	if code, _ := in.get(path("imaps")); code != http.StatusNotFound {
		t.Errorf("before it is allowed: %d", code)
	}

	in.edit("web: {", fmt.Sprintf("modules: [{key: imaps, target: \"imaps://probe@*?insecure=true\", password_file: data/probe.password, hosts: [\"127.0.0.1:%d\"]}]\nweb: {probe: loopback, ", in.port["imaps"]))
	in.reload(taken)
	figures := in.page(path("imaps"))
	for _, line := range []string{"probe_success 1\n", `probe_phase_duration_seconds{phase="auth"} `, `probe_phase_duration_seconds{phase="select"} `, "probe_ssl_earliest_cert_expiry "} {
		if !strings.Contains(figures, "\n"+line) {
			t.Errorf("no %s in\n%s", line, figures)
		}
	}
	if code, body := in.get(path("imap")); code != http.StatusForbidden {
		t.Errorf("of a port that is not listed: %d %s", code, body)
	}
	req, err := http.NewRequest("GET", in.url+path("imaps"), nil)
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
}
