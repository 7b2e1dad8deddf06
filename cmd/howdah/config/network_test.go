package config

import (
	"net/netip"
	"testing"
)

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	c := parsed(t, "howdah.yaml", `web: {trusted_proxies: [192.0.2.7, 10.0.0.0/8, "::1", "2001:db8::/32"]}`)
	var want []netip.Prefix
	for _, s := range []string{"192.0.2.7/32", "10.0.0.0/8", "::1/128", "2001:db8::/32"} {
		want = append(want, netip.MustParsePrefix(s))
	}
	equal(t, c.Web.TrustedProxies, want)
}

// The socket is no address that a check could ask, and stands in the way of none.
func TestMailCanComeBySocket(t *testing.T) {
	c := parsed(t, "/etc/howdah/howdah.yaml", `mailserver: {listen: {lmtp: "unix:run/lmtp.sock"}}`)
	equal(t, c.Mailserver.Listen.LMTP, "unix:/etc/howdah/run/lmtp.sock")
	equal(t, completed(t, c).Checks, completed(t, parsed(t, "/etc/howdah/howdah.yaml", "")).Checks)
	c = parsed(t, "/etc/howdah/howdah.yaml", `mailserver: {listen: {lmtp: "unix:/run/lmtp.sock"}}`)
	equal(t, c.Mailserver.Listen.LMTP, "unix:/run/lmtp.sock")
}
