package public

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// themes returns the custom properties of the light and of the dark theme; the
// dark one inherits what it does not set.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	blocks := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(Style(), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d :root blocks in the style sheet, want light and dark", len(blocks))
	}
	read := func(into map[string]string, block string) map[string]string {
		for d := range strings.SplitSeq(block, ";") {
			if k, v, ok := strings.Cut(d, ":"); ok && strings.HasPrefix(k, "--") {
				into[k] = strings.TrimSpace(v)
			}
		}
		return into
	}
	light := read(map[string]string{}, blocks[0][1])
	dark := read(read(map[string]string{}, blocks[0][1]), blocks[1][1])
	return map[string]map[string]string{"light": light, "dark": dark}
}

// luminance is WCAG 2's relative luminance of "#rrggbb".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q is not #rrggbb", colour)
	}
	channel := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

func TestTextCanBeReadInBothThemes(t *testing.T) {
	inks := []string{"--text", "--muted", "--link", "--up", "--partial", "--down", "--watch", "--unknown"}
	grounds := []string{"--ground", "--up-ground", "--partial-ground", "--down-ground", "--watch-ground", "--unknown-ground"}
	for name, theme := range themes(t) {
		for _, ink := range inks {
			for _, ground := range grounds {
				a, b := luminance(t, theme[ink]), luminance(t, theme[ground])
				if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
					t.Errorf("%s: %s on %s has contrast %.2f, want at least 4.5", name, ink, ground, ratio)
				}
			}
		}
	}
}

func TestStyleKeepsItsRulesWhenMadeSmall(t *testing.T) {
	small := Style()
	if len(small) >= len(styleSource) {
		t.Errorf("%d bytes of style became %d", len(styleSource), len(small))
	}
	if strings.Contains(small, "/*") || strings.Contains(small, "\n") {
		t.Error("comments or line breaks are left")
	}
	if a, b := strings.Count(styleSource, "{"), strings.Count(small, "{"); a != b || b != strings.Count(small, "}") {
		t.Errorf("%d blocks became %d", a, b)
	}
	// Descendant selectors live by their space.
	for _, rule := range []string{"nav ul,.links{", "@media (prefers-color-scheme: dark){", ".list > li{"} {
		if !strings.Contains(small, rule) {
			t.Errorf("%q is missing", rule)
		}
	}
}

func TestStyleSourceIsTheHashOfStyle(t *testing.T) {
	sum := sha256.Sum256([]byte(Style()))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; StyleSource() != want {
		t.Errorf("StyleSource is %s, want %s", StyleSource(), want)
	}
}

func TestIconTellsStatesApart(t *testing.T) {
	seen := map[string]string{}
	for _, mark := range []string{"up", "partial", "kept", "down", "unknown"} {
		icon := Icon(mark)
		if other, ok := seen[icon]; ok {
			t.Errorf("%s and %s have the same icon", mark, other)
		}
		seen[icon] = mark
		if strings.ContainsAny(icon, "\"'<>#") {
			t.Errorf("icon %q has characters that a data URL must not have", icon)
		}
	}
}
