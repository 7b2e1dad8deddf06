package app

import (
	"maps"
	"slices"
	"testing"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
	"howdah/incidents"
)

// What a configuration can ask for, the pages and the threads can speak.
func TestLanguagesAreTheSameEverywhere(t *testing.T) {
	want := slices.Sorted(slices.Values(config.Languages))
	if got := web.Languages(); !slices.Equal(got, want) {
		t.Errorf("pages speak %v, the configuration knows %v", got, want)
	}
	if got := slices.Sorted(maps.Keys(incidents.Languages)); !slices.Equal(got, want) {
		t.Errorf("threads speak %v, the configuration knows %v", got, want)
	}
	c := config.Default()
	c.Site.Language = "de"
	o, err := deskOptions(c)
	if err != nil {
		t.Fatal(err)
	}
	if o.Site.Words != incidents.German {
		t.Errorf("the desk of a German site speaks %T", o.Site.Words)
	}
}
