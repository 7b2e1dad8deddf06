package maildb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"howdah/db/maildb"
	"howdah/db/sqlite"
	"howdah/mailserver"
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

// Mail whose list of accounts is lost is neither hidden by a new list nor
// overwritten by a new account.
func TestLostAccounts(t *testing.T) {
	dir := t.TempDir()
	db, svc := open(t, dir)
	must(t, svc.AddAccount(t.Context(), "alice", "secret"))
	put(t, svc, mailserver.Inbox, "Subject: kept\r\n\r\n")
	must(t, db.Close())
	list, mail := filepath.Join(dir, "accounts.db"), filepath.Join(dir, "alice.db")
	before, err := os.ReadFile(mail)
	must(t, err)
	unchanged := func(when string) {
		t.Helper()
		after, err := os.ReadFile(mail)
		if err != nil || string(after) != string(before) {
			t.Errorf("%s the account's file has changed (%v)", when, err)
		}
	}

	must(t, os.Remove(list))
	if _, err := maildb.Open(t.Context(), dir); !errors.Is(err, sqlite.ErrCorrupt) {
		t.Errorf("open without the list: %v", err)
	}
	if _, err := os.Stat(list); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new list was made: %v", err)
	}
	must(t, os.WriteFile(list, nil, 0o600))
	if _, err := maildb.Open(t.Context(), dir); !errors.Is(err, sqlite.ErrCorrupt) {
		t.Errorf("open with an empty list: %v", err)
	}
	unchanged("after a refused start")

	other := t.TempDir()
	_, svc = open(t, other)
	must(t, os.WriteFile(filepath.Join(other, "alice.db"), before, 0o600)) // from a backup younger than the list
	if err := svc.AddAccount(t.Context(), "alice", "secret"); !errors.Is(err, mailserver.ErrExists) {
		t.Errorf("add an account where there is mail: %v", err)
	}
	mail = filepath.Join(other, "alice.db")
	unchanged("after a refused account")
}
