package probe

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestFencePermits(t *testing.T) {
	tests := map[bool][]string{
		true: {
			"8.8.8.8", "1.1.1.1", "192.0.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.254",
			"2606:4700:4700::1111", "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8",
		},
		false: {
			"127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
			"100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
			"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
			"2002:7f00:1::", "2002:808:808::1", "2001:0:7f00:1::1", "fd00:ec2::254", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1",
			"ff02::1", "2001:db8::1", "100::1", "2606:4700:4700::1111%eth0",
		},
	}
	for want, list := range tests {
		for _, text := range list {
			if got := (&Fence{}).Permits(netip.MustParseAddr(text)); got != want {
				t.Errorf("%s: %v", text, got)
			}
		}
	}
	open := &Fence{Allowed: prefixes("10.1.0.0/16", "fd00::/8", "127.0.0.1/32")}
	for text, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "fd00::1": true, "127.0.0.1": true, "127.0.0.2": false,
		"64:ff9b::a01:203": false, "8.8.8.8": true,
	} {
		if got := open.Permits(netip.MustParseAddr(text)); got != want {
			t.Errorf("with a list, %s: %v", text, got)
		}
	}
}

// An address of this machine is not a stranger's to ask, public or not.
func TestFenceKnowsThisMachine(t *testing.T) {
	mine, err := net.InterfaceAddrs()
	if err != nil || len(mine) == 0 {
		t.Skipf("no addresses: %v", err)
	}
	for _, m := range mine {
		a := netip.MustParsePrefix(m.String()).Addr()
		if !ours(a) {
			t.Errorf("%v is not known", a)
		}
	}
	if ours(netip.MustParseAddr("192.0.2.1")) {
		t.Error("192.0.2.1 is taken for ours")
	}
}

type fixedAddrs map[string][]netip.Addr

func (f fixedAddrs) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := f[host]; ok {
		return a, nil
	}
	return nil, &net.DNSError{IsNotFound: true, Name: host}
}

// A name that leads inside is held where it would connect, and nothing arrives
// there; one that leads both ways is asked where it may be.
func TestFenceHoldsWhatNamesLeadTo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	arrived := make(chan struct{}, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			arrived <- struct{}{}
			c.Close()
		}
	}()
	names := fixedAddrs{
		"rebound.example": {netip.MustParseAddr("127.0.0.1")},
		"mapped.example":  {netip.MustParseAddr("::ffff:127.0.0.1")},
	}
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	for _, host := range []string{"rebound.example", "mapped.example", "127.0.0.1"} {
		f := &Fence{}
		r := (&Runner{Dial: f.Dial, Resolver: names}).RunTarget(t.Context(), Target{Scheme: "tcp", Host: host, Port: port}, nil, time.Second)
		if r.Verdict != Inconclusive || r.Reason != "connect.local" || !strings.Contains(r.Detail, "not listed as allowed") || !f.Held().IsLoopback() {
			t.Errorf("%s: %s %s %q, held %v", host, r.Verdict, r.Reason, r.Detail, f.Held())
		}
	}
	if len(arrived) != 0 {
		t.Error("a connection arrived")
	}
	f := &Fence{Allowed: prefixes("127.0.0.1/32")}
	r := (&Runner{Dial: f.Dial, Resolver: names}).RunTarget(t.Context(), Target{Scheme: "tcp", Host: "rebound.example", Port: port}, nil, time.Second)
	if !r.Verdict.Good() || f.Held().IsValid() {
		t.Errorf("listed: %s %s, held %v", r.Verdict, r.Reason, f.Held())
	}
	if _, err := f.Dial(t.Context(), "unix", "/run/any.sock"); err == nil || !strings.Contains(err.Error(), "no address") {
		t.Errorf("a socket of this machine: %v", err)
	}
}
