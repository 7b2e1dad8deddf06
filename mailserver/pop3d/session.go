package pop3d

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"
)

const (
	handshakeTimeout = 10 * time.Second
	loginTimeout     = 60 * time.Second
	idleTimeout      = 10 * time.Minute // RFC 1939, section 3: at least that
	writeTimeout     = 60 * time.Second // without any progress

	maxLine         = 2048 // room for an initial response of AUTH
	maxFailedLogins = 3
	maxMistakes     = 10
)

var errLineTooLong = errors.New("line too long")

// session is one connection. One goroutine runs it.
type session struct {
	server *Server
	ctx    context.Context
	log    *slog.Logger
	raw    net.Conn // as accepted
	r      *bufio.Reader
	w      *bufio.Writer

	secure   bool // TLS is on
	plainOK  bool // logins in the clear are welcome
	deadline time.Time
	ended    bool

	user     string // of USER, until PASS
	failures int
	mistakes int
	drop     *maildrop // set by a login
}

func newSession(s *Server, c net.Conn) *session {
	return &session{
		server:   s,
		ctx:      s.ctx,
		log:      s.log.With("peer", c.RemoteAddr().String()),
		raw:      c,
		plainOK:  s.opts.InsecureAuth(c),
		deadline: time.Now().Add(loginTimeout),
	}
}

func (s *session) run() {
	defer func() {
		if s.drop != nil {
			s.drop.release()
		}
	}()
	s.speak(&patient{s.raw})
	if s.server.opts.ImplicitTLS && !s.startTLS() {
		return
	}
	s.ok("POP3 server ready")
	for !s.ended {
		line, err := s.readLine()
		if err != nil {
			s.farewell(err)
			break
		}
		s.obey(line)
	}
	s.w.Flush() // an error means that the client has left
}

// speak makes c the connection that lines are read from and written to. What
// was read ahead is dropped: after STLS it was not protected.
func (s *session) speak(c net.Conn) {
	s.r = bufio.NewReaderSize(c, maxLine)
	s.w = bufio.NewWriterSize(c, 16<<10)
}

func (s *session) startTLS() bool {
	c := tls.Server(&patient{s.raw}, s.server.opts.TLS)
	ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		s.log.Debug("pop3 tls handshake failed", "err", err)
		return false
	}
	s.speak(c)
	s.secure = true
	return true
}

// readLine returns the next line without its end. Answers are sent out before
// it waits, and not before, so that pipelined commands share packets.
func (s *session) readLine() (string, error) {
	if s.r.Buffered() == 0 {
		if err := s.w.Flush(); err != nil {
			return "", err
		}
	}
	deadline := s.deadline
	if s.drop != nil {
		deadline = time.Now().Add(idleTimeout)
	}
	s.raw.SetReadDeadline(deadline) // on a closed connection the read fails
	if s.server.isClosing() {
		return "", os.ErrDeadlineExceeded
	}
	line, err := s.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", errLineTooLong
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"), nil
}

// farewell tells the client why the session ends, if it is still there.
func (s *session) farewell(err error) {
	switch {
	case errors.Is(err, errLineTooLong):
		s.fail("", "Line too long")
	case s.server.isClosing():
		s.fail("SYS/TEMP", "Server is shutting down")
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.fail("", "Logged out after a long silence")
	}
}

func (s *session) ok(text string) {
	s.w.WriteString("+OK " + text + "\r\n") // bufio keeps its error for Flush
}

// fail answers -ERR, with a response code (RFC 2449, section 8) when there is
// one.
func (s *session) fail(code, text string) {
	if code != "" {
		text = "[" + code + "] " + text
	}
	s.w.WriteString("-ERR " + text + "\r\n")
}

// mistake answers what is no command here; a client that sends little else is
// none of ours.
func (s *session) mistake(text string) {
	s.fail("", text)
	s.mistakes++
	if s.mistakes >= maxMistakes {
		s.ended = true
	}
}

// broken answers a failure that is not the client's doing.
func (s *session) broken(attempted string, err error) {
	s.log.Error("pop3 command failed", "attempted", attempted, "err", err)
	s.fail("SYS/TEMP", "Not possible right now")
}

// patient bounds each write, and not a whole message: a slow client is served
// as long as it takes something.
type patient struct{ net.Conn }

// Write sends b in steps, each of which must succeed within writeTimeout.
func (p *patient) Write(b []byte) (int, error) {
	const step = 64 << 10
	n := 0
	for n < len(b) {
		if err := p.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return n, err
		}
		m, err := p.Conn.Write(b[n:min(len(b), n+step)])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
