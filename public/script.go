package public

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

//go:embed live.js
var scriptSource string

// script is made once: its bytes, its name and its hash must agree.
var script = bare(scriptSource)

// Script is what keeps an open page up to date, without its comments and
// indentation. It is the same text during the life of the process.
func Script() string { return script }

// ScriptName is the name of Script's file, another one for another text, so
// that it may be kept for ever.
func ScriptName() string {
	sum := sha256.Sum256([]byte(script))
	return "live-" + hex.EncodeToString(sum[:4]) + ".js"
}

// ScriptIntegrity lets browsers run Script and nothing that came in its place
// (Subresource Integrity, section 3.3).
func ScriptIntegrity() string {
	sum := sha256.Sum256([]byte(script))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// bare relies on our own script having comments on lines of their own only,
// and no text that runs over a line's end.
func bare(js string) string {
	var b strings.Builder
	for line := range strings.Lines(js) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
