package probe

import (
	"context"
	"fmt"

	"golang.org/x/net/dns/dnsmessage"
)

// tlsa asks whether every host that takes mail says which certificate it has
// (RFC 7672): signed, and in a form that senders can use. It does not connect
// to them to compare. What is not signed counts for nothing there; that it was
// is the resolver's word, so it should be one that checks signatures, near by.
func (d *domain) tlsa(ctx context.Context) error {
	x, err := d.exchangersOf(ctx)
	if err != nil {
		return err
	}
	if len(x.names) == 0 {
		return &fault{"none", "nobody takes mail for the domain"}
	}
	if !x.secure {
		return &fault{"insecure", "the MX records of " + d.target.Host + " are not signed, or the resolver does not check signatures"}
	}
	for _, name := range x.names {
		at := "_25._tcp." + name
		a, err := d.res.ask(ctx, at, typeTLSA)
		switch {
		case err != nil:
			return err
		case len(a.records) == 0:
			return &fault{"none", "there is no TLSA record at " + at}
		case !a.secure:
			return &fault{"insecure", "what stands at " + at + " is not signed"}
		}
		if f := checkTLSA(a.records); f != nil {
			return &fault{f.cause, fmt.Sprintf("at %s: %s", at, f.detail)}
		}
	}
	return nil
}

// checkTLSA wants one record that a sender can use, and no malformed one
// (RFC 6698, section 2.1; RFC 7672, section 3.1).
func checkTLSA(records []dnsmessage.Resource) *fault {
	usable := false
	for _, rr := range records {
		body, ok := rr.Body.(*dnsmessage.UnknownResource)
		if !ok || len(body.Data) < 4 {
			return &fault{"syntax", "too short"}
		}
		usage, selector, matching, data := body.Data[0], body.Data[1], body.Data[2], body.Data[3:]
		if want := map[byte]int{1: 32, 2: 64}[matching]; want != 0 && len(data) != want {
			return &fault{"syntax", fmt.Sprintf("%d %d %d with %d bytes, want %d", usage, selector, matching, len(data), want)}
		}
		usable = usable || (usage == 2 || usage == 3) && selector <= 1 && matching <= 2
	}
	if !usable {
		return &fault{"unusable", "no record with the usage 2 or 3, which are those for mail"}
	}
	return nil
}
