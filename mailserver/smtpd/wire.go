package smtpd

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"sync"
	"time"
)

// wire is a client's connection, from the greeting to its end. At any time one
// goroutine reads.
type wire struct {
	server  *Server
	raw     net.Conn
	address string // of the client, for counting; empty for a unix socket

	// of the reader
	in       *bufio.Reader
	content  content
	received int64  // of the message
	hello    string // the verb of the client's last greeting

	mu        sync.Mutex
	stream    net.Conn // raw, or TLS over it
	encrypted bool
	until     time.Time // when the session ends
	waiting   bool      // for a command
	data      bool      // the client is sending a message
	storing   bool      // the message is complete, and not yet answered for
	ended     bool      // nothing is read any more
	mistakes  int
	refusals  int

	once sync.Once
}

func newWire(s *Server, raw net.Conn) *wire {
	w := &wire{
		server: s,
		raw:    raw,
		in:     bufio.NewReaderSize(raw, bufferSize),
		stream: raw,
		until:  time.Now().Add(s.limits.session),
	}
	if tcp, ok := raw.RemoteAddr().(*net.TCPAddr); ok {
		w.address = tcp.IP.String()
	}
	return w
}

// peer is the client for the log and the trace: its address, or that it is of
// this machine.
func (w *wire) peer() string {
	if w.address == "" {
		return "local"
	}
	return w.address
}

// next returns what go-smtp may read next: one command line, or a piece of a
// message.
func (w *wire) next() ([]byte, error) {
	w.mu.Lock()
	data, ended := w.data, w.ended
	w.mu.Unlock()
	switch {
	case ended:
		return nil, io.EOF
	case data:
		return w.message()
	}
	return w.command()
}

// arm sets the time within which the next read must succeed. It is false when
// nothing is to be read any more. The caller holds mu.
func (w *wire) arm() bool {
	if w.ended {
		return false
	}
	by := time.Now().Add(w.server.limits.silence)
	if by.After(w.until) {
		by = w.until
	}
	return w.raw.SetReadDeadline(by) == nil
}

// end makes this the last that was read.
func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

// send writes a reply line of ours or of go-smtp's.
func (w *wire) send(line []byte) (int, error) {
	w.mu.Lock()
	stream := w.stream
	err := w.raw.SetWriteDeadline(time.Now().Add(w.server.limits.write))
	w.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := stream.Write(line)
	if err != nil {
		w.end()
	}
	return n, err
}

// heed draws from a reply what it says about the client.
func (w *wire) heed(reply []byte) {
	if len(reply) < 4 || reply[3] != ' ' {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch code := string(reply[:3]); {
	case code == "354":
		w.data, w.content, w.received = true, content{}, 0
	case code == "500", code == "501":
		w.mistakes++
	case code >= "400":
		w.refusals++
	}
}

// delivered gives the session its time and its patience again.
func (w *wire) delivered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Now().Add(w.server.limits.session)
	w.mistakes, w.refusals = 0, 0
}

// dismiss ends the session of a closing server if the client is between
// commands; otherwise await will.
func (w *wire) dismiss() {
	w.mu.Lock()
	idle := w.waiting && !w.ended
	if idle {
		w.ended = true
	}
	w.mu.Unlock()
	if idle {
		w.send([]byte(shuttingDown)) // the client may have left
		w.raw.SetReadDeadline(time.Unix(1, 0))
	}
}

// cut closes the connection, unless its message is complete: that one is owed
// an answer.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.storing {
		w.ended = true
		w.raw.Close()
	}
}

// close closes the connection. If it is us who ended the session, the client
// is given a moment to read why: closing with bytes unread would reset it.
func (w *wire) close() {
	w.once.Do(func() {
		w.mu.Lock()
		linger, stream := w.ended, w.stream
		w.mu.Unlock()
		if half, ok := stream.(interface{ CloseWrite() error }); ok && linger && !w.server.isClosing() && half.CloseWrite() == nil {
			if w.raw.SetReadDeadline(time.Now().Add(w.server.limits.linger)) == nil {
				io.CopyN(io.Discard, w.raw, 16<<20) // whatever comes of it
			}
		}
		stream.Close()
		w.server.forget(w)
	})
}

// stretch is the part of a wire that one engine serves: what comes before
// STARTTLS, or after it.
type stretch struct {
	*wire
	encrypted bool
	greeted   bool
	pending   []byte // what was checked and not yet asked for
}

// Read gives at most one command line.
func (s *stretch) Read(b []byte) (int, error) {
	if len(s.pending) == 0 {
		var err error
		if s.pending, err = s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, s.pending)
	s.pending = s.pending[n:]
	return n, nil
}

// Write takes one line of a reply, as go-smtp writes them.
func (s *stretch) Write(line []byte) (int, error) {
	if s.encrypted && !s.greeted { // the client had its greeting (RFC 3207, section 4.2)
		s.greeted = true
		return len(line), nil
	}
	if bytes.HasPrefix(line, []byte("250-CHUNKING")) {
		return len(line), nil
	}
	n, err := s.send(line)
	s.heed(line)
	return n, err
}

// Close closes the wire, unless it has gone on to the next stretch.
func (s *stretch) Close() error {
	s.mu.Lock()
	over := s.wire.encrypted != s.encrypted
	s.mu.Unlock()
	if !over {
		s.close()
	}
	return nil
}

// LocalAddr is the server's end.
func (s *stretch) LocalAddr() net.Addr { return s.raw.LocalAddr() }

// RemoteAddr is the client's end.
func (s *stretch) RemoteAddr() net.Addr { return s.raw.RemoteAddr() }

// SetDeadline does nothing: deadlines are the wire's, which knows whether it
// waits for a command or for content, and go-smtp does not.
func (s *stretch) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (s *stretch) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (s *stretch) SetWriteDeadline(time.Time) error { return nil }
