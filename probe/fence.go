package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
)

// Fence keeps connections to addresses that are on the public internet, so
// that somebody who may name a target cannot have us ask what only we can
// reach. It looks at the address that is connected to, whatever name led to
// it and whatever that name meant a moment ago. The zero Fence allows no other
// address.
type Fence struct {
	Allowed []netip.Prefix // that are not public and may be asked all the same
	held    atomic.Pointer[netip.Addr]
}

// Dial is a Dialer within the fence. It connects by TCP only.
func (f *Fence) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Control: f.control}
	return d.DialContext(ctx, network, addr)
}

// Held is the last address that the fence has refused; not valid when it has
// refused none.
func (f *Fence) Held() netip.Addr {
	if a := f.held.Load(); a != nil {
		return *a
	}
	return netip.Addr{}
}

func (f *Fence) control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("no address to be asked: %w", syscall.EPERM)
	}
	if f.Permits(ap.Addr()) {
		return nil
	}
	a := ap.Addr()
	f.held.Store(&a)
	return fmt.Errorf("%v is not public and not listed as allowed: %w", a, syscall.EPERM)
}

// Permits reports whether the address may be asked.
func (f *Fence) Permits(a netip.Addr) bool {
	plain := a.Unmap().WithZone("")
	for _, p := range f.Allowed {
		if p.Contains(plain) {
			return true
		}
	}
	return a.Zone() == "" && public(plain) && !ours(plain)
}

// notPublic are the networks that the registries of special addresses (RFC
// 6890 and its updates) keep off the public internet, with the forms in which
// an IPv6 address carries an IPv4 one: those lead wherever a translator on the
// way sends them. 168.63.129.16 is the metadata service of a cloud on an
// address that looks like any other.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/3", "168.63.129.16/32",
)

// global is what of IPv6 is given out (RFC 4291, section 2.4), and special what
// of that is not public.
var (
	global  = netip.MustParsePrefix("2000::/3")
	special = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
	// nat64 is where a network that has only IPv6 finds everybody else (RFC
	// 6052); what it leads to decides.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

func public(a netip.Addr) bool {
	switch {
	case a.Is4():
		return !within(notPublic, a)
	case nat64.Contains(a):
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return global.Contains(a) && !within(special, a)
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, s := range texts {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}

// ours reports whether the address is one of this machine. What listens on it
// may be meant for no one else, and a firewall before the machine does not see
// us. When that cannot be told, it is.
func ours(a netip.Addr) bool {
	mine, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, m := range mine {
		if p, err := netip.ParsePrefix(m.String()); err == nil && p.Addr().Unmap() == a {
			return true
		}
	}
	return false
}
