package probe

import (
	"strings"
	"testing"
)

func TestParseSPF(t *testing.T) {
	for record, want := range map[string]string{
		"v=spf1":                        "",
		"V=SPF1  +A  -all":              "a all",
		"v=spf1 ptr ptr:x.example ?all": "ptr ptr(x.example) all",
		"v=spf1 a/24 mx//64 a:x.example/24//64 mx:y.example": "a mx a(x.example) mx(y.example)",
		"v=spf1 include:%{d2}.x.example. ~all":               "include(%{d2}.x.example) all",
		"v=spf1 exists:%{i}.%{h}.%%.%_%-x.example.edu":       "exists(%{i}.%{h}.%%.%_%-x.example.edu)",
		"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 -all":       "ip4 ip6 all",
		"v=spf1 redirect=a.example exp=b.example x-y=%{d}z":  "redirect(a.example)",
		"v=spf1 all a:never.example redirect=never.example":  "all",
	} {
		terms, err := parseSPF(record)
		var got []string
		for _, t := range terms {
			s := t.name
			if t.domain != "" {
				s += "(" + t.domain + ")"
			}
			got = append(got, s)
		}
		if err != nil && want != "" || strings.Join(got, " ") != want && err == nil {
			t.Errorf("%q: got %q, %v; want %q", record, got, err, want)
		}
	}
}

func TestParseSPFRefuses(t *testing.T) {
	for _, term := range []string{
		"all:x", "a:", "a/33", "a//129", "a/24/64", "a:b.example/33", "mx:localhost", "mx:x.123",
		"include", "include:", "include:a..b", "include:x", "exists:%{z}.example", "exists:%{d.example", "exists:a%b.example",
		"ip4", "ip4:", "ip4:300.0.0.1", "ip4:192.0.2.1/33", "ip4:2001:db8::1", "ip6:192.0.2.1", "ip6:fe80::1%eth0", "ip6:::/129",
		"redirect=", "redirect=x", "exp=%", "x=%{", "+", "-", "++all", "?", "spf1", "a:\x1b.example", "redirect=a.example redirect=b.example", "exp=a.example exp=a.example",
		"\tall", "ptr:",
	} {
		if terms, err := parseSPF("v=spf1 " + term); err == nil {
			t.Errorf("took %q as %+v", term, terms)
		}
	}
}
