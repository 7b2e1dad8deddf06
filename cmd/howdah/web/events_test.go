package web

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"howdah/incidents"
)

// following is a stream of changes that a test reads.
type following struct {
	t     *testing.T
	conn  net.Conn
	in    *bufio.Reader
	lines chan string
	head  *http.Response
}

// pipes is a net.Listener for a synctest bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// behind runs s as it runs in production, behind HTTPServer.
func behind(t *testing.T, s *Server) (*pipes, *http.Server) {
	t.Helper()
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	h := HTTPServer(s.Handler())
	h.RegisterOnShutdown(s.EndStreams)
	go func() { _ = h.Serve(l) }()
	t.Cleanup(func() { h.Close() })
	return l, h
}

// follow asks for the stream of changes; headers are whole lines.
func (p *pipes) follow(t *testing.T, query string, headers ...string) *following {
	t.Helper()
	mine, theirs := net.Pipe()
	p.conns <- theirs
	t.Cleanup(func() { mine.Close() })
	if _, err := io.WriteString(mine, "GET /events"+query+" HTTP/1.1\r\nHost: status.example.edu\r\n"+strings.Join(append(headers, "", ""), "\r\n")); err != nil {
		t.Fatal(err)
	}
	f := &following{t: t, conn: mine, in: bufio.NewReader(mine), lines: make(chan string, 1000)}
	var err error
	if f.head, err = http.ReadResponse(f.in, nil); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.lines)
		s := bufio.NewScanner(f.head.Body)
		for s.Scan() {
			f.lines <- s.Text()
		}
	}()
	return f
}

// told is what has been said by now.
func (f *following) told() string {
	synctest.Wait()
	var all []string
	for {
		select {
		case line, ok := <-f.lines:
			if !ok {
				return strings.Join(append(all, "END"), "\n")
			}
			all = append(all, line)
		default:
			return strings.Join(all, "\n")
		}
	}
}

func checked(desk *incidents.Desk, status incidents.Status) {
	now := time.Now()
	desk.ObserveComponents(now, []incidents.ComponentFact{{Component: "imap", Status: status, Watched: true, CheckedAt: now, GoodAt: now, StaleAt: now.Add(24 * time.Hour)}})
}

func TestReadersAreToldOfChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		checked(desk, incidents.Operational)
		l, _ := behind(t, s)
		f := l.follow(t, "")
		if f.head.StatusCode != 200 || f.head.Header.Get("Content-Type") != "text/event-stream" || f.head.Header.Get("Cache-Control") != "no-store" || f.head.Header.Get("X-Accel-Buffering") != "no" {
			t.Fatalf("%s %v", f.head.Status, f.head.Header)
		}
		id := s.live.marker.of(desk.Snapshot()).String()
		if got := f.told(); !strings.HasPrefix(got, "retry: ") || !strings.HasSuffix(got, "id: "+id+"\ndata: {\"changed\":[\"state\",\"incidents\",\"maintenance\",\"checks\"]}\n") {
			t.Errorf("at first it said %q", got)
		}
		time.Sleep(time.Second)
		checked(desk, incidents.DegradedPerf)
		got := f.told()
		id = s.live.marker.of(desk.Snapshot()).String()
		if want := "id: " + id + "\ndata: {\"changed\":[\"state\"]}\n"; got != want {
			t.Errorf("of a change it said %q, want %q", got, want)
		}

		// Who has seen all of it is told nothing, who missed something what it was.
		same := l.follow(t, "", "Last-Event-ID: "+id)
		page := l.follow(t, "?since="+id)
		if a, b := same.told(), page.told(); strings.Contains(a, "data:") || strings.Contains(b, "data:") {
			t.Errorf("without a change it said %q and %q", a, b)
		}
		same.conn.Close()
		checked(desk, incidents.Operational)
		if got := l.follow(t, "", "Last-Event-ID: "+id).told(); !strings.Contains(got, `{"changed":["state"]}`) {
			t.Errorf("of what was missed it said %q", got)
		}
		if got := l.follow(t, "?since=nonsense").told(); !strings.Contains(got, "maintenance") {
			t.Errorf("with marks that are none it said %q", got)
		}
	})
}

// The times within which other requests must be over would cut a stream off.
func TestQuietStreamOutlastsTheServersTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		checked(desk, incidents.Operational)
		l, _ := behind(t, s)
		f := l.follow(t, "?since="+s.live.marker.of(desk.Snapshot()).String())
		f.told()
		time.Sleep(4*time.Minute + 10*time.Second)
		if got := f.told(); strings.Count(got, ":") != 10 || strings.Contains(got, "END") {
			t.Errorf("in 250 s it said %q, want ten signs of life", got)
		}
		checked(desk, incidents.DegradedPerf)
		if got := f.told(); !strings.Contains(got, `"state"`) {
			t.Errorf("after four minutes it said %q of a change", got)
		}
		time.Sleep(eventsEnd)
		if got := f.told(); !strings.HasSuffix(got, "END") {
			t.Error("after an hour it goes on")
		}
	})
}

func TestReaderThatTakesNothingIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		l, _ := behind(t, s)
		mine, theirs := net.Pipe()
		l.conns <- theirs
		if _, err := io.WriteString(mine, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s.live.open != 1 {
			t.Fatalf("%d streams are open", s.live.open)
		}
		for range 20 {
			time.Sleep(time.Second)
			checked(desk, incidents.Operational)
		}
		synctest.Wait()
		if s.live.open != 0 {
			t.Errorf("a reader that takes nothing holds its place")
		}
		mine.Close()
	})
}

func TestBurstIsToldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		checked(desk, incidents.Operational)
		l, _ := behind(t, s)
		f := l.follow(t, "?since="+s.live.marker.of(desk.Snapshot()).String())
		f.told()
		for i := range 1000 {
			checked(desk, []incidents.Status{incidents.DegradedPerf, incidents.Operational, incidents.PartialOutage}[i%3])
			time.Sleep(time.Millisecond)
			synctest.Wait()
		}
		time.Sleep(eventGap)
		got := f.told()
		if n := strings.Count(got, "data:"); n < 2 || n > 6 {
			t.Errorf("a second of changes was told in %d messages", n)
		}
		if want := "id: " + s.live.marker.of(desk.Snapshot()).String(); !strings.Contains(got[strings.LastIndex(got, "id:"):], want) {
			t.Errorf("the last message is not of the last change: %q", got)
		}
	})
}

func TestStreamsEndAtAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := running(t)
		l, h := behind(t, s)
		f := l.follow(t, "")
		f.told()
		limit, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		if err := h.Shutdown(limit); err != nil {
			t.Errorf("stop with an open stream: %v", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if got := f.told(); !strings.HasSuffix(got, "END") {
			t.Errorf("the stream goes on: %q", got)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	l := newLive(20)
	for i := range 20 {
		if _, ok := l.join([]string{"192.0.2.1", "192.0.2.2"}[i%2]); ok != (i < 4) {
			t.Errorf("stream %d of two addresses: %v", i, ok)
		}
	}
	if _, ok := l.join("2001:db8::1"); !ok {
		t.Error("another address was refused")
	}
	if _, ok := l.join("2001:db8::ffff:2"); !ok {
		t.Error("its neighbour was refused")
	}
	from, ok := l.join("2001:db8::3")
	if ok {
		t.Error("one network has three of twenty")
	}
	l.leave(from)
	if _, ok := l.join("2001:db8::4"); !ok {
		t.Error("a place was given back and not given out again")
	}
	l.end()
	l.end()
	if _, ok := l.join("192.0.2.9"); ok {
		t.Error("somebody joined after the end")
	}
}

func TestStreamsAreRefusedPlainly(t *testing.T) {
	_, srv := serve(t, calm(), func(o *Options) { o.Live = 1 })
	resp, err := http.Get(srv.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if a := ask(t, http.MethodGet, srv.URL+"/events"); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("the second of one was answered %d", a.status)
	}
	if a := ask(t, http.MethodGet, srv.URL+"/events", "Sec-Fetch-Site", "cross-site"); a.status != http.StatusForbidden {
		t.Errorf("another site's page was answered %d", a.status)
	}
	if a := ask(t, http.MethodPost, srv.URL+"/events"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST was answered %d", a.status)
	}
	_, off := serve(t, calm(), func(o *Options) { o.Live = -1 })
	if a := ask(t, http.MethodGet, off.URL+"/events"); a.status != http.StatusNotFound {
		t.Errorf("where it is off it was answered %d", a.status)
	}
	without(t, get(t, off.URL+"/"), "<script", "data-live")
}

func TestPagesFollowByOneScript(t *testing.T) {
	_, s := newServer(t, down())
	_, srv := serve(t, down(), func(o *Options) { o.Site.URL = &url.URL{Scheme: "https", Host: "status.example.edu", Path: "/mail"} })
	page := get(t, srv.URL+"/mail/")
	inOrder(t, page, `<script defer src="/mail/live-`, `.js" integrity="sha256-`, `<main id="main" data-live="/mail/events?since=`)
	_, rest, _ := strings.Cut(page, `src="`)
	src, _, _ := strings.Cut(rest, `"`)
	a := ask(t, http.MethodGet, srv.URL+src)
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the script: %d %v", a.status, a.header)
	}
	packed := ask(t, http.MethodGet, srv.URL+src, "Accept-Encoding", "gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) > 1400 || len(a.body) > 2600 {
		t.Errorf("the script has %d bytes, packed %d %v", len(a.body), len(packed.body), packed.header)
	}
	sum := sha256.Sum256([]byte(a.body))
	inOrder(t, html.UnescapeString(page), "integrity=\"sha256-"+base64.StdEncoding.EncodeToString(sum[:]))
	files, err := s.files()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		without(t, string(content), "data-live", "/events")
		if strings.HasSuffix(name, ".html") {
			without(t, string(content), "<script")
		}
	}
}
