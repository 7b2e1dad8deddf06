package maildb_test

import (
	"testing"

	"howdah/db/maildb"
)

func TestFileName(t *testing.T) {
	for account, want := range map[string]string{
		"alice":             "alice.db",
		"alice@example.edu": "alice@example.edu.db",
		"a.b+c":             "a.b+c.db",
		"accounts":          "%61ccounts.db",
		"..":                "%2e..db",
		"a/../b":            "a%2f..%2fb.db",
		"Alice":             "%41lice.db",
		"a%41":              "a%2541.db",
	} {
		if got := maildb.FileName(account); got != want {
			t.Errorf("file of account %q is %q, want %q", account, got, want)
		}
	}
}
