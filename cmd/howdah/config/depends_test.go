package config

import "testing"

// What a component needs decides what its outages are of, however far away the
// host is.
func TestDomain(t *testing.T) {
	c := Config{
		Hosts: []Host{{Key: "elephant"}},
		Components: []Component{
			{Key: "store", DependsOn: []string{"elephant"}},
			{Key: "imap", DependsOn: []string{"store"}},
			{Key: "webmail", DependsOn: []string{"imap"}},
			{Key: "gateway"},
			{Key: "incoming", DependsOn: []string{"gateway"}},
			{Key: "a", DependsOn: []string{"b"}},
			{Key: "b", DependsOn: []string{"a"}},
		},
	}
	for key, want := range map[string]string{
		"store": "elephant", "imap": "elephant", "webmail": "elephant", "gateway": "gateway", "incoming": "gateway",
	} {
		if got := c.Domain(*c.component(key)); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	c.Domain(*c.component("a")) // which is refused elsewhere, ends too
}
