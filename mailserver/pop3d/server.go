package pop3d

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"howdah/mailserver"
)

// Options say how a Server meets its clients.
type Options struct {
	// TLS offers STLS, or is spoken from the start with ImplicitTLS. When nil
	// there is no TLS.
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

// Server serves POP3 on any number of listeners.
type Server struct {
	svc    *mailserver.Service
	opts   Options
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]struct{}
	conns     map[net.Conn]struct{}
	running   sync.WaitGroup // connections
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
		conns:     make(map[net.Conn]struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
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

	var delay time.Duration
	for {
		c, err := ln.Accept()
		switch {
		case err == nil:
			delay = 0
			if s.admit(c) {
				go s.serve(c)
			}
		case s.isClosing():
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept pop3 connection: %w", err)
		default: // too many open files, say: it passes
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.log.Warn("accept pop3 connection", "err", err, "retry_in", delay)
			time.Sleep(delay)
		}
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Server) admit(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		c.Close()
		return false
	}
	s.conns[c] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Server) serve(c net.Conn) {
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("pop3 session panicked", "panic", v)
		}
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		s.running.Done()
	}()
	newSession(s, c).run()
}

// Shutdown stops accepting, lets each session finish the command that it is
// in, tells it and ends it; only a QUIT that came before deletes anything.
// When ctx ends first, the connections are cut and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.conns {
		c.SetReadDeadline(time.Now()) // wakes those that wait for a command
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
		err = fmt.Errorf("shut down pop3 server: %w", ctx.Err())
	}
	s.cancel()
	s.mu.Lock()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	<-done // sessions end with their connection and context
	return err
}
