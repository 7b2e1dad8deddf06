package probe

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxParents bounds the walk to the record of a domain above.
const maxParents = 8

// dmarc asks for the policy of the domain (RFC 7489), or else of the nearest
// one above it that has one: to walk up finds what a list of public suffixes
// would, and needs none.
func (d *domain) dmarc(ctx context.Context) error {
	at := d.target.Host
	for range maxParents {
		list, err := d.tagged(ctx, "_dmarc."+at, "DMARC1")
		if f, ok := err.(*fault); !ok || f.cause != "none" {
			if err != nil {
				return err
			}
			return checkDMARC(list, at == d.target.Host)
		}
		_, above, _ := strings.Cut(at, ".")
		if !strings.Contains(above, ".") {
			break
		}
		at = above
	}
	return &fault{"none", "there is no record at _dmarc." + d.target.Host + ", nor above it"}
}

var dmarcPolicies = []string{"none", "quarantine", "reject"}

// checkDMARC looks at the tags that RFC 7489, section 6.3, knows.
func checkDMARC(list tags, own bool) error {
	p, ok := list.find("p")
	switch {
	case !ok:
		return &fault{"policy", "there is no policy (p)"}
	case !isOneOf(p, dmarcPolicies):
		return &fault{"policy", fmt.Sprintf("the policy %q is none of %s", p, oneOf(dmarcPolicies))}
	}
	if sp, ok := list.find("sp"); ok && !isOneOf(sp, dmarcPolicies) {
		if !own {
			return &fault{"policy", fmt.Sprintf("the policy %q (sp) is none of %s", sp, oneOf(dmarcPolicies))}
		}
		return &fault{"syntax", fmt.Sprintf("sp=%s is none of %s", sp, oneOf(dmarcPolicies))}
	}
	for _, t := range list {
		var wrong bool
		switch t.name {
		case "adkim", "aspf":
			wrong = !isOneOf(t.value, []string{"r", "s"})
		case "pct":
			n, err := strconv.ParseUint(t.value, 10, 32)
			wrong = err != nil || n > 100
		case "ri":
			_, err := strconv.ParseUint(t.value, 10, 32)
			wrong = err != nil
		case "rua", "ruf":
			wrong = !areReportURIs(t.value, "mailto:", "https:")
		}
		if wrong {
			return &fault{"syntax", fmt.Sprintf("%s=%s", t.name, t.value)}
		}
	}
	return nil
}

func isOneOf(word string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
}

// areReportURIs reports whether every URI of a list divided by commas is of one
// of the schemes, and says to whom.
func areReportURIs(list string, schemes ...string) bool {
	for uri := range strings.SplitSeq(list, ",") {
		uri = strings.ToLower(strings.TrimSpace(uri))
		i := slices.IndexFunc(schemes, func(s string) bool { return strings.HasPrefix(uri, s) })
		if i < 0 {
			return false
		}
		rest := uri[len(schemes[i]):]
		if schemes[i] == "mailto:" && !strings.Contains(rest, "@") || schemes[i] == "https:" && !strings.HasPrefix(rest, "//") {
			return false
		}
	}
	return true
}

// tlsRPT asks who wants to be told of failing encryption (RFC 8460, section 3).
func (d *domain) tlsRPT(ctx context.Context) error {
	at := "_smtp._tls." + d.target.Host
	list, err := d.tagged(ctx, at, "TLSRPTv1")
	if err != nil {
		return err
	}
	if rua, _ := list.find("rua"); !areReportURIs(rua, "mailto:", "https:") {
		return &fault{"rua", fmt.Sprintf("at %s: rua=%s names no mailto: or https: address", at, rua)}
	}
	return nil
}
