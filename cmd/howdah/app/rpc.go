package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The control sockets: HTTP with JSON bodies over a Unix socket in the data
// folder. The permissions of socket (0600) and folder (0700) are their guard.
// The parent serves controlSocket (posts, incidents), the mail server
// mailSocket (accounts).

const (
	controlSocket = "control.sock"
	mailSocket    = "mailserver.sock"
	rpcLimit      = 1 << 20 // bytes of a request or an answer
)

// errNotRunning says that nobody serves the socket.
var errNotRunning = errors.New("not running")

// rpcHandler makes an operation of a function. A request that can't be read
// and an error of f are answered with the error's text.
func rpcHandler[In, Out any](f func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		d := json.NewDecoder(io.LimitReader(r.Body, rpcLimit))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		var out Out
		if err == nil {
			out, err = f(r.Context(), in)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			json.NewEncoder(w).Encode(rpcError{err.Error()}) // the caller may be gone
			return
		}
		json.NewEncoder(w).Encode(out)
	}
}

type rpcError struct {
	Error string `json:"error"`
}

// serveSocket serves operations on a socket in the folder until the returned
// function is called. A socket that a dead process left behind is replaced;
// the caller holds the folder's lock, so there is no live one.
func serveSocket(dir, name string, ops map[string]http.HandlerFunc) (stop func(context.Context) error, err error) {
	mux := http.NewServeMux()
	for op, h := range ops {
		mux.Handle("POST /"+op, h)
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	defer d.Close()
	if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := net.Listen("unix", shortPath(d, name))
	if err != nil {
		return nil, fmt.Errorf("control socket %q: %w", filepath.Join(dir, name), err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // its short path ends with us
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	go srv.Serve(l) // ends with Shutdown
	return func(ctx context.Context) error {
		err := srv.Shutdown(ctx)
		return errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}, nil
}

// call runs an operation on a socket in the folder. errNotRunning when nobody
// serves it.
func call[Out any](ctx context.Context, dir, socket, op string, in any) (Out, error) {
	var out Out
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			d, err := os.Open(dir)
			if err != nil {
				return nil, err
			}
			defer d.Close()
			return (&net.Dialer{}).DialContext(ctx, "unix", shortPath(d, socket))
		},
	}}
	req, err := http.NewRequestWithContext(ctx, "POST", "http://howdah/"+op, bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	resp, err := client.Do(req)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return out, errNotRunning
	case err != nil:
		return out, fmt.Errorf("ask the running howdah: %w", err)
	}
	defer resp.Body.Close()
	text := json.NewDecoder(io.LimitReader(resp.Body, rpcLimit))
	if resp.StatusCode != http.StatusOK {
		var e rpcError
		if err := text.Decode(&e); err != nil || e.Error == "" {
			return out, fmt.Errorf("ask the running howdah: %s", resp.Status)
		}
		return out, errors.New(e.Error)
	}
	if err := text.Decode(&out); err != nil {
		return out, fmt.Errorf("ask the running howdah: %w", err)
	}
	return out, nil
}

// shortPath names a file in an open folder. A Unix socket's path may have 107
// bytes (unix(7)), a data folder's many more.
func shortPath(dir *os.File, name string) string {
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), name)
}
