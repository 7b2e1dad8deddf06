package probe

import (
	"math"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2005, 8, 1, 15, 0, 0, 0, time.UTC)

// at is a moment of the test's day, in seconds.
func at(seconds float64) time.Time {
	return day.Add(time.Duration(math.Round(seconds*1e6)) * time.Microsecond)
}

func testCheck(key, component string) Check {
	target, err := ParseTarget("imap://probe@127.0.0.1:1143")
	if err != nil {
		panic(err)
	}
	return Check{Key: key, Component: component, Target: target, Every: 30 * time.Second, Timeout: 15 * time.Second}
}

// ran is a run of a check that began at start and took a millisecond.
func ran(check string, start time.Time, reason Reason) Result {
	r := Result{Check: check, Component: check, StartedAt: start, Took: time.Millisecond, Verdict: OK, Reason: reason}
	switch {
	case reason.Cause() == "canceled", reason.Phase() == "probe", reason.ours():
		r.Verdict = Inconclusive
	case reason != "":
		r.Verdict = Fail
	}
	return r
}

func TestMachine(t *testing.T) {
	type event struct {
		at     float64
		reason Reason
		want   State
		next   float64 // seconds until the next run; 0: not asked
	}
	const bad, hung, rejected, unknown = "connect.refused", "greeting.timeout", "auth.no", "probe.panic"
	tests := []struct {
		name   string
		events []event
		blips  int
		begins int
		ends   int
		warns  int
	}{
		{"an outage", []event{
			{0, "", Up, 0},
			{30, bad, Suspect, 2},
			{32.001, bad, Suspect, 5},
			{37.002, bad, Down, 15},
			{52, bad, Down, 15},
			{67, "", Recovering, 15},
			{82, "", Recovering, 15},
			{97, "", Up, 0},
		}, 0, 1, 1, 0},
		{"a blip", []event{{0, "", Up, 0}, {30, bad, Suspect, 2}, {32.001, "", Up, 0}}, 1, 0, 0, 0},
		{"a late blip", []event{{0, "", Up, 0}, {30, bad, Suspect, 2}, {32.001, hung, Suspect, 5}, {37.002, "", Up, 0}}, 1, 0, 0, 0},
		{"it never passed", []event{{0, bad, Unknown, 0}, {30, bad, Unknown, 0}, {60, hung, Unknown, 0}, {90, "", Up, 0}}, 0, 0, 0, 2},
		{"a relapse is the same outage", []event{
			{0, "", Up, 0}, {30, bad, Suspect, 0}, {33, bad, Suspect, 0}, {40, bad, Down, 0},
			{55, "", Recovering, 0}, {70, bad, Down, 0}, {85, "", Recovering, 0}, {100, "", Recovering, 0}, {115, "", Up, 0},
		}, 0, 1, 1, 0},
		{"three good runs in a hurry are not enough", []event{
			{0, "", Up, 0}, {30, bad, Suspect, 0}, {33, bad, Suspect, 0}, {40, bad, Down, 0},
			{41, "", Recovering, 0}, {42, "", Recovering, 0}, {43, "", Recovering, 0}, {72, "", Up, 0},
		}, 0, 1, 1, 0},
		{"a kick does not confirm before its time", []event{
			{0, "", Up, 0}, {30, bad, Suspect, 0}, {30.01, bad, Suspect, 0}, {30.02, bad, Suspect, 0}, {33, bad, Suspect, 0}, {40, bad, Down, 0},
		}, 0, 1, 0, 0},
		{"what could not be asked freezes it", []event{
			{0, "", Up, 0}, {30, unknown, Up, 0}, {60, bad, Suspect, 0}, {63, unknown, Suspect, 2}, {66, bad, Suspect, 5}, {72, bad, Down, 0},
			{90, unknown, Down, 15}, {105, "", Recovering, 0}, {120, unknown, Recovering, 15}, {140, "", Recovering, 0}, {155, "", Up, 0},
		}, 0, 1, 1, 2},
		{"a refused password is told once a change", []event{
			{0, "", Up, 0}, {30, rejected, Up, 0}, {60, rejected, Up, 0}, {90, "", Up, 0}, {120, rejected, Up, 0},
		}, 0, 0, 0, 2},
		{"a refused password neither begins nor ends an outage", []event{
			{0, "", Up, 0}, {30, bad, Suspect, 0}, {33, rejected, Suspect, 0}, {36, bad, Suspect, 0}, {42, bad, Down, 0}, {60, rejected, Down, 0},
		}, 0, 1, 0, 1},
		{"our own end is no news", []event{{0, "", Up, 0}, {30, "greeting.canceled", Up, 0}}, 0, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, c := machine{state: Unknown}, testCheck("imap", "imap")
			var blips, begins, ends, warns int
			for _, e := range tt.events {
				r := ran("imap", at(e.at), e.reason)
				o := m.run(c, DefaultSettings(), r, time.Time{})
				if m.state != e.want {
					t.Fatalf("at %v: %q made it %s, want %s", e.at, e.reason, m.state, e.want)
				}
				if got := m.next.Sub(r.EndedAt()).Seconds(); e.next != 0 && got != e.next {
					t.Errorf("at %v: runs again after %v s, want %v", e.at, got, e.next)
				}
				if o.blip != nil {
					blips++
				}
				if o.began != nil {
					begins++
				}
				if o.ended != nil {
					ends++
				}
				if o.warning != "" {
					warns++
				}
			}
			if blips != tt.blips || begins != tt.begins || ends != tt.ends || warns != tt.warns {
				t.Errorf("%d blips, %d begins, %d ends, %d warnings; want %d, %d, %d, %d",
					blips, begins, ends, warns, tt.blips, tt.begins, tt.ends, tt.warns)
			}
		})
	}
}

// down brings a machine down: last good run at 0, first bad one at 30.
func down(t *testing.T, first, confirming Result) (*machine, *Moment) {
	t.Helper()
	m, c := &machine{state: Unknown}, testCheck("imap", "imap")
	m.run(c, DefaultSettings(), ran("imap", at(0), ""), time.Time{})
	m.run(c, DefaultSettings(), first, time.Time{})
	m.run(c, DefaultSettings(), ran("imap", at(50), confirming.Reason), time.Time{})
	o := m.run(c, DefaultSettings(), confirming, time.Time{})
	if o.began == nil {
		t.Fatalf("not confirmed: %+v", o)
	}
	return m, o.began
}

func TestStartIsBracketed(t *testing.T) {
	passed := func(r Result, phases ...string) Result {
		for i, name := range phases {
			r.Phases = append(r.Phases, Phase{Name: name, Start: time.Duration(i) * time.Millisecond, Took: time.Millisecond, OK: true})
		}
		return r
	}
	cut := passed(ran("imap", at(30), "auth.eof"), "connect", "greeting", "capability")
	cut.Took = 4 * time.Millisecond
	tests := []struct {
		name              string
		first, confirming Result
		want              Moment
	}{
		{"between two runs", ran("imap", at(30), "connect.refused"), ran("imap", at(60), "connect.refused"),
			Moment{at(0.001), at(15.0005), at(30), SourceMidpoint}},
		{"cut in the middle of a run", cut, ran("imap", at(60), "connect.refused"),
			Moment{at(30.003), at(30.003), at(30.004), SourcePhase}},
		// The greeting passes again, so it says nothing of when logging in broke.
		{"one phase is broken", cut, passed(ran("imap", at(60), "auth.eof"), "connect", "greeting", "capability"),
			Moment{at(0.001), at(15.0005), at(30), SourceMidpoint}},
		{"nobody looked for long", ran("imap", at(3600), "connect.refused"), ran("imap", at(3700), "connect.refused"),
			Moment{at(0.001), at(3600), at(3600), SourceFirstBad}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.first.StartedAt.After(at(50)) {
				m, c := &machine{state: Unknown}, testCheck("imap", "imap")
				m.run(c, DefaultSettings(), ran("imap", at(0), ""), time.Time{})
				m.run(c, DefaultSettings(), tt.first, time.Time{})
				m.run(c, DefaultSettings(), ran("imap", at(3650), "connect.refused"), time.Time{})
				if o := m.run(c, DefaultSettings(), tt.confirming, time.Time{}); o.began == nil || *o.began != tt.want {
					t.Errorf("start = %+v, want %+v", o.began, tt.want)
				}
				return
			}
			if _, got := down(t, tt.first, tt.confirming); *got != tt.want {
				t.Errorf("start = %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func TestEndIsTheFirstGoodRun(t *testing.T) {
	m, _ := down(t, ran("imap", at(30), "connect.refused"), ran("imap", at(60), "connect.refused"))
	c := testCheck("imap", "imap")
	for _, s := range []float64{75, 90} {
		m.run(c, DefaultSettings(), ran("imap", at(s), ""), time.Time{})
	}
	o := m.run(c, DefaultSettings(), ran("imap", at(105), ""), time.Time{})
	want := Moment{at(60), at(75.001), at(75.001), SourceFirstGood}
	if o.ended == nil || *o.ended != want {
		t.Errorf("end = %+v, want %+v", o.ended, want)
	}
}

func TestRunOfAProcessThatHasEndedIsIgnored(t *testing.T) {
	m, c := &machine{state: Unknown}, testCheck("imap", "imap")
	m.run(c, DefaultSettings(), ran("imap", at(0), ""), time.Time{})
	m.exit(c, DefaultSettings(), Exit{At: at(30), Source: SourceExit}, at(30.01))
	if m.state != Down {
		t.Fatalf("after the exit it is %s", m.state)
	}
	m.run(c, DefaultSettings(), ran("imap", at(29.999), ""), time.Time{})
	if m.state != Down {
		t.Errorf("a run that began before the exit made it %s", m.state)
	}
	m.run(c, DefaultSettings(), ran("imap", at(30.001), ""), time.Time{})
	if m.state != Recovering {
		t.Errorf("a good run after the exit left it %s", m.state)
	}
}

func TestWarningNamesCheckAndReason(t *testing.T) {
	m, c := &machine{state: Unknown}, testCheck("imap", "imap")
	r := ran("imap", at(0), "tls.cert_name")
	r.Detail = "x509: certificate is valid for a"
	o := m.run(c, DefaultSettings(), r, time.Time{})
	for _, want := range []string{`"imap"`, "has never passed", "tls.cert_name", "valid for a", "imap://probe@127.0.0.1:1143"} {
		if !strings.Contains(o.warning, want) {
			t.Errorf("warning %q does not say %q", o.warning, want)
		}
	}
}
