package statusdb

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

func TestExhibitsSurviveReopening(t *testing.T) {
	first := probe.Exhibit{Outage: "o1", At: at(0), Kind: "machine", Text: "load 0.10\nmemory 1 GiB"}
	filled(t, "exhibit", reflect.ValueOf(first))
	second := probe.Exhibit{Outage: "o1", At: at(time.Second), Kind: "mail server", Text: "pid 1"}
	db := fresh(t)
	for range 2 {
		must(t, db.Save(t.Context(), probe.Facts{Exhibits: []probe.Exhibit{second, first, {Outage: "o2", At: at(0)}}}))
	}
	got, err := reopen(t, db).Exhibits(t.Context(), "o1")
	must(t, err)
	equal(t, got, []probe.Exhibit{first, second})
}

func TestExhibitsAreBounded(t *testing.T) {
	db := fresh(t)
	for i := range 10 {
		e := probe.Exhibit{Outage: "o1", At: at(time.Duration(i) * time.Second), Kind: "machine", Text: strings.Repeat("x", exhibitsMost/4)}
		must(t, db.Save(t.Context(), probe.Facts{Exhibits: []probe.Exhibit{e}}))
	}
	got, err := db.Exhibits(t.Context(), "o1")
	must(t, err)
	if len(got) != 4 || !got[0].At.Equal(at(0)) {
		t.Errorf("%d exhibits kept from %v on, want the first four", len(got), got[0].At)
	}
}
