package smtpd

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// dialPipe starts a server on a clock of its own and returns the client's end
// of its one connection.
func dialPipe(t *testing.T) (*host, *bufio.Reader, net.Conn) {
	t.Helper()
	ln := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	h := serve(t, setup{listen: func(*testing.T) net.Listener { return ln }})
	here, there := net.Pipe()
	ln.conns <- there
	t.Cleanup(func() { here.Close() })
	return h, bufio.NewReader(here), here
}

type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	end   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.end.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

func line(t *testing.T, r *bufio.Reader, want string) {
	t.Helper()
	got, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(got, want) {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
}

// drip sends piece after piece, until the other end has had enough.
func drip(t *testing.T, c net.Conn, piece string, pause time.Duration) {
	for {
		if _, err := io.WriteString(c, piece); err != nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-t.Context().Done():
			return
		}
	}
}

func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r, _ := dialPipe(t)
		line(t, r, "220")
		begun := time.Now()
		line(t, r, "421 4.4.2")
		if waited := time.Since(begun); waited != 5*time.Minute {
			t.Errorf("cut after %v", waited)
		}
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("connection is open: %v", err)
		}
	})
}

func TestCommandByteByByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r, c := dialPipe(t)
		line(t, r, "220")
		begun := time.Now()
		go drip(t, c, "x", time.Second)
		line(t, r, "421 4.4.2")
		if waited := time.Since(begun); waited != 5*time.Minute {
			t.Errorf("cut after %v", waited)
		}
	})
}

func TestSessionThatDeliversNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r, c := dialPipe(t)
		line(t, r, "220")
		begun := time.Now()
		go drip(t, c, "NOOP\r\n", time.Minute)
		for {
			got, err := r.ReadString('\n')
			if err != nil {
				t.Fatalf("cut without a word: %v", err)
			}
			if strings.HasPrefix(got, "421") {
				break
			}
		}
		if waited := time.Since(begun); waited != 10*time.Minute {
			t.Errorf("cut after %v", waited)
		}
	})
}

func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r, c := dialPipe(t)
		line(t, r, "220")
		begun := time.Now()
		if _, err := c.Write([]byte("EHLO a\r\n")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is answering
		for {
			if _, err := c.Write([]byte("NOOP\r\n")); err != nil {
				break
			}
		}
		if waited := time.Since(begun); waited != time.Minute {
			t.Errorf("cut after %v", waited)
		}
	})
}

// begin brings the session to the data of a message for alice.
func begin(t *testing.T, r *bufio.Reader, c net.Conn) {
	t.Helper()
	for _, say := range []string{"RSET", "MAIL FROM:<a@example.net>", "RCPT TO:<alice@example.edu>"} {
		io.WriteString(c, say+"\r\n")
		line(t, r, "250")
	}
	io.WriteString(c, "DATA\r\n")
	line(t, r, "354")
}

func TestMessageByteByByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r, c := dialPipe(t)
		line(t, r, "220")
		begun := time.Now()
		io.WriteString(c, "HELO a\r\n")
		line(t, r, "250")
		begin(t, r, c)
		go drip(t, c, "x", time.Second)
		line(t, r, "451 4.4.2")
		if waited := time.Since(begun); waited != 10*time.Minute {
			t.Errorf("cut after %v", waited)
		}
		h.nothing()
	})
}

func TestMessageThatFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r, c := dialPipe(t)
		line(t, r, "220")
		io.WriteString(c, "HELO a\r\n")
		line(t, r, "250")
		begin(t, r, c)
		io.WriteString(c, "A: b\r\n\r\nhalf")
		begun := time.Now()
		line(t, r, "451 4.4.2")
		if waited := time.Since(begun); waited != 5*time.Minute {
			t.Errorf("cut after %v", waited)
		}
		h.nothing()
	})
}

func TestSessionThatDeliversGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r, c := dialPipe(t)
		line(t, r, "220")
		io.WriteString(c, "HELO a\r\n")
		line(t, r, "250")
		for range 20 {
			begin(t, r, c)
			time.Sleep(3 * time.Minute)
			io.WriteString(c, "A: b\r\n\r\n.\r\n")
			line(t, r, "250")
		}
		if got := len(h.inbox("alice")); got != 20 {
			t.Errorf("%d messages were delivered, want 20", got)
		}
	})
}
