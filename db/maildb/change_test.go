package maildb_test

import (
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"howdah/mailserver"
)

func uidsOf(all []mailserver.Message) []uint32 {
	var uids []uint32
	for _, m := range all {
		uids = append(uids, m.UID)
	}
	return uids
}

func TestSetFlags(t *testing.T) {
	ctx := t.Context()
	_, svc := withAlice(t)
	put(t, svc, "INBOX", "one", mailserver.Flagged)
	put(t, svc, "INBOX", "two", "Work")
	s, _ := list(t, svc, "INBOX")

	for _, step := range []struct {
		change  mailserver.FlagChange
		want    [][]string
		changed []bool
	}{
		{mailserver.FlagChange{Op: mailserver.AddFlags, Flags: []string{`\SEEN`, "work"}},
			[][]string{{`\Flagged`, `\Seen`, "Work"}, {`\Seen`, "Work"}}, []bool{true, true}},
		{mailserver.FlagChange{Op: mailserver.AddFlags, Flags: []string{"WORK"}},
			[][]string{{`\Flagged`, `\Seen`, "Work"}, {`\Seen`, "Work"}}, []bool{false, false}},
		{mailserver.FlagChange{Op: mailserver.RemoveFlags, Flags: []string{`\Flagged`}},
			[][]string{{`\Seen`, "Work"}, {`\Seen`, "Work"}}, []bool{true, false}},
		{mailserver.FlagChange{Op: mailserver.ReplaceFlags, Flags: []string{`\Draft`}},
			[][]string{{`\Draft`}, {`\Draft`}}, []bool{true, true}},
	} {
		before, err := svc.Changes(ctx, "alice", s.ID, 0)
		must(t, err)
		done, err := svc.SetFlags(ctx, "alice", s.ID, []uint32{1, 2, 99}, step.change)
		must(t, err)
		if len(done) != 2 {
			t.Fatalf("%v: %d messages", step.change, len(done))
		}
		for i, f := range done {
			if !slices.Equal(f.Flags, step.want[i]) {
				t.Errorf("%v: message %d has %q, want %q", step.change, f.UID, f.Flags, step.want[i])
			}
			if got := f.ModSeq > before.HighestModSeq; got != step.changed[i] || got != (f.ModSeq != f.Before) {
				t.Errorf("%v: message %d has mod-sequence %d, before %d", step.change, f.UID, f.ModSeq, f.Before)
			}
		}
		_, now := list(t, svc, "INBOX")
		for i, m := range now {
			if !slices.Equal(m.Flags, step.want[i]) || m.ModSeq != done[i].ModSeq {
				t.Errorf("%v: stored %+v", step.change, m)
			}
		}
	}
}

func TestCopySharesBytesAndMoveKeepsThem(t *testing.T) {
	ctx := t.Context()
	_, svc := withAlice(t)
	for _, text := range []string{"one", "two", "three"} {
		put(t, svc, "INBOX", text, "Work")
	}
	inbox, all := list(t, svc, "INBOX")
	c, err := svc.Copy(ctx, "alice", inbox.ID, []uint32{1, 3, 99}, "Archive")
	must(t, err)
	if !slices.Equal(c.Source, []uint32{1, 3}) || !slices.Equal(c.Dest, []uint32{1, 2}) {
		t.Errorf("copied %v to %v", c.Source, c.Dest)
	}
	m, err := svc.Move(ctx, "alice", inbox.ID, []uint32{3}, "INBOX")
	must(t, err)
	if !slices.Equal(m.Dest, []uint32{4}) {
		t.Errorf("moved within the mailbox to %v", m.Dest)
	}
	must(t, svc.Expunge(ctx, "alice", inbox.ID, []uint32{1, 4}))
	if _, now := list(t, svc, "INBOX"); !slices.Equal(uidsOf(now), []uint32{2}) {
		t.Errorf("INBOX holds %v", uidsOf(now))
	}
	archive, copies := list(t, svc, "Archive")
	if got := read(t, svc, archive.ID, 1) + read(t, svc, archive.ID, 2); got != "onethree" {
		t.Errorf("copies read %q after their sources are gone", got)
	}
	if !copies[0].InternalDate.Equal(all[0].InternalDate) || !copies[0].Has("work") {
		t.Errorf("the copy lost its date or keyword: %+v", copies[0])
	}
	none, err := svc.Copy(ctx, "alice", inbox.ID, []uint32{77}, "Archive")
	if err != nil || len(none.Source) != 0 {
		t.Errorf("copy of nothing: %+v, %v", none, err)
	}
	if _, err := svc.Move(ctx, "alice", inbox.ID, []uint32{2}, "Nowhere"); !errors.Is(err, mailserver.ErrNoMailbox) {
		t.Errorf("move to nowhere: %v", err)
	}
}

func TestExpungeWhileReading(t *testing.T) {
	ctx := t.Context()
	db, svc := withAlice(t)
	put(t, svc, "INBOX", "still here")
	inbox, _ := list(t, svc, "INBOX")
	b, err := svc.Body(ctx, "alice", inbox.ID, 1)
	must(t, err)
	must(t, svc.Expunge(ctx, "alice", inbox.ID, []uint32{1}))
	if _, err := svc.Body(ctx, "alice", inbox.ID, 1); !errors.Is(err, mailserver.ErrNoMessage) {
		t.Errorf("open an expunged message: %v, want ErrNoMessage", err)
	}
	got, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	if err != nil || string(got) != "still here" {
		t.Errorf("reader of an expunged message: %q, %v", got, err)
	}
	must(t, b.Close())
	if n := db.Blobs(t, "alice"); n != 0 {
		t.Errorf("%d blobs are left after the last reader", n)
	}
}

func TestExpungeDeleted(t *testing.T) {
	ctx := t.Context()
	db, svc := withAlice(t)
	for range 3 {
		put(t, svc, "INBOX", "x", mailserver.Deleted)
	}
	put(t, svc, "INBOX", "kept")
	inbox, _ := list(t, svc, "INBOX")
	must(t, svc.ExpungeDeleted(ctx, "alice", inbox.ID, []uint32{2, 4}))
	c, err := svc.Changes(ctx, "alice", inbox.ID, inbox.HighestModSeq)
	if err != nil || c.HighestModSeq == inbox.HighestModSeq || c.Messages != 3 || len(c.Changed) != 0 {
		t.Errorf("changes after UID EXPUNGE: %+v, %v", c, err)
	}
	must(t, svc.ExpungeDeleted(ctx, "alice", inbox.ID, nil))
	if _, all := list(t, svc, "INBOX"); !slices.Equal(uidsOf(all), []uint32{4}) {
		t.Errorf("left are %v", uidsOf(all))
	}
	if n := db.Blobs(t, "alice"); n != 1 {
		t.Errorf("%d blobs for one message", n)
	}
	if p := put(t, svc, "INBOX", "new"); p.UID != 5 {
		t.Errorf("next UID is %d, want 5", p.UID)
	}
}

func TestRename(t *testing.T) {
	ctx := t.Context()
	_, svc := withAlice(t)
	must(t, svc.CreateMailbox(ctx, "alice", "a/b/c/", ""))
	put(t, svc, "a/b", "kept")
	before, _ := list(t, svc, "a/b")
	must(t, svc.RenameMailbox(ctx, "alice", "a", "x/y"))
	after, all := list(t, svc, "x/y/b")
	if after.ID != before.ID || after.UIDValidity != before.UIDValidity || len(all) != 1 {
		t.Errorf("renamed mailbox is %+v, was %+v", after.Mailbox, before.Mailbox)
	}
	for _, c := range []struct {
		from, to string
		want     error
	}{
		{"x", "x/y/z", mailserver.ErrInvalidName},
		{"x", "Sent", mailserver.ErrExists},
		{"nowhere", "n", mailserver.ErrNoMailbox},
		{"INBOX", "Sent", mailserver.ErrExists},
	} {
		if err := svc.RenameMailbox(ctx, "alice", c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("rename %q to %q: %v, want %v", c.from, c.to, err, c.want)
		}
	}
	put(t, svc, "INBOX", "old", "Work")
	must(t, svc.RenameMailbox(ctx, "alice", "INBOX", "Old mail/2005"))
	if s, all := list(t, svc, "INBOX"); len(all) != 0 || s.UIDNext != 2 {
		t.Errorf("INBOX keeps %d messages, UIDNEXT %d", len(all), s.UIDNext)
	}
	old, all := list(t, svc, "Old mail/2005")
	if len(all) != 1 || !all[0].Has("Work") || read(t, svc, old.ID, 1) != "old" {
		t.Errorf("moved to %+v", all)
	}
}

func TestDeleteMailbox(t *testing.T) {
	ctx := t.Context()
	db, svc := withAlice(t)
	must(t, svc.CreateMailbox(ctx, "alice", "a/b", ""))
	put(t, svc, "a/b", "gone soon")
	for name, want := range map[string]error{
		"a": mailserver.ErrHasChildren, "inbox": mailserver.ErrInbox, "nowhere": mailserver.ErrNoMailbox, "": mailserver.ErrNoMailbox,
	} {
		if err := svc.DeleteMailbox(ctx, "alice", name); !errors.Is(err, want) {
			t.Errorf("delete %q: %v, want %v", name, err, want)
		}
	}
	old, _ := list(t, svc, "a/b")
	must(t, svc.DeleteMailbox(ctx, "alice", "a/b"))
	if _, err := svc.Messages(ctx, "alice", old.ID, 1, math.MaxUint32); !errors.Is(err, mailserver.ErrNoMailbox) {
		t.Errorf("messages of a deleted mailbox: %v", err)
	}
	if n := db.Blobs(t, "alice"); n != 0 {
		t.Errorf("%d blobs are left", n)
	}
	must(t, svc.CreateMailbox(ctx, "alice", "a/b", ""))
	if s, _ := list(t, svc, "a/b"); s.UIDValidity <= old.UIDValidity || s.ID == old.ID {
		t.Errorf("mailbox made again is %+v, was %+v", s.Mailbox, old.Mailbox)
	}
}

func TestSubscriptionsOutliveMailboxes(t *testing.T) {
	ctx := t.Context()
	_, svc := withAlice(t)
	must(t, svc.CreateMailbox(ctx, "alice", "lists", ""))
	must(t, svc.Subscribe(ctx, "alice", "lists", true))
	must(t, svc.Subscribe(ctx, "alice", "lists", true))
	must(t, svc.DeleteMailbox(ctx, "alice", "lists"))
	must(t, svc.Subscribe(ctx, "alice", "Junk", false))
	names, err := svc.Subscriptions(ctx, "alice")
	must(t, err)
	if want := []string{"Archive", "Drafts", "INBOX", "Sent", "Trash", "lists"}; !slices.Equal(names, want) {
		t.Errorf("subscribed to %q, want %q", names, want)
	}
}

func TestStatus(t *testing.T) {
	_, svc := withAlice(t)
	put(t, svc, "INBOX", "123", mailserver.Seen)
	put(t, svc, "INBOX", "12345", mailserver.Deleted)
	st, err := svc.Status(t.Context(), "alice", "inbox")
	must(t, err)
	if st.Messages != 2 || st.Unseen != 1 || st.Deleted != 1 || st.Size != 8 || st.UIDNext != 3 || st.HighestModSeq != 3 {
		t.Errorf("status is %+v", st)
	}
	if s, _ := list(t, svc, "INBOX"); s.FirstUnseen != 2 {
		t.Errorf("first unseen is %d", s.FirstUnseen)
	}
}

func TestWatch(t *testing.T) {
	ctx := t.Context()
	_, svc := withAlice(t)
	inbox, _ := list(t, svc, "INBOX")
	archive, _ := list(t, svc, "Archive")
	w := svc.Watch("alice", inbox.ID)
	other := svc.Watch("alice", archive.ID)
	defer other.Close()
	woken := func(w *mailserver.Watch) bool {
		select {
		case <-w.C:
			return true
		default:
			return false
		}
	}
	put(t, svc, "INBOX", "x")
	put(t, svc, "INBOX", "y")
	if !woken(w) || woken(w) || woken(other) {
		t.Error("two deliveries to INBOX are not one wake of its watch alone")
	}
	change := mailserver.FlagChange{Op: mailserver.AddFlags, Flags: []string{mailserver.Seen}}
	for _, want := range []bool{true, false} {
		if _, err := svc.SetFlags(ctx, "alice", inbox.ID, []uint32{1}, change); err != nil || woken(w) != want {
			t.Errorf("setting \\Seen: %v, woken is not %v", err, want)
		}
	}
	if _, err := svc.Move(ctx, "alice", inbox.ID, []uint32{1}, "Archive"); err != nil || !woken(w) || !woken(other) {
		t.Errorf("a move does not wake both: %v", err)
	}
	w.Close()
	put(t, svc, "INBOX", "z")
	if woken(w) {
		t.Error("a closed watch was woken")
	}
	must(t, svc.RemoveAccount(ctx, "alice"))
	if !woken(other) {
		t.Error("removal of the account wakes nobody")
	}
}
