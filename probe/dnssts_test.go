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
	"strings"
	"testing"
	"time"
)

func TestMTASTS(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	const policy = "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.edu\r\nmx: *.example.edu\r\nmax_age: 86400\r\n"
	zone := goodZone + "_mta-sts.example.edu TXT v=STSv1; id=20261124\nmta-sts.example.edu A 192.0.2.80\n"
	says := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "mta-sts.example.edu" || r.URL.Path != "/.well-known/mta-sts.txt" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body)
		}
	}
	text := func(body string) http.HandlerFunc { return says("text/plain; charset=utf-8", body) }
	good := a.leaf(t, "mta-sts.example.edu", 60*24*time.Hour)
	for _, tt := range []struct {
		name    string
		cert    tls.Certificate
		handler http.HandlerFunc
		verdict Verdict
		reason  Reason
		detail  string
	}{
		{"good", good, text(policy), OK, "", ""},
		{"none asks for nothing", good, text("version: STSv1\nmode: none\nmax_age: 0\n"), OK, "", ""},
		{"forgets a host", good, text(strings.Replace(policy, "*.example.edu", "*.x.example.edu", 1)), Fail, "mta-sts.mx", "mx2.example.edu"},
		{"star for two labels", good, text("version: STSv1\nmode: testing\nmx: *.edu\nmax_age: 1\n"), Slow, "", "in testing"},
		{"no version", good, text(policy[len("version: STSv1\r\n"):]), Fail, "mta-sts.policy", "version"},
		{"odd mode", good, text(strings.Replace(policy, "enforce", "<b>", 1)), Fail, "mta-sts.policy", "<b>"},
		{"too old", good, text(strings.Replace(policy, "86400", "99999999", 1)), Fail, "mta-sts.policy", "max_age"},
		{"allows nobody", good, text("version: STSv1\nmode: enforce\nmax_age: 1\n"), Fail, "mta-sts.policy", "no host"},
		{"a page", good, text("<html>\nsorry</html>"), Fail, "mta-sts.policy", "key: value"},
		{"as HTML", good, says("text/html", policy), Fail, "mta-sts.http", "text/html"},
		{"endless", good, text(strings.Repeat("x", maxPolicy+1)), Fail, "mta-sts.toolong", ""},
		{"not there", good, http.NotFound, Fail, "mta-sts.http", "404"},
		{"elsewhere", good, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://mta-sts.example.edu/.well-known/mta-sts.txt", http.StatusFound)
		}, Fail, "mta-sts.http", "302"},
		{"of a stranger", stranger.leaf(t, "mta-sts.example.edu", 60*24*time.Hour), text(policy), Fail, "mta-sts.cert_chain", ""},
		{"of another name", a.leaf(t, "www.example.edu", 60*24*time.Hour), text(policy), Fail, "mta-sts.cert_name", ""},
		{"expired", a.leaf(t, "mta-sts.example.edu", -time.Hour), text(policy), Fail, "mta-sts.cert_expired", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(tt.handler)
			srv.TLS = &tls.Config{Certificates: []tls.Certificate{tt.cert}}
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			srv.StartTLS()
			defer srv.Close()
			names := nameServer{zone: zone}
			dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
				if addr == "192.0.2.80:443" {
					return net.Dial("tcp", srv.Listener.Addr().String())
				}
				return names.dial(ctx, network, addr)
			}
			target, err := ParseTarget("dns://example.edu?ask=mta-sts&resolver=192.0.2.53:53")
			if err != nil {
				t.Fatal(err)
			}
			r := (&Runner{Dial: dial, RootCAs: a.pool}).RunTarget(t.Context(), target, nil, 0)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) {
				t.Errorf("got %s %q (%s), want %s %q (%s)", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail)
			}
		})
	}
}
