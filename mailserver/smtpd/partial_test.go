package smtpd

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

const toAliceAndBob = `
	C: MAIL FROM:<dean@example.net>
	S: 250
	C: RCPT TO:<alice@example.edu>
	S: 250
	C: RCPT TO:<bob@example.edu>
	S: 250
	C: DATA
	S: 354
	C: Subject: x
	C:
	C: .`

// sql changes an account's file from outside.
func (h *host) sql(account, query string) {
	h.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(h.folder, account+".db")+"?_busy_timeout=10000")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		h.t.Fatal(err)
	}
}

const (
	breaks = `CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'broken'); END`
	mends  = `DROP TRIGGER broken`
)

func TestOneOfTwoRecipientsFails(t *testing.T) {
	h := serve(t, setup{})
	h.sql("bob", breaks)
	c := h.dial()
	c.say(hello + toAliceAndBob + "\nS: 451 4.3.0")
	c.say(toAliceAndBob + "\nS: 451 4.3.0")
	h.only("alice")
	h.sql("bob", mends)
	c.say(toAliceAndBob + "\nS: 250")
	h.only("alice")
	h.only("bob")

	// The same message again, after it has reached all, is a new one.
	c.say(toAliceAndBob + "\nS: 250")
	if got := len(h.inbox("alice")); got != 2 {
		t.Errorf("alice has %d messages, want 2", got)
	}
}

func TestOneOfTwoRecipientsFailsByLMTP(t *testing.T) {
	h := serve(t, setup{Options: Options{LMTP: true}})
	h.sql("alice", breaks)
	c := h.dial()
	c.say(lhlo + toAliceAndBob + "\nS: 451 4.3.0 <alice@example.edu>\nS: 250 2.0.0 <bob@example.edu>")
	h.only("bob")
}

func TestRecipientWhoseMailCannotBeReadIsRefusedAlone(t *testing.T) {
	h := serve(t, setup{})
	h.sql("bob", `ALTER TABLE mailbox RENAME TO lost`)
	h.dial().say(hello + `
		C: MAIL FROM:<dean@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<bob@example.edu>
		S: 451 4.3.0
		C: DATA
		S: 354
		C: Subject: x
		C:
		C: .
		S: 250`)
	h.only("alice")
}

func TestRecipientIsRemovedDuringData(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.say(hello + `
		C: MAIL FROM:<dean@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<bob@example.edu>
		S: 250
		C: DATA
		S: 354`)
	if err := h.svc.RemoveAccount(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	c.say(`C: Subject: x
		C:
		C: .
		S: 451 4.2.1
		C: MAIL FROM:<dean@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<bob@example.edu>
		S: 550 5.1.1
		C: DATA
		S: 354
		C: Subject: x
		C:
		C: .
		S: 250`)
	h.only("alice")
}

func TestPartialDeliveriesAreBounded(t *testing.T) {
	var p partial
	for i := range maxPartial + 10 {
		p.remember(key{sum: [32]byte{byte(i), byte(i >> 8)}}, []string{"alice"})
	}
	if len(p.of) != maxPartial {
		t.Errorf("%d are remembered, want %d", len(p.of), maxPartial)
	}
	k := key{from: "a@example.net"}
	p.remember(k, []string{"alice"})
	p.remember(k, []string{"bob"})
	p.forget(k, []string{"bob"}) // another part of the recipients
	if served := p.served(k); !served["alice"] || served["bob"] {
		t.Errorf("served: %v", served)
	}
	for k, d := range p.of {
		d.at = time.Now().Add(-keepPartial - time.Hour)
		p.of[k] = d
	}
	p.remember(key{from: "b@example.net"}, []string{"alice"})
	if len(p.of) != 1 {
		t.Errorf("%d are remembered, want 1", len(p.of))
	}
}
