package probe

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// texts are the TXT records of a name, each with its strings put together (RFC
// 7208, section 3.3).
func (r *resolver) texts(ctx context.Context, name string) ([]string, error) {
	a, err := r.ask(ctx, name, typeTXT)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, rr := range a.records {
		if txt, ok := rr.Body.(*dnsmessage.TXTResource); ok {
			texts = append(texts, strings.Join(txt.TXT, ""))
		}
	}
	return texts, nil
}

// addresses are the A and AAAA records of a name.
func (r *resolver) addresses(ctx context.Context, name string) (list []netip.Addr, alias bool, err error) {
	for _, kind := range []dnsmessage.Type{typeA, typeAAAA} {
		a, err := r.ask(ctx, name, kind)
		if err != nil {
			return nil, false, err
		}
		alias = alias || a.alias
		for _, rr := range a.records {
			switch body := rr.Body.(type) {
			case *dnsmessage.AResource:
				list = append(list, netip.AddrFrom4(body.A))
			case *dnsmessage.AAAAResource:
				list = append(list, netip.AddrFrom16(body.AAAA))
			}
		}
		if a.missing {
			break
		}
	}
	return list, alias, nil
}

func typeName(t dnsmessage.Type) string {
	if t == typeTLSA {
		return "TLSA"
	}
	return strings.TrimPrefix(t.String(), "Type")
}

// describe is an answer in a line for staff.
func describe(m *dnsmessage.Message) string {
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(m.RCode.String(), "RCode"))
	if m.AuthenticData {
		b.WriteString(" (signatures checked)")
	}
	for _, rr := range m.Answers {
		b.WriteString("; " + typeName(rr.Header.Type) + " ")
		switch body := rr.Body.(type) {
		case *dnsmessage.AResource:
			b.WriteString(netip.AddrFrom4(body.A).String())
		case *dnsmessage.AAAAResource:
			b.WriteString(netip.AddrFrom16(body.AAAA).String())
		case *dnsmessage.CNAMEResource:
			b.WriteString(plainName(body.CNAME))
		case *dnsmessage.MXResource:
			fmt.Fprintf(&b, "%d %s.", body.Pref, plainName(body.MX))
		case *dnsmessage.TXTResource:
			b.WriteString(strings.Join(body.TXT, ""))
		case *dnsmessage.UnknownResource:
			fmt.Fprintf(&b, "%x", body.Data)
		}
		if b.Len() > maxTranscriptLine {
			break
		}
	}
	return b.String()
}
