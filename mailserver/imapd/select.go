package imapd

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// Select opens a mailbox; with ReadOnly it is EXAMINE.
func (s *session) Select(mailbox string, options *imap.SelectOptions) (*imap.SelectData, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap, err := s.svc.Snapshot(s.ctx, s.account, mailbox)
	if err != nil {
		return nil, s.refuse("open mailbox", err)
	}
	s.unselect()
	v := newView(snap, options.ReadOnly)
	v.watch = s.svc.Watch(s.account, snap.ID)
	s.view = v

	data := &imap.SelectData{
		Flags:       v.flags(),
		NumMessages: uint32(len(v.uids)),
		UIDNext:     imap.UID(snap.UIDNext),
		UIDValidity: snap.UIDValidity,
	}
	if !v.readOnly {
		data.PermanentFlags = append(v.flags(), imap.FlagWildcard)
	}
	if snap.FirstUnseen != 0 {
		data.FirstUnseenSeqNum = v.seq(snap.FirstUnseen)
	}
	return data, nil
}

// Unselect leaves the mailbox without expunging.
func (s *session) Unselect() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unselect()
	return nil
}

func (s *session) unselect() {
	if s.view != nil {
		s.view.watch.Close()
		s.view = nil
	}
}

// Expunge removes messages that carry \Deleted. The client is told by the
// poll that follows. CLOSE comes here too, with a writer that writes nothing;
// after EXAMINE it must remove nothing and still succeed (RFC 9051, section
// 6.4.1).
func (s *session) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.view
	if v.readOnly {
		if isClose := *w == (imapserver.ExpungeWriter{}); isClose {
			return nil
		}
		return errReadOnly()
	}
	var only []uint32
	if uids != nil {
		at, err := v.resolve(*uids)
		if err != nil {
			return err
		}
		only = v.uidsAt(at)
		if len(only) == 0 {
			return nil
		}
	}
	if err := s.svc.ExpungeDeleted(s.ctx, s.account, v.mailbox.ID, only); err != nil {
		return s.refuse("expunge", err)
	}
	return nil
}

func errReadOnly() error {
	return no(imap.ResponseCodeNoPerm, "Mailbox is open read-only")
}

func imapFlags(flags []string) []imap.Flag {
	out := make([]imap.Flag, len(flags))
	for i, f := range flags {
		out[i] = imap.Flag(f)
	}
	return out
}

func plainFlags(flags []imap.Flag) []string {
	out := make([]string, len(flags))
	for i, f := range flags {
		out[i] = string(f)
	}
	return out
}

// systemFlags are listed for every mailbox.
func systemFlags() []imap.Flag { return imapFlags(mailserver.SystemFlags()) }
