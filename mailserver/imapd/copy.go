package imapd

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// Copy copies messages. When the set matches nothing there is no COPYUID to
// tell (RFC 4315, section 3).
func (s *session) Copy(numSet imap.NumSet, dest string) (*imap.CopyData, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.view.resolve(numSet)
	if err != nil {
		return nil, err
	}
	c, err := s.svc.Copy(s.ctx, s.account, s.view.mailbox.ID, s.view.uidsAt(at), dest)
	if err != nil {
		return nil, s.refuseTarget("copy", err)
	}
	return copyData(c), nil
}

// Move moves messages (RFC 6851). The client is told of their removal by the
// poll that follows.
func (s *session) Move(w *imapserver.MoveWriter, numSet imap.NumSet, dest string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view.readOnly {
		return errReadOnly()
	}
	at, err := s.view.resolve(numSet)
	if err != nil {
		return err
	}
	c, err := s.svc.Move(s.ctx, s.account, s.view.mailbox.ID, s.view.uidsAt(at), dest)
	if err != nil {
		return s.refuseTarget("move", err)
	}
	if len(c.Source) == 0 {
		return nil
	}
	return w.WriteCopyData(copyData(c))
}

func copyData(c mailserver.Copied) *imap.CopyData {
	if len(c.Source) == 0 {
		return nil
	}
	return &imap.CopyData{UIDValidity: c.UIDValidity, SourceUIDs: uidSet(c.Source), DestUIDs: uidSet(c.Dest)}
}

func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}
