package test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dovecot is a Dovecot on loopback where every user exists and has the password
// "pass".
type dovecot struct {
	*daemon
	port map[string]int // imap imaps pop3 pop3s lmtp sieve
}

// startDovecot runs a Dovecot that keeps mail as sdbox, with TLS by a
// certificate that nobody trusts, and with more in its configuration, where DIR
// is its folder and SIEVE_PORT a port. It ends with the test.
func startDovecot(t testing.TB, more ...string) *dovecot {
	t.Helper()
	path := need(t, "dovecot")
	asRoot(t, "Dovecot")
	dir := scratch(t)
	d := &dovecot{port: map[string]int{}}
	values := []string{"DIR", dir}
	for _, p := range []string{"imaps", "imap", "pop3s", "pop3", "lmtp", "sieve"} {
		d.port[p] = freePort(t)
		values = append(values, strings.ToUpper(p)+"_PORT", fmt.Sprint(d.port[p]))
	}
	writeCertificate(t, dir)
	makeFolder(t, filepath.Join(dir, "mail"), "mail")
	conf := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(conf, []byte(strings.NewReplacer(values...).Replace(dovecotConf+strings.Join(more, ""))), 0o644); err != nil {
		t.Fatal(err)
	}
	d.daemon = &daemon{t: t, dir: dir, args: []string{path, "-F", "-c", conf}}
	d.start()
	t.Cleanup(func() {
		d.stop()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("dovecot printed:\n%s%s", d.out, log)
		}
	})
	return d
}

// start runs Dovecot, also again, and waits until every port answers.
func (d *dovecot) start() {
	d.t.Helper()
	d.daemon.start()
	d.greeting(d.port["imap"], "* OK")
	d.greeting(d.port["pop3"], "+OK")
	d.greeting(d.port["lmtp"], "220")
}

// writeCertificate makes cert.pem and key.pem of a certificate for tests.
func writeCertificate(t testing.TB, dir string) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	pair := s.TLS.Certificates[0]
	s.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Mail belongs to the system's user mail, because Dovecot refuses root.
const dovecotConf = `
protocols = imap pop3 lmtp
listen = 127.0.0.1
base_dir = DIR/run
state_dir = DIR/run
log_path = DIR/log
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = sdbox:~/sdbox
mail_max_userip_connections = 1000
postmaster_address = postmaster@localhost
namespace inbox {
  inbox = yes
}
passdb {
  driver = static
  args = password=pass
}
userdb {
  driver = static
  args = uid=mail gid=mail home=DIR/mail/%n
}
# Else a wrong password slows down the right ones that follow it.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = IMAP_PORT
  }
  inet_listener imaps {
    port = IMAPS_PORT
  }
}
service pop3-login {
  inet_listener pop3 {
    port = POP3_PORT
  }
  inet_listener pop3s {
    port = POP3S_PORT
  }
}
service lmtp {
  inet_listener lmtp {
    port = LMTP_PORT
  }
}
`

// probed is what one run of "howdah probe --json" tells.
type probed struct {
	Verdict, Reason, Peer string
	Phases                []struct {
		Name string
		OK   bool
	}
}

// probe runs one check from the shell and returns its exit code and result.
func (d *dovecot) probe(target, password string) (int, probed) {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.Command(program, "probe", target, "--json", "--timeout", "2s", "--password-file", file)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), decode[probed](d.t, string(out))
}

// The probe tells of a Dovecot what is the matter with it.
func TestProbeDovecot(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	target := func(scheme string) string {
		return fmt.Sprintf("%s://probe@127.0.0.1:%d?insecure=true", scheme, d.port[scheme])
	}
	expect := func(t *testing.T, target, password, reason string) {
		t.Helper()
		code, got := d.probe(target, password)
		want := 0
		if reason != "" {
			want = 2
		}
		if code != want || got.Reason != reason {
			t.Errorf("%s: exit code %d, want %d; reason %q, want %q; %+v", target, code, want, got.Reason, reason, got)
		}
	}
	all := []string{"imap", "imaps", "pop3", "pop3s"}
	for _, scheme := range all {
		t.Run(scheme, func(t *testing.T) {
			expect(t, target(scheme), "pass", "")
			expect(t, target(scheme), "wrong", "auth.no")
		})
	}
	t.Run("untrusted certificate", func(t *testing.T) {
		for _, scheme := range []string{"imap", "pop3"} {
			expect(t, strings.TrimSuffix(target(scheme), "?insecure=true"), "pass", "tls.cert_chain")
		}
	})
	t.Run("stopped", func(t *testing.T) {
		d.signal(syscall.SIGSTOP)
		expect(t, target("imap"), "pass", "greeting.timeout")
		expect(t, target("pop3"), "pass", "greeting.timeout")
		expect(t, target("imaps"), "pass", "tls.timeout")
		d.signal(syscall.SIGCONT)
		expect(t, target("imap"), "pass", "")
	})
	t.Run("ended", func(t *testing.T) {
		d.stop()
		for _, scheme := range all {
			expect(t, target(scheme), "pass", "connect.refused")
		}
	})
}

// A Howdah without a mail server of its own watches a Dovecot: when it ends
// there is one incident of all that it served, and the page says when it is
// back.
func TestWatchDovecot(t *testing.T) {
	t.Parallel()
	d := startDovecot(t)
	in := configure(t, "")
	text := fmt.Sprintf(`site: {name: Example Mail}
data: data
web: {listen: "127.0.0.1:%d"}
mailserver: off
hosts: [{key: campus, name: Campus mail}]
components:
  - {key: imap, name: Reading mail, group: Mail, depends_on: [campus]}
  - {key: pop3, name: Fetching mail, group: Mail, depends_on: [campus]}
checks:
  - {component: imap, target: "imap://probe@127.0.0.1:%d?insecure=true", password_file: password, every: 2s, timeout: 1s}
  - {component: pop3, target: "pop3://probe@127.0.0.1:%d?insecure=true", password_file: password, every: 2s, timeout: 1s}
detection: {confirm: [100ms, 200ms], confirm_timeout: 500ms, recover: 2, recover_over: 1s, publish_after: 1s}
`, in.port["web"], d.port["imap"], d.port["pop3"])
	for file, text := range map[string]string{in.conf: text, filepath.Join(in.dir, "password"): "pass\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in.start()
	in.healthy()
	if pid := in.child(); pid != 0 {
		t.Errorf("there is a mail server, pid %d", pid)
	}

	ended := time.Now()
	d.stop()
	in.within(15*time.Second, "both components are down", func() bool {
		down := map[string]bool{}
		for _, c := range in.summary().Components {
			down[c.ID] = c.Status == "major_outage"
		}
		return down["imap"] && down["pop3"]
	})
	in.within(5*time.Second, "the feed tells of it", func() bool { return strings.Contains(in.page("/feed.rss"), "<item>") })
	if page := in.page("/"); !strings.Contains(page, "Not working") {
		t.Error("the page does not say that mail is not working")
	}

	d.start()
	back := time.Now()
	in.within(15*time.Second, "the thread says that it works again", func() bool { return in.incidents()[0].Status == "monitoring" })
	all := in.incidents()
	if len(all) != 1 {
		t.Fatalf("%d incidents: %+v", len(all), all)
	}
	for _, o := range all[0].Outages {
		if d := o.StartedAt.Sub(ended); d < -3*time.Second || d > 3*time.Second {
			t.Errorf("published start %v, was %v", o.StartedAt, ended)
		}
		if d := o.EndedAt.Sub(back); d < -time.Second || d > 5*time.Second {
			t.Errorf("published end %v, was %v", o.EndedAt, back)
		}
	}
	in.within(5*time.Second, "the page says so", func() bool { return strings.Contains(in.page("/"), "Working again") })
}
