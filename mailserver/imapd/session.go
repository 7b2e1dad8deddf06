package imapd

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"howdah/mailserver"
)

// session is one client. go-imap calls its methods one after the other, but
// for Idle, whose end it does not always await.
type session struct {
	server *Server
	svc    *mailserver.Service
	wire   *imapserver.Conn
	conn   *conn
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc

	loginTimer *time.Timer
	failures   int
	spent      atomic.Bool // too many failed logins
	loggedIn   atomic.Bool
	account    string

	mu   sync.Mutex // only this session's goroutines take it
	view *view      // nil when no mailbox is selected
}

var (
	_ imapserver.SessionNamespace = (*session)(nil)
	_ imapserver.SessionMove      = (*session)(nil)
)

// Close ends the session; go-imap calls it when the connection has ended.
func (s *session) Close() error {
	s.loginTimer.Stop()
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unselect()
	s.server.ended(s)
	return nil
}

// bye ends the session from outside. A client that does not take the words is
// cut.
func (s *session) bye(text string) {
	cut := time.AfterFunc(time.Second, func() { s.conn.Close() })
	defer cut.Stop()
	s.wire.Bye(text) // an error means that the client has left
}

// Login checks name and password. Each failure takes longer than the one
// before, and the last one ends the connection.
func (s *session) Login(user, password string) error {
	if s.spent.Load() {
		return imapserver.ErrAuthFailed
	}
	a, err := s.svc.Authenticate(s.ctx, user, password)
	if err == nil {
		s.loginTimer.Stop()
		s.account = a.Name
		s.log = s.log.With("account", a.Name)
		s.loggedIn.Store(true)
		return nil
	}
	if !errors.Is(err, mailserver.ErrAuth) {
		return s.refuse("log in", err)
	}
	s.log.Info("imap login failed", "user", user)
	select {
	case <-time.After(s.server.opts.FailedLoginDelay << s.failures):
	case <-s.ctx.Done():
	}
	s.failures++
	if s.failures == maxFailedLogins {
		s.spent.Store(true)
	}
	return imapserver.ErrAuthFailed
}

// Namespace answers NAMESPACE (RFC 2342): all mailboxes are the user's own.
func (s *session) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{
		Personal: []imap.NamespaceDescriptor{{Prefix: "", Delim: delimiter}},
	}, nil
}
