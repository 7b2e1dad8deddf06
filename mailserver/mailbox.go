package mailserver

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Inbox is the mailbox that every account has and that cannot be removed.
const Inbox = "INBOX"

// Delimiter stands between the levels of a mailbox name.
const Delimiter = "/"

const maxMailboxName = 255

// Mailbox is a folder of an account.
type Mailbox struct {
	ID            int64  // of the store; stays through a rename, never reused
	Name          string // UTF-8, levels divided by Delimiter
	UIDValidity   uint32
	UIDNext       uint32
	HighestModSeq uint64 // starts at 1
	SpecialUse    string // RFC 6154 attribute such as `\Sent`, or empty
	Subscribed    bool
}

// Status counts what is in a mailbox, at one moment.
type Status struct {
	Mailbox
	Messages uint32
	Unseen   uint32
	Deleted  uint32
	Size     int64 // octets
}

// Snapshot is a mailbox as a session sees it when it opens it.
type Snapshot struct {
	Mailbox
	UIDs        []uint32 // ascending
	FirstUnseen uint32   // UID, 0 when all are seen
	Keywords    []string // ever used in this mailbox
}

// Changes is what happened to a mailbox after a mod-sequence.
type Changes struct {
	HighestModSeq uint64
	Messages      uint32    // how many there are now
	Changed       []Message // new or with other flags, ascending UIDs
}

// StandardMailboxes are what a new account gets.
func StandardMailboxes() []Mailbox {
	return []Mailbox{
		{Name: Inbox, Subscribed: true},
		{Name: "Drafts", SpecialUse: `\Drafts`, Subscribed: true},
		{Name: "Sent", SpecialUse: `\Sent`, Subscribed: true},
		{Name: "Junk", SpecialUse: `\Junk`, Subscribed: true},
		{Name: "Trash", SpecialUse: `\Trash`, Subscribed: true},
		{Name: "Archive", SpecialUse: `\Archive`, Subscribed: true},
	}
}

// ParseMailboxName returns the canonical form of a mailbox's name: INBOX in
// capitals, also as the first level of a longer name. Empty levels, control
// characters, list wildcards, text that is not UTF-8 and names of more than
// 255 bytes are ErrInvalidName.
func ParseMailboxName(s string) (string, error) {
	first, rest, below := strings.Cut(s, Delimiter)
	if strings.EqualFold(first, Inbox) {
		first = Inbox
	}
	name := first
	if below {
		name += Delimiter + rest
	}
	if len(name) > maxMailboxName || !utf8.ValidString(name) {
		return "", fmt.Errorf("parse mailbox name %q: %w", s, ErrInvalidName)
	}
	for level := range strings.SplitSeq(name, Delimiter) {
		if level == "" || strings.ContainsFunc(level, func(r rune) bool {
			return unicode.IsControl(r) || r == '*' || r == '%'
		}) {
			return "", fmt.Errorf("parse mailbox name %q: %w", s, ErrInvalidName)
		}
	}
	return name, nil
}

// ancestors returns the names above name, topmost first: "a" and "a/b" for
// "a/b/c".
func ancestors(name string) []string {
	var up []string
	for i := range len(name) {
		if name[i] == Delimiter[0] {
			up = append(up, name[:i])
		}
	}
	return up
}
