package imapd_test

import (
	"testing"

	"howdah/mailserver/imapd"
)

// TestOthersFlagsAreNeverStale: what a client hears of a message's flags is
// what they are when it hears it.
func TestOthersFlagsAreNeverStale(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "x")
	a, b := h.login(), h.login()
	a.selectInbox(1)
	b.selectInbox(1)
	b.talk(`
		C: a STORE 1 +FLAGS.SILENT (\Flagged)
		S: a OK …`)
	a.talk(`
		C: a STORE 1 +FLAGS (\Seen)
		S: * 1 FETCH (UID 1 FLAGS (\Flagged \Seen))
		S: a OK …
		C: b NOOP
		S: b OK …`)
	b.talk(`
		C: b NOOP
		S: * 1 FETCH (UID 1 FLAGS (\Flagged \Seen))
		S: b OK …
		C: c NOOP
		S: c OK …`)
}

// TestSilentStoreTellsWhatOthersDid: .SILENT is about one's own change only.
func TestSilentStoreTellsWhatOthersDid(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "x")
	a, b := h.login(), h.login()
	a.selectInbox(1)
	b.selectInbox(1)
	b.talk(`
		C: a STORE 1 +FLAGS.SILENT (\Flagged)
		S: a OK …`)
	a.talk(`
		C: a STORE 1 +FLAGS.SILENT (\Seen)
		S: * 1 FETCH (UID 1 FLAGS (\Flagged \Seen))
		S: a OK …`)
}

func TestKeywordIsListedBeforeItIsUsed(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "x")
	a, b := h.login(), h.login()
	a.selectInbox(1)
	b.selectInbox(1)
	a.talk(`
		C: a STORE 1 +FLAGS (Holiday)
		S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Holiday)
		S: * 1 FETCH (UID 1 FLAGS (Holiday))
		S: a OK …
		C: b STORE 1 +FLAGS (HOLIDAY \Seen)
		S: * 1 FETCH (UID 1 FLAGS (\Seen Holiday))
		S: b OK …
		C: c STORE 1 +FLAGS (\Foo)
		S: c BAD …`)
	b.talk(`
		C: a FETCH 1 (FLAGS)
		S: * 1 FETCH (FLAGS (\Seen))
		S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Holiday)
		S: * 1 FETCH (UID 1 FLAGS (\Seen Holiday))
		S: a OK …`)
}

// TestSequenceNumbersHoldUntilTold: while a client was not told of an expunge,
// its numbers mean what they meant.
func TestSequenceNumbersHoldUntilTold(t *testing.T) {
	h := serve(t, imapd.Options{})
	for _, text := range []string{"one", "two", "three"} {
		h.put("INBOX", text)
	}
	a, b := h.login(), h.login()
	a.selectInbox(3)
	b.selectInbox(3)
	b.talk(`
		C: a STORE 1 +FLAGS.SILENT (\Deleted)
		S: a OK …
		C: b EXPUNGE
		S: * 1 EXPUNGE
		S: b OK …`)
	h.put("INBOX", "four")
	a.talk(`
		C: a FETCH 1:3 (BODY.PEEK[])
		S: * 2 FETCH (BODY[] {3}
		S: two)
		S: * 3 FETCH (BODY[] {5}
		S: three)
		S: * 4 EXISTS
		S: a OK …
		C: b STORE 3 +FLAGS.SILENT (\Flagged)
		S: b OK …
		C: c SEARCH FLAGGED
		S: * SEARCH 3
		S: c OK …
		C: d NOOP
		S: * 1 EXPUNGE
		S: d OK …
		C: e SEARCH FLAGGED
		S: * SEARCH 2
		S: e OK …`)
}

func TestIdle(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "one")
	a, b := h.login(), h.login()
	a.selectInbox(1)
	b.selectInbox(1)
	b.talk(`
		C: a STORE 1 +FLAGS.SILENT (\Seen)
		S: a OK …`)
	a.talk(`
		C: a IDLE
		S: + …
		S: * 1 FETCH (UID 1 FLAGS (\Seen))`) // it happened before IDLE
	h.put("INBOX", "two")
	a.talk(`S: * 2 EXISTS`)
	b.talk(`
		C: b STORE 1 +FLAGS.SILENT (\Deleted)
		S: * 2 EXISTS
		S: b OK …
		C: c EXPUNGE
		S: * 1 EXPUNGE
		S: c OK …`)
	a.talk(`
		S: * 1 FETCH (UID 1 FLAGS (\Deleted \Seen))
		S: * 1 EXPUNGE
		C: DONE
		S: a OK …`)
}

func TestMailboxRemovedUnderASession(t *testing.T) {
	h := serve(t, imapd.Options{})
	a, idler, b := h.login(), h.login(), h.login()
	b.talk(`
		C: a CREATE Temp
		S: a OK …`)
	for _, c := range []*client{a, idler} {
		c.talk(`
			C: a SELECT Temp
			S: * 0 EXISTS
			S: * 0 RECENT
			S: * OK …
			S: * OK …
			S: * FLAGS …
			S: * OK …
			S: a OK …`)
	}
	idler.talk(`
		C: b IDLE
		S: + …`)
	b.talk(`
		C: b DELETE Temp
		S: b OK …`)
	a.talk(`
		C: b NOOP
		S: * BYE Mailbox is no longer available
		S: EOF`)
	idler.talk(`
		S: * BYE Mailbox is no longer available
		S: EOF`)
}

func TestSelectedMailboxDeletedByItsOwnSession(t *testing.T) {
	h := serve(t, imapd.Options{})
	a := h.login()
	a.talk(`
		C: a CREATE Temp
		S: a OK …
		C: b SELECT Temp
		S: * 0 EXISTS
		S: * 0 RECENT
		S: * OK …
		S: * OK …
		S: * FLAGS …
		S: * OK …
		S: b OK …
		C: c DELETE Temp
		S: c OK …
		C: d NOOP
		S: d OK …
		C: e SELECT Temp
		S: * OK [CLOSED] …
		S: e NO …`)
}
