package imapd_test

import (
	"context"
	"net"
	"testing"
	"time"

	"howdah/mailserver"
	"howdah/mailserver/imapd"
)

// inbox is how many messages alice's INBOX holds.
func (h *host) inbox() int {
	h.t.Helper()
	st, err := h.svc.Status(h.t.Context(), "alice", mailserver.Inbox)
	must(h.t, err)
	return int(st.Messages)
}

// A message that is stored is acknowledged, also when the server is asked to
// stop between the two, and one that is not whole is not stored.
func TestShutdownDuringAppend(t *testing.T) {
	h := serve(t, imapd.Options{})
	stored, half := h.login(), h.login()
	stored.talk(`
		C: a APPEND INBOX {21}
		S: + …`)
	stored.send("Subject: whole\r\n\r\nhi\n") // the end of the line is still to come
	half.talk(`
		C: a APPEND INBOX {21}
		S: + …`)
	half.send("Subject: h")
	for began := time.Now(); h.inbox() == 0; time.Sleep(time.Millisecond) {
		if time.Since(began) > 5*time.Second {
			t.Fatal("the message is not stored")
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.srv.Shutdown(ctx) }()
	half.talk(`
		S: * BYE Server is shutting down
		S: EOF`)
	if c, err := net.Dial("tcp", h.addr); err == nil {
		c.Close()
		t.Error("it still accepts connections")
	}
	stored.send("\r\n")
	stored.talk(`
		S: a OK [APPENDUID …] …
		S: * BYE Server is shutting down
		S: EOF`)
	must(t, <-done)
	if n := h.inbox(); n != 1 {
		t.Errorf("%d messages, 1 was acknowledged", n)
	}
}
