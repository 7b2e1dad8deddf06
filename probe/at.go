package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// AnyHost stands in a target for a host that is named later, by At.
const AnyHost = "*"

var plainHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$`)

// At is the same question asked of another host: NAME, ADDRESS, NAME:PORT or
// ADDRESS:PORT, an IPv6 address with a port in brackets. Without a port it is
// that of t. Nothing else may stand there, so a stranger's word for it changes
// nothing but where is asked.
func (t Target) At(where string) (Target, error) {
	wrong := fmt.Errorf("naming a host %q: want a name or an address, and a port if another is meant", where)
	if t.Local() {
		return Target{}, errors.New("naming a host: nothing is asked of one by " + t.Scheme)
	}
	host, port := strings.ToLower(where), ""
	if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ":") {
		if host, port, err = net.SplitHostPort(host); err != nil {
			return Target{}, wrong
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || t.Port == 0 {
			return Target{}, wrong
		}
		t.Port = uint16(n)
	}
	a, err := netip.ParseAddr(host)
	switch {
	case err == nil && a.Zone() == "":
		host = a.String()
	case err == nil || !plainHost.MatchString(host):
		return Target{}, wrong
	}
	t.Host = host
	return t, nil
}
