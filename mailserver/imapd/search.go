package imapd

import (
	"errors"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// Search answers SEARCH over what the client knows of the mailbox.
func (s *session) Search(kind imapserver.NumKind, criteria *imap.SearchCriteria, options *imap.SearchOptions) (*imap.SearchData, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if options.ReturnSave {
		return nil, bad("SEARCHRES is not offered")
	}
	var seqs imap.SeqSet
	var uids imap.UIDSet
	data := &imap.SearchData{}
	hit := func(uid uint32) {
		num := uid
		if kind == imapserver.NumKindSeq {
			num = s.view.seq(uid)
			seqs.AddNum(num)
		} else {
			uids.AddNum(imap.UID(uid))
		}
		if data.Count == 0 {
			data.Min = num
		}
		data.Max = num
		data.Count++
	}
	rest := slices.Clone(s.view.uids)
	for len(rest) > 0 {
		n := min(len(rest), fetchPage)
		found, err := s.messages(rest[:n])
		if err != nil {
			return nil, s.refuse("search", err)
		}
		for _, m := range found {
			matches, err := s.matches(m, criteria)
			if err != nil {
				return nil, err
			}
			if matches {
				hit(m.UID)
			}
		}
		rest = rest[n:]
	}
	data.All = seqs
	if kind == imapserver.NumKindUID {
		data.All = uids
	}
	return data, nil
}

func (s *session) matches(m mailserver.Message, c *imap.SearchCriteria) (bool, error) {
	text := &searched{session: s, message: m}
	defer text.close()
	ok, err := s.match(text, c)
	if errors.Is(err, mailserver.ErrNoMessage) {
		return false, nil // expunged by another session just now
	}
	var answer *imap.Error
	if err != nil && !errors.As(err, &answer) {
		err = s.refuse("search", err)
	}
	return ok, err
}

// match asks what costs least first.
func (s *session) match(t *searched, c *imap.SearchCriteria) (bool, error) {
	if ok, err := s.matchPlace(t.message.UID, c); !ok || err != nil {
		return false, err
	}
	if !matchState(t.message, c) {
		return false, nil
	}
	for i := range c.Not {
		if ok, err := s.match(t, &c.Not[i]); ok || err != nil {
			return false, err
		}
	}
	for i := range c.Or {
		ok, err := s.match(t, &c.Or[i][0])
		if err != nil {
			return false, err
		}
		if !ok {
			ok, err = s.match(t, &c.Or[i][1])
		}
		if !ok || err != nil {
			return false, err
		}
	}
	return t.matchText(c)
}

func (s *session) matchPlace(uid uint32, c *imap.SearchCriteria) (bool, error) {
	place := int(s.view.seq(uid)) - 1
	sets := make([]imap.NumSet, 0, len(c.SeqNum)+len(c.UID))
	for _, set := range c.SeqNum {
		sets = append(sets, set)
	}
	for _, set := range c.UID {
		sets = append(sets, set)
	}
	for _, set := range sets {
		in, err := s.view.contains(set, place)
		if !in || err != nil {
			return false, err
		}
	}
	return true, nil
}

func matchState(m mailserver.Message, c *imap.SearchCriteria) bool {
	for _, f := range c.Flag {
		if !m.Has(string(f)) {
			return false
		}
	}
	for _, f := range c.NotFlag {
		if m.Has(string(f)) {
			return false
		}
	}
	if c.Larger != 0 && m.Size <= c.Larger || c.Smaller != 0 && m.Size >= c.Smaller {
		return false
	}
	return between(m.InternalDate, c.Since, c.Before)
}

// between compares days, in the zone in which t was written (RFC 9051, section
// 6.4.4: disregarding time and zone).
func between(t, since, before time.Time) bool {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return (since.IsZero() || !day.Before(since)) && (before.IsZero() || day.Before(before))
}
