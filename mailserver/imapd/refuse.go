package imapd

import (
	"context"
	"errors"

	"github.com/emersion/go-imap/v2"

	"howdah/mailserver"
)

const codeCannot = imap.ResponseCodeCannot

// refusals are the answers to errors that clients can act on (RFC 5530).
var refusals = []struct {
	err  error
	typ  imap.StatusResponseType
	code imap.ResponseCode
	text string
}{
	{mailserver.ErrNoMailbox, imap.StatusResponseTypeNo, imap.ResponseCodeNonExistent, "No such mailbox"},
	{mailserver.ErrExists, imap.StatusResponseTypeNo, imap.ResponseCodeAlreadyExists, "Mailbox exists already"},
	{mailserver.ErrInvalidName, imap.StatusResponseTypeNo, codeCannot, "Not a possible mailbox name"},
	{mailserver.ErrInbox, imap.StatusResponseTypeNo, codeCannot, "Not possible with INBOX"},
	{mailserver.ErrHasChildren, imap.StatusResponseTypeNo, imap.ResponseCodeHasChildren, "Mailbox has mailboxes below it"},
	{mailserver.ErrTooBig, imap.StatusResponseTypeNo, imap.ResponseCodeTooBig, "Message is too big"},
	{mailserver.ErrFull, imap.StatusResponseTypeNo, imap.ResponseCodeOverQuota, "No space left for mail"},
	{mailserver.ErrInvalidFlag, imap.StatusResponseTypeBad, imap.ResponseCodeClientBug, "Not a flag that can be set"},
	{mailserver.ErrNoAccount, imap.StatusResponseTypeNo, imap.ResponseCodeUnavailable, "Account has been removed"},
}

// refuse turns an error into the answer to the client. What is not the
// client's doing is logged.
func (s *session) refuse(attempted string, err error) error {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return &imap.Error{Type: r.typ, Code: r.code, Text: r.text}
		}
	}
	if !errors.Is(err, context.Canceled) {
		s.log.Error("imap command failed", "attempted", attempted, "err", err)
	}
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeUnavailable, Text: "Not possible right now"}
}

// refuseTarget is refuse for the mailbox that messages go to, which a client
// may create and try again (RFC 9051, section 7.1).
func (s *session) refuseTarget(attempted string, err error) error {
	if errors.Is(err, mailserver.ErrNoMailbox) {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeTryCreate, Text: "No such mailbox"}
	}
	return s.refuse(attempted, err)
}

func no(code imap.ResponseCode, text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
}

func bad(text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeBad, Code: imap.ResponseCodeClientBug, Text: text}
}
