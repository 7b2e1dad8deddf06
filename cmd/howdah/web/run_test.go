package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"howdah/incidents"
)

// running is a Server over a real desk, inside a synctest bubble.
func running(t *testing.T) (*incidents.Desk, *Server) {
	t.Helper()
	desk := incidents.NewDesk(incidents.Options{
		Site:       incidents.Site{Name: "Example Mail", Zone: zone},
		Components: []incidents.Component{{Key: "imap", Name: "Reading mail (IMAP)", Position: 1}},
		Settings:   incidents.DefaultSettings(),
	})
	s, err := New(Options{Board: desk, Site: Site{Name: "Example Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}, Zone: zone}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return desk, s
}

// ready is what has been made of the newest snapshot.
func ready(s *Server) map[string]*document {
	ed := s.current.Load()
	if ed == nil || ed.snap != s.board.Snapshot() {
		return nil
	}
	ed.mu.Lock()
	defer ed.mu.Unlock()
	return ed.made
}

func TestRunRendersBeforeAnybodyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		synctest.Wait()
		if ready(s)[""] == nil {
			t.Fatal("the front page is not ready at the start")
		}
		now := time.Now()
		o := incidents.Outage{ID: "o1", Domain: "imap", Start: exact(now), Affected: []incidents.Affected{{Component: "imap", Start: exact(now)}}}
		desk.ObserveOutage(now, o)
		time.Sleep(warmEvery)
		synctest.Wait()
		made := ready(s)
		threads := desk.Snapshot().Unresolved()
		if len(threads) != 1 {
			t.Fatalf("%d open threads", len(threads))
		}
		for _, key := range []string{"", "history", "feed.rss", "updates.rss", "api/v2/summary.json", threads[0].Path()} {
			if made[key] == nil {
				t.Errorf("%q is not ready", key)
			}
		}
	})
}

func TestRunRendersOnceForABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		time.Sleep(time.Second)
		synctest.Wait()
		first := s.current.Load()
		seen := map[*edition]bool{}
		for range 1000 {
			now := time.Now()
			desk.ObserveComponents(now, []incidents.ComponentFact{{Component: "imap", Status: incidents.Operational, Watched: true, CheckedAt: now, GoodAt: now, StaleAt: now.Add(time.Minute)}})
			time.Sleep(time.Millisecond)
			synctest.Wait()
			seen[s.current.Load()] = true
		}
		if n := len(seen); n > 12 {
			t.Errorf("1000 changes in a second were rendered %d times", n)
		}
		time.Sleep(warmEvery)
		synctest.Wait()
		if s.current.Load() == first || ready(s)[""] == nil {
			t.Error("the last of the burst is not ready")
		}
	})
}

func TestRequestsDoNotWaitForRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, s := running(t)
		synctest.Wait()
		now := time.Now()
		desk.ObserveComponents(now, []incidents.ComponentFact{{Component: "imap", Status: incidents.Operational, Watched: true, CheckedAt: now, GoodAt: now, StaleAt: now.Add(time.Minute)}})
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		inOrder(t, w.Body.String(), desk.Snapshot().Headline, "Working")
	})
}

func TestVisitorsMakeNoEntries(t *testing.T) {
	b := &board{}
	b.show(down())
	s, err := New(Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}})
	if err != nil {
		t.Fatal(err)
	}
	s.Warm()
	docs, stamps := len(s.current.Load().docs), len(s.stamps)
	for _, path := range []string{"/x", "/incidents/i1-x", "/incidents/i7-y", "/components/z", "/components/z/feed.rss", "/?a=1", "/?a=2", "/api/v2/x.json", "//"} {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://status.example.edu"+path, nil))
	}
	if len(s.current.Load().docs) != docs || len(s.stamps) != stamps {
		t.Errorf("%d documents became %d, %d stamps %d", docs, len(s.current.Load().docs), stamps, len(s.stamps))
	}
}

// A slow request may still be at an old edition when a new one is out. What it
// makes must not pass for the newest.
func TestOldEditionHasNoDate(t *testing.T) {
	b := &board{}
	b.show(calm())
	s, err := New(Options{Board: b, Site: Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}})
	if err != nil {
		t.Fatal(err)
	}
	old := s.edition()
	b.show(down())
	now, err := s.edition().document(s.edition().front())
	if err != nil {
		t.Fatal(err)
	}
	late, err := old.document(old.front())
	if err != nil {
		t.Fatal(err)
	}
	if now.modified.IsZero() || !late.modified.IsZero() {
		t.Errorf("the new edition is of %s, the old of %s", now.modified, late.modified)
	}
	if got := s.stamps[""]; got.tag != now.tag {
		t.Error("the old edition's content counts as the newest")
	}
}
