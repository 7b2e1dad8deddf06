package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// cyrusPrograms is where test/install puts the programs that Debian does not
// let stand beside Dovecot's packages.
const cyrusPrograms = "/usr/local/lib/cyrus"

// cyrus is a Cyrus on loopback with an account "probe" whose password is "pass".
type cyrus struct {
	*daemon
	port map[string]int // imap imaps pop3 pop3s lmtp
}

// startCyrus runs a Cyrus that lets people in behind encryption, with a
// certificate that nobody trusts. It ends with the test.
func startCyrus(t testing.TB) *cyrus {
	t.Helper()
	master := need(t, "cyrmaster")
	installed(t, filepath.Join(cyrusPrograms, "imapd"))
	asRoot(t, "Cyrus")
	dir := scratch(t)
	c := &cyrus{port: map[string]int{}}
	values := []string{"DIR", dir, "PROGRAMS", cyrusPrograms}
	for _, p := range []string{"imaps", "imap", "pop3s", "pop3", "lmtp"} {
		c.port[p] = freePort(t)
		values = append(values, strings.ToUpper(p)+"_PORT", fmt.Sprint(c.port[p]))
	}
	writeCertificate(t, dir)
	for _, name := range []string{"conf", "mail"} {
		makeFolder(t, filepath.Join(dir, name), "cyrus")
	}
	for _, name := range []string{"db", "socket", "proc", "log", "msg", "lock"} {
		makeFolder(t, filepath.Join(dir, "conf", name), "cyrus")
	}
	for name, text := range map[string]string{"imapd.conf": cyrusConf, "cyrus.conf": cyrusServices} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.NewReplacer(values...).Replace(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	add := exec.Command(need(t, "saslpasswd2"), "-p", "-c", "-f", filepath.Join(dir, "sasldb2"), "-u", "localhost", "probe")
	add.Stdin = strings.NewReader("pass")
	if _, err := output(add); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sasldb2", "cert.pem", "key.pem"} {
		if _, err := output(exec.Command("chown", "cyrus", filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	c.daemon = &daemon{t: t, dir: dir, args: []string{master, "-D", "-C", filepath.Join(dir, "imapd.conf"), "-M", filepath.Join(dir, "cyrus.conf"), "-p", filepath.Join(dir, "conf/pid")}}
	c.start()
	t.Cleanup(func() {
		c.stop()
		if t.Failed() {
			t.Logf("cyrus printed:\n%s", c.out)
		}
	})
	return c
}

// start runs Cyrus, also again, and waits until it answers.
func (c *cyrus) start() {
	c.t.Helper()
	c.daemon.start()
	c.greeting(c.port["imap"], "* OK")
	c.greeting(c.port["pop3"], "+OK")
	c.greeting(c.port["lmtp"], "220")
}

const cyrusConf = `
configdirectory: DIR/conf
partition-default: DIR/mail
admins: cyrus
servername: localhost
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: DIR/sasldb2
sasl_mech_list: PLAIN SCRAM-SHA-256
allowplaintext: no
failedloginpause: 0
autocreate_quota: 0
autocreate_post: yes
autocreate_users: probe
tls_server_cert: DIR/cert.pem
tls_server_key: DIR/key.pem
lmtpsocket: DIR/conf/socket/lmtp
idlesocket: DIR/conf/socket/idle
`

const cyrusServices = `
START {
  recover cmd="ctl_cyrusdb -C DIR/imapd.conf -r"
}
SERVICES {
  imap  cmd="PROGRAMS/imapd -C DIR/imapd.conf" listen="127.0.0.1:IMAP_PORT"
  imaps cmd="PROGRAMS/imapd -C DIR/imapd.conf -s" listen="127.0.0.1:IMAPS_PORT"
  pop3  cmd="PROGRAMS/pop3d -C DIR/imapd.conf" listen="127.0.0.1:POP3_PORT"
  pop3s cmd="PROGRAMS/pop3d -C DIR/imapd.conf -s" listen="127.0.0.1:POP3S_PORT"
  lmtp  cmd="lmtpd -C DIR/imapd.conf -a" listen="127.0.0.1:LMTP_PORT"
}
EVENTS {
}
DAEMON {
  idled cmd="PROGRAMS/idled -C DIR/imapd.conf"
}
`

// What the probe tells of a Cyrus is the matter with it, too: nothing that it
// asks is a habit of one server.
func TestProbeCyrus(t *testing.T) {
	t.Parallel()
	c := startCyrus(t)
	target := func(scheme, options string) string {
		return fmt.Sprintf("%s://probe@127.0.0.1:%d%s", scheme, c.port[scheme], options)
	}
	expect := func(t *testing.T, target, password, reason, mechanism, phases string) {
		t.Helper()
		r := runProbe(t, target, password)
		if r.Reason != reason || r.Mechanism != mechanism || r.phases() != phases {
			t.Errorf("%s: %s %q (%s) by %q after %q, want %q by %q after %q\n%s", target, r.Verdict, r.Reason, r.Detail, r.Mechanism, r.phases(), reason, mechanism, phases, r.trace)
		}
	}
	const scram = "SCRAM-SHA-256"
	imap, pop3 := "connect greeting capability starttls tls capability auth", "connect greeting capa stls tls capa auth"
	begin := map[string]string{"imap": imap, "imaps": "connect tls greeting capability auth", "pop3": pop3, "pop3s": "connect tls greeting capa auth"}
	rest := map[string]string{"imap": " select logout", "imaps": " select logout", "pop3": " stat uidl logout", "pop3s": " stat uidl logout"}
	for scheme := range begin {
		t.Run(scheme, func(t *testing.T) {
			expect(t, target(scheme, "?insecure=true"), "pass", "", scram, begin[scheme]+rest[scheme])
			expect(t, target(scheme, "?insecure=true&auth=plain"), "pass", "", "PLAIN", begin[scheme]+rest[scheme])
			expect(t, target(scheme, "?insecure=true"), "wrong", "auth.no", scram, begin[scheme])
			expect(t, target(scheme, "?insecure=true&auth=plain"), "wrong", "auth.no", "PLAIN", begin[scheme])
			expect(t, target(scheme, "?insecure=true&auth=oauthbearer"), "token", "auth.nomech", "", begin[scheme])
			untilTLS, _, _ := strings.Cut(begin[scheme], " tls ")
			expect(t, target(scheme, ""), "pass", "tls.cert_chain", "", untilTLS+" tls")
		})
	}
	t.Run("a folder of its own", func(t *testing.T) {
		expect(t, target("imap", "?insecure=true&append=Probe"), "pass", "", scram, imap+" select capability folder append fetch expunge logout")
		expect(t, target("imap", "?insecure=true&append=INBOX"), "pass", "", scram, imap+" select capability folder append fetch expunge logout")
		expect(t, target("imaps", "?insecure=true&append=Probe&idle=true"), "pass", "", scram,
			begin["imaps"]+" select capability folder append fetch watch idle done expunge logout")
	})
	t.Run("delivery", func(t *testing.T) {
		lmtp := func(rcpt string) string {
			return fmt.Sprintf("lmtp://127.0.0.1:%d?rcpt=%s&data=true", c.port["lmtp"], rcpt)
		}
		expect(t, lmtp("nobody@localhost"), "", "rcpt.no", "", "connect greeting lhlo mail rcpt")
		expect(t, lmtp("probe@localhost"), "", "", "", "connect greeting lhlo mail rcpt data logout")
		expect(t, target("pop3", "?insecure=true&retr=true"), "pass", "", scram, pop3+" stat uidl retr logout")
	})
	t.Run("stopped", func(t *testing.T) {
		c.signal(syscall.SIGSTOP)
		for scheme, reason := range map[string]string{"imap": "greeting.timeout", "pop3": "greeting.timeout", "imaps": "tls.timeout", "pop3s": "tls.timeout"} {
			if _, r := runProbeWithin(t, target(scheme, "?insecure=true"), "pass", "1s"); r.Reason != reason {
				t.Errorf("%s: %s %q (%s), want %q", scheme, r.Verdict, r.Reason, r.Detail, reason)
			}
		}
		c.signal(syscall.SIGCONT)
		expect(t, target("imap", "?insecure=true"), "pass", "", scram, imap+rest["imap"])
	})
	t.Run("ended", func(t *testing.T) {
		c.stop()
		for scheme := range begin {
			expect(t, target(scheme, "?insecure=true"), "pass", "connect.refused", "", "connect")
		}
	})
}
