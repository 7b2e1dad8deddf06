package config

import "testing"

func TestChangesNameTheKeys(t *testing.T) {
	equal(t, Changes(parsed(t, "howdah.yaml", design), parsed(t, "howdah.yaml", design)), []string(nil))
	for text, want := range map[string][]string{
		"":                                nil,
		"web: {listen: \":8090\"}":        {"web.listen"},
		"mailserver: off":                 {"mailserver"},
		"mailserver: {domains: [a.edu]}":  {"mailserver.domains"},
		"components: [{key: imap}]":       {"components"},
		"detection: {confirm: [2s, 5s]}":  nil,
		"detection: {confirm: [2s]}":      {"detection.confirm"},
		"log: {level: debug}\ndata: /srv": {"data", "log.level"},
		"web: {trusted_proxies: [10.0.0.1]}\nmailserver: {restart_delay: 6s}": {"web.trusted_proxies", "mailserver.restart_delay"},
	} {
		c := parsed(t, "/howdah.yaml", text)
		base := parsed(t, "/howdah.yaml", "")
		equal(t, Changes(base, c), want)
		equal(t, Changes(c, base), want)
	}
}

// Values that would run into each other are told apart.
func TestChangesWithinLists(t *testing.T) {
	for _, pair := range [][2]string{
		{`components: [{key: a, depends_on: [x, y]}]`, `components: [{key: a, depends_on: ["x y"]}]`},
		{`components: [{key: a, name: b}]`, `components: [{key: a, group: b}]`},
		{`components: [{key: a}, {key: b}]`, `components: [{key: b}, {key: a}]`},
		{`components: [{key: a}]`, `components: []`},
	} {
		var c [2]Config
		for i, text := range pair {
			d := newDecoder("howdah.yaml")
			d.yaml([]byte(text), c[i].tree())
			if len(d.found) > 0 {
				t.Fatal(d.found)
			}
		}
		equal(t, Changes(c[0], c[1]), []string{"components"})
	}
}
