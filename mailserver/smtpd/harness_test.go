package smtpd

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
)

// host is a running server with the accounts alice, bob and carol.
type host struct {
	t      *testing.T
	svc    *mailserver.Service
	server *Server
	folder string // of the mail
	addr   net.Addr
	served chan error
}

type setup struct {
	Options
	size   int64
	limits func(*limits)
	listen func(t *testing.T) net.Listener
	store  func(*maildb.DB) mailserver.Store
}

func serve(t *testing.T, o setup) *host {
	t.Helper()
	h := &host{t: t, folder: filepath.Join(t.TempDir(), "mail"), served: make(chan error, 1)}
	db, err := maildb.Open(t.Context(), h.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	var store mailserver.Store = db
	if o.store != nil {
		store = o.store(db)
	}
	h.svc = mailserver.New(store, mailserver.Limits{MessageSize: o.size}, nil)
	for _, name := range []string{"alice", "bob", "carol"} {
		if err := h.svc.AddAccount(t.Context(), name, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	o.Host = "mx.example.edu"
	o.Domains = []string{"Example.edu", "example.org"}
	o.Spool = t.TempDir()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	l := defaultLimits()
	if o.limits != nil {
		o.limits(&l)
	}
	h.server = newServer(h.svc, o.Options, l)
	listen := o.listen
	if listen == nil {
		listen = listenTCP
	}
	ln := listen(t)
	h.addr = ln.Addr()
	go func() { h.served <- h.server.Serve(ln) }()
	t.Cleanup(func() { h.stop() })
	return h
}

func listenTCP(t *testing.T) net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// stop shuts down and returns Shutdown's error; Serve must return nil.
func (h *host) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := h.server.Shutdown(ctx)
	select {
	case served := <-h.served:
		if served != nil {
			h.t.Errorf("Serve returned %v after Shutdown", served)
		}
		h.served <- nil
	case <-ctx.Done():
		h.t.Error("Serve did not return after Shutdown")
	}
	return err
}

// inbox returns the messages of an account.
func (h *host) inbox(account string) []string {
	h.t.Helper()
	ctx := context.Background()
	snap, err := h.svc.Snapshot(ctx, account, mailserver.Inbox)
	if err != nil {
		h.t.Fatal(err)
	}
	var all []string
	for _, uid := range snap.UIDs {
		body, err := h.svc.Body(ctx, account, snap.ID, uid)
		if err != nil {
			h.t.Fatal(err)
		}
		b, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
		if err != nil {
			h.t.Fatal(err)
		}
		body.Close()
		all = append(all, string(b))
	}
	return all
}

// only returns the one message of an account.
func (h *host) only(account string) string {
	h.t.Helper()
	all := h.inbox(account)
	if len(all) != 1 {
		h.t.Fatalf("%s has %d messages, want 1: %q", account, len(all), all)
	}
	return all[0]
}

// nothing checks that nobody has mail.
func (h *host) nothing() {
	h.t.Helper()
	for _, account := range []string{"alice", "bob", "carol"} {
		if all := h.inbox(account); len(all) > 0 {
			h.t.Errorf("%s has mail: %q", account, all)
		}
	}
}

// client is one end of a conversation.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (h *host) dial() *client {
	h.t.Helper()
	c, err := net.Dial(h.addr.Network(), h.addr.String())
	if err != nil {
		h.t.Fatal(err)
	}
	return talk(h.t, c)
}

func talk(t *testing.T, c net.Conn) *client {
	t.Cleanup(func() { c.Close() })
	return &client{t: t, Conn: c, r: bufio.NewReader(c)}
}

// say follows a transcript: "C: " lines are sent, "S: " lines are how the
// answers begin. An answer of several lines is taken whole.
func (c *client) say(transcript string) {
	c.t.Helper()
	for line := range strings.Lines(transcript) {
		line = strings.TrimSpace(line)
		switch who, text, _ := strings.Cut(line, ":"); who {
		case "C":
			c.send(strings.TrimPrefix(text, " ") + "\r\n")
		case "S":
			c.expect(strings.TrimPrefix(text, " "))
		case "":
		default:
			c.t.Fatalf("transcript: %q", line)
		}
	}
}

func (c *client) send(s string) {
	c.t.Helper()
	c.SetWriteDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatalf("send %.60q: %v", s, err)
	}
}

func (c *client) expect(begins string) string {
	c.t.Helper()
	got, err := c.answer()
	if err != nil {
		c.t.Fatalf("no answer, want %q: %v (got %q)", begins, err, got)
	}
	if !strings.HasPrefix(got, begins) {
		c.t.Fatalf("answer %q, want %q", got, begins)
	}
	return got
}

// answer reads one answer, all its lines.
func (c *client) answer() (string, error) {
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		all.WriteString(line)
		if err != nil || len(line) < 4 || line[3] != '-' {
			return all.String(), err
		}
	}
}

// closed checks that the server has closed the connection, with nothing more
// to say.
func (c *client) closed() {
	c.t.Helper()
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if line, err := c.r.ReadString('\n'); !errors.Is(err, io.EOF) {
		c.t.Fatalf("connection is open: %q, %v", line, err)
	}
}

const hello = "S: 220 mx.example.edu ESMTP\nC: EHLO relay.example.net\nS: 250-"

const lhlo = "S: 220 mx.example.edu LMTP\nC: LHLO relay.example.net\nS: 250-"
