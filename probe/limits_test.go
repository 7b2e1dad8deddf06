package probe

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The examples of the monitoring plugins' guidelines, and what is no range.
func TestRange(t *testing.T) {
	tests := []struct {
		text   string
		alerts string // for -1, 0, 1, 10, 15, 20, 21
	}{
		{"10", "x...xxx"},
		{"10:", "xxx...."},
		{"~:10", "....xxx"},
		{"10:20", "xxx...x"},
		{"@10:20", "...xxx."},
		{"@10", ".xxx..."},
		{"0", "x.xxxxx"},
		{"~:", "......."},
		{"@~:", "xxxxxxx"},
		{":10", "x...xxx"},
		{"-1:0.5", "..xxxxx"},
	}
	for _, tt := range tests {
		r, err := ParseRange(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := ""
		for _, v := range []float64{-1, 0, 1, 10, 15, 20, 21} {
			got += map[bool]string{true: "x", false: "."}[r.Alerts(v)]
		}
		if got != tt.alerts || r.String() != tt.text {
			t.Errorf("%s: %s, want %s; written as %s", tt.text, got, tt.alerts, r)
		}
	}
	for _, bad := range []string{"", "@", ":", "@:", "20:10", "10:~", "a", "1e3", "Inf", "NaN", "0x1", "1:2:3", "1s", " 1", "--1", "."} {
		if r, err := ParseRange(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, r)
		}
	}
}

func limits(t *testing.T, warning, critical string) Limits {
	t.Helper()
	l := Limits{Timeout: 15 * time.Second}
	for text, to := range map[*string]*[]Limit{&warning: &l.Warning, &critical: &l.Critical} {
		if *text == "" {
			continue
		}
		var err error
		if *to, err = ParseLimits(*text); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestLimitsJudge(t *testing.T) {
	usual := func() Result { return sampleResult() } // 84 ms in all, tls 31 ms, 61 days left
	with := func(f func(*Result)) func() Result {
		return func() Result { r := usual(); f(&r); return r }
	}
	late := with(func(r *Result) { r.Took, r.Verdict = 6*time.Second, Slow })
	days := func(n int) func(*Result) {
		return func(r *Result) { tls := *r.TLS; tls.NotAfter = r.StartedAt.AddDate(0, 0, n); r.TLS = &tls }
	}
	tests := []struct {
		name              string
		of                func() Result
		warning, critical string
		verdict           Verdict
		reason            Reason
		detail            string
	}{
		{"nothing asked", usual, "", "", OK, "", ""},
		{"within", usual, "1", "2", OK, "", ""},
		{"warning", usual, "0.05", "2", Slow, "", "total of 0.084000s is outside 0.05"},
		{"critical before warning", usual, "0.05", "0.08", Fail, "total.critical", "total of 0.084000s is outside 0.08"},
		{"a phase", usual, "tls=0.03", "", Slow, "", "tls of 0.031000s is outside 0.03"},
		{"a phase taken twice", usual, "", "capability=0.0025", Fail, "capability.critical", "capability of 0.003000s is outside 0.0025"},
		{"inside", usual, "@0.08:0.09", "", Slow, "", "total of 0.084000s is inside 0.08:0.09"},
		{"several", usual, "5,tls=1,cert_days=90:", "", Slow, "", "cert_days of 61 is outside 90:"},
		{"the last counts", usual, "0.01,9", "", OK, "", ""},
		{"never measured", usual, "auth=1", "", Inconclusive, "auth.missing", "the run has measured total, connect, capability, tls or cert_days"},
		{"usual time", late, "", "", Slow, "", ""},
		{"a longer time", late, "10", "", OK, "", ""},
		{"only critical", late, "", "10", OK, "", ""},
		{"another figure", late, "tls=1", "", Slow, "", ""},
		{"usual days", with(days(10)), "", "", Slow, "", "cert_days of 10 is outside 14:"},
		{"usual end", with(days(2)), "", "", Fail, "cert_days.critical", "cert_days of 2 is outside 3:"},
		{"fewer days", with(days(2)), "cert_days=1:", "", OK, "", ""},
		{"days of a check of certificates", with(func(r *Result) { days(10)(r); r.Verdict, r.Detail = Slow, "ends" }), "cert_days=5:", "", OK, "", ""},
		{"any certificate", with(func(r *Result) { days(-5)(r); r.TLS.Verified = false }), "", "", OK, "", ""},
		{"any certificate, but these days", with(func(r *Result) { days(-5)(r); r.TLS.Verified = false }), "", "cert_days=0:", Fail, "cert_days.critical", "cert_days of -5 is outside 0:"},
		{"slow for a reason of its own", with(func(r *Result) { r.Verdict, r.Detail = Slow, "waiting" }), "5", "", Slow, "", "waiting"},
		{"failed", with(func(r *Result) { r.Verdict, r.Reason, r.TLS = Fail, "auth.no", nil }), "9", "auth=1", Fail, "auth.no", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := limits(t, tt.warning, tt.critical)
			r := l.Judge(tt.of())
			if r.Verdict != tt.verdict || r.Reason != tt.reason || r.Detail != tt.detail {
				t.Errorf("%s %q %q, want %s %q %q", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail)
			}
			checkPluginLine(t, l.Line(r))
		})
	}
	for _, bad := range []string{"", "1,", "=1", "a b=1", "auth=", "auth=x", "'=1"} {
		if got, err := ParseLimits(bad); err == nil {
			t.Errorf("%q is taken as %v", bad, got)
		}
	}
}

func TestLineHasTheLimits(t *testing.T) {
	l := limits(t, "2,tls=0.5", "~:4,cert_days=7:")
	const want = "IMAP OK - 84 ms | 'total'=0.084000s;2;~:4;0;15 'connect'=0.000250s;;;0 'capability'=0.003000s;;;0 'tls'=0.031000s;0.5;;0 'cert_days'=61;;7:"
	if got := l.Line(l.Judge(sampleResult())); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The grammar of performance data in the monitoring plugins' guidelines.
var (
	pluginRange = `@?(?:(?:-?[0-9.]+|~)?:)?(?:-?[0-9.]+)?`
	pluginDatum = regexp.MustCompile(fmt.Sprintf(`^'([^'=]+)'=(-?[0-9.]+)(s|us|ms|%%|B|KB|MB|TB|c)?(?:;(%s)(?:;(%[1]s)(?:;(-?[0-9.]*)(?:;(-?[0-9.]*))?)?)?)?$`, pluginRange))
	pluginText  = regexp.MustCompile(`^[A-Z+0-9-]+ (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+$`)
)

func checkPluginLine(t *testing.T, line string) {
	t.Helper()
	text, data, ok := strings.Cut(line, " | ")
	if !ok || !pluginText.MatchString(text) {
		t.Errorf("not a plugin's line: %s", line)
	}
	seen := map[string]bool{}
	for _, datum := range strings.Fields(data) {
		m := pluginDatum.FindStringSubmatch(datum)
		if m == nil {
			t.Errorf("not performance data: %s", datum)
			continue
		}
		if seen[m[1]] {
			t.Errorf("%s is there twice", m[1])
		}
		seen[m[1]] = true
	}
}
