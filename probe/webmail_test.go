package probe

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const (
	cookieValue = "c00kie-0123456789"
	tokenValue  = "t0ken+/0123456789"
)

// loginSite is a site of our own that logs joe in, and says aloud what it
// should keep to itself. Its parts can be replaced.
type loginSite struct {
	*http.ServeMux
	action  string // of the form
	logouts atomic.Int32
}

func newLoginSite() *loginSite {
	s := &loginSite{ServeMux: http.NewServeMux(), action: "/session?x=1"}
	s.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: cookieValue})
		w.Header().Set("Content-Type", "text/html; session="+cookieValue)
		s.form(w, "Log in")
	})
	s.HandleFunc("POST /session", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("sid")
		if err != nil || c.Value != cookieValue || r.PostFormValue("token") != tokenValue || r.PostFormValue("lang") != "en" || r.PostForm.Has("remember") || r.PostFormValue("go") != "Log in" {
			http.Error(w, "not from our form", http.StatusBadRequest)
			return
		}
		said := r.PostFormValue("pass") + " " + c.Value + " " + r.PostFormValue("token")
		if r.PostFormValue("mail") != "joe" || r.PostFormValue("pass") != secret {
			w.WriteHeader(http.StatusUnauthorized)
			s.form(w, "not "+said)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "in", Value: "yes"})
		w.Header().Set("Content-Type", "text/html; said="+url.QueryEscape(said))
		http.Redirect(w, r, "/box;session="+c.Value+"?token="+url.QueryEscape(tokenValue), http.StatusSeeOther)
	})
	s.HandleFunc("GET /box;session="+cookieValue, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("in"); err != nil {
			http.Error(w, "not logged in", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `<title>Inbox of %s</title><a href="/logout?t=%s&amp;now=1">out</a>`, html.EscapeString(secret), tokenValue)
	})
	s.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RawQuery, "&now=1") {
			s.logouts.Add(1)
		}
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
	})
	return s
}

func (s *loginSite) form(w http.ResponseWriter, title string) {
	fmt.Fprintf(w, `<title>%s</title><form><input name=q></form>
<FORM METHOD=post ACTION='%s'><script>"<input name=no>"</script><input type=hidden name=token value="%s">
<input type=text name=mail><select name=lang><option value=de>x<option value=en selected>y</select>
<input type=checkbox name=remember value=1><input type="PASSWORD" name=pass><input type=submit name=go value="Log in"><input type=submit name=forgot></FORM>`,
		html.EscapeString(title), s.action, html.EscapeString(tokenValue))
}

// scrubbed fails when something secret is in what is kept of a run.
func scrubbed(t *testing.T, r Result) {
	t.Helper()
	kept := r.Detail + "\n" + strings.Join(r.Transcript, "\n") + "\n" + string(JSON(r)) + Line(r)
	for _, word := range []string{secret, cookieValue, tokenValue} {
		for _, form := range []string{word, url.QueryEscape(word), html.EscapeString(word), base64.StdEncoding.EncodeToString([]byte(word))} {
			if strings.Contains(kept, form) {
				t.Errorf("%q is in what is kept:\n%s", form, kept)
			}
		}
	}
}

func TestWebmail(t *testing.T) {
	site := newLoginSite()
	server := httptest.NewServer(site)
	defer server.Close()
	target := "webmail+http://joe@" + hostOf(server) + "/login#logout=/logout"
	for options, want := range map[string]Reason{
		"":                                     "",
		"&expect=Inbox%20of":                   "",
		"&user_field=mail&password_field=pass": "",
		"&expect=Nowhere":                      "auth.mismatch",
		"&expect=Log%20in":                     "page.expected",
		"&user_field=name":                     "login.noform",
		"&form=/nowhere":                       "login.status",
		"&user_field=q":                        "login.noform",
	} {
		before := site.logouts.Load()
		r := ask(t, target+options, nil, nil)
		if r.Reason != want || want == "" && r.Mechanism != "form" {
			t.Errorf("%s: got %s %q (%s), want %q\n%s", options, r.Verdict, r.Reason, r.Detail, want, strings.Join(r.Transcript, "\n"))
		}
		scrubbed(t, r)
		if n := site.logouts.Load() - before; want == "" && n != 1 {
			t.Errorf("%s: logged out %d times", options, n)
		}
	}
	r := ask(t, strings.Replace(target, "joe@", "jim@", 1), nil, nil)
	if r.Reason != "auth.no" || !r.Reason.Rejected() {
		t.Errorf("another user: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
	scrubbed(t, r)
}

// badLink is a way to a server that one connection of a run does not get over:
// it is cut after some bytes of the answer, or goes silent there.
type badLink struct {
	net.Conn
	left  int
	mute  bool
	ended chan struct{}
}

func (l *badLink) Read(p []byte) (int, error) {
	if l.left <= 0 {
		if l.mute {
			<-l.ended
		}
		return 0, io.EOF
	}
	n, err := l.Conn.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

func (l *badLink) Close() error {
	select {
	case <-l.ended:
	default:
		close(l.ended)
	}
	return l.Conn.Close()
}

// pipes is a listener within a bubble of virtual time.
type pipes chan net.Conn

func (l pipes) Accept() (net.Conn, error) {
	if c, ok := <-l; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l pipes) Close() error   { return nil }
func (l pipes) Addr() net.Addr { return &net.UnixAddr{} }

// Each request of a run can fail in each of its parts, and the reason names it.
func TestWebmailCut(t *testing.T) {
	target, err := ParseTarget("webmail+http://joe@127.0.0.1/login#logout=/logout")
	if err != nil {
		t.Fatal(err)
	}
	run := func(bad, after int, mute bool) (r Result) {
		synctest.Test(t, func(t *testing.T) {
			link, connections := make(pipes), 0
			server := &http.Server{Handler: newLoginSite(), ErrorLog: quiet}
			go func() { _ = server.Serve(link) }()
			dial := func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				link <- theirs
				if connections++; connections == bad {
					return &badLink{Conn: ours, left: after, mute: mute, ended: make(chan struct{})}, nil
				}
				return ours, nil
			}
			r = (&Runner{Dial: dial}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, 15*time.Second)
			close(link)
			_ = server.Close()
		})
		return r
	}
	for i, phase := range []string{"page", "login", "login", "logout"} {
		for _, after := range []int{0, 10, 100} { // before the answer, in its first line, in its head
			cut, hung := Reason(phase+".eof"), Reason(phase+".timeout")
			if phase == "logout" {
				cut = "" // the work was done
			}
			if r := run(i+1, after, false); r.Reason != cut {
				t.Errorf("request %d cut after %d bytes: got %s %q (%s), want %q", i+1, after, r.Verdict, r.Reason, r.Detail, cut)
			}
			if r := run(i+1, after, true); r.Reason != hung || r.Took != budgetCommand {
				t.Errorf("request %d hung after %d bytes: got %s %q (%s) after %v, want %q", i+1, after, r.Verdict, r.Reason, r.Detail, r.Took, hung)
			}
		}
	}
	if r := run(5, 0, false); r.Verdict != OK {
		t.Errorf("healthy: got %s %q (%s)", r.Verdict, r.Reason, r.Detail)
	}
}

// A password goes nowhere but to the site that it is for, and not in the clear
// unless that is allowed.
func TestWebmailKeepsPassword(t *testing.T) {
	var leaked atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { leaked.Add(1) }))
	defer thief.Close()
	a := newAuthority(t)
	site := newLoginSite()
	site.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/session", http.StatusTemporaryRedirect)
	})
	site.HandleFunc("/stolen", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(thief.URL, "127.0.0.1", "other.example", 1), http.StatusTemporaryRedirect)
	})
	site.HandleFunc("/bared", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusPermanentRedirect)
	})
	clear := httptest.NewServer(site)
	defer clear.Close()
	covered := httptest.NewUnstartedServer(site)
	covered.TLS = &tls.Config{Certificates: []tls.Certificate{a.leaf(t, "mail.example", 60*24*time.Hour)}}
	covered.StartTLS()
	defer covered.Close()
	for _, tt := range []struct {
		name, url, action string
		reason            Reason
	}{
		{"keeps the form on its way", "webmail+https://joe@mail.example/login", "/moved", ""},
		{"form of another host", "webmail+https://joe@mail.example/login", "https://other.example/", "login.redirect"},
		{"form out of encryption", "webmail+https://joe@mail.example/login", "http://mail.example/session", "login.redirect"},
		{"form that is no page", "webmail+https://joe@mail.example/login", "mailto:joe@mail.example", "login.redirect"},
		{"redirect to another host", "webmail+https://joe@mail.example/login", "/stolen", "login.redirect"},
		{"redirect out of encryption", "webmail+https://joe@mail.example/login", "/bared", "login.redirect"},
		{"in the clear", "webmail+http://joe@mail.example/login", "/session", "login.plaintext_refused"},
		{"in the clear as allowed", "webmail+http://joe@mail.example/login#plaintext=true", "/session", ""},
		{"from the clear into encryption", "webmail+http://joe@mail.example/login", "https://mail.example/session", ""},
	} {
		site.action = tt.action
		target, err := ParseTarget(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			to := map[string]string{"192.0.2.1:443": hostOf(covered), "192.0.2.1:80": hostOf(clear)}[addr]
			if to == "" {
				to = hostOf(thief)
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		}
		zone := names{"mail.example": {netip.MustParseAddr("192.0.2.1")}, "other.example": {netip.MustParseAddr("192.0.2.2")}}
		r := (&Runner{Dial: dial, Resolver: zone, RootCAs: a.pool}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, 10*time.Second)
		if r.Reason != tt.reason {
			t.Errorf("%s: got %s %q (%s), want %q\n%s", tt.name, r.Verdict, r.Reason, r.Detail, tt.reason, strings.Join(r.Transcript, "\n"))
		}
		scrubbed(t, r)
	}
	if n := leaked.Load(); n != 0 {
		t.Errorf("somebody else was asked %d times", n)
	}
}

// What sites say of a login, and of an inbox, is told apart. The pages are
// those of Horde and Roundcube, cut down to what matters.
func TestWebmailAnswers(t *testing.T) {
	const (
		hordeForm  = `<title>Log in</title><form action="login.php"><input name="horde_user"><input type=password name="horde_pass"></form>`
		hordeIn    = `<a href="login.php?horde_logout_token=x&amp;logout_reason=4">`
		cubeForm   = `<form action="?_task=login"><input name="_user"><input type=password name="_pass"></form>`
		cubeIn     = `<script>{"request_token":"abc"}</script><a href="?_task=logout">`
		cubeList   = `{"action":"list","env":{"mailbox":"INBOX"},"exec":"this.display_message(\"No messages found.\",\"notice\",0);"}`
		cubeBroken = `{"action":"list","env":{"mailbox":"INBOX"},"exec":"this.display_message(\"Server Error: \\\"SELECT\\\"\\n\",\"error\",0);"}`
	)
	say := func(text string) string { return `<div class="noticetext">` + text + `</div>` }
	show := func(text string) string {
		return `<script>rcmail.display_message("` + text + `","warning",0);</script>`
	}
	for _, tt := range []struct {
		name, kind          string
		page, answer, inbox string
		code                int // of the answer to the login
		verdict             Verdict
		reason              Reason
		detail              string
	}{
		{"in", "horde", hordeForm, hordeIn, "mail", 200, OK, "", ""},
		{"refused", "horde", hordeForm, say("Login failed because &hellip;") + hordeForm, "", 200, Fail, "auth.no", "Login failed because …"},
		{"refused for what nobody knows", "horde", hordeForm, say("Anmeldung fehlgeschlagen.") + hordeForm, "", 200, Fail, "auth.no", "Anmeldung"},
		{"mail server is down", "horde", hordeForm, say("Error connecting to mail server.") + hordeForm, "", 200, Fail, "login.backend", "Error connecting"},
		{"somebody writes of that", "horde", hordeForm, hordeIn + say("Error connecting to mail server."), "mail", 200, OK, "", ""},
		{"inbox is not there", "horde", hordeForm, hordeIn, say("Could not open mailbox &quot;INBOX&quot;.") + `<img src="/alerts/error.png">`, 200, Fail, "mailbox.no", `Could not open mailbox "INBOX".`},
		{"thrown out", "horde", hordeForm, hordeIn, say("IMAP error") + hordeForm, 200, Fail, "mailbox.backend", "IMAP error"},
		{"no form", "horde", "<title>Maintenance</title>", "", "", 200, Fail, "page.noform", `"Maintenance"`},
		{"form without its fields", "horde", strings.ReplaceAll(hordeForm, "horde_user", "user"), "", "", 200, Fail, "login.noform", `"horde_user"`},
		{"neither in nor out", "horde", hordeForm, "<title>Hm</title>", "", 200, Fail, "auth.mismatch", `"Hm"`},
		{"broken", "horde", hordeForm, "oops", "", 500, Fail, "login.status", "500"},
		{"in", "roundcube", cubeForm, cubeIn, cubeList, 200, OK, "", ""},
		{"refused", "roundcube", cubeForm, show("Login failed.") + cubeForm, "", 401, Fail, "auth.no", "Login failed."},
		{"mail server is down", "roundcube", cubeForm, show("Connection to storage server failed.") + cubeForm, "", 401, Fail, "login.backend", "storage server"},
		{"locked out", "roundcube", cubeForm, show("Too many failed login attempts. Try again later.") + cubeForm, "", 401, Inconclusive, "login.limited", "Too many"},
		{"session", "roundcube", cubeForm, show("Your session is invalid or expired.") + cubeForm, "", 401, Fail, "login.session", "session"},
		{"inbox is not there", "roundcube", cubeForm, cubeIn, cubeBroken, 200, Fail, "mailbox.no", `Server Error: "SELECT"`},
		{"inbox is none", "roundcube", cubeForm, cubeIn, "<html>", 200, Fail, "mailbox.proto", ""},
		{"unauthorized", "roundcube", cubeForm, "go away", "", 403, Fail, "login.status", "403"},
		{"control bytes", "roundcube", cubeForm, show("\\u001b[31m\xff<b>") + cubeForm, "", 401, Fail, "auth.no", ".[31m"},
		{"bad quotes", "roundcube", cubeForm, show(`\q`) + cubeForm, "", 401, Fail, "auth.no", "the form came back"},
	} {
		t.Run(tt.kind+" "+tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				page := tt.page
				switch {
				case r.Method == http.MethodPost:
					w.WriteHeader(tt.code)
					page = tt.answer
				case strings.HasSuffix(r.URL.Path, "/imp/") || strings.Contains(r.URL.RawQuery, "_action=list&_mbox=INBOX&_remote=1&_token=abc"):
					page = tt.inbox
				}
				fmt.Fprint(w, page)
			}))
			defer server.Close()
			r := ask(t, tt.kind+"+http://joe@"+hostOf(server)+"/mail", nil, nil)
			if r.Verdict != tt.verdict || r.Reason != tt.reason || !strings.Contains(r.Detail, tt.detail) {
				t.Errorf("got %s %q (%s), want %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, tt.verdict, tt.reason, tt.detail, strings.Join(r.Transcript, "\n"))
			}
		})
	}
}

// The dynamic view of Horde is a script that counts the messages.
func TestHordeCount(t *testing.T) {
	for answer, want := range map[string]Reason{
		`/*-secure-{"response":true,"tasks":{"imp:poll":{"SU5CT1g":0}}}*/`:                "",
		`{"tasks":{"imp:poll":{"SU5CT1g":7}},"msgs":[{"message":"x"}]}`:                   "",
		`/*-secure-{"response":true}*/`:                                                   "mailbox.no",
		`/*-secure-{"response":null,"msgs":[{"message":"Error","type":"horde.error"}]}*/`: "mailbox.no",
		`<html>Fatal Error</html>`:                                                        "mailbox.status",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/services/ajax.php/imp/poll"):
				w.WriteHeader(http.StatusInternalServerError)
				if r.PostFormValue("token") == "a-token-of-it" && r.PostFormValue("poll") == `["SU5CT1g"]` {
					fmt.Fprint(w, answer)
				}
			case r.Method == http.MethodPost:
				fmt.Fprint(w, `<a href="login.php?horde_logout_token=x">`)
			case strings.HasSuffix(r.URL.Path, "/imp/"):
				fmt.Fprint(w, `<script>{"TOKEN":"a-token-of-it"}</script>`)
			default:
				fmt.Fprint(w, `<form><input name="horde_user"><input type=password name="horde_pass"></form>`)
			}
		}))
		r := ask(t, "horde+http://joe@"+hostOf(server), nil, nil)
		server.Close()
		if r.Reason != want {
			t.Errorf("%s: got %s %q (%s), want %q", answer, r.Verdict, r.Reason, r.Detail, want)
		}
	}
}

// Forms are found whatever surrounds them, at a cost that grows with the page
// and no faster.
func TestLoginForm(t *testing.T) {
	for page, want := range map[string]string{
		``:                                   "",
		`<form><input type=password name=p>`: "p=",
		`<form action=/a><input name=u value="&lt;1"><input type=password name=p></form>`: "p=&u=%3C1",
		`<input type=password name=p>`:                       "",
		`<form><input type=password></form>`:                 "",
		`<form><input type=password name=p disabled></form>`: "",
		`<!-- <form><input type=password name=p> -->`:        "",
		`<form><input name=q></form><form><input type=password name=p><button name=b value=1><button name=c>`:                 "b=1&p=",
		`<form><select name=s><option value=1><option value=2></select><input type=password name=p>`:                          "p=&s=1",
		`<form><select name=s><option value=1><option value=2 selected><option value=3></select><input type=password name=p>`: "p=&s=2",
		`<form><input type=radio name=r value=1><input type=radio name=r value=2 checked><input type=password name=p>`:        "p=&r=2",
		strings.Repeat("<form>", 20000) + `<input type=password name=p>`:                                                      "p=",
		strings.Repeat("<div>", 50000) + `<form><input type=password name=p>`:                                                 "p=",
	} {
		f, found := loginForm([]byte(page))
		got := f.values().Encode()
		if !found {
			got = ""
		}
		if got != want {
			t.Errorf("%.80q: %q, want %q", page, got, want)
		}
	}
	f, _ := loginForm([]byte(`<form><input type=password name=p>` + strings.Repeat(`<input name=x>`, 10000)))
	if len(f.fields) != maxFields {
		t.Errorf("%d fields, want %d", len(f.fields), maxFields)
	}
}
