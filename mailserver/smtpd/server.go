package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"howdah/mailserver"
)

// Options say how a Server meets its clients.
type Options struct {
	Host    string   // the name that the server gives itself
	Domains []string // that it takes mail for
	LMTP    bool     // LMTP instead of SMTP
	// TLS is offered by STARTTLS; nil offers none.
	TLS *tls.Config
	// Spool is the folder for large messages on their way, which leave no file
	// behind; empty means the system's.
	Spool string
	Log   *slog.Logger
}

// Server serves SMTP or LMTP on any number of listeners, TCP or unix.
type Server struct {
	svc       *mailserver.Service
	opts      Options
	domains   map[string]bool // lower case
	log       *slog.Logger
	limits    limits
	clear     *engine
	encrypted *engine
	partial   partial

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]struct{}
	wires     map[*wire]struct{}
	from      map[string]int // connections by address
	running   sync.WaitGroup // wires, and connections being told that there are too many
}

// New returns a Server that delivers to the Service's accounts.
func New(svc *mailserver.Service, opts Options) *Server {
	return newServer(svc, opts, defaultLimits())
}

func newServer(svc *mailserver.Service, opts Options, l limits) *Server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		svc:       svc,
		opts:      opts,
		domains:   make(map[string]bool),
		log:       opts.Log,
		limits:    l,
		listeners: make(map[net.Listener]struct{}),
		wires:     make(map[*wire]struct{}),
		from:      make(map[string]int),
	}
	for _, d := range opts.Domains {
		s.domains[strings.ToLower(d)] = true
	}
	s.clear = newEngine(s, opts.TLS)
	s.encrypted = newEngine(s, nil)
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
	s.clear.start()
	s.encrypted.start()

	var delay time.Duration
	for {
		raw, err := ln.Accept()
		switch {
		case s.isClosing():
			if err == nil {
				raw.Close()
			}
			return nil
		case err == nil:
			delay = 0
			s.admit(raw)
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept %s connection: %w", s.protocol(), err)
		default: // too many open files, say: it passes
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.log.Warn("accept connection", "err", err, "retry_in", delay)
			time.Sleep(delay)
		}
	}
}

// admit begins a session, unless there are too many.
func (s *Server) admit(raw net.Conn) {
	w := newWire(s, raw)
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		raw.Close()
		return
	}
	s.running.Add(1)
	if len(s.wires) >= s.limits.conns || w.address != "" && s.from[w.address] >= s.limits.perAddress {
		s.mu.Unlock()
		s.log.Debug("connection refused: too many", "peer", w.peer())
		go s.turnAway(raw)
		return
	}
	s.wires[w] = struct{}{}
	s.from[w.address]++
	s.mu.Unlock()
	if !s.clear.take(&stretch{wire: w}) {
		w.close()
	}
}

func (s *Server) turnAway(raw net.Conn) {
	defer s.running.Done()
	defer raw.Close()
	if raw.SetWriteDeadline(time.Now().Add(time.Second)) == nil {
		raw.Write([]byte("421 4.7.0 Too many connections, try again later\r\n")) // or not: it is closed either way
	}
}

// forget is called once for each wire, when it is closed.
func (s *Server) forget(w *wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.wires, w)
	if s.from[w.address]--; s.from[w.address] == 0 {
		delete(s.from, w.address)
	}
	s.running.Done()
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Server) protocol() string {
	if s.opts.LMTP {
		return "LMTP"
	}
	return "SMTP"
}

// Shutdown stops accepting, says 421 to clients between commands, and lets
// those that are sending a message finish it. When ctx ends first they are
// cut, and nothing of their messages is stored; only a message that was
// complete by then is still stored and acknowledged. The error is ctx's.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for ln := range s.listeners {
		ln.Close()
	}
	for w := range s.wires {
		go w.dismiss()
	}
	s.mu.Unlock()

	inTime := context.AfterFunc(ctx, s.cut)
	s.running.Wait()
	s.clear.stop()
	s.encrypted.stop()
	if !inTime() {
		return fmt.Errorf("shut down %s server: %w", s.protocol(), ctx.Err())
	}
	return nil
}

func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.wires {
		w.cut()
	}
}
