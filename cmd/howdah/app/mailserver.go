package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/db/maildb"
	"howdah/mailserver"
	"howdah/mailserver/imapd"
	"howdah/mailserver/pop3d"
	"howdah/mailserver/smtpd"
)

// farewell bounds the stop of the mail server: sessions are told BYE and
// commands under way may end.
const farewell = 3 * time.Second

// RunSupervised is the mail server as a child of serve: it takes its settings
// from one inherited pipe, says on another that it is ready, and ends when the
// context does or its parent is gone.
func RunSupervised(ctx context.Context) error {
	in := os.NewFile(settingsFD, "settings")
	out := os.NewFile(statusFD, "status")
	if in == nil || out == nil {
		return errors.New("--supervised is for howdah serve, which starts its mail server with it")
	}
	r := bufio.NewReader(in)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read settings from the parent: %w; --supervised is for howdah serve", err)
	}
	var s childSettings
	if err := json.Unmarshal(line, &s); err != nil {
		return fmt.Errorf("read settings from the parent: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		io.Copy(io.Discard, r) // ends when the parent does
	}()
	answer := func(st childStatus) {
		if err := json.NewEncoder(out).Encode(st); err != nil {
			cancel() // nobody listens: the parent is gone
		}
		out.Close()
	}
	err = runMailserver(ctx, s, func(bound config.Listen) {
		answer(childStatus{Ready: true, Listen: bound})
	})
	var setup *setupError
	if errors.As(err, &setup) {
		answer(childStatus{Error: setup.Error(), Setup: true})
	} else if err != nil {
		answer(childStatus{Error: err.Error()})
	}
	return err
}

// RunMailserver runs the mail server alone, without page and probes, until the
// context ends.
func RunMailserver(ctx context.Context, c config.Config, log *slog.Logger) error {
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return err
	}
	lock, err := lockFolder(data)
	if err != nil {
		return err
	}
	defer lock.release()
	settings, err := prepareMail(c, data)
	if err != nil {
		return err
	}
	demo, err := firstAccounts(ctx, data, log)
	if err != nil {
		return err
	}
	if demo != "" {
		log.Info("first start: made an account", "account", demoAccount, "password_file", filepath.Join(data, demoAccount+".password"))
	}
	return runMailserver(ctx, settings, func(l config.Listen) {
		log.Info("listening", "imap", l.IMAP, "imaps", l.IMAPS, "pop3", l.POP3, "pop3s", l.POP3S, "smtp", l.SMTP, "lmtp", l.LMTP)
	})
}

// prepareMail makes what the mail server needs to start, but for its store: a
// certificate and folders.
func prepareMail(c config.Config, data string) (childSettings, error) {
	m := c.Mailserver
	s := childSettings{
		Data:    data,
		Host:    m.Host,
		Domains: m.Domains,
		Listen:  m.Listen,
		Cert:    m.TLS.Cert,
		Key:     m.TLS.Key,
		Log:     c.Log,
	}
	if err := os.MkdirAll(filepath.Join(data, "spool"), 0o700); err != nil {
		return s, err
	}
	if s.Cert == "" {
		var err error
		if s.Cert, s.Key, err = selfSigned(filepath.Join(data, "tls"), m.Host); err != nil {
			return s, err
		}
	}
	return s, nil
}

// setupError is a failure to start that trying again can't mend.
type setupError struct{ err error }

func (e *setupError) Error() string { return e.err.Error() }
func (e *setupError) Unwrap() error { return e.err }

// mailListener is one port of the mail server.
type mailListener struct {
	name     string // as in the configuration
	addr     string
	implicit bool // TLS from the first byte
	bound    *string
	l        net.Listener
}

// protocol is what imapd, pop3d and smtpd have in common.
type protocol interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// runMailserver serves until the context ends. ready is called once every port
// is bound and the store is open.
func runMailserver(ctx context.Context, s childSettings, ready func(bound config.Listen)) error {
	log := NewLog(os.Stderr, s.Log).With("process", "mailserver")

	cert, err := tls.LoadX509KeyPair(s.Cert, s.Key)
	if err != nil {
		return &setupError{fmt.Errorf("mailserver.tls: %w", err)}
	}
	var bound config.Listen
	ports := []*mailListener{
		{name: "imap", addr: s.Listen.IMAP, bound: &bound.IMAP},
		{name: "imaps", addr: s.Listen.IMAPS, implicit: true, bound: &bound.IMAPS},
		{name: "pop3", addr: s.Listen.POP3, bound: &bound.POP3},
		{name: "pop3s", addr: s.Listen.POP3S, implicit: true, bound: &bound.POP3S},
		{name: "smtp", addr: s.Listen.SMTP, bound: &bound.SMTP},
		{name: "lmtp", addr: s.Listen.LMTP, bound: &bound.LMTP},
	}
	defer func() {
		for _, p := range ports {
			if p.l != nil {
				p.l.Close()
			}
		}
	}()
	for _, p := range ports {
		if p.addr == "" {
			continue
		}
		if p.l, err = listen("mailserver.listen."+p.name, p.addr); err != nil {
			return &setupError{err}
		}
		*p.bound = p.addr
		if p.l.Addr().Network() == "tcp" {
			*p.bound = p.l.Addr().String() // with the port, when any would do
		}
	}

	store, err := maildb.Open(ctx, filepath.Join(s.Data, "mail"))
	if err != nil {
		return fmt.Errorf("mail store: %w", err)
	}
	defer store.Close()
	svc := mailserver.New(store, mailserver.Limits{}, log)

	stop, err := serveSocket(s.Data, mailSocket, accountOps(svc))
	if err != nil {
		return err
	}
	var servers []protocol
	var serving sync.WaitGroup
	failed := make(chan error, len(ports))
	for _, p := range ports {
		if p.l == nil {
			continue
		}
		srv := p.server(svc, s, cert, log)
		servers = append(servers, srv)
		serving.Go(func() {
			if err := srv.Serve(p.l); err != nil {
				failed <- fmt.Errorf("%s: %w", p.name, err)
			}
		})
	}
	ready(bound)
	log.Info("mail server is ready", "pid", os.Getpid())

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	bye, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	var stopping sync.WaitGroup
	for _, srv := range servers {
		stopping.Go(func() {
			if err := srv.Shutdown(bye); err != nil {
				log.Warn("sessions were cut", "error", err)
			}
		})
	}
	stopping.Wait()
	serving.Wait()
	return errors.Join(err, stop(bye))
}

func (p *mailListener) server(svc *mailserver.Service, s childSettings, cert tls.Certificate, log *slog.Logger) protocol {
	conf := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	log = log.With("port", p.name)
	switch p.name {
	case "imap", "imaps":
		return imapd.New(svc, imapd.Options{TLS: conf, ImplicitTLS: p.implicit, Log: log})
	case "smtp", "lmtp":
		return smtpd.New(svc, smtpd.Options{
			Host: s.Host, Domains: s.Domains, LMTP: p.name == "lmtp", TLS: conf, Spool: filepath.Join(s.Data, "spool"), Log: log,
		})
	default:
		return pop3d.New(svc, pop3d.Options{TLS: conf, ImplicitTLS: p.implicit, Log: log})
	}
}

// listen binds a TCP address or "unix:" and a path; the error names the
// configuration's key, the address and what can be done.
func listen(key, addr string) (net.Listener, error) {
	network, at := "tcp", addr
	if path, ok := strings.CutPrefix(addr, config.UnixPrefix); ok {
		network, at = "unix", path
		removeStale(path)
	}
	l, err := net.Listen(network, at)
	if err == nil && network == "unix" {
		err = os.Chmod(at, 0o660) // #nosec G302 -- the mail transfer agent is another user of our group
	}
	if err == nil {
		return l, nil
	}
	var op *net.OpError
	cause := err
	if errors.As(err, &op) {
		cause = op.Err
	}
	return nil, fmt.Errorf("can't listen on %s (%s): %w; stop what uses it or set %s to another address", addr, key, cause, key)
}

// removeStale removes a Unix socket that a killed process left behind. It
// touches nothing else: neither a socket that somebody serves nor another file.
func removeStale(path string) {
	if st, err := os.Lstat(path); err != nil || st.Mode().Type() != os.ModeSocket {
		return
	}
	c, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		c.Close()
	} else if errors.Is(err, syscall.ECONNREFUSED) {
		os.Remove(path) // the bind that follows says what is wrong
	}
}
