package probe

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Every list has the one and not the other (RFC 5782, section 5).
var (
	alwaysListed = netip.MustParseAddr("127.0.0.2")
	neverListed  = netip.MustParseAddr("127.0.0.1")
)

// dnsbl asks whether a host that takes the domain's mail, or the domain's own
// host where none is named, stands on one of the lists (RFC 5782). A list that
// does not hold what every list holds says nothing.
func (d *domain) dnsbl(ctx context.Context) error {
	places, err := d.places(ctx)
	if err != nil {
		return err
	}
	for zone := range strings.SplitSeq(d.target.Blocklists, ",") {
		if err := d.testList(ctx, zone); err != nil {
			return err
		}
		for _, a := range places {
			code, err := d.listed(ctx, zone, a)
			if err != nil {
				return err
			}
			if code.IsValid() {
				return &fault{"listed", strings.TrimSpace(fmt.Sprintf("%s stands on %s (%s) %s", a, zone, code, d.why(ctx, zone, a)))}
			}
		}
	}
	return nil
}

// testList makes sure that a list is one.
func (d *domain) testList(ctx context.Context, zone string) error {
	useless := func(cause, detail string) error { return &stepError{Reason("dnsbl." + cause), Inconclusive, detail} }
	code, err := d.listed(ctx, zone, alwaysListed)
	if err != nil {
		return err
	}
	if !code.IsValid() {
		return useless("dead", zone+" lacks its test entry: it is no list, or it has ended")
	}
	code, err = d.listed(ctx, zone, neverListed)
	if err != nil {
		return err
	}
	if code.IsValid() {
		return useless("dead", zone+" lists everything")
	}
	return nil
}

// listed is the code by which the list has the address; not valid when it has
// not.
func (d *domain) listed(ctx context.Context, zone string, a netip.Addr) (netip.Addr, error) {
	answer, err := d.res.ask(ctx, reversed(a)+"."+zone, typeA)
	if err != nil {
		return netip.Addr{}, err
	}
	for _, rr := range answer.records {
		body, ok := rr.Body.(*dnsmessage.AResource)
		if !ok || body.A[0] != 127 {
			continue // what somebody answers for every name
		}
		// By custom these say that the list does not answer this resolver.
		if body.A[1] == 255 && body.A[2] == 255 {
			return netip.Addr{}, &stepError{"dnsbl.refused", Inconclusive, fmt.Sprintf("%s does not answer this resolver (%s)", zone, netip.AddrFrom4(body.A))}
		}
		return netip.AddrFrom4(body.A), nil
	}
	return netip.Addr{}, nil
}

// why is what the list says for people.
func (d *domain) why(ctx context.Context, zone string, a netip.Addr) string {
	texts, err := d.res.texts(ctx, reversed(a)+"."+zone)
	if err != nil {
		return ""
	}
	return strings.Join(texts, " ")
}

// reversed is an address as its name begins in a list: octets, or for IPv6
// nibbles, the last first.
func reversed(a netip.Addr) string {
	var labels []string
	if a.Is4() {
		for _, b := range a.AsSlice() {
			labels = append(labels, fmt.Sprint(b))
		}
	} else {
		for _, b := range a.AsSlice() {
			labels = append(labels, fmt.Sprintf("%x", b>>4), fmt.Sprintf("%x", b&15))
		}
	}
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}
