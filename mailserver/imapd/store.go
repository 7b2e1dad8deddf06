package imapd

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

var flagOps = map[imap.StoreFlagsOp]mailserver.FlagOp{
	imap.StoreFlagsSet: mailserver.ReplaceFlags,
	imap.StoreFlagsAdd: mailserver.AddFlags,
	imap.StoreFlagsDel: mailserver.RemoveFlags,
}

// Store changes flags. Flags that the client cannot be told yet, because a
// keyword among them is new, and what others changed meanwhile, are told by
// the poll that follows.
func (s *session) Store(w *imapserver.FetchWriter, numSet imap.NumSet, flags *imap.StoreFlags, _ *imap.StoreOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.view
	if v.readOnly {
		return errReadOnly()
	}
	at, err := v.resolve(numSet)
	if err != nil {
		return err
	}
	done, err := s.svc.SetFlags(s.ctx, s.account, v.mailbox.ID, v.uidsAt(at), mailserver.FlagChange{
		Op:    flagOps[flags.Op],
		Flags: plainFlags(flags.Flags),
	})
	if err != nil {
		return s.refuse("store flags", err)
	}
	for _, f := range done {
		sayable, all := v.sayable(f.Message)
		if !all {
			continue
		}
		if flags.Silent {
			if f.Before <= max(v.modSeq, v.told[f.UID]) {
				v.told[f.UID] = f.ModSeq
			}
			continue
		}
		v.told[f.UID] = f.ModSeq
		m := w.CreateMessage(v.seq(f.UID))
		m.WriteUID(imap.UID(f.UID))
		m.WriteFlags(sayable)
		if err := m.Close(); err != nil {
			return err
		}
	}
	return nil
}
