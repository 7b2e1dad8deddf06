package smtpd

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
)

func TestShutdownLetsAMessageFinish(t *testing.T) {
	h := serve(t, setup{})
	idle, busy := h.dial(), h.dial()
	idle.say(hello)
	busy.say(hello + toAlice)
	busy.send("Subject: half\r\n")

	done := make(chan error, 1)
	go func() { done <- h.stop() }()
	idle.expect("421 4.3.2")
	idle.closed()
	if c, err := net.Dial("tcp", h.addr.String()); err == nil {
		c.Close()
		t.Error("connections are still accepted")
	}
	busy.send("\r\nwhole\r\n.\r\n")
	busy.expect("250")
	busy.expect("421 4.3.2")
	busy.closed()
	if err := <-done; err != nil {
		t.Error(err)
	}
	h.only("alice")
}

func TestShutdownCutsWhoeverIsTooSlow(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.say(hello + toAlice)
	c.send("Subject: half\r\n")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := h.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown returned %v", err)
	}
	if got, err := c.answer(); err == nil {
		t.Errorf("the client was told %q", got)
	}
	h.nothing()
}

// held is a store that takes its time.
type held struct {
	*maildb.DB
	reached chan struct{}
	release chan struct{}
}

func (s *held) Append(ctx context.Context, account, mailbox string, m mailserver.NewMessage) (mailserver.Placed, error) {
	close(s.reached)
	<-s.release
	return s.DB.Append(ctx, account, mailbox, m)
}

func TestShutdownOwesAnAnswerForAMessageThatIsComplete(t *testing.T) {
	store := &held{reached: make(chan struct{}), release: make(chan struct{})}
	h := serve(t, setup{store: func(db *maildb.DB) mailserver.Store { store.DB = db; return store }})
	c := h.dial()
	c.say(hello + toAlice)
	c.send("Subject: whole\r\n\r\n.\r\n")
	<-store.reached
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.server.Shutdown(ctx) }()
	cancel()
	for !h.server.isClosing() {
		time.Sleep(time.Millisecond)
	}
	close(store.release)
	c.expect("250")
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown returned %v", err)
	}
	h.only("alice")
}

// Whatever the moment, what was acknowledged is there, and what was not is not.
func TestShutdownAtAnyMoment(t *testing.T) {
	for i := range 20 {
		h := serve(t, setup{})
		var clients sync.WaitGroup
		var mu sync.Mutex
		acknowledged := 0
		for range 4 {
			c := h.dial()
			clients.Go(func() {
				c.SetDeadline(time.Now().Add(20 * time.Second))
				c.answer()
				c.Write([]byte("EHLO a\r\n"))
				for {
					for _, line := range []string{"MAIL FROM:<a@example.net>\r\n", "RCPT TO:<alice@example.edu>\r\n", "DATA\r\n", "A: b\r\n\r\n.\r\n"} {
						got, err := c.answer()
						if err != nil || got[0] > '3' {
							return
						}
						c.Write([]byte(line))
					}
					got, err := c.answer()
					if err != nil || got[:3] != "250" {
						return
					}
					mu.Lock()
					acknowledged++
					mu.Unlock()
					c.Write([]byte("NOOP\r\n"))
				}
			})
		}
		time.Sleep(time.Duration(i) * 2 * time.Millisecond)
		if err := h.stop(); err != nil {
			t.Error(err)
		}
		clients.Wait()
		if got := len(h.inbox("alice")); got != acknowledged {
			t.Fatalf("%d messages are stored, %d were acknowledged", got, acknowledged)
		}
	}
}
