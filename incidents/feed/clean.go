package feed

import "strings"

// clean is s without what XML 1.0 (section 2.2) cannot carry in any form:
// broken UTF-8, which halves of surrogate pairs are, and most control
// characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
		case r < 0x20, r == 0xFFFE, r == 0xFFFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
