package config

import (
	"strconv"
	"strings"
)

// Error is one mistake in a configuration.
type Error struct {
	File    string // as it was named by the caller; empty when no file is to blame
	Line    int    // from 1; 0 when no line is to blame
	Key     string // such as "checks[1].target", or the environment variable
	Problem string // what is wrong
	Hint    string // what would be right; may be empty
}

// Error is "file:line: key: what is wrong; what would be right". It never
// holds a secret.
func (e Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			b.WriteString(":" + strconv.Itoa(e.Line))
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Problem)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Errors are all mistakes of a configuration, in the order of their lines.
type Errors []Error

// Error is one line a mistake.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}
