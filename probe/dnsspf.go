package probe

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const (
	maxSPFLookups = 10 // RFC 7208, section 4.6.4
	maxSPFVoids   = 2
	maxSPFHosts   = 10
)

// spf asks for the domain's SPF record (RFC 7208) and goes through all that it
// includes, as a receiver may have to for a sender that matches nothing: more
// than ten lookups in all, and every receiver gives up.
func (d *domain) spf(ctx context.Context) error {
	return (&spfWalk{domain: d}).record(ctx, d.target.Host, true)
}

type spfWalk struct {
	*domain
	lookups, voids int
}

func isSPF(text string) bool {
	version, _, _ := strings.Cut(text, " ")
	return strings.EqualFold(version, "v=spf1")
}

// record goes through the record of one domain. It decides, unless it is
// included, about who matches nothing else.
func (w *spfWalk) record(ctx context.Context, name string, decides bool) error {
	text, err := w.domain.record(ctx, name, isSPF)
	if err != nil {
		return err
	}
	terms, err := parseSPF(text)
	if err != nil {
		return &fault{"syntax", fmt.Sprintf("at %s: %v", name, err)}
	}
	for _, t := range terms {
		if decides && (strings.EqualFold(t.text, "all") || strings.EqualFold(t.text, "+all")) {
			w.warn("the SPF record ends with %q: anybody may send in the domain's name", t.text)
		}
		if err := w.term(ctx, name, t, decides); err != nil {
			return err
		}
	}
	return nil
}

// term counts what one term of the record at name makes a receiver look up.
func (w *spfWalk) term(ctx context.Context, name string, t spfTerm, decides bool) error {
	if !t.looksUp() {
		return nil
	}
	if w.lookups++; w.lookups > maxSPFLookups {
		return &fault{"lookups", fmt.Sprintf("more than %d lookups, at %q of %s (RFC 7208, section 4.6.4)", maxSPFLookups, t.text, name)}
	}
	at := t.domain
	if at == "" {
		at = name
	}
	if strings.Contains(at, "%") {
		return nil // depends on the sender
	}
	switch t.name {
	case "include", "redirect":
		err := w.record(ctx, at, decides && t.name == "redirect")
		if f, ok := err.(*fault); ok && (f.cause == "none" || f.cause == "many") {
			return &fault{t.name, fmt.Sprintf("%q of %s: %s", t.text, name, f.detail)}
		}
		return err
	case "a":
		addrs, _, err := w.res.addresses(ctx, at)
		return w.void(err, len(addrs), name, t)
	case "mx":
		a, err := w.res.ask(ctx, at, typeMX)
		if len(a.records) > maxSPFHosts {
			return &fault{"lookups", fmt.Sprintf("%q of %s names more than %d hosts (RFC 7208, section 4.6.4)", t.text, name, maxSPFHosts)}
		}
		return w.void(err, len(a.records), name, t)
	}
	return nil
}

// void counts lookups that find nothing: a receiver bears two.
func (w *spfWalk) void(err error, found int, name string, t spfTerm) error {
	if err != nil || found > 0 {
		return err
	}
	if w.voids++; w.voids > maxSPFVoids {
		return &fault{"void", fmt.Sprintf("more than %d lookups that find nothing, at %q of %s (RFC 7208, section 4.6.4)", maxSPFVoids, t.text, name)}
	}
	return nil
}

// looksUp reports whether the term counts as a lookup.
func (t spfTerm) looksUp() bool {
	return slices.Contains([]string{"include", "a", "mx", "ptr", "exists", "redirect"}, t.name)
}
