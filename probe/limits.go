package probe

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Limit is the range that one figure of a result has to stay in.
type Limit struct {
	Figure string // "total", "cert_days" or the name of a phase
	Range  Range
}

// Limits judge results as the options -w and -c of a monitoring plugin do. The
// zero Limits warn above 5 s in all and, where the certificate was verified,
// below 14 days to its end, and are critical below 3 days; a limit for the
// same figure takes the place of these.
type Limits struct {
	Warning, Critical []Limit
	// Timeout is that of the run, told as the maximum of the whole time; zero
	// for not told.
	Timeout time.Duration
}

// The figures of a result that are no phases. Phases and the whole are in
// seconds.
const (
	figureTotal    = "total"
	figureCertDays = "cert_days"
)

var (
	usualTotal       = mustRange(fmt.Sprint(defaultSlow.Seconds()))
	usualCertWarning = mustRange("14:")
	usualCertEnd     = mustRange("3:")
	phaseName        = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
)

// ParseLimit parses RANGE, which is meant for the whole time, or FIGURE=RANGE.
func ParseLimit(s string) (Limit, error) {
	figure, text, named := strings.Cut(s, "=")
	if !named {
		figure, text = figureTotal, s
	}
	if !phaseName.MatchString(figure) {
		return Limit{}, fmt.Errorf("parsing limit %q: %q is neither total, cert_days nor a phase", s, figure)
	}
	r, err := ParseRange(text)
	if err != nil {
		return Limit{}, err
	}
	return Limit{figure, r}, nil
}

// ParseLimits parses limits with commas between them, "5,auth=0.5,cert_days=14:".
func ParseLimits(s string) ([]Limit, error) {
	var limits []Limit
	for piece := range strings.SplitSeq(s, ",") {
		limit, err := ParseLimit(piece)
		if err != nil {
			return nil, err
		}
		limits = append(limits, limit)
	}
	return limits, nil
}

// Judge returns the result as the limits see it: one that was good is ok, slow
// or, beyond a critical limit, a failure with the reason "FIGURE.critical". A
// limit for what the run did not measure makes it inconclusive, with the reason
// "FIGURE.missing": a threshold that is never looked at must not look green.
// One that was not good stays as it is.
func (l Limits) Judge(r Result) Result {
	if !r.Verdict.Good() {
		return r
	}
	all := figures(r)
	for _, limit := range slices.Concat(l.Critical, l.Warning) {
		if i := all.find(limit.Figure); i < 0 {
			r.Verdict, r.Reason = Inconclusive, Reason(limit.Figure+".missing")
			r.Detail = "the run has measured " + oneOf(all.names())
			return r
		}
	}
	if l.overrides(r) {
		r.Verdict, r.Detail = OK, ""
	}
	for _, f := range all {
		warning, critical := l.of(f.name, r)
		switch {
		case critical.set() && critical.Alerts(f.value):
			r.Verdict, r.Reason = Fail, Reason(f.name+".critical")
			r.Detail = f.beyond(critical)
			return r
		case warning.set() && warning.Alerts(f.value) && r.Verdict == OK:
			r.Verdict, r.Detail = Slow, f.beyond(warning)
		}
	}
	return r
}

// overrides reports whether the run was found slow by a usual limit that has
// another in its place. What else made it slow stays.
func (l Limits) overrides(r Result) bool {
	byTime, byCertificate := r.Took > defaultSlow, r.TLS != nil && usualCertWarning.Alerts(certDays(r))
	switch {
	case r.Verdict != Slow:
		return false
	case byTime && l.find(figureTotal):
		return true
	case !byTime && byCertificate:
		return l.find(figureCertDays)
	}
	return false
}

// of are the ranges of a figure. Critical ones are given or usual as a pair
// with their warning.
func (l Limits) of(figure string, r Result) (warning, critical Range) {
	switch {
	case l.find(figure):
		return pick(l.Warning, figure), pick(l.Critical, figure)
	case figure == figureTotal:
		return usualTotal, Range{}
	case figure == figureCertDays && r.TLS.Verified:
		return usualCertWarning, usualCertEnd
	}
	return Range{}, Range{}
}

func (l Limits) find(figure string) bool {
	return pick(l.Warning, figure).set() || pick(l.Critical, figure).set()
}

func pick(limits []Limit, figure string) Range {
	for _, limit := range slices.Backward(limits) { // the last one written counts
		if limit.Figure == figure {
			return limit.Range
		}
	}
	return Range{}
}

func (r Range) set() bool { return r.text != "" }

// figure is one value of the performance data.
type figure struct {
	name  string
	value float64
	unit  string // "s", or empty
}

func (f figure) beyond(r Range) string {
	where := "outside"
	if r.inside {
		where = "inside"
	}
	return fmt.Sprintf("%s of %s%s is %s %s", f.name, f.number(), f.unit, where, strings.TrimPrefix(r.String(), "@"))
}

// number has microseconds, or is whole.
func (f figure) number() string {
	if f.unit == "" {
		return fmt.Sprintf("%.0f", f.value)
	}
	return fmt.Sprintf("%.6f", f.value)
}

// measures are the figures of one result.
type measures []figure

// figures are all that the result measured, each once: phases that were taken
// twice, as the capabilities before and after encryption are, add up.
func figures(r Result) measures {
	all := measures{{figureTotal, r.Took.Seconds(), "s"}}
	for _, p := range r.Phases {
		if i := all.find(p.Name); i > 0 {
			all[i].value += p.Took.Seconds()
			continue
		}
		all = append(all, figure{p.Name, p.Took.Seconds(), "s"})
	}
	if r.TLS != nil {
		all = append(all, figure{name: figureCertDays, value: certDays(r)})
	}
	return all
}

// certDays are the whole days that the certificate has left, negative after
// its end.
func certDays(r Result) float64 {
	return math.Floor(r.TLS.NotAfter.Sub(r.StartedAt).Hours() / 24)
}

func (all measures) find(name string) int {
	return slices.IndexFunc(all, func(f figure) bool { return f.name == name })
}

func (all measures) names() []string {
	var list []string
	for _, f := range all {
		list = append(list, f.name)
	}
	return list
}
