package smtpd

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"howdah/mailserver"
)

// dialPipe starts a server without a store on a clock of its own and returns
// the client's end of its one connection.
func dialPipe(t *testing.T, lmtp bool) (*bufio.Reader, net.Conn) {
	t.Helper()
	s := New(mailserver.New(nil, mailserver.Limits{}, nil), Options{Host: "mx.example.edu", LMTP: lmtp})
	ln := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	go s.Serve(ln)
	here, there := net.Pipe()
	ln.conns <- there
	t.Cleanup(func() {
		here.Close()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return bufio.NewReader(here), here
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
		r, _ := dialPipe(t, false)
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
		r, c := dialPipe(t, false)
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
		r, c := dialPipe(t, false)
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
		r, c := dialPipe(t, false)
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
