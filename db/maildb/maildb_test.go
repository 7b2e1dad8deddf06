package maildb_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"howdah/db/maildb"
	"howdah/mailserver"
)

func open(t *testing.T, dir string) (*maildb.DB, *mailserver.Service) {
	t.Helper()
	db, err := maildb.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, mailserver.New(db, mailserver.Limits{}, nil)
}

// withAlice is a mail folder with one account.
func withAlice(t *testing.T) (*maildb.DB, *mailserver.Service) {
	t.Helper()
	db, svc := open(t, t.TempDir())
	must(t, svc.AddAccount(t.Context(), "alice", "secret"))
	return db, svc
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, svc *mailserver.Service, mailbox, text string, flags ...string) mailserver.Placed {
	t.Helper()
	p, err := svc.Append(t.Context(), "alice", mailbox, mailserver.NewMessage{Flags: flags, Body: strings.NewReader(text)})
	must(t, err)
	return p
}

func read(t *testing.T, svc *mailserver.Service, mailbox int64, uid uint32) string {
	t.Helper()
	b, err := svc.Body(t.Context(), "alice", mailbox, uid)
	must(t, err)
	defer b.Close()
	text, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	must(t, err)
	return string(text)
}

func list(t *testing.T, svc *mailserver.Service, mailbox string) (mailserver.Snapshot, []mailserver.Message) {
	t.Helper()
	s, err := svc.Snapshot(t.Context(), "alice", mailbox)
	must(t, err)
	all, err := svc.Messages(t.Context(), "alice", s.ID, 1, math.MaxUint32)
	must(t, err)
	return s, all
}

func TestAccounts(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	db, svc := open(t, dir)
	must(t, svc.AddAccount(ctx, "Alice@Example.edu", "secret"))
	if err := svc.AddAccount(ctx, "alice@example.edu", "other"); !errors.Is(err, mailserver.ErrExists) {
		t.Errorf("second account of a name: %v, want ErrExists", err)
	}
	if a, err := svc.Authenticate(ctx, "ALICE@example.edu", "secret"); err != nil || a.Name != "alice@example.edu" {
		t.Errorf("authenticate: %q, %v", a.Name, err)
	}
	must(t, svc.SetPassword(ctx, "alice@example.edu", "changed"))
	must(t, db.Close())

	_, svc = open(t, dir)
	for _, c := range []struct{ user, password string }{
		{"alice@example.edu", "secret"}, {"alice@example.edu", ""}, {"nobody", "secret"}, {"../accounts", "x"},
	} {
		if _, err := svc.Authenticate(ctx, c.user, c.password); !errors.Is(err, mailserver.ErrAuth) {
			t.Errorf("authenticate %q with %q: %v, want ErrAuth", c.user, c.password, err)
		}
	}
	if _, err := svc.Authenticate(ctx, "alice@example.edu", "changed"); err != nil {
		t.Errorf("the new password does not survive a restart: %v", err)
	}
	if err := svc.SetPassword(ctx, "nobody", "x"); !errors.Is(err, mailserver.ErrNoAccount) {
		t.Errorf("password of nobody: %v, want ErrNoAccount", err)
	}
}

func TestNewAccountHasItsMailboxes(t *testing.T) {
	_, svc := withAlice(t)
	all, err := svc.Mailboxes(t.Context(), "alice")
	must(t, err)
	var got []string
	for _, m := range all {
		got = append(got, strings.TrimSpace(m.Name+" "+m.SpecialUse))
		if !m.Subscribed || m.UIDNext != 1 || m.HighestModSeq != 1 || m.UIDValidity == 0 {
			t.Errorf("new mailbox is %+v", m)
		}
	}
	want := []string{`Archive \Archive`, `Drafts \Drafts`, `INBOX`, `Junk \Junk`, `Sent \Sent`, `Trash \Trash`}
	if !slices.Equal(got, want) {
		t.Errorf("mailboxes are %q, want %q", got, want)
	}
}

func TestRemovedAccountLeavesNothing(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	_, svc := open(t, dir)
	must(t, svc.AddAccount(ctx, "alice", "secret"))
	before := put(t, svc, "INBOX", "Subject: old\r\n\r\n")
	must(t, svc.RemoveAccount(ctx, "alice"))
	if _, err := svc.Snapshot(ctx, "alice", "INBOX"); !errors.Is(err, mailserver.ErrNoAccount) {
		t.Errorf("mail of a removed account: %v, want ErrNoAccount", err)
	}
	if err := svc.RemoveAccount(ctx, "alice"); !errors.Is(err, mailserver.ErrNoAccount) {
		t.Errorf("second removal: %v, want ErrNoAccount", err)
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "alice") {
			t.Errorf("%s is left", f.Name())
		}
	}
	must(t, svc.AddAccount(ctx, "alice", "secret"))
	if s, all := list(t, svc, "INBOX"); len(all) != 0 || s.UIDValidity <= before.UIDValidity {
		t.Errorf("account made again has %d messages and UIDVALIDITY %d, before %d", len(all), s.UIDValidity, before.UIDValidity)
	}
}

func TestAppend(t *testing.T) {
	_, svc := withAlice(t)
	big := strings.Repeat("0123456789abcdef", 50_000) + "\r\n" // four chunks
	texts := []string{"Subject: a\r\n\r\nbody\r\n", "no line end", big, ""}
	for i, text := range texts {
		if p := put(t, svc, "inbox", text, `\seen`, "$Forwarded", "work"); p.UID != uint32(i+1) {
			t.Errorf("message %d has UID %d", i+1, p.UID)
		}
	}
	s, all := list(t, svc, "INBOX")
	if s.UIDNext != 5 || len(all) != 4 || !slices.Equal(s.Keywords, []string{"$Forwarded", "work"}) {
		t.Fatalf("mailbox is %+v with %d messages", s, len(all))
	}
	for i, m := range all {
		if got := read(t, svc, s.ID, m.UID); got != texts[i] {
			t.Errorf("message %d differs: %d bytes, want %d", m.UID, len(got), len(texts[i]))
		}
		if m.Size != int64(len(texts[i])) || m.SHA256 != sha256.Sum256([]byte(texts[i])) {
			t.Errorf("message %d: size %d and sum %x do not fit", m.UID, m.Size, m.SHA256)
		}
		if want := []string{mailserver.Seen, "$Forwarded", "work"}; !slices.Equal(m.Flags, want) {
			t.Errorf("message %d has flags %q, want %q", m.UID, m.Flags, want)
		}
		if m.OpenEnd != (i == 1) {
			t.Errorf("message %d: OpenEnd is %v", m.UID, m.OpenEnd)
		}
	}
	b, err := svc.Body(t.Context(), "alice", s.ID, 3)
	must(t, err)
	defer b.Close()
	part := make([]byte, 100)
	if _, err := b.ReadAt(part, 256<<10-50); err != nil || string(part) != big[256<<10-50:256<<10+50] {
		t.Errorf("read across chunks: %v", err)
	}
}

func TestAppendRefused(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	db, _ := open(t, dir)
	svc := mailserver.New(db, mailserver.Limits{MessageSize: 300 << 10}, nil)
	must(t, svc.AddAccount(ctx, "alice", "secret"))
	cut := errors.New("line cut")
	for name, c := range map[string]struct {
		mailbox string
		m       mailserver.NewMessage
		want    error
	}{
		"no mailbox":      {"Nowhere", mailserver.NewMessage{Body: strings.NewReader("x")}, mailserver.ErrNoMailbox},
		"no such flag":    {"INBOX", mailserver.NewMessage{Flags: []string{`\Foo`}, Body: strings.NewReader("x")}, mailserver.ErrInvalidFlag},
		"too big":         {"INBOX", mailserver.NewMessage{Body: strings.NewReader(strings.Repeat("x", 300<<10+1))}, mailserver.ErrTooBig},
		"too big as CRLF": {"INBOX", mailserver.NewMessage{Body: strings.NewReader(strings.Repeat("\n", 200<<10))}, mailserver.ErrTooBig},
		"broken off":      {"INBOX", mailserver.NewMessage{Body: io.MultiReader(strings.NewReader("x"), failing{cut})}, cut},
	} {
		if _, err := svc.Append(ctx, "alice", c.mailbox, c.m); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if s, all := list(t, svc, "INBOX"); len(all) != 0 || s.UIDNext != 1 {
		t.Errorf("refused messages left %d, UIDNEXT %d", len(all), s.UIDNext)
	}
	if left, _ := os.ReadDir(dir); slices.ContainsFunc(left, func(e os.DirEntry) bool { return strings.HasSuffix(e.Name(), ".tmp") }) {
		t.Error("a spool file is left")
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestDeliveriesTogether has many clients deliver at once: they share commits,
// and one that is refused harms no other.
func TestDeliveriesTogether(t *testing.T) {
	_, svc := withAlice(t)
	const clients, each = 8, 20
	var wg sync.WaitGroup
	placed := make(chan mailserver.Placed, clients*each)
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				mailbox := "INBOX"
				if i%10 == 9 {
					mailbox = "Nowhere"
				}
				p, err := svc.Append(context.Background(), "alice", mailbox, mailserver.NewMessage{
					Body: strings.NewReader(fmt.Sprintf("Subject: %d of %d\r\n\r\n", i, c))})
				if mailbox == "INBOX" && err != nil || mailbox != "INBOX" && !errors.Is(err, mailserver.ErrNoMailbox) {
					t.Errorf("append to %s: %v", mailbox, err)
				}
				if err == nil {
					placed <- p
				}
			}
		})
	}
	wg.Wait()
	close(placed)
	seen := make(map[uint32]bool)
	for p := range placed {
		if seen[p.UID] {
			t.Errorf("UID %d was given twice", p.UID)
		}
		seen[p.UID] = true
	}
	if s, all := list(t, svc, "INBOX"); len(all) != clients*each*9/10 || s.UIDNext != uint32(len(all))+1 {
		t.Errorf("%d messages, UIDNEXT %d", len(all), s.UIDNext)
	}
}
