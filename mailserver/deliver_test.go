package mailserver_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"howdah/db/maildb"
	"howdah/mailserver"
)

func openService(t *testing.T, size int64, accounts ...string) *mailserver.Service {
	t.Helper()
	db, err := maildb.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	svc := mailserver.New(db, mailserver.Limits{MessageSize: size}, nil)
	for _, name := range accounts {
		if err := svc.AddAccount(t.Context(), name, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	return svc
}

func TestDeliverPutsTheTraceBeforeTheMessage(t *testing.T) {
	svc := openService(t, 10, "alice")
	inbox, err := svc.Snapshot(t.Context(), "alice", mailserver.Inbox)
	if err != nil {
		t.Fatal(err)
	}
	watch := svc.Watch("alice", inbox.ID)
	defer watch.Close()

	trace := "Received: a trace longer than the limit\r\n"
	p, err := svc.Deliver(t.Context(), "alice", mailserver.Delivery{Trace: trace, Body: strings.NewReader("ten bytes\n")})
	if !errors.Is(err, mailserver.ErrTooBig) {
		t.Fatalf("11 bytes with CRLF, of 10 allowed: %+v, %v", p, err)
	}
	p, err = svc.Deliver(t.Context(), "alice", mailserver.Delivery{Trace: trace, Body: strings.NewReader("ten byte\r\n")})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-watch.C:
	default:
		t.Error("a delivery wakes nobody")
	}
	body, err := svc.Body(t.Context(), "alice", p.Mailbox, p.UID)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	got, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
	if err != nil || string(got) != trace+"ten byte\r\n" {
		t.Errorf("stored %q, %v", got, err)
	}
	if _, err := svc.Deliver(t.Context(), "nobody", mailserver.Delivery{Body: strings.NewReader("")}); !errors.Is(err, mailserver.ErrNoAccount) {
		t.Errorf("delivery to nobody: %v", err)
	}
}

func TestRecipient(t *testing.T) {
	svc := openService(t, 0, "bob", "dora", "dora@example.org", "eve+sales")
	for _, tt := range []struct{ local, domain, want string }{
		{"bob", "example.edu", "bob"},
		{"BOB", "Example.EDU", "bob"},
		{"bob+tag", "example.edu", "bob"},
		{"dora", "example.edu", "dora"},
		{"dora", "example.org", "dora@example.org"},
		{"Dora+x", "example.org", "dora@example.org"},
		{"eve+sales", "example.edu", "eve+sales"},
		{"eve", "example.edu", ""},
		{"+bob", "example.edu", ""},
		{"postmaster", "example.edu", "bob"},
		{"postmaster+x", "example.edu", ""},
		{"dora@example.org", "example.edu", ""},
		{"../bob", "example.edu", ""},
		{"", "example.edu", ""},
	} {
		got, err := svc.Recipient(t.Context(), tt.local, tt.domain)
		if got != tt.want || (tt.want == "") != errors.Is(err, mailserver.ErrNoAccount) {
			t.Errorf("%s at %s: %q, %v; want %q", tt.local, tt.domain, got, err, tt.want)
		}
	}
	if err := svc.AddAccount(t.Context(), "postmaster", "secret"); err != nil {
		t.Fatal(err)
	}
	if got, err := svc.Recipient(t.Context(), "Postmaster", "example.edu"); got != "postmaster" || err != nil {
		t.Errorf("the postmaster's own account: %q, %v", got, err)
	}
}

func TestNoPostmasterWithoutAccounts(t *testing.T) {
	svc := openService(t, 0)
	if got, err := svc.Recipient(t.Context(), "postmaster", "example.edu"); !errors.Is(err, mailserver.ErrNoAccount) {
		t.Errorf("%q, %v", got, err)
	}
}
