package probe

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Range is a threshold range of the monitoring plugins' guidelines,
// [@]start:end: a value outside of it, or with the @ a value inside of it,
// raises the alert. Both ends belong to it.
type Range struct {
	start, end float64
	inside     bool
	text       string // as it was written
}

// ParseRange parses "10" (0 to 10), "10:" (10 and more), "~:10" (10 and less),
// "10:20" and "@10:20" (alert inside).
func ParseRange(s string) (Range, error) {
	r := Range{end: math.Inf(1), text: s}
	rest, inside := strings.CutPrefix(s, "@")
	r.inside = inside
	start, end, both := strings.Cut(rest, ":")
	if !both {
		start, end = "", rest
	}
	var err error
	switch start {
	case "":
	case "~":
		r.start = math.Inf(-1)
	default:
		r.start, err = plainNumber(start)
	}
	if err == nil && (end != "" || !both) {
		r.end, err = plainNumber(end)
	}
	if err != nil || both && start == "" && end == "" {
		return Range{}, fmt.Errorf("parsing range %q: want [@]start:end, such as 5, 10: or 1:5", s)
	}
	if r.start > r.end {
		return Range{}, fmt.Errorf("parsing range %q: it ends before it begins", s)
	}
	return r, nil
}

// plainNumber takes digits with a point among them, and no other form of a float.
func plainNumber(s string) (float64, error) {
	if s == "" || strings.Trim(s, "-.0123456789") != "" {
		return 0, errors.New("not a number")
	}
	return strconv.ParseFloat(s, 64)
}

// Alerts reports whether the value raises the alert.
func (r Range) Alerts(v float64) bool { return (v >= r.start && v <= r.end) == r.inside }

// String is the range as ParseRange takes it, empty for the zero Range.
func (r Range) String() string { return r.text }

// mustRange is for ranges that are written in the program.
func mustRange(s string) Range {
	r, err := ParseRange(s)
	if err != nil {
		panic(err)
	}
	return r
}
