package smtpd

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// engine is go-smtp, fed with connections. A server has two: one that
// announces STARTTLS, and one for what comes after it, so that a session over
// TLS knows nothing of what was said in the clear (RFC 3207, section 4.2).
type engine struct {
	smtp  *smtp.Server
	queue *queue
	begin sync.Once
}

func newEngine(s *Server, offer *tls.Config) *engine {
	srv := smtp.NewServer(smtp.BackendFunc(s.newSession))
	srv.Domain = s.opts.Host
	srv.LMTP = s.opts.LMTP
	srv.TLSConfig = offer // only to be announced: the handshake is the wire's
	srv.MaxMessageBytes = s.svc.Limits().MessageSize
	srv.MaxRecipients = s.limits.recipients
	srv.MaxLineLength = 2 * maxLine // the wire is stricter, and says why
	srv.ReadTimeout = s.limits.silence
	srv.WriteTimeout = s.limits.write
	srv.EnableSMTPUTF8 = true
	srv.ErrorLog = errorLog{s.log}
	return &engine{smtp: srv, queue: &queue{conns: make(chan net.Conn), done: make(chan struct{})}}
}

func (e *engine) start() {
	e.begin.Do(func() { go e.smtp.Serve(e.queue) }) // it ends with the queue
}

// take serves c in a goroutine of go-smtp's. It is false when the engine has
// stopped.
func (e *engine) take(c net.Conn) bool {
	select {
	case e.queue.conns <- c:
		return true
	case <-e.queue.done:
		return false
	}
}

// stop ends the engine; all that it took has ended before.
func (e *engine) stop() {
	e.smtp.Close() // that it was closed before is no fault
	e.queue.Close()
}

// queue is the listener that go-smtp wants to have.
type queue struct {
	conns chan net.Conn
	done  chan struct{}
	end   sync.Once
}

// Accept returns the next connection, or net.ErrClosed.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (q *queue) Close() error {
	q.end.Do(func() { close(q.done) })
	return nil
}

// Addr is of no use to anybody.
func (q *queue) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// errorLog passes on what go-smtp has to say: broken connections, and panics.
type errorLog struct{ log *slog.Logger }

// Printf logs a warning.
func (l errorLog) Printf(format string, v ...any) {
	l.log.Warn("smtp session failed", "err", fmt.Sprintf(format, v...))
}

// Println logs a warning.
func (l errorLog) Println(v ...any) {
	l.log.Warn("smtp session failed", "err", strings.TrimSpace(fmt.Sprintln(v...)))
}
