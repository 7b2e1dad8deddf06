package test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Our IMAP check and blackbox_exporter's beside it, asked by HTTP as Prometheus
// asks both, in turns and of one Dovecot. They hold the same conversation. The
// ratio is ours to theirs: less is better.
func BenchmarkProbe(b *testing.B) {
	d := startDovecot(b)
	address := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
	busy := refuser(b)
	all := startAskers(b, address(d.port["imap"]), address(d.port["imaps"]), busy)
	for _, scheme := range []string{"imap", "imaps"} {
		b.Run(scheme, func(b *testing.B) {
			const turns, runs = 8, 40 // within what /probe lets through at once
			var took, cpu [2][]float64
			for b.Loop() {
				time.Sleep(4 * time.Second)
				for turn := range turns {
					for n := range all {
						who := (turn + n) % len(all)
						before := processorTime(b, all[who].pid)
						for range runs {
							d, figures := all[who].ask(b, scheme, address(d.port[scheme]))
							if !strings.Contains(figures, "\nprobe_success 1\n") {
								b.Fatalf("%s: %s", all[who].url, figures)
							}
							took[who] = append(took[who], ms(d))
						}
						cpu[who] = append(cpu[who], ms(processorTime(b, all[who].pid)-before)/runs)
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(middle(took[0]), "ms")
			b.ReportMetric(middle(took[0])/middle(took[1]), "ratio")
			b.ReportMetric(middle(cpu[0]), "cpu-ms")
			b.ReportMetric(middle(cpu[0])/middle(cpu[1]), "cpu-ratio")
		})
	}
	// How soon a fault is told, and how many of three faults can be told apart
	// by the figures. This Dovecot takes half a second to say NO.
	b.Run("faults", func(b *testing.B) {
		var answers [2]map[string]bool
		report := func(fault, module, target string) {
			for who, name := range []string{"ours", "theirs"} {
				took, figures := all[who].ask(b, module, target)
				if !strings.Contains(figures, "\nprobe_success 0\n") {
					b.Fatalf("%s of %s: %s", fault, name, figures)
				}
				b.ReportMetric(ms(took), fault+"-"+name+"-ms")
				answers[who][told(figures)] = true
			}
		}
		for b.Loop() {
			answers = [2]map[string]bool{{}, {}}
			report("no", "wrong", address(d.port["imaps"]))
			report("bye", "plain", busy)
			d.signal(syscall.SIGSTOP)
			report("silent", "imaps", address(d.port["imaps"]))
			d.signal(syscall.SIGCONT)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(len(answers[0])), "causes-ours")
		b.ReportMetric(float64(len(answers[1])), "causes-theirs")
	})
}

// asker is a service that probes what Prometheus names.
type asker struct {
	url string
	pid int
}

// ask has a module ask a target. It returns how long the whole request took
// and the figures.
func (a asker) ask(t testing.TB, module, target string) (time.Duration, string) {
	t.Helper()
	began := time.Now()
	resp, err := http.Get(a.url + "/probe?" + url.Values{"module": {module}, "target": {target}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s of %s: %s, %v: %s", module, target, resp.Status, err, body)
	}
	return took, string(body)
}

// startAskers runs a howdah and a blackbox_exporter that have the same modules.
func startAskers(b *testing.B, hosts ...string) [2]asker {
	b.Helper()
	blackbox := need(b, "prometheus-blackbox-exporter")
	in := configure(b, "")
	ours := fmt.Sprintf("data: data\nweb: {listen: \"127.0.0.1:%d\", probe: loopback}\nmailserver: off\nmodules:\n", in.port["web"])
	theirs := "modules:\n"
	for _, m := range []struct{ key, scheme, password string }{
		{"imap", "imap", "pass"}, {"imaps", "imaps", "pass"}, {"plain", "imap", "pass"}, {"wrong", "imaps", "wrong"},
	} {
		ours += fmt.Sprintf("  - {key: %s, target: \"%s://probe@*?insecure=true\", password_file: %s, timeout: 5s, hosts: [\"%s\"]}\n",
			m.key, m.scheme, m.password, strings.Join(hosts, `", "`))
		theirs += blackboxModule(m.key, m.scheme, m.password)
	}
	conf := filepath.Join(in.dir, "blackbox.yml")
	for file, text := range map[string]string{
		in.conf: ours, conf: theirs, filepath.Join(in.dir, "pass"): "pass\n", filepath.Join(in.dir, "wrong"): "wrong\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	in.start()
	port := freePort(b)
	d := &daemon{t: b, dir: in.dir, args: []string{blackbox, "--config.file=" + conf, fmt.Sprintf("--web.listen-address=127.0.0.1:%d", port)}}
	d.start()
	b.Cleanup(d.stop)
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	within(b, 20*time.Second, "blackbox_exporter answers", func() bool {
		resp, err := http.Get(url + "/-/healthy")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	return [2]asker{{in.url, in.cmd.Process.Pid}, {url, d.cmd.Process.Pid}}
}

// blackboxModule holds the conversation of our check of the scheme: encryption,
// capabilities, login, inbox, logout.
func blackboxModule(key, scheme, password string) string {
	m := fmt.Sprintf("  %s:\n    prober: tcp\n    timeout: 5s\n    tcp:\n      tls: %t\n      tls_config: {insecure_skip_verify: true}\n      query_response:\n",
		key, scheme == "imaps")
	steps := []string{`expect: "^[*] OK"`}
	if key == "imap" {
		steps = append(steps, `send: "s STARTTLS"`, `expect: "^s OK"`, "starttls: true")
	}
	steps = append(steps, `send: "a CAPABILITY"`, `expect: "^a OK"`, `send: "b LOGIN probe `+password+`"`, `expect: "^b OK"`,
		`send: "c EXAMINE INBOX"`, `expect: "^c OK"`, `send: "d LOGOUT"`, `expect: "^d OK"`)
	for _, step := range steps {
		m += "      - {" + step + "}\n"
	}
	return m
}

// refuser is a server that says BYE and hangs on to the connection.
func refuser(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, "* BYE too many connections\r\n")
				io.Copy(io.Discard, c)
			}()
		}
	}()
	return l.Addr().String()
}

// asides are figures that say nothing of the cause: times, encryption, addresses.
var asides = regexp.MustCompile(`(?m)^(# .*|probe_\S*_seconds\S* .*|probe_(ssl|tls|ip)_\S* .*)\n`)

// told is what figures say of the cause of a failure.
func told(figures string) string { return asides.ReplaceAllString(figures, "") }

// processorTime is what a process has used of the processors (proc(5), utime
// and stime; a tick is 10 ms).
func processorTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var user, system int
	if _, err := fmt.Sscan(f[11]+" "+f[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
