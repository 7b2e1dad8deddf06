package mailserver

import (
	"context"
	"fmt"
	"time"
)

// Append stores a message. Line ends become CRLF; the flags are made
// canonical. Errors are ErrNoMailbox, ErrInvalidFlag, ErrTooBig, ErrFull and
// those of m.Body. A message that is refused or broken off leaves nothing.
func (s *Service) Append(ctx context.Context, account, mailbox string, m NewMessage) (Placed, error) {
	name, err := ParseMailboxName(mailbox)
	if err != nil {
		return Placed{}, fmt.Errorf("append to %q: %w", mailbox, ErrNoMailbox)
	}
	if m.Flags, err = ParseFlags(m.Flags); err != nil {
		return Placed{}, err
	}
	if m.InternalDate.IsZero() {
		m.InternalDate = time.Now().UTC()
	}
	m.Body = &limited{r: newCRLFReader(m.Body), left: s.limits.MessageSize}
	p, err := s.store.Append(ctx, account, name, m)
	if err != nil {
		return Placed{}, err
	}
	s.watchers.wakeMailbox(account, p.Mailbox)
	return p, nil
}

// Body opens the bytes of a message; the caller closes it.
func (s *Service) Body(ctx context.Context, account string, mailbox int64, uid uint32) (Body, error) {
	return s.store.Body(ctx, account, mailbox, uid)
}

// Messages returns those with lo <= UID <= hi, ascending.
func (s *Service) Messages(ctx context.Context, account string, mailbox int64, lo, hi uint32) ([]Message, error) {
	return s.store.Messages(ctx, account, mailbox, lo, hi)
}

// Changes returns what happened to the mailbox after the mod-sequence since.
func (s *Service) Changes(ctx context.Context, account string, mailbox int64, since uint64) (Changes, error) {
	return s.store.Changes(ctx, account, mailbox, since)
}

// UIDs returns the UIDs that are in the mailbox now, ascending.
func (s *Service) UIDs(ctx context.Context, account string, mailbox int64) ([]uint32, error) {
	return s.store.UIDs(ctx, account, mailbox)
}

// SetFlags changes the flags of those of the UIDs that are there and returns
// them. A flag that is none is ErrInvalidFlag.
func (s *Service) SetFlags(ctx context.Context, account string, mailbox int64, uids []uint32, c FlagChange) ([]Flagging, error) {
	var err error
	if c.Flags, err = ParseFlags(c.Flags); err != nil {
		return nil, err
	}
	done, err := s.store.SetFlags(ctx, account, mailbox, uids, c)
	if err != nil {
		return nil, err
	}
	for _, f := range done {
		if f.ModSeq != f.Before {
			s.watchers.wakeMailbox(account, mailbox)
			break
		}
	}
	return done, nil
}

// Copy copies those of the UIDs that are there, all or none. The bytes are
// shared.
func (s *Service) Copy(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (Copied, error) {
	name, err := ParseMailboxName(dest)
	if err != nil {
		return Copied{}, fmt.Errorf("copy to %q: %w", dest, ErrNoMailbox)
	}
	c, err := s.store.Copy(ctx, account, mailbox, uids, name)
	if err != nil {
		return Copied{}, err
	}
	s.watchers.wakeMailbox(account, c.Mailbox)
	return c, nil
}

// Move moves those of the UIDs that are there, all or none (RFC 6851).
func (s *Service) Move(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (Copied, error) {
	name, err := ParseMailboxName(dest)
	if err != nil {
		return Copied{}, fmt.Errorf("move to %q: %w", dest, ErrNoMailbox)
	}
	c, err := s.store.Move(ctx, account, mailbox, uids, name)
	if err != nil {
		return Copied{}, err
	}
	s.watchers.wakeMailbox(account, mailbox, c.Mailbox)
	return c, nil
}

// Expunge removes those of the UIDs that are there, whatever their flags.
func (s *Service) Expunge(ctx context.Context, account string, mailbox int64, uids []uint32) error {
	if err := s.store.Expunge(ctx, account, mailbox, uids); err != nil {
		return err
	}
	s.watchers.wakeMailbox(account, mailbox)
	return nil
}

// ExpungeDeleted removes the messages that carry \Deleted; when uids is not
// nil, only those among them.
func (s *Service) ExpungeDeleted(ctx context.Context, account string, mailbox int64, uids []uint32) error {
	if err := s.store.ExpungeDeleted(ctx, account, mailbox, uids); err != nil {
		return err
	}
	s.watchers.wakeMailbox(account, mailbox)
	return nil
}
