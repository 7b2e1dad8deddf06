package probe

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/net/dns/dnsmessage"
)

// maxExchangers bounds how many mail exchangers one run looks at.
const maxExchangers = 10

// exchangers are who takes a domain's mail.
type exchangers struct {
	names  []string // the preferred first
	null   bool     // the domain says that it takes no mail (RFC 7505)
	stated bool     // MX records say so; otherwise it is the domain's own host
	secure bool     // the resolver has checked the records' signatures
}

// exchangersOf looks up who takes mail for a domain (RFC 5321, section 5.1).
func (d *domain) exchangersOf(ctx context.Context) (exchangers, error) {
	a, err := d.res.ask(ctx, d.target.Host, typeMX)
	if err != nil {
		return exchangers{}, err
	}
	var list []*dnsmessage.MXResource
	for _, rr := range a.records {
		if mx, ok := rr.Body.(*dnsmessage.MXResource); ok {
			list = append(list, mx)
		}
	}
	slices.SortStableFunc(list, func(x, y *dnsmessage.MXResource) int { return cmp.Compare(x.Pref, y.Pref) })
	x := exchangers{stated: len(list) > 0, secure: a.secure}
	for _, mx := range list {
		name := plainName(mx.MX)
		x.null = x.null || name == ""
		if name != "" && !slices.Contains(x.names, name) && len(x.names) < maxExchangers {
			x.names = append(x.names, name)
		}
	}
	if !x.stated {
		x.names = []string{d.target.Host}
	}
	return x, nil
}

// mx asks who takes the domain's mail, and where they are. One that has an
// address is enough for mail to arrive; others that have none are a warning.
func (d *domain) mx(ctx context.Context) error {
	x, err := d.exchangersOf(ctx)
	switch {
	case err != nil:
		return err
	case !x.stated:
		return &fault{"none", d.target.Host + " has no MX record"}
	case x.null && len(x.names) > 0:
		return &fault{"null", "a null MX stands beside others (RFC 7505)"}
	case x.null:
		return &fault{"null", "the domain says that it takes no mail (RFC 7505)"}
	}
	found := false
	var lost string
	for _, name := range x.names {
		addrs, alias, err := d.res.addresses(ctx, name)
		if err != nil {
			return err
		}
		switch {
		case len(addrs) == 0:
			lost = name
			d.warn("%s takes mail by MX, and has no address", name)
		case alias:
			found = true
			d.warn("%s takes mail by MX, and is an alias (RFC 2181, section 10.3)", name)
		default:
			found = true
		}
	}
	if !found {
		return &fault{"noaddress", fmt.Sprintf("no host that takes mail has an address, such as %s", lost)}
	}
	return nil
}

// places are the addresses of all that take the domain's mail.
func (d *domain) places(ctx context.Context) ([]netip.Addr, error) {
	x, err := d.exchangersOf(ctx)
	if err != nil {
		return nil, err
	}
	var all []netip.Addr
	for _, name := range x.names {
		addrs, _, err := d.res.addresses(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, addrs[:min(len(addrs), maxAddresses)]...)
	}
	return all, nil
}
