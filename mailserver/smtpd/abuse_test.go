package smtpd

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestHTTPIsShownTheDoor(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.expect("220")
	c.send("POST / HTTP/1.1\r\nHost: mx.example.edu\r\nContent-Type: text/plain\r\n\r\n" +
		"EHLO a\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<alice@example.edu>\r\nDATA\r\nx\r\n.\r\n")
	c.expect("500")
	c.expect("501")
	c.expect("501")
	c.expect("421 4.7.0")
	c.closed()
	h.nothing()
}

func TestMistakesAreForgivenWithEachMessage(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.say(hello + "\nC: HUH?\nS: 500\nC: MAIL FROM\nS: 501" + toAlice + `
		C: A: b
		C:
		C: .
		S: 250
		C: MAIL TO:<x>
		S: 501
		C: NOOP
		S: 250`)
}

func TestLineWithoutEnd(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.expect("220")
	long := append(bytes.Repeat([]byte("x"), 10<<20), "\r\n"...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	go c.Write(long) // it may be cut off
	c.expect("500 5.5.2")
	c.closed()
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

func TestLineThatIsALittleTooLong(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.say(hello)
	c.send("MAIL FROM:<" + strings.Repeat("x", 10_000) + "@example.net>\r\nNOOP\r\n")
	c.expect("500 5.5.2")
	c.closed()
}

func TestHundredThousandRecipients(t *testing.T) {
	h := serve(t, setup{})
	c := h.dial()
	c.say(hello + "\nC: MAIL FROM:<a@example.net>\nS: 250")
	go io.Copy(c, strings.NewReader(strings.Repeat("RCPT TO:<alice@example.edu>\r\n", 100_000))) // it is cut off
	count := map[string]int{}
	for {
		got, err := c.answer()
		if err != nil {
			break
		}
		count[got[:9]]++
	}
	if want := map[string]int{"250 2.0.0": 100, "452 4.5.3": 1000, "421 4.7.0": 1}; fmt.Sprint(count) != fmt.Sprint(want) {
		t.Errorf("answers %v, want %v", count, want)
	}
	h.nothing()
}

func TestRecipientsBeyondTheLimitLeaveTheOthers(t *testing.T) {
	h := serve(t, setup{limits: func(l *limits) { l.recipients = 2 }})
	h.dial().say(hello + `
		C: MAIL FROM:<a@example.net>
		S: 250
		C: RCPT TO:<alice@example.edu>
		S: 250
		C: RCPT TO:<bob@example.edu>
		S: 250
		C: RCPT TO:<carol@example.edu>
		S: 452 4.5.3
		C: DATA
		S: 354
		C: A: b
		C:
		C: .
		S: 250`)
	h.only("alice")
	h.only("bob")
	if all := h.inbox("carol"); len(all) != 0 {
		t.Errorf("carol has mail: %q", all)
	}
}

func TestTooManyConnections(t *testing.T) {
	for name, limit := range map[string]func(*limits){
		"in all":      func(l *limits) { l.conns = 3 },
		"one address": func(l *limits) { l.perAddress = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, setup{limits: limit})
			var in []*client
			for range 3 {
				c := h.dial()
				c.expect("220")
				in = append(in, c)
			}
			out := h.dial()
			out.expect("421 4.7.0")
			out.closed()
			in[0].say("C: QUIT\nS: 221")
			in[0].closed()
			for deadline := time.Now().Add(10 * time.Second); ; {
				c := h.dial()
				if got, err := c.answer(); err == nil && strings.HasPrefix(got, "220") {
					break // the place is free again
				}
				if time.Now().After(deadline) {
					t.Fatal("a place that was left is not given to others")
				}
			}
		})
	}
}

func TestConnectionCutInTheMiddle(t *testing.T) {
	h := serve(t, setup{})
	for _, sent := range []string{"", "A: b\r\n", "A: b\r\n\r\ntext\r\n.", "A: b\r\n\r\ntext\r\n.\r"} {
		c := h.dial()
		c.say(hello + toAlice)
		c.send(sent)
		c.Close()
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.nothing()
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	h := serve(t, setup{})
	for range 20 {
		c := h.dial()
		c.say(hello + toAlice)
		c.Close()
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before+10 { // the store keeps a few
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}
