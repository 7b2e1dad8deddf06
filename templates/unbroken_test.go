package templates

import (
	"bytes"
	"strings"
	"testing"
)

func TestTimesAndLengthsStayOnOneLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"has not worked since 17:03 SAST, in mail programs", "has not worked since 17:03_SAST, in mail programs"},
		{"seit 17:03:10 Uhr MESZ nicht", "seit 17:03:10_Uhr_MESZ nicht"},
		{"geprüft um 17:04 Uhr).", "geprüft um 17:04_Uhr)."},
		{"at 12:03 UTC-03 on 1 August", "at 12:03_UTC-03 on 1 August"},
		{"after 1 h 18 min.", "after 1_h_18_min."},
		{"9 min 59 s", "9_min_59_s"},
		{"3 days 2 h 1 min", "3 days 2_h_1_min"},
		{"99.98 % in 90 days", "99.98_% in 90 days"},
		{"by 08:00, overdue by 34 min", "by 08:00, overdue by 34_min"},
		{"5 services and 3 hosts since 17:03", "5 services and 3 hosts since 17:03"},
		{"So far 9 of 14 test messages", "So far 9 of 14 test messages"},
	} {
		if got := unbroken(c.text); got != strings.ReplaceAll(c.want, "_", "\u00a0") {
			t.Errorf("%q is %q", c.text, got)
		}
	}
}

func TestRunningTextIsUnbroken(t *testing.T) {
	var b bytes.Buffer
	p := Incident{Heading: "Mail", Posts: []Post{{ID: "u1", Paragraphs: []string{"It has worked again since 18:21 SAST, after 1 h 18 min."}}}}
	if err := Render(&b, p); err != nil {
		t.Fatal(err)
	}
	if want := "since 18:21\u00a0SAST, after 1\u00a0h\u00a018\u00a0min."; !strings.Contains(b.String(), want) {
		t.Errorf("%q is missing", want)
	}
}
