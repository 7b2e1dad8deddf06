package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// Loopback is a server for IMAP within this process that knows three commands.
// Whether it can be asked shows whether we can ask anybody.
type Loopback struct {
	listener net.Listener
	sessions sync.WaitGroup
}

// sessionTime bounds each session with a Loopback.
const sessionTime = 10 * time.Second

// OpenLoopback listens on a free port of the loopback interface.
func OpenLoopback() (*Loopback, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the server that we check ourselves with: %w", err)
	}
	s := &Loopback{listener: l}
	s.sessions.Go(s.serve)
	return s, nil
}

// Check asks the server.
func (s *Loopback) Check() Check {
	port := s.listener.Addr().(*net.TCPAddr).Port
	return Check{Key: "self", Target: Target{Scheme: "imap", Host: "127.0.0.1", Port: uint16(port)}, Every: selfEvery, Timeout: selfTimeout}
}

// Close ends the server, and returns when its sessions have ended.
func (s *Loopback) Close() error {
	err := s.listener.Close()
	s.sessions.Wait()
	return err
}

func (s *Loopback) serve() {
	for {
		c, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(100 * time.Millisecond) // out of files: others may close some
			continue
		}
		s.sessions.Go(func() {
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(sessionTime))
			converse(c)
		})
	}
}

// converse is one session (RFC 9051).
func converse(c io.ReadWriter) {
	in := bufio.NewReaderSize(c, 1<<10)
	answer := "* OK ready\r\n"
	for {
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch strings.ToUpper(command) {
		case "CAPABILITY":
			answer = "* CAPABILITY IMAP4rev1\r\n" + tag + " OK\r\n"
		case "NOOP":
			answer = tag + " OK\r\n"
		case "LOGOUT":
			_, _ = io.WriteString(c, "* BYE\r\n"+tag+" OK\r\n")
			return
		default:
			answer = tag + " BAD\r\n"
		}
	}
}
