package imapd_test

import (
	"strings"
	"testing"

	"howdah/mailserver/imapd"
)

func TestLogin(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.dial().talk(`
		S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL- AUTH=PLAIN] …
		C: a LOGIN alice wrong
		S: a NO [AUTHENTICATIONFAILED] …
		C: b LOGIN "Alice" {6}
		S: + …
		C: secret
		S: b OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL- UNSELECT ENABLE IDLE UTF8=ACCEPT NAMESPACE UIDPLUS ESEARCH LIST-EXTENDED LIST-STATUS MOVE STATUS=SIZE CHILDREN SPECIAL-USE] …
		C: c NAMESPACE
		S: * NAMESPACE (("" "/")) NIL NIL
		S: c OK …
		C: d LOGOUT
		S: * BYE …
		S: d OK …
		S: EOF`)
	h.dial().talk(`
		S: * OK …
		C: a AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
		S: a OK …`)
}

func TestThirdWrongPasswordEndsTheConnection(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.dial().talk(`
		S: * OK …
		C: a LOGIN alice wrong
		S: a NO [AUTHENTICATIONFAILED] …
		C: b LOGIN nobody secret
		S: b NO [AUTHENTICATIONFAILED] …
		C: c AUTHENTICATE PLAIN
		S: + …
		C: AGFsaWNlAHdyb25n
		S: c NO [AUTHENTICATIONFAILED] …
		S: * BYE Too many failed logins
		S: EOF`)
	h.login() // the account is not locked
}

func TestPasswordsInTheClear(t *testing.T) {
	h := serve(t, imapd.Options{InsecureAuth: never, TLS: selfSigned(t)})
	h.dial().talk(`
		S: * OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL- STARTTLS LOGINDISABLED] …
		C: a LOGIN alice secret
		S: a NO [PRIVACYREQUIRED] …
		C: b AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
		S: b NO [PRIVACYREQUIRED] …`)
}

func TestMailboxes(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.login().talk(`
		C: a LIST "" "*"
		S: * LIST (\HasNoChildren) "/" INBOX
		S: * LIST (\HasNoChildren \Archive) "/" "Archive"
		S: * LIST (\HasNoChildren \Drafts) "/" "Drafts"
		S: * LIST (\HasNoChildren \Junk) "/" "Junk"
		S: * LIST (\HasNoChildren \Sent) "/" "Sent"
		S: * LIST (\HasNoChildren \Trash) "/" "Trash"
		S: a OK …
		C: b LIST "" ""
		S: * LIST (\Noselect) "/" ""
		S: b OK …
		C: c CREATE "Lists/Go/"
		S: c OK …
		C: d CREATE inbox
		S: d NO [ALREADYEXISTS] …
		C: e LIST Lists/ %
		S: * LIST (\HasNoChildren) "/" "Lists/Go"
		S: e OK …
		C: f DELETE Lists
		S: f NO [HASCHILDREN] …
		C: g RENAME Lists "B&APw-cher"
		S: g OK …
		C: h LIST "" "B&APw-cher*"
		S: * LIST (\HasChildren) "/" "B&APw-cher"
		S: * LIST (\HasNoChildren) "/" "B&APw-cher/Go"
		S: h OK …
		C: i SUBSCRIBE Gone
		S: i OK …
		C: j LIST (SUBSCRIBED) "" "G*"
		S: * LIST (\NonExistent \HasNoChildren \Subscribed) "/" "Gone"
		S: j OK …
		C: k LSUB "" "S%"
		S: * LSUB (\HasNoChildren \Sent \Subscribed) "/" "Sent"
		S: k OK …
		C: l UNSUBSCRIBE Gone
		S: l OK …
		C: m DELETE INBOX
		S: m NO [CANNOT] …
		C: n DELETE Nowhere
		S: n NO [NONEXISTENT] …
		C: o LIST (SPECIAL-USE) "" "*" RETURN (STATUS (MESSAGES UIDNEXT UNSEEN SIZE))
		S: * LIST (\HasNoChildren \Archive) "/" "Archive"
		S: * STATUS "Archive" (MESSAGES 0 UIDNEXT 1 UNSEEN 0 SIZE 0)
		S: * LIST …
		S: * STATUS …
		S: * LIST …
		S: * STATUS …
		S: * LIST …
		S: * STATUS …
		S: * LIST …
		S: * STATUS …
		S: o OK …
		C: p SELECT Nowhere
		S: p NO [NONEXISTENT] …`)
}

func TestAppendFetchDeleteExpunge(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.login().talk(`
		C: a APPEND inbox (\seen Work) "03-Aug-2005 18:21:00 +0000" {32}
		S: + …
		C: Subject: elephant
		C: 
		C: It's down
		C: 
		S: a OK [APPENDUID … 1] …
		C: b APPEND Nowhere {1}
		S: + …
		C: x
		S: b NO [TRYCREATE] …
		C: c SELECT INBOX
		S: * 1 EXISTS
		S: * 0 RECENT
		S: * OK [UIDVALIDITY …] …
		S: * OK [UIDNEXT 2] …
		S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft Work)
		S: * OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft Work \*)] …
		S: c OK [READ-WRITE] …
		C: d FETCH 1 (INTERNALDATE RFC822.SIZE FLAGS UID BODY.PEEK[])
		S: * 1 FETCH (UID 1 FLAGS (\Seen Work) INTERNALDATE " 3-Aug-2005 18:21:00 +0000" RFC822.SIZE 32 BODY[] {32}
		S: Subject: elephant
		S:
		S: It's down
		S: )
		S: d OK …
		C: e STORE 1 +FLAGS (\Deleted)
		S: * 1 FETCH (UID 1 FLAGS (\Deleted \Seen Work))
		S: e OK …
		C: f EXPUNGE
		S: * 1 EXPUNGE
		S: f OK …
		C: g FETCH 1:* FLAGS
		S: g OK …`)
}

func TestAppendTooBig(t *testing.T) {
	h := serve(t, imapd.Options{})
	c := h.login()
	c.talk(`
		C: a APPEND INBOX {1048577}
		S: + …`)
	c.send(strings.Repeat("x", 1<<20+1) + "\r\n")
	c.talk(`
		S: a NO [TOOBIG] …
		C: b STATUS INBOX (MESSAGES)
		S: * STATUS INBOX (MESSAGES 0)
		S: b OK …`)
}

// TestAppendBrokenOff cuts the connection in the middle of a message.
func TestAppendBrokenOff(t *testing.T) {
	h := serve(t, imapd.Options{})
	c := h.login()
	c.talk(`
		C: a APPEND INBOX {1000}
		S: + …
		C: Subject: half`)
	c.conn.Close()
	other := h.login()
	for range 20 {
		other.talk(`
			C: b STATUS INBOX (MESSAGES)
			S: * STATUS INBOX (MESSAGES 0)
			S: b OK …`)
	}
}

func TestExamineChangesNothing(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "Subject: one\r\n\r\nbody\r\n", `\Deleted`)
	h.login().talk(`
		C: a EXAMINE INBOX
		S: * 1 EXISTS
		S: * 0 RECENT
		S: * OK [UNSEEN 1] …
		S: * OK [UIDVALIDITY …] …
		S: * OK [UIDNEXT 2] …
		S: * FLAGS …
		S: * OK [PERMANENTFLAGS ()] …
		S: a OK [READ-ONLY] …
		C: b STORE 1 +FLAGS (\Seen)
		S: b NO [NOPERM] …
		C: c FETCH 1 BODY[TEXT]
		S: * 1 FETCH (BODY[TEXT] {6}
		S: body
		S: )
		S: c OK …
		C: d EXPUNGE
		S: d NO [NOPERM] …
		C: e MOVE 1 Trash
		S: e NO [NOPERM] …
		C: f CLOSE
		S: f OK …
		C: g STATUS INBOX (MESSAGES UNSEEN)
		S: * STATUS INBOX (MESSAGES 1 UNSEEN 1)
		S: g OK …`)
}

func TestCloseExpunges(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "one", `\Deleted`)
	h.put("INBOX", "two")
	c := h.login()
	c.selectInbox(2)
	c.talk(`
		C: a CLOSE
		S: a OK …
		C: b STATUS INBOX (MESSAGES)
		S: * STATUS INBOX (MESSAGES 1)
		S: b OK …`)
}

// selectInbox takes the answers to SELECT that do not matter to the test.
func (c *client) selectInbox(messages int) {
	c.t.Helper()
	c.send("s SELECT INBOX\r\n")
	for {
		line, err := c.r.ReadString('\n')
		must(c.t, err)
		if strings.HasPrefix(line, "s ") {
			if !strings.HasPrefix(line, "s OK") {
				c.t.Fatalf("select: %q", line)
			}
			return
		}
	}
}

func TestSeenOnFetch(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "Subject: x\r\n\r\nbody\r\n")
	c := h.login()
	c.selectInbox(1)
	c.talk(`
		C: a FETCH 1 (UID RFC822.HEADER)
		S: * 1 FETCH (UID 1 RFC822.HEADER {14}
		S: Subject: x
		S:
		S: )
		S: a OK …
		C: b FETCH 1 BODY[1]<1.2>
		S: * 1 FETCH (FLAGS (\Seen) BODY[1]<1> {2}
		S: od)
		S: b OK …
		C: c FETCH 1 BODY[1]<99.2>
		S: * 1 FETCH (BODY[1]<99> {0}
		S: )
		S: c OK …`)
}

func TestCopyAndMove(t *testing.T) {
	h := serve(t, imapd.Options{})
	for range 4 {
		h.put("INBOX", "x")
	}
	c := h.login()
	c.selectInbox(4)
	c.talk(`
		C: a COPY 1,3 Archive
		S: a OK [COPYUID … 1,3 1:2] …
		C: b UID COPY 99 Archive
		S: b OK COPY completed
		C: c COPY 1 Nowhere
		S: c NO [TRYCREATE] …
		C: d UID MOVE 2:3 Trash
		S: * OK [COPYUID … 2:3 1:2] …
		S: * 3 EXPUNGE
		S: * 2 EXPUNGE
		S: d OK …
		C: e UID MOVE 77 Trash
		S: e OK …
		C: f MOVE 1:2 Nowhere
		S: f NO [TRYCREATE] …
		C: g UID SEARCH ALL
		S: * SEARCH 1 4
		S: g OK …`)
}

func TestUIDExpunge(t *testing.T) {
	h := serve(t, imapd.Options{})
	for range 3 {
		h.put("INBOX", "x", `\Deleted`)
	}
	c := h.login()
	c.selectInbox(3)
	c.talk(`
		C: a UID EXPUNGE 2,99
		S: * 2 EXPUNGE
		S: a OK …
		C: b UID EXPUNGE 99
		S: b OK …
		C: c EXPUNGE
		S: * 2 EXPUNGE
		S: * 1 EXPUNGE
		S: c OK …`)
}

func TestSearch(t *testing.T) {
	h := serve(t, imapd.Options{})
	h.put("INBOX", "From: ann@example.edu\r\nSubject: =?utf-8?q?B=C3=BCcher?=\r\nDate: Wed, 3 Aug 2005 18:21:00 -0700\r\n\r\nThe elephant\r\n", `\Seen`)
	h.put("INBOX", "From: bob@example.edu\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nRWxlcGhhbnRz\r\n--b--\r\n", "Work")
	h.put("INBOX", "Subject: last\r\n\r\n"+strings.Repeat("x", 2000)+"\r\n", `\Flagged`)
	c := h.login()
	c.selectInbox(3)
	for key, want := range map[string]string{
		"ALL":                                  " 1 2 3",
		"UNSEEN":                               " 2 3",
		"KEYWORD work":                         " 2",
		"NOT KEYWORD Work":                     " 1 3",
		"OR FLAGGED SEEN":                      " 1 3",
		"FROM bob":                             " 2",
		"BODY elephant":                        " 1 2",
		"TEXT ELEPHANTS":                       " 2",
		"SUBJECT nothing":                      "",
		`HEADER Subject ""`:                    " 1 3",
		"SENTON 3-Aug-2005":                    " 1",
		"SENTBEFORE 3-Aug-2005":                "",
		"LARGER 1000":                          " 3",
		"2:* NOT 3":                            " 2",
		"UID 3:99":                             " 3",
		"BEFORE 1-Jan-2006":                    "",
		"UID *":                                " 3",
		"CHARSET UTF-8 SUBJECT {7+}\r\nBücher": " 1",
	} {
		c.send("a SEARCH " + key + "\r\n")
		c.talk("S: * SEARCH" + want + "\nS: a OK …")
	}
	c.talk(`
		C: b UID SEARCH RETURN (MIN MAX COUNT) UNSEEN
		S: * ESEARCH (TAG "b") UID MIN 2 MAX 3 COUNT 2
		S: b OK …
		C: c SEARCH RETURN (SAVE) ALL
		S: c BAD …
		C: d FETCH $ FLAGS
		S: d BAD …`)
}
