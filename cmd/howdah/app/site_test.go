package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"howdah/cmd/howdah/web"
	"howdah/incidents"
)

// fetch asks over a connection of the network.
func fetch(network *pipes, addr string) (string, error) {
	client := http.Client{Transport: &http.Transport{DialContext: network.dial, DisableKeepAlives: true}}
	resp, err := client.Get("http://" + addr + "/")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestShutdownWaitsForRequestsButNotForEver(t *testing.T) {
	for _, c := range []struct {
		takes, want time.Duration
		answered    bool
	}{
		{2 * time.Second, 2 * time.Second, true},
		{time.Hour, requestsEnd, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			network := &pipes{ports: map[string]*pipePort{}}
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(c.takes):
					io.WriteString(w, "done")
				case <-r.Context().Done():
				}
			})}
			var l net.Listener = network.listen("127.0.0.1:80")
			go srv.Serve(l)
			answer := make(chan string, 1)
			go func() {
				body, _ := fetch(network, "127.0.0.1:80") // nothing, when it is cut
				answer <- body
			}()
			synctest.Wait()
			began := time.Now()
			if err := shutdown(t.Context(), srv); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took < c.want || took > c.want+time.Second {
				t.Errorf("a request of %v: stopped after %v, want %v", c.takes, took, c.want)
			}
			if got := <-answer; (got == "done") != c.answered {
				t.Errorf("a request of %v: got %q", c.takes, got)
			}
		})
	}
}

// A site that is replaced renders ahead of visits like the one before.
func TestReplacedSiteIsRendered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := incidents.NewDesk(incidents.Options{Components: []incidents.Component{{Key: "imap", Name: "Reading mail"}}})
		named := func(name string) *web.Server {
			s, err := web.New(web.Options{
				Board: desk, Log: slog.New(slog.DiscardHandler),
				Site: web.Site{Name: name, URL: &url.URL{Scheme: "https", Host: "status.example.edu"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := &site{changed: make(chan struct{}, 1)}
		s.now.Store(named("first"))
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { s.run(ctx); close(done) }()
		for _, name := range []string{"second", "third", "fourth"} {
			s.replace(named(name))
			synctest.Wait()
		}
		network := &pipes{ports: map[string]*pipePort{}}
		srv := &http.Server{Handler: s}
		go srv.Serve(network.listen("127.0.0.1:80"))
		page, err := fetch(network, "127.0.0.1:80")
		if err != nil {
			t.Fatal(err)
		}
		if want := "<title>No current data · fourth</title>"; !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
		stop()
		<-done
		if err := srv.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}
