package imapd

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// Poll tells the client what it does not know yet. go-imap calls it after each
// successful command, before the tagged answer.
func (s *session) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view == nil {
		return nil
	}
	err := s.tell(w, allowExpunge)
	if err != nil {
		// The engine would hang up without a word.
		s.wire.Bye("Mailbox is no longer available")
	}
	return err
}

// Idle tells the client what happens until stop is closed (RFC 2177).
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	s.mu.Lock()
	v := s.view
	s.mu.Unlock()
	if v == nil {
		<-stop
		return nil
	}
	for {
		if err := s.idleTell(w, v); err != nil {
			// The engine waits for the client's DONE and would keep this to
			// itself until then.
			s.bye("Mailbox is no longer available")
			return err
		}
		select {
		case <-v.watch.C:
		case <-stop:
			return nil
		}
	}
}

func (s *session) idleTell(w *imapserver.UpdateWriter, v *view) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view != v {
		return nil
	}
	return s.tell(w, true)
}

// tell looks at what changed since the last time and says it: new keywords
// before a message carries them, removals before additions, so that every
// sequence number means what the client takes it for.
func (s *session) tell(w *imapserver.UpdateWriter, allowExpunge bool) error {
	v := s.view
	if v.removed {
		return nil
	}
	ch, err := s.svc.Changes(s.ctx, s.account, v.mailbox.ID, v.modSeq)
	if err != nil {
		return s.refuse("poll mailbox", err)
	}
	if ch.HighestModSeq == v.modSeq && !v.gone {
		return nil
	}
	if err := s.tellKeywords(w, ch.Changed); err != nil {
		return err
	}
	if ch.HighestModSeq != v.modSeq {
		arrived := 0
		for _, m := range ch.Changed {
			if m.UID > v.lastUID {
				arrived++
			}
		}
		v.gone = len(v.uids)+arrived > int(ch.Messages)
	}
	if v.gone && allowExpunge {
		if err := s.tellExpunged(w); err != nil {
			return err
		}
	}
	if err := s.tellChanged(w, ch.Changed); err != nil {
		return err
	}
	v.modSeq = ch.HighestModSeq
	clear(v.told)
	return nil
}

func (s *session) tellKeywords(w *imapserver.UpdateWriter, changed []mailserver.Message) error {
	v := s.view
	before := len(v.keywords)
	for _, m := range changed {
		v.keywords = append(v.keywords, v.unknown(m.Flags)...)
	}
	if len(v.keywords) == before {
		return nil
	}
	return w.WriteMailboxFlags(v.flags())
}

func (s *session) tellExpunged(w *imapserver.UpdateWriter) error {
	v := s.view
	now, err := s.svc.UIDs(s.ctx, s.account, v.mailbox.ID)
	if err != nil {
		return s.refuse("poll mailbox", err)
	}
	kept := v.uids[:0]
	var gone []uint32
	for i, uid := range v.uids {
		if _, there := slices.BinarySearch(now, uid); there {
			kept = append(kept, uid)
		} else {
			gone = append(gone, uint32(i+1))
		}
	}
	v.uids = kept
	// From the end, so that the numbers before stay as they are.
	for _, seq := range slices.Backward(gone) {
		if err := w.WriteExpunge(seq); err != nil {
			return err
		}
	}
	v.gone = false
	return nil
}

func (s *session) tellChanged(w *imapserver.UpdateWriter, changed []mailserver.Message) error {
	v := s.view
	known := len(v.uids)
	for _, m := range changed {
		if m.UID > v.lastUID {
			v.uids = append(v.uids, m.UID)
			v.lastUID = m.UID
		}
	}
	if len(v.uids) > known {
		if err := w.WriteNumMessages(uint32(len(v.uids))); err != nil {
			return err
		}
	}
	for _, m := range changed {
		seq := v.seq(m.UID)
		if seq == 0 || seq > uint32(known) || m.ModSeq <= v.told[m.UID] {
			continue
		}
		if err := w.WriteMessageFlags(seq, imap.UID(m.UID), imapFlags(m.Flags)); err != nil {
			return err
		}
	}
	return nil
}
