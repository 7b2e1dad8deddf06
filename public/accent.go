package public

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Accent is the style in which links and what is pointed at have a colour of
// the site's own, "#rrggbb". In each theme it is made darker or lighter until
// text in it has a contrast of 4.5:1 on every ground of that theme (WCAG 2.2,
// success criterion 1.4.3).
func Accent(colour string) (string, error) {
	c, err := parseColour(colour)
	if err != nil {
		return "", err
	}
	blocks := rootBlock.FindAllStringSubmatch(style, 2)
	light := c.readable(grounds(blocks[0][1]), 0)
	dark := c.readable(grounds(blocks[1][1]), 255)
	return ":root{--link:" + light.String() + "}@media (prefers-color-scheme: dark){:root{--link:" + dark.String() + "}}", nil
}

var (
	rootBlock  = regexp.MustCompile(`:root\{([^}]*)\}`) // of the light theme, then of the dark one
	groundRule = regexp.MustCompile(`ground:(?: )?(#[0-9a-f]{6})`)
)

// colour is red, green and blue.
type colour [3]float64

func parseColour(s string) (colour, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || len(s) != 7 || s[0] != '#' {
		return colour{}, fmt.Errorf("colour %q is not of the form #rrggbb", s)
	}
	return colour{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}, nil
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0])), int(math.Round(c[1])), int(math.Round(c[2])))
}

func grounds(block string) []colour {
	var all []colour
	for _, m := range groundRule.FindAllStringSubmatch(block, -1) {
		if c, err := parseColour(m[1]); err == nil {
			all = append(all, c)
		}
	}
	return all
}

// readable is the colour, moved towards black (0) or white (255) as little as
// it takes to be read on all grounds.
func (c colour) readable(grounds []colour, end float64) colour {
	const steps = 64
	for i := 0; i <= steps; i++ {
		var moved colour
		for k := range c {
			moved[k] = math.Round(c[k] + (end-c[k])*float64(i)/steps)
		}
		if moved.worst(grounds) >= leastContrast {
			return moved
		}
	}
	return colour{end, end, end}
}

const leastContrast = 4.5

// worst is the least contrast that the colour has on one of the grounds.
func (c colour) worst(grounds []colour) float64 {
	worst := math.Inf(1)
	for _, g := range grounds {
		a, b := c.luminance(), g.luminance()
		worst = min(worst, (max(a, b)+0.05)/(min(a, b)+0.05))
	}
	return worst
}

// luminance is WCAG 2's relative luminance.
func (c colour) luminance() float64 {
	var l float64
	for k, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := c[k] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}
