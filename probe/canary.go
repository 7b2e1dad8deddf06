package probe

import "time"

// Canary is one numbered test message on its way from a sender to a mailbox:
// a fact, told anew whenever more of it is known. All times are UTC, and zero
// while what they tell of has not happened.
type Canary struct {
	ID          string    // unique, and not to be guessed: it is what the message is known by
	Check       string    // key of the check that sends them
	Component   string    // whose path it goes
	Number      int64     // counts the messages of the check, from 1
	SubmittedAt time.Time // when it was to be sent for the first time
	// AcceptedAt is when the server that it was submitted to took it over.
	AcceptedAt time.Time
	// ArrivedAt is the best knowledge of when it was in the mailbox: the
	// mailbox's own date, or the last stamp on the way that can be true, or else
	// when it was first seen there.
	ArrivedAt time.Time
	PushedAt  time.Time // when the mailbox announced it by IDLE, if anybody waited
	SeenIMAP  time.Time // when it was first seen by IMAP
	SeenPOP3  time.Time // when it was first seen by POP3
	// Hops are the stamps of the servers on the way (RFC 5321, section 4.4), the
	// first server first.
	Hops []Hop
	// Overdue says that it was accepted and is not seen where it should be, for
	// longer than that may take, while the mailbox could be looked at.
	Overdue bool
	// Lost says that it will not come: refused for good, or given up after five
	// days, as senders do (RFC 5321, section 4.5.4.1).
	Lost bool
	// DoneAt is when nothing more was awaited of it: it was seen wherever it is
	// looked for, or is lost, or is looked for no longer.
	DoneAt time.Time
}

// Hop is the stamp of one server.
type Hop struct {
	By string // as the server calls itself; printable, at most 100 bytes
	At time.Time
	// Skewed says that the stamp can't be true: it lies before the one ahead of
	// it, or before the message was sent, or after it was seen.
	Skewed bool
}

// Route is the way that the canaries of a check go, and how often.
type Route struct {
	// Submit is asked by SMTP or LMTP to take each message, from its Sender
	// (nobody when empty) to its Recipient.
	Submit         Target
	SubmitPassword func() (string, error) // nil when Submit names no user
	// IMAP and POP3 are the places at which the same mailbox is looked at, the
	// zero Target for one that is not. A message has come through when it was
	// seen at both, and is then removed.
	IMAP, POP3 Target
	Password   func() (string, error) // of the mailbox
	Every      time.Duration          // from one message to the next
	Overdue    time.Duration          // that an accepted message may take
	// Retry is how long a message waits that was not accepted: like any sending
	// server we keep it and try again.
	Retry time.Duration
}

// newest is old with the values of fresh in it, each ID once: known ones in
// their places, others at the end.
func newest(old, fresh []Canary) []Canary {
	if len(fresh) == 0 {
		return old
	}
	at := make(map[string]int, len(old))
	for i, c := range old {
		at[c.ID] = i
	}
	for _, c := range fresh {
		if i, known := at[c.ID]; known {
			old[i] = c
			continue
		}
		at[c.ID] = len(old)
		old = append(old, c)
	}
	return old
}
