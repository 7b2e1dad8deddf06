package web

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"howdah/probe"
)

// post sends a report; token is the whole Authorization header.
func post(t *testing.T, address, authorization, body string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// box is a real box that waits for one job.
func box() *probe.Push {
	p := probe.NewPush(func(...string) {})
	p.Expect([]probe.Pushed{
		{Check: "copy", Name: "nightly-copy", Every: time.Hour, Token: func() (string, error) { return "s3cret", nil }},
		{Check: "x", Name: "unreadable", Every: time.Hour, Token: func() (string, error) { return "", fmt.Errorf("open /etc/token: no such file") }},
	})
	return p
}

func TestPush(t *testing.T) {
	b := box()
	_, srv := serve(t, down(), func(o *Options) { o.Push = b; o.Log = slog.New(slog.DiscardHandler) })
	at := srv.URL + "/api/v1/push/nightly-copy"
	const token = "Bearer s3cret"
	check := probe.Check{Target: probe.Target{Scheme: "push", Host: "nightly-copy"}, Asker: b}

	for _, tt := range []struct {
		name, url, authorization, body string
		status                         int
		detail                         string
		verdict                        probe.Verdict // that the check has then; empty: as before
		reason                         probe.Reason
	}{
		{"all is well", at, token, "", 204, "", probe.OK, ""},
		{"scheme in lower case", at, "bearer  s3cret", "\n", 204, "", probe.OK, ""},
		{"failed", at, token, `{"verdict":"fail","reason":"disk.full","detail":"<b>","took_ms":1500.5}`, 204, "", probe.Fail, "disk.full"},
		{"slow", at, token, `{"verdict":"slow"}`, 204, "", probe.Slow, ""},
		{"no token", at, "", "", 401, "Authorization: Bearer TOKEN", "", ""},
		{"another scheme", at, "Basic czNjcmV0", "", 401, "Bearer", "", ""},
		{"token in the URL", at + "?token=s3cret", "", "", 401, "Bearer", "", ""},
		{"wrong token", at, "Bearer secret", `{"verdict":"fail"}`, 401, "not the one", "", ""},
		{"no such job", srv.URL + "/api/v1/push/other", token, "", 404, "no check waits", "", ""},
		{"no name", srv.URL + "/api/v1/push/", token, "", 404, "", "", ""},
		{"not JSON", at, token, "ok", 400, "JSON object", "", ""},
		{"a form", at, token, "verdict=ok", 400, "JSON object", "", ""},
		{"unknown key", at, token, `{"verdict":"ok","host":"x"}`, 400, "host", "", ""},
		{"no verdict", at, token, `{}`, 400, "verdict", "", ""},
		{"odd verdict", at, token, `{"verdict":"up"}`, 400, "verdict", "", ""},
		{"good for a reason", at, token, `{"verdict":"ok","reason":"a.b"}`, 400, "no reason", "", ""},
		{"odd reason", at, token, `{"verdict":"fail","reason":"<script>"}`, 400, "phase.cause", "", ""},
		{"two objects", at, token, `{"verdict":"ok"}{"verdict":"ok"}`, 400, "follows", "", ""},
		{"a brace too many", at, token, `{"verdict":"ok"}}`, 400, "follows", "", ""},
		{"a list", at, token, `[]`, 400, "JSON object", "", ""},
		{"cut off", at, token, `{"verdict":"ok"`, 400, "JSON object", "", ""},
		{"took less than nothing", at, token, `{"verdict":"ok","took_ms":-1}`, 400, "that long", "", ""},
		{"took for ever", at, token, `{"verdict":"ok","took_ms":1e300}`, 400, "that long", "", ""},
		{"too long", at, token, `{"verdict":"ok","detail":"` + strings.Repeat("x", maxReport) + `"}`, 413, "4096 bytes", "", ""},
		{"token that can't be read", srv.URL + "/api/v1/push/unreadable", token, "", 500, "", "", ""},
	} {
		a := post(t, tt.url, tt.authorization, tt.body)
		if a.status != tt.status {
			t.Errorf("%s: got %d %s, want %d", tt.name, a.status, a.body, tt.status)
			continue
		}
		guardedHeaders(t, tt.name, a.header)
		if got := a.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", tt.name, got)
		}
		if (a.header.Get("WWW-Authenticate") == "Bearer") != (tt.status == 401) {
			t.Errorf("%s: WWW-Authenticate %q with %d", tt.name, a.header.Get("WWW-Authenticate"), tt.status)
		}
		if tt.status == 204 {
			if r := b.Ask(t.Context(), check); r.Verdict != tt.verdict || r.Reason != tt.reason || a.body != "" {
				t.Errorf("%s: the check is %s %q; body %q", tt.name, r.Verdict, r.Reason, a.body)
			}
			continue
		}
		var p struct {
			Type, Title, Detail string
			Status              int
		}
		err := json.Unmarshal([]byte(a.body), &p)
		if err != nil || a.header.Get("Content-Type") != kindProblem || p.Type != "about:blank" || p.Title != http.StatusText(tt.status) || p.Status != tt.status || !strings.Contains(p.Detail, tt.detail) {
			t.Errorf("%s: %s: %q, %v; want %q", tt.name, a.header.Get("Content-Type"), a.body, err, tt.detail)
		}
		without(t, a.body, "s3cret", "/etc/token")
	}
	// What was refused has changed nothing.
	if r := b.Ask(t.Context(), check); r.Verdict != probe.Slow {
		t.Errorf("the check is %s %q", r.Verdict, r.Reason)
	}

	var limited bool
	for range 20 {
		if a := post(t, at, token, ""); a.status == 429 {
			limited = true
			if a.header.Get("Retry-After") != "1" || a.header.Get("Content-Type") != kindProblem {
				t.Errorf("429 with %v", a.header)
			}
		}
	}
	if !limited {
		t.Error("20 reports at once are not too many")
	}
	if a := ask(t, http.MethodGet, at); a.status != 405 || !strings.Contains(a.header.Get("Allow"), "POST") || a.header.Get("Content-Type") != kindProblem {
		t.Errorf("GET: %d %v %s", a.status, a.header, a.body)
	}
}

// Reports find their way below a path too, and not to a server that wants none.
func TestPushBelowAPath(t *testing.T) {
	u, err := url.Parse("https://www.example.edu/status")
	if err != nil {
		t.Fatal(err)
	}
	_, srv := serve(t, down(), func(o *Options) { o.Push = box(); o.Site.URL = u })
	if a := post(t, srv.URL+"/status/api/v1/push/nightly-copy", "Bearer s3cret", ""); a.status != 204 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	_, srv = serve(t, down())
	if a := post(t, srv.URL+"/api/v1/push/nightly-copy", "Bearer s3cret", ""); a.status != 404 {
		t.Errorf("without a box: %d %s", a.status, a.body)
	}
}
