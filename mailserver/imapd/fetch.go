package imapd

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// fetchPage is how many messages are looked up at once.
const fetchPage = 500

// Fetch answers FETCH. A message that another session has expunged is passed
// over (RFC 2180, section 4.1.2); the client hears of it as soon as it may.
func (s *session) Fetch(w *imapserver.FetchWriter, numSet imap.NumSet, options *imap.FetchOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(options.BinarySection) > 0 || len(options.BinarySectionSize) > 0 {
		return bad("BINARY is not offered")
	}
	at, err := s.view.resolve(numSet)
	if err != nil {
		return err
	}
	uids := s.view.uidsAt(at)
	for len(uids) > 0 {
		n := min(len(uids), fetchPage)
		if err := s.fetchPage(w, uids[:n], options); err != nil {
			return err
		}
		uids = uids[n:]
	}
	return nil
}

func (s *session) fetchPage(w *imapserver.FetchWriter, uids []uint32, options *imap.FetchOptions) error {
	found, err := s.messages(uids)
	if err != nil {
		return s.refuse("fetch", err)
	}
	read := make(map[uint32]bool)
	if !s.view.readOnly && setsSeen(options) {
		if found, err = s.markSeen(found, read); err != nil {
			return s.refuse("fetch", err)
		}
	}
	for _, m := range found {
		if err := s.fetchOne(w, m, options, read[m.UID]); err != nil {
			return err
		}
	}
	return nil
}

// messages looks up those of the UIDs, which ascend, that are still there.
func (s *session) messages(uids []uint32) ([]mailserver.Message, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	all, err := s.svc.Messages(s.ctx, s.account, s.view.mailbox.ID, uids[0], uids[len(uids)-1])
	if err != nil {
		return nil, err
	}
	found := all[:0]
	i := 0
	for _, m := range all {
		for i < len(uids) && uids[i] < m.UID {
			i++
		}
		if i < len(uids) && uids[i] == m.UID {
			found = append(found, m)
		}
	}
	return found, nil
}

func setsSeen(options *imap.FetchOptions) bool {
	for _, item := range options.BodySection {
		if !item.Peek {
			return true
		}
	}
	return false
}

// markSeen gives the messages \Seen and notes which had it not: their flags
// are part of the answer (RFC 9051, section 6.4.5).
func (s *session) markSeen(found []mailserver.Message, read map[uint32]bool) ([]mailserver.Message, error) {
	var unseen []uint32
	for _, m := range found {
		if !m.Has(mailserver.Seen) {
			unseen = append(unseen, m.UID)
			read[m.UID] = true
		}
	}
	if len(unseen) == 0 {
		return found, nil
	}
	done, err := s.svc.SetFlags(s.ctx, s.account, s.view.mailbox.ID, unseen, mailserver.FlagChange{
		Op:    mailserver.AddFlags,
		Flags: []string{mailserver.Seen},
	})
	if err != nil {
		return nil, err
	}
	now := make(map[uint32]mailserver.Message, len(done))
	for _, f := range done {
		now[f.UID] = f.Message
	}
	for i, m := range found {
		if m, ok := now[m.UID]; ok {
			found[i] = m
		}
	}
	return found, nil
}

// fetchOne answers for one message. All that can fail without harm is done
// before the answer begins.
func (s *session) fetchOne(w *imapserver.FetchWriter, m mailserver.Message, options *imap.FetchOptions, read bool) error {
	var root *part
	var sections []section
	if options.Envelope || options.BodyStructure != nil || len(options.BodySection) > 0 {
		body, err := s.svc.Body(s.ctx, s.account, s.view.mailbox.ID, m.UID)
		if errors.Is(err, mailserver.ErrNoMessage) {
			return nil
		}
		if err != nil {
			return s.refuse("fetch", err)
		}
		defer body.Close() // it was only read
		parsed := sync.OnceValues(func() (*part, error) { return parsePart(body, body.Size()) })
		if options.Envelope || options.BodyStructure != nil {
			if root, err = parsed(); err != nil {
				return s.refuse("fetch", err)
			}
		}
		for _, item := range options.BodySection {
			sec, err := cut(body, item, parsed)
			if err != nil {
				return s.refuse("fetch", err)
			}
			sections = append(sections, sec)
		}
	}
	return s.answer(w, m, options, read, root, sections)
}

func (s *session) answer(w *imapserver.FetchWriter, m mailserver.Message, options *imap.FetchOptions, read bool, root *part, sections []section) error {
	v := s.view
	out := w.CreateMessage(v.seq(m.UID))
	if options.UID { // some clients want it first
		out.WriteUID(imap.UID(m.UID))
	}
	if options.Flags || read {
		flags, all := v.sayable(m)
		if all {
			v.told[m.UID] = m.ModSeq
		}
		out.WriteFlags(flags)
	}
	if options.InternalDate {
		out.WriteInternalDate(m.InternalDate)
	}
	if options.RFC822Size {
		out.WriteRFC822Size(m.Size)
	}
	if options.Envelope {
		out.WriteEnvelope(root.envelope())
	}
	if options.BodyStructure != nil {
		out.WriteBodyStructure(root.structure())
	}
	for i, item := range options.BodySection {
		if err := writeSection(out, item, sections[i]); err != nil {
			// Half a literal is out: nothing that follows could be understood.
			out.Close()
			s.conn.Close()
			s.log.Warn("imap fetch broken off", "uid", m.UID, "err", err)
			return err
		}
	}
	return out.Close()
}

func writeSection(out *imapserver.FetchResponseWriter, item *imap.FetchItemBodySection, sec section) error {
	literal := out.WriteBodySection(item, sec.size())
	if _, err := io.Copy(literal, sec.reader()); err != nil {
		return fmt.Errorf("write section: %w", err)
	}
	return literal.Close()
}
