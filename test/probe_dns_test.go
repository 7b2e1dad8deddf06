package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mailZone is a domain with everything right, but for who takes its mail.
const mailZone = `$ORIGIN example.edu.
$TTL 60
@ SOA ns root 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
mx1 A 192.0.2.1
mx1 AAAA 2001:db8::1
alias CNAME alias2
alias2 CNAME mx1
@ TXT "v=spf1 mx include:_spf.example" ".edu -all"
@ TXT "%s"
_spf TXT "v=spf1 ip4:192.0.2.0/24 -all"
s1._domainkey CNAME s1.keys
s1.keys TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@example.edu"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@example.edu"
_25._tcp.mx1 TYPE52 \# 35 030101e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
2.0.0.127.bl A 127.0.0.2
%s
`

// nameServers are an NSD that has the zone, and an Unbound in front of it that
// checks signatures.
type nameServers struct {
	authority, resolver string // addresses
	nsd, unbound        *daemon
}

// startNameServers serves the zone, signed for the days from begins to ends
// from now on.
func startNameServers(t testing.TB, more string, begins, ends int) nameServers {
	t.Helper()
	nsd, unbound, keygen, signzone := need(t, "nsd"), need(t, "unbound"), need(t, "ldns-keygen"), need(t, "ldns-signzone")
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format("20060102150405") }
	zone := write("zone", fmt.Sprintf(mailZone, strings.Repeat(strings.Repeat("x", 250)+`" "`, 6), more))
	key := run(keygen, "-a", "ECDSAP256SHA256", "-k", "example.edu")
	run(signzone, "-i", day(begins), "-e", day(ends), "-f", "signed", zone, key)

	n := nameServers{}
	port := freePort(t)
	n.authority = fmt.Sprintf("127.0.0.1:%d", port)
	n.nsd = answering(t, n.authority, nsd, "-d", "-c", write("nsd.conf", fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%d
  username: ""
  zonesdir: "%s"
  database: ""
  pidfile: "nsd.pid"
  xfrdfile: "%s/xfrd"
  zonelistfile: "%s/zones"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: example.edu
  zonefile: signed
`, port, dir, dir, dir)))
	front := freePort(t)
	n.resolver = fmt.Sprintf("127.0.0.1:%d", front)
	n.unbound = answering(t, n.resolver, unbound, "-d", "-c", write("unbound.conf", fmt.Sprintf(`server:
  interface: 127.0.0.1
  port: %d
  username: ""
  chroot: ""
  directory: "%s"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  ede: yes
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  trust-anchor-file: "%s/%s.ds"
remote-control:
  control-enable: no
stub-zone:
  name: example.edu
  stub-addr: 127.0.0.1@%d
`, front, dir, dir, key, port)))
	return n
}

// answering runs a name server and waits until it takes connections.
func answering(t testing.TB, addr string, args ...string) *daemon {
	t.Helper()
	d := &daemon{t: t, args: args}
	d.start()
	t.Cleanup(func() {
		d.stop()
		if t.Failed() {
			t.Logf("%s printed:\n%s", args[0], d.out)
		}
	})
	within(t, 20*time.Second, args[0]+" takes connections", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return d
}

func TestProbeDNS(t *testing.T) {
	t.Parallel()
	n := startNameServers(t, "@ MX 10 mx1", -1, 30)
	all := "dns://example.edu?ask=mx,spf,dkim,dmarc,tls-rpt,tlsa,dnsbl&selector=s1&dnsbl=bl.example.edu&resolver="
	for _, tt := range []struct {
		name, target, verdict, reason string
	}{
		{"by the resolver", all + n.resolver, "ok", ""},
		{"by a server that checks no signatures", all + n.authority, "fail", "tlsa.insecure"},
		{"a server without recursion", "dns://example.edu?resolver=" + n.authority, "ok", ""},
		{"no such domain", "dns://no.example.edu?resolver=" + n.resolver, "fail", "dns.nxdomain"},
		{"a name and nothing under it", "dns://mx1.example.edu?resolver=" + n.resolver, "fail", "mx.none"},
		{"an alias of an alias", "dns://alias.example.edu?ask=spf&resolver=" + n.resolver, "fail", "spf.none"},
		{"no such key", "dns://example.edu?ask=dkim&selector=s2&resolver=" + n.resolver, "fail", "dkim.none"},
		{"no policy", "dns://example.edu?ask=mta-sts&resolver=" + n.resolver, "fail", "mta-sts.none"},
		{"a domain of others", "dns://example.org?resolver=" + n.authority, "inconclusive", "dns.refused"},
	} {
		if r := runProbe(t, tt.target, ""); r.Verdict != tt.verdict || r.Reason != tt.reason {
			t.Errorf("%s: got %s %q (%s), want %s %q\n%s", tt.name, r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, r.trace)
		}
	}
	n.nsd.stop()
	if r := runProbe(t, "dns://example.edu?resolver="+n.resolver, ""); r.Verdict != "inconclusive" || !strings.HasPrefix(r.Reason, "dns.") {
		t.Errorf("without the authority: got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
	n.unbound.stop()
	if r := runProbe(t, "dns://example.edu?resolver="+n.resolver, ""); r.Verdict != "inconclusive" || r.Reason != "dns.refused" {
		t.Errorf("without the resolver: got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
}

// A domain whose signatures have run out is gone for all who check them, and
// that is its own failure and not the resolver's.
func TestProbeDNSSignaturesRunOut(t *testing.T) {
	t.Parallel()
	n := startNameServers(t, "@ MX 10 mx1", -30, -5)
	if r := runProbe(t, "dns://example.edu?resolver="+n.resolver, ""); r.Verdict != "fail" || r.Reason != "dns.bogus" || !strings.Contains(r.Detail, "extended error") {
		t.Errorf("got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
	if r := runProbe(t, "dns://example.edu?resolver="+n.authority, ""); r.Verdict != "ok" {
		t.Errorf("unchecked: got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, r.trace)
	}
}

// Monitoring plugins are run, against the bundled server and alone.
func TestProbePlugins(t *testing.T) {
	t.Parallel()
	const plugins = "/usr/lib/nagios/plugins/"
	if _, err := os.Stat(plugins + "check_dummy"); err != nil {
		skip(t, "monitoring-plugins-basic is not installed; test/install does it")
	}
	in := start(t, "")
	for _, tt := range []struct {
		name, target, verdict, reason, detail string
	}{
		{"ok", "check_dummy?arg=0&arg=all%20well", "ok", "", "OK: all well"},
		{"warning", "check_dummy?arg=1&arg=hm", "slow", "", "WARNING: hm"},
		{"critical", "check_dummy?arg=2&arg=%3Cb%3E", "fail", "exec.critical", "CRITICAL: <b>"},
		{"unknown", "check_dummy?arg=3", "inconclusive", "exec.unknown", "UNKNOWN"},
		{"wrong arguments", "check_dummy", "inconclusive", "exec.unknown", ""},
		{"imap", fmt.Sprintf("check_imap?arg=-H&arg=127.0.0.1&arg=-p&arg=%d&arg=-e&arg=*%%20OK", in.port["imap"]), "ok", "", "IMAP OK"},
		{"refused", fmt.Sprintf("check_tcp?arg=-H&arg=127.0.0.1&arg=-p&arg=%d", freePort(t)), "fail", "exec.critical", "onnect"},
		{"smtp with a warning that is always met", fmt.Sprintf("check_smtp?arg=-H&arg=127.0.0.1&arg=-p&arg=%d&arg=-w&arg=0.000001", in.port["smtp"]), "slow", "", "SMTP WARNING"},
		{"not there", "check_nothing", "inconclusive", "exec.notfound", ""},
	} {
		r := runProbe(t, "exec://"+plugins+tt.target, "")
		if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) || strings.Contains(r.Detail, "|") {
			t.Errorf("%s: got %s %q (%s), want %s %q (%s)\n%s", tt.name, r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail, r.trace)
		}
	}
}
