package app

import (
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

func TestOverdue(t *testing.T) {
	now := time.Date(2005, 8, 1, 17, 3, 0, 0, time.UTC)
	stale := probe.ComponentFact{CheckedAt: now.Add(-10 * time.Minute), StaleAt: now.Add(-time.Second)}
	older := probe.ComponentFact{CheckedAt: now.Add(-20 * time.Minute), StaleAt: now.Add(-time.Minute)}
	fresh := probe.ComponentFact{CheckedAt: now, StaleAt: now.Add(time.Minute)}
	for _, c := range []struct {
		what  string
		facts []probe.ComponentFact
		want  string
	}{
		{"nothing to check", nil, ""},
		{"all is fresh", []probe.ComponentFact{fresh, fresh}, ""},
		{"one is fresh", []probe.ComponentFact{stale, fresh}, ""},
		{"none is fresh", []probe.ComponentFact{older, stale}, "no check has had a result for 10m0s"},
		{"none was ever checked", []probe.ComponentFact{{}, {}}, "no check has had a result"},
	} {
		got := ""
		if err := overdue(now, c.facts); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestUnsavedSinceTheFirstRefusal(t *testing.T) {
	var never time.Time
	early, late := time.Unix(1000, 0), time.Unix(2000, 0)
	for _, c := range []struct{ story, facts, want time.Time }{
		{never, never, never}, {early, never, early}, {never, late, late}, {early, late, early}, {late, early, early},
	} {
		if got := unsaved(&incidents.Snapshot{UnsavedSince: c.story}, c.facts); !got.Equal(c.want) {
			t.Errorf("story %v, facts %v: %v", c.story, c.facts, got)
		}
	}
}

func TestWhatReadersAreToldOfUnseenEndsIsWhatTheProbeMeans(t *testing.T) {
	if string(probe.SourceUnwatched) != incidents.SourceUnwatched {
		t.Errorf("%q and %q", probe.SourceUnwatched, incidents.SourceUnwatched)
	}
}
