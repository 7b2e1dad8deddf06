package maildb_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"howdah/db/maildb"
	"howdah/db/sqlite"
	"howdah/mailserver"
)

// frozenUIDValidity is what the dump holds for INBOX.
const frozenUIDValidity = 1795480148

// restore makes a database file from a dump.
func restore(t *testing.T, dump, path string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", dump))
	must(t, err)
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(string(text))
	must(t, err)
}

// TestFrozenSchemaV1 opens mail that the first version wrote. The dumps in
// testdata are never made anew: a new version of the schema adds its own.
func TestFrozenSchemaV1(t *testing.T) {
	dir := t.TempDir()
	restore(t, "accounts.v1.sql", filepath.Join(dir, "accounts.db"))
	restore(t, "account.v1.sql", filepath.Join(dir, "alice.db"))
	_, svc := open(t, dir)
	ctx := t.Context()

	if _, err := svc.Authenticate(ctx, "alice", "open sesame"); err != nil {
		t.Errorf("the password is lost: %v", err)
	}
	inbox, all := list(t, svc, "INBOX")
	if inbox.UIDNext != 4 || inbox.UIDValidity != frozenUIDValidity || !slices.Equal(inbox.Keywords, []string{"$Forwarded", "Work"}) {
		t.Errorf("INBOX is %+v", inbox)
	}
	if !slices.Equal(uidsOf(all), []uint32{1, 3}) {
		t.Fatalf("INBOX holds %v", uidsOf(all))
	}
	if want := []string{`\Seen`, "$Forwarded"}; !slices.Equal(all[0].Flags, want) {
		t.Errorf("message 1 has %q, want %q", all[0].Flags, want)
	}
	if want := []string{`\Answered`, `\Flagged`, "Work"}; !slices.Equal(all[1].Flags, want) {
		t.Errorf("message 3 has %q, want %q", all[1].Flags, want)
	}
	if got := read(t, svc, inbox.ID, 1); got != "Subject: first\r\n\r\nhello\r\n" {
		t.Errorf("message 1 reads %q", got)
	}
	archive, copies := list(t, svc, "Archive")
	if len(copies) != 1 || read(t, svc, archive.ID, 1) != "Subject: third\r\n\r\n" || archive.SpecialUse != `\Archive` {
		t.Errorf("Archive is %+v with %+v", archive.Mailbox, copies)
	}
	if s, _ := list(t, svc, "Lists/Go"); !s.Subscribed {
		t.Error("a subscription is lost")
	}
	if p := put(t, svc, "INBOX", "Subject: new\r\n\r\n"); p.UID != 4 {
		t.Errorf("the next UID is %d, want 4", p.UID)
	}
}

func TestNewerSchemaIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "alice.db")
	restore(t, "accounts.v1.sql", filepath.Join(dir, "accounts.db"))
	restore(t, "account.v1.sql", path)
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
	must(t, errors.Join(err, db.Close()))

	store, err := maildb.Open(t.Context(), dir)
	must(t, err)
	defer store.Close()
	if _, err := mailserver.New(store, mailserver.Limits{}, nil).Mailboxes(t.Context(), "alice"); !errors.Is(err, sqlite.ErrNewer) {
		t.Errorf("mail of a newer version: %v, want ErrNewer", err)
	}
}
