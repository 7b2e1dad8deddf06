package probe

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// spfTerm is a mechanism or a modifier of an SPF record.
type spfTerm struct {
	text   string // as it stands there
	name   string // in lower case
	domain string // that it names, macros not filled in; empty for the record's own
}

var (
	spfModifier = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$`)
	spfMacro    = regexp.MustCompile(`%(%|_|-|\{[slodiphvSLODIPHV][0-9]*[rR]?[-.+,/_=]*\})`)
	spfPrefix   = regexp.MustCompile(`(/[0-9]{1,2})?(//[0-9]{1,3})?$`)
)

// parseSPF reads a record (RFC 7208, section 12). What a receiver never comes
// to is left out: what stands behind all, and redirect beside it.
func parseSPF(record string) ([]spfTerm, error) {
	var (
		terms    []spfTerm
		redirect *spfTerm
		once     []string
		all      bool
	)
	for text := range strings.SplitSeq(record[len("v=spf1"):], " ") {
		if text == "" {
			continue
		}
		t, modifier, err := parseSPFTerm(text)
		if err != nil {
			return nil, err
		}
		switch {
		case modifier && slices.Contains(once, t.name):
			return nil, fmt.Errorf("%q is there twice", t.name)
		case modifier && t.name == "redirect":
			redirect = &t
			once = append(once, t.name)
		case modifier:
			if t.name == "exp" {
				once = append(once, t.name)
			}
		case !all:
			terms = append(terms, t)
			all = t.name == "all"
		}
	}
	if redirect != nil && !all {
		terms = append(terms, *redirect)
	}
	return terms, nil
}

func parseSPFTerm(text string) (t spfTerm, modifier bool, err error) {
	bad := func(why string) (spfTerm, bool, error) { return spfTerm{}, false, fmt.Errorf("%q %s", text, why) }
	if m := spfModifier.FindStringSubmatch(text); m != nil {
		t = spfTerm{text, strings.ToLower(m[1]), ""}
		switch {
		case !isMacroString(m[2]):
			return bad("has a wrong macro or character")
		case t.name != "redirect" && t.name != "exp":
			return t, true, nil
		case !isDomainSpec(m[2]):
			return bad("names no domain")
		}
		t.domain = strings.ToLower(strings.TrimSuffix(m[2], "."))
		return t, true, nil
	}
	rest := strings.TrimLeft(text[:1], "+-?~") + text[1:]
	end := strings.IndexAny(rest, ":/")
	if end < 0 {
		end = len(rest)
	}
	t = spfTerm{text: text, name: strings.ToLower(rest[:end])}
	arg, hasArg := strings.CutPrefix(rest[end:], ":")
	switch t.name {
	case "all":
		if end != len(rest) {
			return bad("takes nothing")
		}
	case "ip4", "ip6":
		if !hasArg || !isSPFNetwork(t.name, arg) {
			return bad("names no address or network")
		}
	case "include", "exists", "ptr":
		if t.name == "ptr" && rest[end:] == "" {
			return t, false, nil
		}
		if !hasArg || !isDomainSpec(arg) {
			return bad("names no domain")
		}
		t.domain = arg
	case "a", "mx":
		prefix := spfPrefix.FindString(rest[end:])
		if !isSPFPrefix(prefix) {
			return bad("has a prefix that is too long")
		}
		t.domain = strings.TrimSuffix(arg, prefix)
		if hasArg && !isDomainSpec(t.domain) || !hasArg && rest[end:] != prefix {
			return bad("names no domain")
		}
		if !hasArg {
			t.domain = ""
		}
	default:
		return bad("is no mechanism")
	}
	t.domain = strings.ToLower(strings.TrimSuffix(t.domain, "."))
	return t, false, nil
}

// isMacroString reports whether s is one (RFC 7208, section 7.1).
func isMacroString(s string) bool {
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	return !strings.ContainsFunc(s, odd) && !strings.Contains(spfMacro.ReplaceAllString(s, ""), "%")
}

// isDomainSpec reports whether s names a domain, once its macros are filled in.
func isDomainSpec(s string) bool {
	if !isMacroString(s) || s == "" || len(s) > maxName {
		return false
	}
	if strings.Contains(s, "%") {
		return strings.HasSuffix(s, "}") || isTopLabel(s)
	}
	return isDomain(strings.ToLower(strings.TrimSuffix(s, "."))) && isTopLabel(s)
}

// isTopLabel reports whether s ends with a label behind a dot that is not all
// digits.
func isTopLabel(s string) bool {
	s = strings.TrimSuffix(s, ".")
	i := strings.LastIndexByte(s, '.')
	if i < 0 || !dnsLabel.MatchString(strings.ToLower(s[i+1:])) {
		return false
	}
	_, err := strconv.ParseUint(s[i+1:], 10, 64)
	return err != nil
}

func isSPFNetwork(name, s string) bool {
	addr, _, sliced := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" || a.Is4() != (name == "ip4") {
		return false
	}
	if !sliced {
		return true
	}
	_, err = netip.ParsePrefix(s)
	return err == nil
}

// isSPFPrefix reports whether the lengths in "/24//64" are those of networks.
func isSPFPrefix(s string) bool {
	v4, v6, dual := strings.Cut(s, "//")
	for _, l := range []struct {
		text string
		most int
		on   bool
	}{{strings.TrimPrefix(v4, "/"), 32, v4 != ""}, {v6, 128, dual}} {
		if n, err := strconv.Atoi(l.text); l.on && (err != nil || n > l.most) {
			return false
		}
	}
	return true
}
