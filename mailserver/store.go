package mailserver

import "context"

// Store keeps accounts and their mail. Each method is one transaction; what it
// was given is on disk when it returns nil. Names arrive in canonical form.
// An unknown account is ErrNoAccount, an unknown mailbox ErrNoMailbox, a full
// disk ErrFull.
type Store interface {
	// CreateAccount makes the account with its first mailboxes, or ErrExists.
	CreateAccount(ctx context.Context, a Account, mailboxes []Mailbox) error
	// RemoveAccount removes the account with all its mail.
	RemoveAccount(ctx context.Context, name string) error
	SetSecret(ctx context.Context, name, secret string) error
	Account(ctx context.Context, name string) (Account, error)
	// Accounts returns all accounts by name.
	Accounts(ctx context.Context) ([]Account, error)

	// Mailboxes returns the account's mailboxes by name.
	Mailboxes(ctx context.Context, account string) ([]Mailbox, error)
	// Subscriptions returns the subscribed names; a name may have no mailbox.
	Subscriptions(ctx context.Context, account string) ([]string, error)
	Subscribe(ctx context.Context, account, name string, on bool) error
	// CreateMailbox makes the mailbox and those of above that are missing, or
	// ErrExists.
	CreateMailbox(ctx context.Context, account string, m Mailbox, above []string) error
	// DeleteMailbox removes the mailbox and its messages and returns its ID. A
	// mailbox with others below it is ErrHasChildren.
	DeleteMailbox(ctx context.Context, account, name string) (int64, error)
	// RenameMailbox renames a mailbox and those below it, makes those of above
	// that are missing, and keeps IDs, UIDs and UIDVALIDITY. Renaming INBOX
	// moves its messages into a new mailbox instead (RFC 9051, section 6.3.6).
	// It returns the ID of the mailbox that was named from.
	RenameMailbox(ctx context.Context, account, from, to string, above []string) (int64, error)
	Status(ctx context.Context, account, name string) (Status, error)
	Snapshot(ctx context.Context, account, name string) (Snapshot, error)

	// Changes returns what happened after the mod-sequence since.
	Changes(ctx context.Context, account string, mailbox int64, since uint64) (Changes, error)
	// UIDs returns the UIDs that are in the mailbox now, ascending.
	UIDs(ctx context.Context, account string, mailbox int64) ([]uint32, error)
	// Messages returns those with lo <= UID <= hi, ascending.
	Messages(ctx context.Context, account string, mailbox int64, lo, hi uint32) ([]Message, error)
	// Body opens the bytes of a message, or ErrNoMessage.
	Body(ctx context.Context, account string, mailbox int64, uid uint32) (Body, error)
	// Append reads m.Body to its end before its transaction begins; an error
	// of that reader is returned wrapped.
	Append(ctx context.Context, account, mailbox string, m NewMessage) (Placed, error)
	// SetFlags changes the flags of those of the UIDs that are there and
	// returns them.
	SetFlags(ctx context.Context, account string, mailbox int64, uids []uint32, c FlagChange) ([]Flagging, error)
	// Copy copies those of the UIDs that are there, all or none.
	Copy(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (Copied, error)
	// Move is Copy and the removal of the source.
	Move(ctx context.Context, account string, mailbox int64, uids []uint32, dest string) (Copied, error)
	// Expunge removes those of the UIDs that are there.
	Expunge(ctx context.Context, account string, mailbox int64, uids []uint32) error
	// ExpungeDeleted removes the messages that carry \Deleted; when uids is not
	// nil, only those among them.
	ExpungeDeleted(ctx context.Context, account string, mailbox int64, uids []uint32) error
}
