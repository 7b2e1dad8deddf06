package probe

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// goodZone has everything right.
var goodZone = `
example.edu SOA
example.edu MX 10 mx1.example.edu
example.edu MX 20 mx2.example.edu
mx1.example.edu A 192.0.2.1
mx1.example.edu AAAA 2001:db8::1
mx2.example.edu A 192.0.2.2
_25._tcp.mx1.example.edu TLSA 030101` + strings.Repeat("ab", 32) + `
_25._tcp.mx2.example.edu TLSA 020002` + strings.Repeat("cd", 64) + `
example.edu TXT google-site-verification=1
example.edu TXT v=spf1 mx a:mx1.example.edu/28 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:spf.example.net exists:%{ir}.%{l1r-}._spf.%{d} -all
spf.example.net TXT v=spf1 ip4:198.51.100.7 ?all
s1._domainkey.example.edu TXT v=DKIM1; p=` + rsaKey(2048) + `
s2._domainkey.example.edu TXT k=ed25519; p=` + base64Of(make([]byte, ed25519.PublicKeySize)) + `
_dmarc.example.edu TXT v=DMARC1; p=quarantine; sp=reject; rua=mailto:d@example.edu!10m, https://r.example/x; pct=50; adkim=s
_smtp._tls.example.edu TXT v=TLSRPTv1; rua=mailto:tls@example.edu
2.0.0.127.bl.example.org A 127.0.0.2
`

func rsaKey(bits int) string {
	n := new(big.Int).SetBit(big.NewInt(1), bits-1, 1)
	raw, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: 65537})
	if err != nil {
		panic(err)
	}
	return base64Of(raw)
}

// asked asks about example.edu over pipes.
func asked(t *testing.T, query string, s nameServer) Result {
	t.Helper()
	target, err := ParseTarget("dns://example.edu?resolver=192.0.2.53:53&" + query)
	if err != nil {
		t.Fatal(err)
	}
	return (&Runner{Dial: s.dial}).RunTarget(t.Context(), target, nil, 15*time.Second)
}

func TestDNSOfAGoodDomain(t *testing.T) {
	at := nameServer{zone: goodZone, signed: true}.listen(t)
	target, err := ParseTarget("dns://Example.EDU.?ask=mx,spf,dkim,dmarc,tls-rpt,tlsa,dnsbl&selector=s1,s2&dnsbl=bl.example.org&resolver=" + at)
	if err != nil {
		t.Fatal(err)
	}
	r := (&Runner{}).RunTarget(t.Context(), target, nil, 0)
	if r.Verdict != OK || r.Reason != "" || r.Detail != "" || r.Peer != at {
		t.Errorf("got %s %q (%s) from %q\n%s", r.Verdict, r.Reason, r.Detail, r.Peer, strings.Join(r.Transcript, "\n"))
	}
	if n := strings.Count(strings.Join(r.Transcript, "\n"), "C: MX example.edu"); n != 1 {
		t.Errorf("asked %d times who takes mail", n)
	}
	if got := phaseNames(r); got != "dns mx spf dkim dmarc tls-rpt tlsa dnsbl" {
		t.Errorf("phases %q", got)
	}
	if r := asked(t, "", nameServer{zone: goodZone}); r.Verdict != OK || phaseNames(r) != "dns mx spf dmarc" {
		t.Errorf("unasked: got %s %q (%s), phases %q", r.Verdict, r.Reason, r.Detail, phaseNames(r))
	}
}

// swap changes the zone line of the name and the type, or takes it away, or
// adds one.
func swap(name, kind, line string) string {
	var b strings.Builder
	for l := range strings.Lines(goodZone) {
		if !strings.HasPrefix(l, name+" "+kind+" ") || strings.Contains(l, "google") {
			b.WriteString(l)
		}
	}
	return b.String() + line + "\n"
}

func TestDNSAnswers(t *testing.T) {
	const (
		dkim = "ask=dkim&selector=s1"
		bl   = "ask=dnsbl&dnsbl=bl.example.org"
		d    = "example.edu"
		s1   = "s1._domainkey." + d
	)
	many := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line+"\n", i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name    string
		query   string
		zone    string
		verdict Verdict
		reason  Reason
		detail  string
	}{
		{"no such domain", "", "other.example TXT x", Fail, "dns.nxdomain", "example.edu"},
		{"domain that is only a part of names", "ask=spf", "a.example.edu TXT x", Fail, "spf.none", ""},
		{"refused", "", d + " REFUSED", Inconclusive, "dns.refused", ""},
		{"resolver can't find out", "", d + " SERVFAIL no\x1breach", Inconclusive, "dns.tempfail", "(SERVFAIL): extended error 22 no.reach"},
		{"signatures are bogus", "", d + " BOGUS", Fail, "dns.bogus", ""},
		{"garbage and nothing else", "ask=spf", goodZone + d + " GARBAGE", Inconclusive, "dns.timeout", ""},
		{"forged answers are passed over", "", goodZone + d + " FORGED", OK, "", ""},

		{"no mx", "ask=mx", swap(d, "MX", ""), Fail, "mx.none", ""},
		{"null mx", "ask=mx", swap(d, "MX", d+" MX 0 ."), Fail, "mx.null", ""},
		{"null mx beside another", "ask=mx", goodZone + d + " MX 0 .", Fail, "mx.null", "beside"},
		{"mx without address", "ask=mx", swap(d, "MX", d+" MX 5 gone.example.edu"), Fail, "mx.noaddress", "gone.example.edu"},
		{"mx with no address of this type", "ask=mx", swap(d, "MX", d+" MX 5 spf.example.net"), Fail, "mx.noaddress", ""},
		{"one mx without address", "ask=mx", goodZone + d + " MX 30 gone.example.edu", Slow, "", "gone.example.edu"},
		{"mx is an alias", "ask=mx", swap(d, "MX", d+" MX 5 alias.example.edu\nalias.example.edu CNAME mx1.example.edu"), Slow, "", "alias"},
		{"mx of a name whose lookup fails", "ask=mx", swap(d, "MX", d+" MX 5 x.example.edu\nx.example.edu SERVFAIL"), Inconclusive, "dns.tempfail", ""},
		{"mx bogus", "ask=mx", swap(d, "MX", d+" MX 5 x.example.edu\nx.example.edu BOGUS"), Fail, "mx.bogus", ""},
		{"aliases in a circle", "ask=mx", swap(d, "MX", d+" MX 5 a.example.edu\na.example.edu CNAME b.example.edu\nb.example.edu CNAME a.example.edu"), Fail, "mx.noaddress", ""},

		{"no spf", "ask=spf", swap(d, "TXT", ""), Fail, "spf.none", ""},
		{"two spf", "ask=spf", goodZone + d + " TXT v=spf1", Fail, "spf.many", ""},
		{"spf of another version", "ask=spf", swap(d, "TXT", d+" TXT v=spf10 -all"), Fail, "spf.none", ""},
		{"spf with an unknown mechanism", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 ipv4:192.0.2.1 -all"), Fail, "spf.syntax", "ipv4"},
		{"spf that includes itself", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 include:example.edu -all"), Fail, "spf.lookups", "include:example.edu"},
		{"spf with ten lookups", "ask=spf", swap(d, "TXT", d+" TXT v=spf1"+strings.ReplaceAll(many(10, " exists:e%d.%%%%{d}"), "\n", "")+" -all"), OK, "", ""},
		{"spf with eleven", "ask=spf", swap(d, "TXT", d+" TXT v=spf1"+strings.ReplaceAll(many(11, " exists:e%d.%%%%{d}"), "\n", "")+" -all"), Fail, "spf.lookups", "e10"},
		{"spf with eleven behind all", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 -all"+strings.ReplaceAll(many(11, " exists:e%d.%%%%{d}"), "\n", "")), OK, "", ""},
		{"spf with an include that is not there", "ask=spf", swap("spf.example.net", "TXT", ""), Fail, "spf.include", "spf.example.net"},
		{"spf with an include that is wrong", "ask=spf", swap("spf.example.net", "TXT", "spf.example.net TXT v=spf1 all:x"), Fail, "spf.syntax", "at spf.example.net"},
		{"spf with a redirect to nowhere", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 redirect=_spf.example.edu"), Fail, "spf.redirect", "_spf"},
		{"spf with a redirect beside all", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 redirect=_spf.example.edu ~all"), OK, "", ""},
		{"spf with three names that lead nowhere", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 a:x.example.edu mx:y.example.edu a:z.example.edu -all"), Fail, "spf.void", "z.example.edu"},
		{"spf with two", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 a:x.example.edu mx:y.example.edu -all"), OK, "", ""},
		{"spf with an mx of eleven", "ask=spf", goodZone + many(9, d+" MX 30 m%d.example.edu"), Fail, "spf.lookups", "10 hosts"},
		{"spf whose include can't be asked for", "ask=spf", swap("spf.example.net", "TXT", "spf.example.net SERVFAIL"), Inconclusive, "dns.tempfail", ""},
		{"spf for everybody", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 mx +ALL"), Slow, "", "+ALL"},
		{"spf for everybody elsewhere", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 redirect=spf.example.org\nspf.example.org TXT v=spf1 all"), Slow, "", "anybody"},
		{"spf that includes everybody", "ask=spf", swap(d, "TXT", d+" TXT v=spf1 include:spf.example.org -all\nspf.example.org TXT v=spf1 +all"), OK, "", ""},
		{"spf of a control character", "ask=spf", swap(d, "TXT", d+` TXT v=spf1 a:\n<b>`), Fail, "spf.syntax", "<b>"},

		{"no dkim", dkim, swap(s1, "TXT", ""), Fail, "dkim.none", s1},
		{"two dkim", dkim, goodZone + s1 + " TXT v=DKIM1; p=", Fail, "dkim.many", ""},
		{"dkim revoked", dkim, swap(s1, "TXT", s1+" TXT v=DKIM1; p="), Fail, "dkim.revoked", ""},
		{"dkim without a key", dkim, swap(s1, "TXT", s1+" TXT v=DKIM1; k=rsa"), Fail, "dkim.syntax", ""},
		{"dkim that is no list", dkim, swap(s1, "TXT", s1+" TXT hello"), Fail, "dkim.syntax", "hello"},
		{"dkim with a tag twice", dkim, swap(s1, "TXT", s1+" TXT p=; p="), Fail, "dkim.syntax", "twice"},
		{"dkim of version 2", dkim, swap(s1, "TXT", s1+" TXT v=DKIM2; p=AAAA"), Fail, "dkim.syntax", ""},
		{"dkim weak", dkim, swap(s1, "TXT", s1+" TXT p="+rsaKey(512)), Fail, "dkim.weak", "512"},
		{"dkim of nonsense", dkim, swap(s1, "TXT", s1+" TXT p=AAAA"), Fail, "dkim.key", "RSA"},
		{"dkim not base64", dkim, swap(s1, "TXT", s1+" TXT p=!"), Fail, "dkim.key", "base64"},
		{"dkim of an unknown kind", dkim, swap(s1, "TXT", s1+" TXT k=dsa; p=AAAA"), Fail, "dkim.key", "dsa"},
		{"dkim of a short ed25519 key", dkim, swap(s1, "TXT", s1+" TXT k=ed25519; p=AAAA"), Fail, "dkim.key", "3 bytes"},
		{"dkim for SHA-1 only", dkim, swap(s1, "TXT", s1+" TXT h=sha1; p=AAAA"), Fail, "dkim.hash", ""},
		{"dkim not for mail", dkim, swap(s1, "TXT", s1+" TXT s=tlsrpt; p=AAAA"), Fail, "dkim.service", ""},
		{"dkim as a test", dkim, swap(s1, "TXT", s1+" TXT t=s:y; p="+rsaKey(2048)), Slow, "", "t=y"},
		{"dkim by an alias", dkim, swap(s1, "TXT", s1+" CNAME k.example.net\nk.example.net CNAME l.example.net\nl.example.net TXT p="+rsaKey(1024)), OK, "", ""},

		{"no dmarc", "ask=dmarc", swap("_dmarc."+d, "TXT", ""), Fail, "dmarc.none", ""},
		{"two dmarc", "ask=dmarc", goodZone + "_dmarc.example.edu TXT v=DMARC1; p=none", Fail, "dmarc.many", ""},
		{"dmarc without a policy", "ask=dmarc", swap("_dmarc."+d, "TXT", "_dmarc.example.edu TXT v=DMARC1; rua=mailto:a@b"), Fail, "dmarc.policy", "no policy"},
		{"dmarc with a wrong policy", "ask=dmarc", swap("_dmarc."+d, "TXT", "_dmarc.example.edu TXT v=DMARC1; p=drop"), Fail, "dmarc.policy", "drop"},
		{"dmarc with a report by ftp", "ask=dmarc", swap("_dmarc."+d, "TXT", "_dmarc.example.edu TXT v=DMARC1; p=none; rua=ftp://x"), Fail, "dmarc.syntax", "ftp"},
		{"dmarc with a share of 101", "ask=dmarc", swap("_dmarc."+d, "TXT", "_dmarc.example.edu TXT v=DMARC1; p=none; pct=101"), Fail, "dmarc.syntax", "pct=101"},

		{"no tls-rpt", "ask=tls-rpt", swap("_smtp._tls."+d, "TXT", ""), Fail, "tls-rpt.none", ""},
		{"tls-rpt to nobody", "ask=tls-rpt", swap("_smtp._tls."+d, "TXT", "_smtp._tls.example.edu TXT v=TLSRPTv1;rua="), Fail, "tls-rpt.rua", ""},
		{"no mta-sts", "ask=mta-sts", goodZone, Fail, "mta-sts.none", ""},
		{"mta-sts without id", "ask=mta-sts", goodZone + "_mta-sts.example.edu TXT v=STSv1;", Fail, "mta-sts.syntax", ""},
		{"mta-sts without a policy host", "ask=mta-sts", goodZone + "_mta-sts.example.edu TXT v=STSv1; id=1", Fail, "mta-sts.nohost", ""},

		{"no tlsa of one host", "ask=tlsa", swap("_25._tcp.mx2."+d, "TLSA", ""), Fail, "tlsa.none", "mx2"},
		{"tlsa not signed", "ask=tlsa", goodZone + "_25._tcp.mx2.example.edu UNSIGNED", Fail, "tlsa.insecure", "mx2"},
		{"mx not signed", "ask=tlsa", goodZone + "example.edu UNSIGNED", Fail, "tlsa.insecure", "MX"},
		{"tlsa too short", "ask=tlsa", swap("_25._tcp.mx2."+d, "TLSA", "_25._tcp.mx2.example.edu TLSA 0301"), Fail, "tlsa.syntax", ""},
		{"tlsa of a wrong length", "ask=tlsa", swap("_25._tcp.mx2."+d, "TLSA", "_25._tcp.mx2.example.edu TLSA 030101abcd"), Fail, "tlsa.syntax", "2 bytes"},
		{"tlsa for the web", "ask=tlsa", swap("_25._tcp.mx2."+d, "TLSA", "_25._tcp.mx2.example.edu TLSA 010100abcd"), Fail, "tlsa.unusable", ""},

		{"listed", bl, goodZone + "2.2.0.192.bl.example.org A 127.0.0.10\n2.2.0.192.bl.example.org TXT see <http://bl>", Fail, "dnsbl.listed", "192.0.2.2 stands on bl.example.org (127.0.0.10) see <http://bl>"},
		{"listed by IPv6", bl, goodZone + reversed(mustAddr("2001:db8::1")) + ".bl.example.org A 127.0.0.2", Fail, "dnsbl.listed", "2001:db8::1"},
		{"answer of a parking place", bl, goodZone + "2.2.0.192.bl.example.org A 198.51.100.1", OK, "", ""},
		{"list that has ended", bl, swap("2.0.0.127.bl.example.org", "A", "bl.example.org TXT over"), Inconclusive, "dnsbl.dead", "lacks"},
		{"list of everything", bl, goodZone + "1.0.0.127.bl.example.org A 127.0.0.2", Inconclusive, "dnsbl.dead", "everything"},
		{"list that refuses the resolver", bl, swap("2.0.0.127.bl.example.org", "A", "2.0.0.127.bl.example.org A 127.255.255.254"), Inconclusive, "dnsbl.refused", ""},
	} {
		for _, lazy := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lazy %v", tt.name, lazy), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := asked(t, tt.query, nameServer{zone: tt.zone, signed: true, lazy: lazy})
					if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) {
						t.Errorf("got %s %q (%s), want %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail, strings.Join(r.Transcript, "\n"))
					}
				})
			})
		}
	}
}

func TestDMARCOfTheDomainAbove(t *testing.T) {
	target, err := ParseTarget("dns://a.b.example.edu?ask=dmarc&resolver=192.0.2.53:53")
	if err != nil {
		t.Fatal(err)
	}
	zone := goodZone + "a.b.example.edu SOA\n"
	if r := (&Runner{Dial: nameServer{zone: zone}.dial}).RunTarget(t.Context(), target, nil, 0); r.Verdict != OK {
		t.Errorf("got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	zone = strings.Replace(zone, "sp=reject", "sp=what", 1)
	if r := (&Runner{Dial: nameServer{zone: zone}.dial}).RunTarget(t.Context(), target, nil, 0); r.Reason != "dmarc.policy" {
		t.Errorf("got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
}

// A resolver that is dead says nothing about the domain.
func TestDNSResolverIsDead(t *testing.T) {
	deaf := func(context.Context, string, string) (net.Conn, error) {
		ours, _ := net.Pipe()
		return ours, nil
	}
	refusing := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "read", Err: syscall.ECONNREFUSED}
	}
	target, err := ParseTarget("dns://example.edu?resolver=192.0.2.53:53")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		dial    Dialer
		timeout time.Duration
		reason  Reason
		took    time.Duration
	}{
		{"silent", deaf, 15 * time.Second, "dns.timeout", 8 * time.Second},
		{"silent, and the run is short", deaf, 3 * time.Second, "dns.timeout", 3 * time.Second},
		{"refuses", refusing, 15 * time.Second, "dns.refused", 0},
		{"falls silent", nameServer{zone: goodZone + "mx2.example.edu SILENT"}.dial, 30 * time.Second, "dns.timeout", 8 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := (&Runner{Dial: tt.dial}).RunTarget(t.Context(), target, nil, tt.timeout)
				if r.Verdict != Inconclusive || r.Reason != tt.reason || r.Took != tt.took {
					t.Errorf("got %s %q (%s) after %v, want %q after %v", r.Verdict, r.Reason, r.Detail, r.Took, tt.reason, tt.took)
				}
			})
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := (&Runner{Dial: deaf}).RunTarget(ctx, target, nil, 0); r.Verdict != Inconclusive || r.Reason.Cause() != "canceled" {
		t.Errorf("canceled: got %s %q", r.Verdict, r.Reason)
	}
}

// The second server of resolv.conf is asked when the first is dead or fails.
func TestDNSSecondServer(t *testing.T) {
	good := nameServer{zone: goodZone}
	for name, first := range map[string]Dialer{
		"dead":  func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED },
		"fails": nameServer{zone: "example.edu SERVFAIL"}.dial,
	} {
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr == "192.0.2.1:53" {
				return first(ctx, network, addr)
			}
			return good.dial(ctx, network, addr)
		}
		c := &conn{runner: &Runner{Dial: dial}, log: &transcript{}}
		r := &resolver{conn: c, servers: nameservers("# two\nnameserver 192.0.2.1\nsearch x\nnameserver nonsense\nnameserver 192.0.2.2\n"), left: maxRead, known: map[asking]lookup{}}
		if a, err := r.ask(t.Context(), "example.edu", typeMX); err != nil || len(a.records) != 2 || c.peer != "192.0.2.2:53" {
			t.Errorf("%s: got %d records, %v from %s", name, len(a.records), err, c.peer)
		}
	}
	if got := nameservers(""); len(got) != 1 || got[0] != "127.0.0.1:53" {
		t.Errorf("without any: %q", got)
	}
}

// Long answers come by TCP, and endless ones end.
func TestDNSLongAnswers(t *testing.T) {
	long := "example.edu TXT " + strings.Repeat("x", 2000) + "\n"
	at := nameServer{zone: long + "example.edu TXT v=spf1 -all"}.listen(t)
	target, err := ParseTarget("dns://example.edu?ask=spf&resolver=" + at)
	if err != nil {
		t.Fatal(err)
	}
	if r := (&Runner{}).RunTarget(t.Context(), target, nil, 0); r.Verdict != OK {
		t.Errorf("got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	// Ten records of 60 KB are more than a run reads.
	var zone strings.Builder
	fmt.Fprintf(&zone, "example.edu TXT v=spf1")
	for i := range 9 {
		fmt.Fprintf(&zone, " include:i%d.example.edu", i)
	}
	for i := range 9 {
		fmt.Fprintf(&zone, "\ni%d.example.edu TXT v=spf1 ?all\ni%d.example.edu TXT %s", i, i, strings.Repeat("\x1b", 60000))
	}
	r := asked(t, "ask=spf", nameServer{zone: zone.String()})
	if r.Verdict != Fail || r.Reason != "spf.toolong" {
		t.Errorf("got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	if strings.Contains(strings.Join(r.Transcript, ""), "\x1b") {
		t.Error("a control character is in the transcript")
	}
}

// What a server sends by TCP that is cut off, or no answer, holds up nobody.
func TestDNSHostileTCP(t *testing.T) {
	udp := nameServer{zone: "example.edu TXT " + strings.Repeat("x", 2000)}
	for name, reply := range map[string]string{
		"cut off":       "\xff\xffabc",
		"nothing":       "",
		"empty":         "\x00\x00",
		"not an answer": "\x00\x05hello",
	} {
		r := (&Runner{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if network == "udp" {
				return udp.dial(ctx, network, addr)
			}
			ours, theirs := net.Pipe()
			go func() {
				buf := make([]byte, 512)
				_, _ = theirs.Read(buf)
				_, _ = theirs.Write([]byte(reply))
				_ = theirs.Close()
			}()
			return ours, nil
		}})
		target, _ := ParseTarget("dns://example.edu?ask=spf&resolver=192.0.2.53:53")
		res := r.RunTarget(t.Context(), target, nil, 0)
		if res.Verdict != Inconclusive || res.Reason.Phase() != "dns" {
			t.Errorf("%s: got %s %q (%s)", name, res.Verdict, res.Reason, res.Detail)
		}
	}
}

func FuzzDNSAnswer(f *testing.F) {
	q, err := newQuery("example.edu", typeMX, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(nameServer{zone: goodZone}.answer(q.packed, udpSize)[0])
	f.Fuzz(func(t *testing.T, packed []byte) {
		if m, ok := q.answer(packed); ok {
			_ = describe(m)
			_ = follow(m, "example.edu", map[string]bool{})
		}
	})
}

func FuzzRecords(f *testing.F) {
	for l := range strings.Lines(goodZone) {
		if _, text, ok := strings.Cut(l, " TXT "); ok {
			f.Add(strings.TrimSpace(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if isSPF(text) {
			if _, err := parseSPF(text); err == nil && strings.ContainsAny(text, "\r\n\t\x00") {
				t.Errorf("took %q", text)
			}
		}
		if list, err := parseTags(text); err == nil {
			_ = checkDMARC(list, true)
			_ = checkKey(list)
		}
		_, _ = parsePolicy(text)
		if raw, err := hex.DecodeString(text); err == nil {
			_ = checkRSA(raw)
		}
	})
}

func TestParseDNSTarget(t *testing.T) {
	for in, want := range map[string]Target{
		"dns://example.edu": {Scheme: "dns", Host: "example.edu"},
		"dns://_x.Example.EDU./?ask=dkim,mta-sts&selector=s1,s2.x&resolver=[::1]:53": {Scheme: "dns", Host: "_x.example.edu",
			Questions: "dkim,mta-sts", Selectors: "s1,s2.x", Nameserver: "[::1]:53"},
		"dns://example.edu?ask=dnsbl&dnsbl=zen.example,bl.example&resolver=127.0.0.1:5353": {Scheme: "dns", Host: "example.edu",
			Questions: "dnsbl", Blocklists: "zen.example,bl.example", Nameserver: "127.0.0.1:5353"},
	} {
		got, err := ParseTarget(in)
		if err != nil || got != want || got.Local() {
			t.Errorf("ParseTarget(%q) = %+v, %v; want %+v", in, got, err, want)
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("ParseTarget(%q) = %+v, %v; want the same again", got, again, err)
		}
	}
	if got := (Target{Scheme: "dns", Host: "a.example", Questions: "mx,tlsa", Nameserver: "127.0.0.1:53"}).String(); got != "dns://a.example?ask=mx,tlsa&resolver=127.0.0.1:53" {
		t.Errorf("String = %q", got)
	}
	for in, want := range map[string]string{
		"dns://":                             "no domain",
		"dns://example.edu:53":               "no domain",
		"dns://b%c3%bccher.example":          "no domain",
		"dns://a..b":                         "no domain",
		"dns://u@example.edu":                "logs nobody in",
		"dns://example.edu/MX":               "nothing may follow",
		"dns://example.edu?ask=mx,ptr":       `unknown question "ptr"`,
		"dns://example.edu?ask=":             `unknown question ""`,
		"dns://example.edu?ask=mx,mx":        "twice",
		"dns://example.edu?ask=dkim":         `wants the option "selector"`,
		"dns://example.edu?selector=s":       "of no use",
		"dns://example.edu?ask=dnsbl":        `wants the option "dnsbl"`,
		"dns://example.edu?dnsbl=a.b":        "of no use",
		"dns://e.x?ask=dnsbl&dnsbl=a.b/c":    "wants 1 to 8 names",
		"dns://example.edu?resolver=9.9.9.9": "with its port",
		"dns://example.edu?resolver=ns.x:53": "with its port",
		"dns://example.edu?insecure=true":    "unknown option",
	} {
		if _, err := ParseTarget(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTarget(%q) = %v, want an error with %q", in, err, want)
		}
	}
}
