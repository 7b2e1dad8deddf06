package web

import (
	"slices"
	"testing"
	"time"

	"howdah/incidents"
)

func TestMarksTellWhichPartsChanged(t *testing.T) {
	var k, other marker
	first := down()
	was := k.of(first)
	if again := other.of(down()); again != was {
		t.Errorf("the same picture has the marks %s and %s", was, again)
	}
	next := func(f func(*incidents.Snapshot)) *incidents.Snapshot {
		s := *first
		s.Version++
		s.Components = slices.Clone(s.Components)
		f(&s)
		return &s
	}
	for name, c := range map[string]struct {
		change func(*incidents.Snapshot)
		want   []string
	}{
		"nothing but the version": {func(*incidents.Snapshot) {}, nil},
		"headline":                {func(s *incidents.Snapshot) { s.Headline += "!" }, []string{"state"}},
		"component":               {func(s *incidents.Snapshot) { s.Components[2].Status = incidents.PartialOutage }, []string{"state"}},
		"unsaved":                 {func(s *incidents.Snapshot) { s.UnsavedSince = s.At }, []string{"state"}},
		"update": {func(s *incidents.Snapshot) {
			in := *s.Incidents[0]
			in.Updates = append(slices.Clone(in.Updates), incidents.Update{ID: "u9", Body: "More."})
			s.Incidents = []*incidents.Incident{&in, s.Incidents[1]}
		}, []string{"incidents"}},
		"withdrawn thread": {func(s *incidents.Snapshot) { s.Incidents = s.Incidents[:1] }, []string{"incidents"}},
		"expectation":      {func(s *incidents.Snapshot) { s.Expected = []incidents.Expectation{{IncidentID: "i1", Text: "soon"}} }, []string{"incidents"}},
		"maintenance":      {func(s *incidents.Snapshot) { s.Maintenances = []*incidents.Maintenance{{ID: "m1"}} }, []string{"maintenance"}},
		"check in the same minute": {func(s *incidents.Snapshot) {
			s.Components[0].CheckedAt = s.Components[0].CheckedAt.Add(time.Second)
		}, nil},
		"check a minute later": {func(s *incidents.Snapshot) {
			s.Components[0].CheckedAt = s.Components[0].CheckedAt.Add(time.Minute)
		}, []string{"checks"}},
	} {
		if got := k.of(next(c.change)).since(was); !slices.Equal(got, c.want) {
			t.Errorf("%s changed %v, want %v", name, got, c.want)
		}
	}
}

func TestMarksAreReadAgain(t *testing.T) {
	m := marks{1, 0xffffffff, 0, 0xabc}
	if got, ok := parseMarks(m.String()); !ok || got != m {
		t.Errorf("%s was read as %v, %v", m, got, ok)
	}
	for _, s := range []string{"", "7", m.String() + "0", "0000001.ffffffff.00000000.000000abc", "+0000001.ffffffff.00000000.00000abc", "zzzzzzzz.ffffffff.00000000.00000abc"} {
		if m, ok := parseMarks(s); ok {
			t.Errorf("%q was read as %s", s, m)
		}
	}
}
