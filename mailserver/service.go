package mailserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Limits bounds what one client can store. Zero fields take their default.
type Limits struct {
	MessageSize int64 // octets of a message as it is stored; 50 MiB
}

const defaultMessageSize = 50 << 20

// Service is the mail server's rules over a Store. It is safe for concurrent
// use.
type Service struct {
	store    Store
	limits   Limits
	log      *slog.Logger
	decoy    scram // what unknown users are checked against
	watchers watchers
	drops    maildrops
}

// New returns a Service over the store. It starts nothing and needs no Close.
func New(store Store, limits Limits, log *slog.Logger) *Service {
	if limits.MessageSize == 0 {
		limits.MessageSize = defaultMessageSize
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		store:  store,
		limits: limits,
		log:    log,
		decoy:  scram{iterations: scramIterations, salt: make([]byte, scramSalt)},
	}
}

// Limits returns the limits in force.
func (s *Service) Limits() Limits { return s.limits }

// AddAccount makes an account with the standard mailboxes. Errors are
// ErrInvalidName, ErrBadPassword and ErrExists.
func (s *Service) AddAccount(ctx context.Context, name, password string) error {
	name, err := ParseAccountName(name)
	if err != nil {
		return err
	}
	secret, err := newSecret(password)
	if err != nil {
		return err
	}
	a := Account{Name: name, Secret: secret, CreatedAt: time.Now().UTC()}
	if err := s.store.CreateAccount(ctx, a, StandardMailboxes()); err != nil {
		return err
	}
	s.log.Info("mail account added", "account", name)
	return nil
}

// SetPassword replaces the password. Sessions that are logged in stay so.
func (s *Service) SetPassword(ctx context.Context, name, password string) error {
	name, err := ParseAccountName(name)
	if err != nil {
		return err
	}
	secret, err := newSecret(password)
	if err != nil {
		return err
	}
	if err := s.store.SetSecret(ctx, name, secret); err != nil {
		return err
	}
	s.log.Info("mail password set", "account", name)
	return nil
}

// RemoveAccount removes the account and its mail for good. Its sessions are
// woken, and find it gone.
func (s *Service) RemoveAccount(ctx context.Context, name string) error {
	name, err := ParseAccountName(name)
	if err != nil {
		return err
	}
	if err := s.store.RemoveAccount(ctx, name); err != nil {
		return err
	}
	s.watchers.wakeAccount(name)
	s.log.Info("mail account removed", "account", name)
	return nil
}

// Accounts returns all accounts by name.
func (s *Service) Accounts(ctx context.Context) ([]Account, error) {
	return s.store.Accounts(ctx)
}

// Authenticate returns the account whose name and password these are, or
// ErrAuth. An unknown name takes as long as a wrong password.
func (s *Service) Authenticate(ctx context.Context, user, password string) (Account, error) {
	failed := fmt.Errorf("authenticate %q: %w", user, ErrAuth)
	keys := s.decoy
	a, err := s.account(ctx, user)
	switch {
	case errors.Is(err, ErrNoAccount), errors.Is(err, ErrInvalidName):
	case err != nil:
		return Account{}, err
	default:
		if keys, err = parseSecret(a.Secret); err != nil {
			return Account{}, fmt.Errorf("authenticate %q: %w", user, err)
		}
	}
	if !keys.matches(password) {
		return Account{}, failed
	}
	return a, nil
}

func (s *Service) account(ctx context.Context, user string) (Account, error) {
	name, err := ParseAccountName(user)
	if err != nil {
		return Account{}, err
	}
	return s.store.Account(ctx, name)
}
