// Package public holds what browsers are given beside the pages: the style
// sheet, which goes into every page, and the icon, which goes there as a data
// URL, so that a page is one request.
package public

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

//go:embed style.css
var styleSource string

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	space   = regexp.MustCompile(`\s+`)
	around  = regexp.MustCompile(`\s*([{};,])\s*`)
)

// style is made once: its bytes and the hash in StyleSource must agree.
var style = minify(styleSource)

// Style is the style sheet without comments and needless space. It is the
// same text during the life of the process.
func Style() string { return style }

// StyleSource is the source expression that lets Style, and no other style,
// through a Content-Security-Policy: 'sha256-…' (CSP Level 3, section 2.3.1).
func StyleSource() string { return SourceOf(style) }

// SourceOf is likewise of any text.
func SourceOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// minify relies on our own sheet having no strings that hold braces,
// semicolons or runs of spaces.
func minify(css string) string {
	css = comment.ReplaceAllString(css, "")
	css = space.ReplaceAllString(css, " ")
	css = around.ReplaceAllString(css, "$1")
	return strings.TrimSpace(strings.ReplaceAll(css, ";}", "}"))
}

// Icon is the page's icon as a data URL. The state is told by shape and
// colour, as on the page: "up", "partial", "down"; anything else is a ring.
func Icon(mark string) string {
	var shape string
	switch mark {
	case "up":
		shape = `<circle cx="8" cy="8" r="7" fill="#1f8a3f"/>`
	case "partial", "watch":
		shape = `<path d="M8 1l7.5 13.5H.5z" fill="#d08700"/>`
	case "kept":
		shape = `<path d="M8 1l7 7-7 7-7-7z" fill="#1f78b4"/>`
	case "down":
		shape = `<path d="M1 1h14v14H1z" fill="#d0213a"/>`
	default:
		shape = `<circle cx="8" cy="8" r="6" fill="none" stroke="#7a8490" stroke-width="2.5"/>`
	}
	return "data:image/svg+xml," + url.PathEscape(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">`+shape+`</svg>`)
}
