package mailserver

import (
	"context"
	"fmt"
	"strings"
)

// Mailboxes returns the account's mailboxes by name.
func (s *Service) Mailboxes(ctx context.Context, account string) ([]Mailbox, error) {
	return s.store.Mailboxes(ctx, account)
}

// Subscriptions returns the subscribed names; a name may have no mailbox.
func (s *Service) Subscriptions(ctx context.Context, account string) ([]string, error) {
	return s.store.Subscriptions(ctx, account)
}

// Subscribe adds or removes a name; it need not have a mailbox.
func (s *Service) Subscribe(ctx context.Context, account, mailbox string, on bool) error {
	name, err := ParseMailboxName(mailbox)
	if err != nil {
		return err
	}
	return s.store.Subscribe(ctx, account, name, on)
}

// CreateMailbox makes a mailbox and those above it that are missing. A
// delimiter at the end, by which clients announce that they will put mailboxes
// below, is dropped. Errors are ErrInvalidName and ErrExists.
func (s *Service) CreateMailbox(ctx context.Context, account, mailbox, specialUse string) error {
	name, err := ParseMailboxName(strings.TrimSuffix(mailbox, Delimiter))
	if err != nil {
		return err
	}
	return s.store.CreateMailbox(ctx, account, Mailbox{Name: name, SpecialUse: specialUse}, ancestors(name))
}

// DeleteMailbox removes a mailbox with its messages. Errors are ErrInbox,
// ErrNoMailbox and ErrHasChildren.
func (s *Service) DeleteMailbox(ctx context.Context, account, mailbox string) error {
	name, err := ParseMailboxName(mailbox)
	if err != nil {
		return fmt.Errorf("delete mailbox %q: %w", mailbox, ErrNoMailbox)
	}
	if name == Inbox {
		return fmt.Errorf("delete mailbox: %w", ErrInbox)
	}
	id, err := s.store.DeleteMailbox(ctx, account, name)
	if err != nil {
		return err
	}
	s.watchers.wakeMailbox(account, id)
	return nil
}

// RenameMailbox renames a mailbox and those below it; INBOX stays and gives
// away its messages. Errors are ErrNoMailbox, ErrInvalidName and ErrExists.
func (s *Service) RenameMailbox(ctx context.Context, account, from, to string) error {
	old, err := ParseMailboxName(from)
	if err != nil {
		return fmt.Errorf("rename mailbox %q: %w", from, ErrNoMailbox)
	}
	name, err := ParseMailboxName(to)
	if err != nil {
		return err
	}
	if strings.HasPrefix(name, old+Delimiter) && old != Inbox {
		return fmt.Errorf("rename mailbox %q to %q: %w", old, name, ErrInvalidName)
	}
	id, err := s.store.RenameMailbox(ctx, account, old, name, ancestors(name))
	if err != nil {
		return err
	}
	s.watchers.wakeMailbox(account, id)
	return nil
}

// Status counts what is in a mailbox.
func (s *Service) Status(ctx context.Context, account, mailbox string) (Status, error) {
	name, err := ParseMailboxName(mailbox)
	if err != nil {
		return Status{}, fmt.Errorf("status of %q: %w", mailbox, ErrNoMailbox)
	}
	return s.store.Status(ctx, account, name)
}

// Snapshot returns the mailbox with its UIDs, for a session that opens it.
func (s *Service) Snapshot(ctx context.Context, account, mailbox string) (Snapshot, error) {
	name, err := ParseMailboxName(mailbox)
	if err != nil {
		return Snapshot{}, fmt.Errorf("open mailbox %q: %w", mailbox, ErrNoMailbox)
	}
	return s.store.Snapshot(ctx, account, name)
}
