package mailserver

import "errors"

// Errors that callers tell apart. All others mean that the store failed.
var (
	ErrNoAccount   = errors.New("no such account")
	ErrNoMailbox   = errors.New("no such mailbox")
	ErrNoMessage   = errors.New("no such message")
	ErrExists      = errors.New("exists already")
	ErrAuth        = errors.New("wrong name or password")
	ErrBadPassword = errors.New("password is not acceptable")
	ErrInvalidName = errors.New("invalid name")
	ErrInvalidFlag = errors.New("invalid flag")
	ErrHasChildren = errors.New("mailbox has mailboxes below it")
	ErrInbox       = errors.New("not possible with INBOX")
	ErrTooBig      = errors.New("message is too big")
	ErrFull        = errors.New("no space left for mail")
	ErrInUse       = errors.New("maildrop is in use by another session")
)
