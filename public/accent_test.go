package public

import (
	"regexp"
	"testing"
)

// Whatever colour a site wants, it can be read; one that can stays as it is.
func TestAccentsCanBeReadInBothThemes(t *testing.T) {
	set := regexp.MustCompile(`--link:(#[0-9a-f]{6})`)
	all := themes(t)
	for _, want := range []string{"#000000", "#ffffff", "#ffbf53", "#40cc11", "#0a4f96", "#ff00ff", "#808080", "#C7130A"} {
		css, err := Accent(want)
		if err != nil {
			t.Fatal(err)
		}
		links := set.FindAllStringSubmatch(css, -1)
		if len(links) != 2 {
			t.Fatalf("%s: %s", want, css)
		}
		for i, theme := range []string{"light", "dark"} {
			for _, ground := range []string{"--ground", "--up-ground", "--partial-ground", "--down-ground", "--watch-ground", "--unknown-ground"} {
				a, b := luminance(t, links[i][1]), luminance(t, all[theme][ground])
				if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
					t.Errorf("%s: %s on the %s %s has contrast %.2f", want, links[i][1], theme, ground, ratio)
				}
			}
		}
		if want == "#0a4f96" && links[0][1] != want {
			t.Errorf("%s could be read, and became %s", want, links[0][1])
		}
	}
	for _, bad := range []string{"", "red", "#fff", "#12345g", "0a4f96f", "#0a4f96;}"} {
		if css, err := Accent(bad); err == nil {
			t.Errorf("%q became %q", bad, css)
		}
	}
}
