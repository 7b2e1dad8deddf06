package pop3d_test

import (
	"bufio"
	"context"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/db/maildb"
	"howdah/mailserver"
	"howdah/mailserver/pop3d"
)

// host is a mail server of the account alice, whose password is "open sesame".
type host struct {
	t    *testing.T
	svc  *mailserver.Service
	srv  *pop3d.Server
	addr string
	stop func()
}

func serve(t *testing.T, opts pop3d.Options) *host {
	t.Helper()
	dir := t.TempDir()
	h := serveFolder(t, dir, opts)
	must(t, h.svc.AddAccount(t.Context(), "alice", "open sesame"))
	return h
}

func serveFolder(t *testing.T, dir string, opts pop3d.Options) *host {
	t.Helper()
	db, err := maildb.Open(t.Context(), dir)
	must(t, err)
	svc := mailserver.New(db, mailserver.Limits{}, nil)
	if opts.FailedLoginDelay == 0 {
		opts.FailedLoginDelay = time.Millisecond
	}
	srv := pop3d.New(svc, opts)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	stop := sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(stop)
	return &host{t: t, svc: svc, srv: srv, addr: ln.Addr().String(), stop: stop}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put delivers messages to alice.
func (h *host) put(texts ...string) {
	h.t.Helper()
	for _, text := range texts {
		_, err := h.svc.Append(h.t.Context(), "alice", "INBOX", mailserver.NewMessage{Body: strings.NewReader(text)})
		must(h.t, err)
	}
}

// client is the other end of a conversation.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func (h *host) dial() *client {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.addr)
	must(h.t, err)
	return talkOver(h.t, conn)
}

func talkOver(t *testing.T, conn net.Conn) *client {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn, r: bufio.NewReader(conn)}
}

// login is a client that has logged in as alice.
func (h *host) login() *client {
	h.t.Helper()
	c := h.dial()
	c.talk(`
		S: +OK …
		C: USER alice
		S: +OK …
		C: PASS open sesame
		S: +OK …`)
	return c
}

// talk holds a conversation: lines that begin with "C:" are sent, and those
// with "S:" must come back as they are, "…" standing for anything. "S: EOF"
// is the end of the connection.
func (c *client) talk(script string) {
	c.t.Helper()
	for line := range strings.Lines(strings.TrimSpace(script)) {
		line = strings.TrimRight(strings.TrimLeft(line, "\t"), "\n")
		switch {
		case strings.HasPrefix(line, "C: "):
			c.send(line[3:] + "\r\n")
		case line == "S: EOF":
			c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if got, err := c.r.ReadString('\n'); err == nil {
				c.t.Fatalf("the server goes on with %q", got)
			}
		case strings.HasPrefix(line, "S:"):
			c.expect(strings.TrimPrefix(line[2:], " "))
		default:
			c.t.Fatalf("script line %q", line)
		}
	}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(text)); err != nil {
		c.t.Fatalf("send %q: %v", text, err)
	}
}

func (c *client) expect(want string) {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	got, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("want %q, got %q and %v", want, got, err)
	}
	if got = strings.TrimSuffix(got, "\r\n"); !like(got, want) {
		c.t.Fatalf("got  %q\nwant %q", got, want)
	}
}

func like(got, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", ".*")
	return regexp.MustCompile("^(?s:" + pattern + ")$").MatchString(got)
}
