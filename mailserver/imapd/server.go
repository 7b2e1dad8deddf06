package imapd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// Options say how a Server meets its clients.
type Options struct {
	// TLS offers STARTTLS, or is spoken from the start with ImplicitTLS. When
	// nil there is no TLS.
	TLS         *tls.Config
	ImplicitTLS bool
	// InsecureAuth says which connections may log in without TLS; nil means
	// those of this machine (mailserver.Loopback).
	InsecureAuth func(net.Conn) bool
	// FailedLoginDelay is the wait after the first failed login of a
	// connection; it doubles with each further one. 0 means 1 s.
	FailedLoginDelay time.Duration
	Log              *slog.Logger
}

const (
	handshakeTimeout = 10 * time.Second
	loginTimeout     = 60 * time.Second
	maxFailedLogins  = 3
)

// Server serves IMAP on any number of listeners.
type Server struct {
	svc    *mailserver.Service
	opts   Options
	log    *slog.Logger
	strict *engine // logins need TLS
	open   *engine // logins may be in the clear
	ctx    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	sessions  map[*session]struct{}
	running   sync.WaitGroup // sessions
}

// New returns a Server that serves the Service's accounts.
func New(svc *mailserver.Service, opts Options) *Server {
	if opts.InsecureAuth == nil {
		opts.InsecureAuth = mailserver.Loopback
	}
	if opts.FailedLoginDelay == 0 {
		opts.FailedLoginDelay = time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		svc:       svc,
		opts:      opts,
		log:       opts.Log,
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[*conn]struct{}),
		sessions:  make(map[*session]struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.strict = newEngine(s, false)
	s.open = newEngine(s, true)
	return s
}

// Serve accepts connections until Shutdown, and then returns nil. It closes
// the listener.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return nil
	}
	s.listeners[ln] = struct{}{}
	s.mu.Unlock()
	s.strict.start()
	s.open.start()

	var delay time.Duration
	for {
		raw, err := ln.Accept()
		if s.ctx.Err() != nil || s.isClosing() {
			if err == nil {
				raw.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("accept imap connection: %w", err)
		}
		if err != nil { // too many open files, say: it passes
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.log.Warn("accept imap connection", "err", err, "retry_in", delay)
			time.Sleep(delay)
			continue
		}
		delay = 0
		s.dispatch(raw)
	}
}

func (s *Server) dispatch(raw net.Conn) {
	c := &conn{Conn: raw, server: s}
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	switch {
	case s.opts.ImplicitTLS:
		// The engine recognises TLS by this type.
		s.strict.take(tls.Server(c, s.opts.TLS))
	case s.opts.InsecureAuth(raw):
		s.open.take(c)
	default:
		s.strict.take(c)
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// Shutdown stops accepting, lets each session carry out and answer the command
// that it has received, says BYE and waits for them to end. When ctx ends first, the
// connections are cut and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for ln := range s.listeners {
		ln.Close()
	}
	for ss := range s.sessions {
		if ss.loggedIn.Load() {
			ss.conn.leave()
		} else {
			go ss.bye("Server is shutting down")
		}
	}
	s.mu.Unlock()

	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = fmt.Errorf("shut down imap server: %w", ctx.Err())
	}
	s.cancel()
	s.cut()
	s.strict.Close()
	s.open.Close()
	<-done // sessions end with their connection and context
	return err
}

func (s *Server) cut() {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

func (s *Server) newSession(ic *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
	c, err := s.greet(ic)
	if err != nil {
		return nil, nil, err
	}
	ss := &session{server: s, svc: s.svc, wire: ic, conn: c}
	ss.ctx, ss.cancel = context.WithCancel(s.ctx)
	ss.log = s.log.With("peer", c.RemoteAddr().String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		ss.cancel()
		return nil, nil, goodbye("Server is shutting down")
	}
	s.sessions[ss] = struct{}{}
	s.running.Add(1)
	c.session.Store(ss)
	ss.loginTimer = time.AfterFunc(loginTimeout, func() { ss.bye("Too long without a login") })
	return ss, nil, nil
}

// greet finds our connection under the engine's and does the TLS handshake,
// for which the engine would wait without end.
func (s *Server) greet(ic *imapserver.Conn) (*conn, error) {
	switch c := ic.NetConn().(type) {
	case *conn:
		return c, nil
	case *tls.Conn:
		ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
		defer cancel()
		if err := c.HandshakeContext(ctx); err != nil {
			c.NetConn().Close()
			return nil, goodbye("TLS handshake failed")
		}
		return c.NetConn().(*conn), nil
	default:
		return nil, fmt.Errorf("serve imap connection: unexpected type %T", c)
	}
}

func goodbye(text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeBye, Text: text}
}

func (s *Server) ended(ss *session) {
	s.mu.Lock()
	_, known := s.sessions[ss]
	delete(s.sessions, ss)
	s.mu.Unlock()
	if known {
		s.running.Done()
	}
}
