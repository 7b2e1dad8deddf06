package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What Prometheus itself says of our figures: their form, their names, their
// help.
func TestMetricsPleasePromtool(t *testing.T) {
	t.Parallel()
	promtool := need(t, "promtool")
	in := configure(t, "modules: [{key: smtp, target: \"smtp://*:PORT?insecure=true\", hosts: [127.0.0.1]}]")
	in.edit("PORT", fmt.Sprint(in.port["smtp"]))
	in.edit("web: {", "web: {probe: loopback, ")
	in.start()
	in.healthy()
	for _, path := range []string{"/metrics", "/probe?module=smtp&target=127.0.0.1"} {
		cmd := exec.Command(promtool, "check", "metrics")
		cmd.Stdin = strings.NewReader(in.page(path))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", path, err, out)
		}
	}
}

// prometheus is one that scrapes every second, on loopback.
type prometheus struct {
	*daemon
	url string
}

func startPrometheus(t testing.TB, scrapes string) *prometheus {
	t.Helper()
	path := need(t, "prometheus")
	dir := t.TempDir()
	conf := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(conf, []byte("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"+scrapes), 0o600); err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	p := &prometheus{url: "http://" + address, daemon: &daemon{t: t, dir: dir, args: []string{
		path, "--config.file=" + conf, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + address,
	}}}
	p.start()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("prometheus printed:\n%s", p.out)
		}
	})
	return p
}

// ask evaluates a query now. The error is what Prometheus says is wrong with it.
func (p *prometheus) ask(query string) ([]sample, error) {
	resp, err := http.Get(p.url + "/api/v1/query?" + url.Values{"query": {query}}.Encode())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []sample }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	return answer.Data.Result, nil
}

type sample struct {
	Metric map[string]string
	Value  [2]any // when, and what as text
}

// says reports whether a query has exactly one answer with this value.
func (p *prometheus) says(query, value string) bool {
	got, err := p.ask(query)
	return err == nil && len(got) == 1 && got[0].Value[1] == value
}

// dashboard is what this test reads of a Grafana dashboard.
type dashboard struct {
	Panels []struct {
		ID      int
		Title   string
		GridPos struct{ X, Y, W, H int }
		Type    string
		Targets []struct{ Expr string }
	}
	Annotations struct {
		List []struct{ Name, Expr string }
	}
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
}

// Every query of the dashboard is understood by Prometheus and has data, the
// one for failures once there is a failure. Grafana itself is not in Debian.
func TestDashboard(t *testing.T) {
	t.Parallel()
	need(t, "prometheus")
	text, err := os.ReadFile("../packaging/grafana/howdah.json")
	if err != nil {
		t.Fatal(err)
	}
	board := decode[dashboard](t, string(text))
	in := configure(t, "  restart: never\nmodules: [{key: imaps, target: \"imaps://*?insecure=true\", hosts: [IMAPS]}]")
	imaps := fmt.Sprintf("127.0.0.1:%d", in.port["imaps"])
	in.edit("IMAPS]", fmt.Sprintf("%q]", imaps))
	in.edit("web: {", "web: {probe: loopback, ")
	in.start()
	in.healthy()
	web := strings.TrimPrefix(in.url, "http://")
	p := startPrometheus(t, fmt.Sprintf(`
  - {job_name: howdah, static_configs: [{targets: [%q]}]}
  - job_name: mail
    metrics_path: /probe
    params: {module: [imaps]}
    static_configs: [{targets: [%q]}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: %q}
`, web, imaps, web))
	within(t, 20*time.Second, "five scrapes", func() bool {
		got, err := p.ask(`count_over_time(up{job="howdah"}[1m]) >= 5`)
		return err == nil && len(got) == 1
	})
	within(t, 20*time.Second, "a test message came through", func() bool {
		got, err := p.ask("mail_canary_last_seen_timestamp_seconds")
		return err == nil && len(got) == 1
	})
	if !p.says(`probe_success{job="mail",instance="`+imaps+`"}`, "1") {
		t.Error("the target of /probe does not work")
	}

	variables := strings.NewReplacer("$__range", "1m", "$__rate_interval", "10s", "$job", "howdah", "$component", ".*", "$check", ".*")
	for _, v := range board.Templating.List {
		if v.Type != "query" {
			continue
		}
		metric := strings.TrimPrefix(v.Definition, "label_values(")
		metric = metric[:strings.LastIndex(metric, ",")]
		if got, err := p.ask(variables.Replace(metric)); err != nil || len(got) == 0 {
			t.Errorf("variable %s, %s: %v of %v", v.Name, v.Definition, err, got)
		}
	}
	var whileDown []string
	queries := 0
	ask := func(title, expr string) bool {
		t.Helper()
		queries++
		query := variables.Replace(expr)
		if strings.Contains(query, "$") {
			t.Errorf("%s: a variable that nobody sets: %s", title, query)
		}
		got, err := p.ask(query)
		if err != nil {
			t.Errorf("%s: %s: %v", title, query, err)
		}
		return len(got) > 0
	}
	ids, cells := map[int]bool{}, map[[2]int]string{}
	for _, panel := range board.Panels {
		if ids[panel.ID] {
			t.Errorf("%s has the number %d of another panel", panel.Title, panel.ID)
		}
		ids[panel.ID] = true
		at := panel.GridPos
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies on %q or outside", panel.Title, other)
				}
				cells[[2]int{x, y}] = panel.Title
			}
		}
		if (panel.Type == "row") != (len(panel.Targets) == 0) {
			t.Errorf("%s: %d queries", panel.Title, len(panel.Targets))
		}
		for _, target := range panel.Targets {
			switch has := ask(panel.Title, target.Expr); {
			case strings.Contains(target.Expr, "failure_info"):
				whileDown = append(whileDown, target.Expr)
				if has {
					t.Errorf("%s: a failure while all is well", panel.Title)
				}
			case !has:
				t.Errorf("%s: no data: %s", panel.Title, target.Expr)
			}
		}
	}
	for _, a := range board.Annotations.List {
		whileDown = append(whileDown, a.Expr)
		ask(a.Name, a.Expr)
	}
	if queries < 20 || len(whileDown) != 2 {
		t.Errorf("%d queries, %d of them for failures", queries, len(whileDown))
	}

	in.signal(syscall.SIGKILL)
	within(t, 20*time.Second, "the dashboard shows the outage", func() bool {
		for _, query := range whileDown {
			if got, err := p.ask(variables.Replace(query)); err != nil || len(got) == 0 {
				return false
			}
		}
		return p.says(`probe_failure_info{job="mail",phase="connect",cause="refused"}`, "1") && p.says(`up{job="mail"}`, "1") &&
			p.says(`howdah_component_state{component="imap",state="down"}`, "1")
	})
}
