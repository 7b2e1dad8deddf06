package web

import (
	"reflect"
	"testing"
)

// Every language says everything.
func TestNoLanguageHasGaps(t *testing.T) {
	for tag, l := range languages {
		if l.Lang != tag {
			t.Errorf("language %q calls itself %q", tag, l.Lang)
		}
		gaps(t, tag, reflect.ValueOf(l).Elem())
		for step := range english.steps {
			if l.steps[step] == "" {
				t.Errorf("%s: nothing is said of %s", tag, step)
			}
		}
		for status := range english.problems {
			if l.problems[status] == (problem{}) {
				t.Errorf("%s: nothing is said of status %d", tag, status)
			}
		}
	}
}

func gaps(t *testing.T, where string, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		f := v.Field(i)
		name := where + "." + v.Type().Field(i).Name
		if f.Kind() == reflect.Struct {
			gaps(t, name, f)
		} else if f.IsZero() {
			t.Errorf("%s is empty", name)
		}
	}
}
