package web

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// gone reports whether the server has closed the connection.
func gone(t *testing.T, c net.Conn) bool {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	if err == nil {
		t.Fatal("the server speaks first")
	}
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

func TestCrowdMakesRoom(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{}, 8)
	srv := &http.Server{ConnState: newCrowd(3).changed, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			held <- struct{}{}
			<-hold
		}
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	visit := func(path string) net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if path == "" {
			return c
		}
		if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if path == "/hold" {
			<-held
			return c
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("GET %s: %v", path, err)
		}
		resp.Body.Close()
		return c
	}

	busy := visit("/hold")
	silent := visit("")
	idle := visit("/")
	if gone(t, silent) || gone(t, idle) {
		t.Fatal("a connection was closed though there was room")
	}
	second := visit("/hold")
	if !gone(t, silent) {
		t.Error("the one that waits longest was not closed")
	}
	third := visit("/hold")
	if !gone(t, idle) {
		t.Error("the one that has had its answer was not closed")
	}
	visit("/") // all others are at it
	if !gone(t, busy) {
		t.Error("nobody made room")
	}
	if gone(t, second) || gone(t, third) {
		t.Error("more were closed than needed")
	}
	close(hold)
}
