package templates

import (
	"regexp"
	"strings"
)

// together is what is read as one, whichever the language: a clock time with
// what follows it, and a length of time or a share with its unit.
var together = regexp.MustCompile(`\d\d:\d\d(?::\d\d)?(?: Uhr)?(?: (?:UTC[+-]\d+|[A-Z]{2,5})\b)?|\d (?:(?:h(?: \d+ min)?|min(?: \d+ s)?|ms|s)\b|%)`)

// unbroken puts no-break spaces into those, so that no line of running text
// ends within one. Feeds, JSON and plain text keep their plain spaces: who
// searches or parses them looks for those.
func unbroken(text string) string {
	return together.ReplaceAllStringFunc(text, func(found string) string {
		return strings.ReplaceAll(found, " ", "\u00a0")
	})
}
