package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// askedFor is the server's side of a request for a page, up to its end; then
// come lines.
func askedFor(page string, lines ...string) script {
	s := script{"C: GET " + page + " HTTP/1.1", "C: Host:", "C: User-Agent:", "C: Connection: close",
		"C: Accept:", "C: Accept-Encoding: identity", "C: Accept-Language:", "C: \r\n"}
	return append(s, lines...)
}

func TestHTTP(t *testing.T) {
	ok := func(lines ...string) script {
		return askedFor("/", append([]string{"S: HTTP/1.1 200 OK"}, lines...)...)
	}
	for _, tt := range []struct {
		name    string
		url     string
		server  script
		verdict Verdict
		reason  Reason
		detail  string
		phases  string
	}{
		{"page", "http://127.0.0.1", ok("S: Content-Length: 5", "S: ", "S~ hello"), OK, "", "", "connect request body"},
		{"path and query", "http://127.0.0.1/a%20b?c=d&e", askedFor("/a%20b?c=d&e", "S: HTTP/1.0 204 No Content", "S: "), OK, "", "", "connect request body"},
		{"text", "http://127.0.0.1#expect=wel%20come", ok("S: ", "S~ <p>wel come</p>"), OK, "", "", ""},
		{"another text", "http://127.0.0.1#expect=welcome", ok("S: ", "S~ <title>Out of order</title>"), Fail, "body.mismatch",
			`"welcome" is not in the page, which is titled "Out of order"`, "connect request body"},
		{"no text", "http://127.0.0.1#expect=welcome", ok("S: "), Fail, "body.mismatch", `titled "nothing"`, ""},
		{"code", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 503 Service Unavailable", "S: ", "S: sorry"), Fail, "request.status", "503 Service Unavailable", "connect request"},
		{"code that is wanted", "http://127.0.0.1#status=401", askedFor("/", "S: HTTP/1.1 401 No", "S: "), OK, "", "", ""},
		{"code that is not wanted", "http://127.0.0.1#status=401", ok("S: "), Fail, "request.status", "200 OK", ""},
		{"redirect that is wanted", "http://127.0.0.1#status=302", askedFor("/", "S: HTTP/1.1 302 Found", "S: Location: http://elsewhere.example/", "S: "), OK, "", "", "connect request body"},
		{"redirect to nowhere", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 302 Found", "S: "), Fail, "request.status", "302 Found", ""},
		{"redirect to what is no page", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 302 Found", "S: Location: file:///etc/passwd", "S: "), Fail, "request.redirect", "no web page", ""},
		{"interim answers", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 100 Continue", "S: ", "S: HTTP/1.1 103 Early Hints", "S: Link: x", "S: ", "S: HTTP/1.1 200 OK", "S: "), OK, "", "", ""},
		{"interim answers only", "http://127.0.0.1", askedFor("/", slices.Repeat([]string{"S: HTTP/1.1 100 Continue", "S: "}, maxInterim+1)...), Fail, "request.proto", "interim", ""},
		{"hangs up", "http://127.0.0.1", askedFor("/"), Fail, "request.eof", "", "connect request"},
		{"resets", "http://127.0.0.1", askedFor("/", reset), Fail, "request.reset", "", ""},
		{"hangs up in the head", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 200 OK", "S~ Content-Ty"), Fail, "request.eof", "", ""},
		{"hangs up in the page", "http://127.0.0.1", ok("S: Content-Length: 99", "S: ", "S~ hello"), Fail, "body.eof", "", "connect request body"},
		{"hangs up in a chunk", "http://127.0.0.1", ok("S: Transfer-Encoding: chunked", "S: ", "S: 99", "S~ hello"), Fail, "body.eof", "", ""},
		{"chunks", "http://127.0.0.1#expect=hello", ok("S: Transfer-Encoding: chunked", "S: ", "S: 3", "S: hel", "S: 2", "S: lo", "S: 0", "S: "), OK, "", "", ""},
		{"no chunks", "http://127.0.0.1", ok("S: Transfer-Encoding: chunked", "S: ", "S: zz", "S: hello"), Fail, "body.proto", "chunk", ""},
		{"a chunk without end", "http://127.0.0.1", ok("S: Transfer-Encoding: chunked", "S: ", "S~ 5;", flood), Fail, "body.proto", "", ""},
		{"packed", "http://127.0.0.1#expect=hello", ok("S: Content-Encoding: gzip", "S: ", "S: \x1f\x8b\x08"), Fail, "body.proto", "gzip", ""},
		{"another protocol", "http://127.0.0.1", askedFor("/", "S: SSH-2.0-OpenSSH_10"), Fail, "request.proto", "malformed", ""},
		{"HTTP/2", "http://127.0.0.1", askedFor("/", "S~ \x00\x00\x12\x04\x00\x00\x00\x00\x00"), Fail, "request.eof", "", ""},
		{"two lengths", "http://127.0.0.1", ok("S: Content-Length: 5", "S: Content-Length: 6", "S: "), Fail, "request.proto", "", ""},
		{"a head without end", "http://127.0.0.1", ok(flood), Fail, "request.toolong", "", ""},
		{"a page without end", "http://127.0.0.1", ok("S: ", flood), OK, "", "", ""},
		{"text behind its end", "http://127.0.0.1#expect=welcome", ok("S: ", flood, "S: welcome"), Fail, "body.mismatch", "first 256 KiB", ""},
		{"too many cookies", "http://127.0.0.1", ok(append(slices.Repeat([]string{"S: Set-Cookie: a=b"}, maxCookies+1), "S: ")...), Fail, "request.toolong", "50 cookies", ""},
		{"no TLS", "https://127.0.0.1", script{"S: HTTP/1.1 400 Bad Request", hang}, Fail, "tls.proto", "", "connect tls"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, tt.url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) {
				t.Errorf("got %s %q (%s), want %s %q (%s)", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail)
			}
			if got := phaseNames(r); tt.phases != "" && got != tt.phases {
				t.Errorf("phases %q, want %q", got, tt.phases)
			}
		})
	}
}

// No server holds a run beyond the budget of a phase.
func TestHungSite(t *testing.T) {
	for _, tt := range []struct {
		name   string
		url    string
		server script
		reason Reason
		took   time.Duration
	}{
		{"silent", "http://127.0.0.1", script{hang}, "request.timeout", 10 * time.Second},
		{"silent in the handshake", "https://127.0.0.1", script{hang}, "tls.timeout", 5 * time.Second},
		{"silent after an interim answer", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 100 Continue", "S: ", hang), "request.timeout", 10 * time.Second},
		{"silent within the head", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 200 OK", hang), "request.timeout", 10 * time.Second},
		{"drips the head", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 200 OK", drip), "request.timeout", 10 * time.Second},
		{"drips the page", "http://127.0.0.1", askedFor("/", "S: HTTP/1.1 200 OK", "S: ", drip), "body.timeout", 10 * time.Second},
		{"both", "http://127.0.0.1", askedFor("/", lag, "S: HTTP/1.1 200 OK", "S: ", drip), "body.timeout", 15 * time.Second},
		{"webmail is silent", "horde+http://joe@127.0.0.1", script{hang}, "page.timeout", 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				r := ask(t, tt.url, tt.server.onPipe(tls.Certificate{}), nil)
				if took := time.Since(begun); r.Verdict != Fail || r.Reason != tt.reason || took != tt.took {
					t.Errorf("got %s %q (%s) after %v, want %q after %v", r.Verdict, r.Reason, r.Detail, took, tt.reason, tt.took)
				}
				time.Sleep(time.Minute) // the server notices that it is alone
			})
		})
	}
}

// quiet is the log of a server that is expected to complain.
var quiet = log.New(io.Discard, "", 0)

// hostOf is the address of a server without its scheme, for a target.
func hostOf(s *httptest.Server) string {
	return strings.TrimPrefix(strings.TrimPrefix(s.URL, "http://"), "https://")
}

func TestRedirects(t *testing.T) {
	a := newAuthority(t)
	var asked atomic.Int32
	site := http.NewServeMux()
	site.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "welcome") })
	site.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/loop", http.StatusFound)
	})
	site.HandleFunc("/sets", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err == nil {
			http.Redirect(w, r, "home", http.StatusSeeOther)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
		http.Redirect(w, r, "/sets?again", http.StatusFound)
	})
	site.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.RawQuery, http.StatusFound)
	})
	clear := httptest.NewServer(site)
	defer clear.Close()
	covered := httptest.NewUnstartedServer(site)
	covered.TLS = &tls.Config{Certificates: []tls.Certificate{a.leaf(t, "127.0.0.1", 60*24*time.Hour)}}
	covered.StartTLS()
	defer covered.Close()
	http127, https127 := "http://"+hostOf(clear), "https://"+hostOf(covered)
	other := strings.Replace(http127, "127.0.0.1", "other.example", 1)
	zone := names{"other.example": {netip.MustParseAddr("127.0.0.1")}, "gone.example": {netip.MustParseAddr("169.254.169.254")}}

	for url, want := range map[string]Reason{
		http127 + "/to?/home#expect=welcome":                               "",
		http127 + "/sets#expect=welcome":                                   "",
		http127 + "/to?" + https127 + "/home#expect=welcome":               "",
		https127 + "/to?" + https127 + "/home#expect=welcome":              "",
		https127 + "/to?" + http127 + "/home":                              "request.redirect",
		https127 + "/to?" + http127 + "/home#redirects=any&expect=welcome": "",
		http127 + "/loop":                  "request.redirect",
		http127 + "/to?" + other + "/home": "request.redirect",
		http127 + "/to?" + other + "/home#redirects=any&expect=welcome":           "",
		http127 + "/to?http://unknown.example/#redirects=any":                     "dns.nxdomain",
		http127 + "/to?http://gone.example/latest/meta-data/#redirects=any":       "connect.local",
		http127 + "/to?http://127.0.0.1:70000/#redirects=any":                     "request.redirect",
		http127 + "/to?javascript:alert(1)#redirects=any":                         "request.redirect",
		http127 + "/to?" + http127 + "/to?" + other + "/home#redirects=any":       "",
		http127 + "/to?" + https127 + "/missing#expect=welcome":                   "request.status",
		http127 + "/to?" + strings.Replace(https127, "127.0.0.1", "LOCALHOST", 1): "request.redirect",
	} {
		target, err := ParseTarget(url)
		if err != nil {
			t.Fatal(err)
		}
		// The runner's own rules about addresses hold for what a server names too.
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			if !strings.HasPrefix(addr, "127.0.0.1:") {
				return nil, &net.OpError{Op: "dial", Err: syscall.EPERM}
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		}
		r := (&Runner{Dial: dial, Resolver: zone, RootCAs: a.pool}).RunTarget(t.Context(), target, nil, 10*time.Second)
		if r.Reason != want || r.Target != target.String() {
			t.Errorf("%s: got %s %q (%s), want %q\n%s", url, r.Verdict, r.Reason, r.Detail, want, strings.Join(r.Transcript, "\n"))
		}
	}
	if n := asked.Load(); n != maxRedirects+1 {
		t.Errorf("a redirect that leads to itself was asked for %d times, want %d", n, maxRedirects+1)
	}
}

// What a certificate is worth is known also when it is refused, and an old
// version of TLS is told apart.
func TestSiteCertificate(t *testing.T) {
	a := newAuthority(t)
	for _, tt := range []struct {
		name, options string
		cert          tls.Certificate
		newest        uint16
		reason        Reason
	}{
		{"good", "", a.leaf(t, "127.0.0.1", 60*24*time.Hour), tls.VersionTLS13, ""},
		{"has ended", "", a.leaf(t, "127.0.0.1", -time.Hour), tls.VersionTLS13, "tls.cert_expired"},
		{"of another name", "", a.leaf(t, "mail.example.edu", 60*24*time.Hour), tls.VersionTLS13, "tls.cert_name"},
		{"not looked at", "#insecure=true", a.leaf(t, "mail.example.edu", 60*24*time.Hour), tls.VersionTLS13, ""},
		{"old TLS", "", a.leaf(t, "127.0.0.1", 60*24*time.Hour), tls.VersionTLS11, "tls.version"},
		{"old TLS, not looked at", "#insecure=true", a.leaf(t, "127.0.0.1", 60*24*time.Hour), tls.VersionTLS11, "tls.version"},
		{"old TLS that will do", "#min=1.0", a.leaf(t, "127.0.0.1", 60*24*time.Hour), tls.VersionTLS11, ""},
		{"TLS that is not new enough", "#min=1.3", a.leaf(t, "127.0.0.1", 60*24*time.Hour), tls.VersionTLS12, "tls.version"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, url := range []string{"https://%s" + tt.options, "tls://%s" + strings.Replace(tt.options, "#", "?", 1)} {
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				s.TLS = &tls.Config{Certificates: []tls.Certificate{tt.cert}, MinVersion: tls.VersionTLS10, MaxVersion: tt.newest}
				s.Config.ErrorLog = quiet
				s.StartTLS()
				defer s.Close()
				r := ask(t, fmt.Sprintf(url, hostOf(s)), nil, a)
				if r.Reason != tt.reason {
					t.Errorf("%s: got %q (%s), want %q", url, r.Reason, r.Detail, tt.reason)
				}
				if r.TLS == nil || r.TLS.Version != tls.VersionName(tt.newest) || r.TLS.Cipher == "" || r.TLS.NotAfter.IsZero() {
					t.Errorf("%s: tls = %+v", url, r.TLS)
				}
			}
		})
	}
}
