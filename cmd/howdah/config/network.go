package config

import (
	"fmt"
	"net/netip"
	"strings"
)

const prefixHint = `write an address or a network, such as "10.0.0.1" or "10.0.0.0/8"`

// proxies are networks that are trusted to name others.
func proxies(p *[]netip.Prefix) *list {
	return networks(p, "is everybody, and everybody could pretend to be anybody", "name the addresses of the proxies")
}

// reachables are networks that strangers may have us ask.
func reachables(p *[]netip.Prefix) *list {
	return networks(p, "is everything that this machine can reach", "name the networks that may be asked")
}

func networks(p *[]netip.Prefix, all, instead string) *list {
	return scalars(p, func(p *netip.Prefix) *scalar { return network(p, all, instead) })
}

// network takes a network, or an address as the network of one. all says what
// is wrong with one that holds every address.
func network(p *netip.Prefix, all, instead string) *scalar {
	return &scalar{
		shape: isText,
		get:   func() string { return p.String() },
		set: func(s string) (string, string) {
			net, err := netip.ParsePrefix(s)
			if addr, one := netip.ParseAddr(s); one == nil && addr.Zone() == "" {
				net, err = netip.PrefixFrom(addr, addr.BitLen()), nil
			}
			switch {
			case err != nil || net.Addr().Is4In6():
				return fmt.Sprintf("%q is no network", s), prefixHint
			case net.Bits() == 0:
				return fmt.Sprintf("%q %s", s, all), instead
			case net != net.Masked():
				return fmt.Sprintf("%q is an address within a network", s), fmt.Sprintf("write %q for the network, or %q for the address", net.Masked(), net.Addr())
			}
			*p = net
			return "", ""
		},
	}
}

// socketMax is the longest path of a Unix socket (unix(7)).
const socketMax = 107

// socket says what is wrong with the path of a Unix socket.
func socket(path string) (problem, hint string) {
	switch {
	case path == "":
		return "names no socket", `write unix: and a path, such as "unix:/run/howdah/lmtp.sock"`
	case strings.HasSuffix(path, "/"):
		return fmt.Sprintf("%q is a folder", path), "name the socket in it"
	case len(path) > socketMax || strings.ContainsRune(path, 0):
		return fmt.Sprintf("%q is too long for a socket", path), fmt.Sprintf("name a path of at most %d bytes", socketMax)
	}
	return "", ""
}
