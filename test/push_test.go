package test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// report sends what a job has to say of itself, and returns the status.
func (in *instance) report(name, token, body string) int {
	in.t.Helper()
	req, err := http.NewRequestWithContext(in.t.Context(), http.MethodPost, in.url+"/api/v1/push/"+name, strings.NewReader(body))
	if err != nil {
		in.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		in.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// A job that reports in is shown as it says, its failure at once, and its
// silence when its period has passed. A reload adds another.
func TestJobReports(t *testing.T) {
	t.Parallel()
	in := configure(t, `
components: [{key: copy, name: Nightly copy}]
checks:
  - {component: copy, target: "push://copy", password_file: token, every: 3s}
detection: {confirm: [500ms], confirm_timeout: 1s, recover: 2, recover_over: 1s}
`)
	if err := os.WriteFile(filepath.Join(in.dir, "token"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in.start()
	status := func() string { return in.summary().Components[0].Status }
	outages := func() int {
		for _, i := range in.incidents() {
			return len(i.Outages)
		}
		return 0
	}
	say := func(body string) {
		t.Helper()
		if code := in.report("copy", "s3cret", body); code != http.StatusNoContent {
			t.Fatalf("report %q: %d", body, code)
		}
	}
	say("")
	in.within(5*time.Second, "the first report counts", in.checked)
	for name, code := range map[string]int{"copy": in.report("copy", "wrong", `{"verdict":"fail"}`), "other": in.report("other", "s3cret", "")} {
		if want := map[string]int{"copy": 401, "other": 404}[name]; code != want {
			t.Errorf("%s: %d, want %d", name, code, want)
		}
	}
	if got := status(); got != "operational" {
		t.Errorf("after a report that was refused it is %s", got)
	}

	say(`{"verdict":"fail","reason":"disk.full","detail":"no room on /backup"}`)
	in.within(12*time.Second, "a failure is shown", func() bool { return status() == "major_outage" && outages() == 1 })
	if page := in.page("/"); strings.Contains(page, "no room") || strings.Contains(page, "disk.full") {
		t.Error("what is for staff is on the page")
	}
	in.edit("every: 3s}", "every: 3s}\n  - {component: copy, target: \"push://second\", password_file: token, every: 24h}")
	in.reload(taken)
	if code := in.report("second", "s3cret", ""); code != http.StatusNoContent {
		t.Errorf("the second job: %d", code)
	}
	recovered := time.Now()
	in.within(60*time.Second, "it works again", func() bool {
		if time.Since(recovered) > 2*time.Second {
			say("")
			recovered = time.Now()
		}
		return status() == "operational"
	})
	// From here on it is silent: its period, a grace of 10 s, the next look and
	// another.
	in.within(60*time.Second, "silence is shown", func() bool { return status() != "operational" && outages() == 2 })
	if strings.Contains(in.out.String(), "s3cret") {
		t.Error("the token is in the log")
	}
}
