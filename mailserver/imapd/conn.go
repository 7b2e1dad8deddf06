package imapd

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	writeTimeout = 60 * time.Second // without any progress
	writeChunk   = 64 << 10
)

// conn is a client's connection. go-imap's write deadlines are for a whole
// response or literal, which cuts a slow but living client; ours are for a
// step of it.
type conn struct {
	net.Conn
	server  *Server
	session atomic.Pointer[session]
	closed  sync.Once

	mu       sync.Mutex
	deadline time.Time // a near one that was asked for, such as TLS's for its close
	reading  bool
	leaving  bool // nothing more is read, except what is owed
	// owing says that a command was carried out whose end is still to be read:
	// APPEND stores its literal before it has seen the line end after it.
	owing bool
}

// Write sends b in steps, each of which must succeed within the deadline.
func (c *conn) Write(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		if err := c.Conn.SetWriteDeadline(c.nextDeadline()); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(b[n:min(len(b), n+writeChunk)])
		n += m
		c.owe(false)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (c *conn) nextDeadline() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.deadline.IsZero() {
		return c.deadline
	}
	return time.Now().Add(writeTimeout)
}

// SetWriteDeadline takes only near deadlines; the far ones are go-imap's.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = time.Time{}
	if !t.IsZero() && time.Until(t) <= 10*time.Second {
		c.deadline = t
	}
	return nil
}

// Read is where a session that must end says so: only its own goroutine reads,
// and it holds nothing then that saying goodbye would need.
func (c *conn) Read(b []byte) (int, error) {
	ss := c.session.Load()
	if ss != nil && ss.spent.Load() {
		ss.wire.Bye("Too many failed logins") // an error means that the client has left
		return 0, io.EOF
	}
	n, left, err := c.read(b)
	if left {
		ss.wire.Bye("Server is shutting down")
		return 0, io.EOF
	}
	if ss != nil && errors.Is(err, os.ErrDeadlineExceeded) && ss.loggedIn.Load() {
		ss.wire.Bye("Logged out after a long silence")
		return n, io.EOF
	}
	return n, err
}

// read reads unless the session is to leave. What came when it was is dropped:
// a command that was not seen whole is not begun.
func (c *conn) read(b []byte) (n int, left bool, err error) {
	c.mu.Lock()
	if c.leaving && !c.owing {
		c.mu.Unlock()
		return 0, true, nil
	}
	c.reading = true
	c.mu.Unlock()
	n, err = c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = false
	return n, c.leaving && !c.owing, err
}

// leave makes the session say goodbye when it next reads, or now if it waits
// for the client: what it is about to acknowledge is acknowledged first.
func (c *conn) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaving = true
	if c.reading && !c.owing {
		c.Conn.SetReadDeadline(time.Now()) // on a closed connection the read has ended
	}
}

func (c *conn) owe(owing bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owing = owing
}

// Close closes the connection and forgets it.
func (c *conn) Close() error {
	c.closed.Do(func() { c.server.forget(c) })
	return c.Conn.Close()
}
