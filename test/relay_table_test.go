package test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// conversation is what a check says to a real server, answer by answer.
type conversation struct {
	name, target string // the target without its address, as in "imap://probe@%s"
	server       int    // its port
	tls          bool   // encryption begins with the connection
	password     string
	answers      []spoken
	says         map[string]string // by cause: what a server says that does not do it
	injected     string            // what it says to STARTTLS with more behind it
	// except are reasons that do not follow from the phase and the cause, by
	// "phase cause".
	except map[string]string
	// lengthless says that half an answer is an answer too, as that of a web
	// server which ends it by hanging up.
	lengthless bool
	// alone is held by a run; nil where the server takes several at once.
	alone *sync.Mutex
}

// spoken is one answer: the phase that waits for it, and what the check says
// before it. An empty one is the greeting; "TLS" begins encryption.
type spoken struct{ phase, after string }

// cases are all the faults that a conversation meets.
func (c conversation) cases(good, expired, named, itself func() relay) []expectation {
	var all []expectation
	add := func(m relay, what, reason string) {
		m.server, m.tls = fmt.Sprintf("127.0.0.1:%d", c.server), c.tls
		all = append(all, expectation{m, what, reason})
	}
	add(good(), "nothing", "")
	heard := map[string]int{}
	for _, a := range c.answers {
		m := good()
		says := c.says
		switch a.after {
		case "":
			says = map[string]string{"proto": "what am I"}
			for _, cause := range []string{"bye", "tempfail"} {
				if text, ok := c.says[cause]; ok && !strings.HasPrefix(text, "TAG") {
					says[cause] = text
				}
			}
		case "TLS":
			m.inTLS = true
			says = map[string]string{"proto": "* what am I"}
			add(expired(), "an expired certificate", "tls.cert_expired")
			add(named(), "a certificate of another", "tls.cert_name")
			add(itself(), "a certificate that signs itself", "tls.cert_chain")
		default:
			m.after = regexp.MustCompile(a.after)
			heard[a.after]++
			m.nth = heard[a.after]
		}
		faults := map[string]string{"eof": cutOff, "reset": reset, "timeout": silence, "": delayed}
		if a.after == "" {
			delete(faults, "reset") // which may be before the connection is known to be there
		}
		maps.Copy(faults, says)
		if beginsTLS.MatchString("a "+a.after+"\r\n") && c.injected != "" {
			faults["injected"] = c.injected
		}
		for cause, fault := range faults {
			m.fault = fault
			reason := a.phase + "." + cause
			if cause == "" {
				reason = ""
			}
			if r, ok := c.except[fmt.Sprintf("%s %s", a.phase, cause)]; ok {
				reason = r
			}
			add(m, fmt.Sprintf("%s (answer %d to %q): %s", a.phase, m.nth, a.after, fault), reason)
		}
		if !m.inTLS && !c.lengthless {
			m.fault = halved
			reason := a.phase + ".eof"
			if r, ok := c.except[a.phase+" eof"]; ok {
				reason = r
			}
			add(m, fmt.Sprintf("%s (answer %d to %q): %s", a.phase, m.nth, a.after, halved), reason)
		}
	}
	return all
}

type expectation struct {
	relay
	what, reason string
}

// Every check is asked of real servers, of which one answer after the other
// goes wrong: it is told by its phase and its cause, and a negative answer at
// once.
func TestEveryAnswerOfRealServers(t *testing.T) {
	t.Parallel()
	trusted := newAuthority(t)
	year := 365 * 24 * time.Hour
	by := func(a *authority, address string, ends time.Duration) func() relay {
		pair := a.certify(t, address, ends)
		return func() relay { return relay{pair: pair} }
	}
	good, expired, named, itself := by(trusted, "127.0.0.1", year), by(trusted, "127.0.0.1", -time.Hour), by(trusted, "192.0.2.1", year), by(nil, "127.0.0.1", year)
	// So many at once, because most of them wait.
	turns := make(chan struct{}, 24)
	var running sync.WaitGroup
	defer running.Wait()
	runs := 0
	defer func() { t.Logf("%d runs", runs) }()
	for _, c := range realConversations(t) {
		for _, e := range c.cases(good, expired, named, itself) {
			runs++
			running.Go(func() {
				if c.alone != nil {
					c.alone.Lock()
					defer c.alone.Unlock()
				}
				turns <- struct{}{}
				defer func() { <-turns }()
				e.check(t, c, trusted)
			})
		}
	}
}

func (e expectation) check(t *testing.T, c conversation, trusted *authority) {
	timeout := "10s"
	if e.fault == silence {
		timeout = "4s"
	}
	began := time.Now()
	code, r := runProbeWithin(t, fmt.Sprintf(c.target, e.listen(t)), c.password, timeout, "SSL_CERT_FILE="+trusted.file, "SSL_CERT_DIR="+filepath.Dir(trusted.file))
	took, want := time.Since(began), 2
	if e.reason == "" {
		want = 0
	}
	if r.Verdict == "slow" && e.fault == delayed {
		want = 1
	}
	if r.Reason != e.reason || code != want {
		t.Errorf("%s: %s: %s %q (%s), exit code %d, want %q, %d\n%s", c.name, e.what, r.Verdict, r.Reason, r.Detail, code, e.reason, want, r.trace)
	}
	switch {
	case e.fault == delayed && took < 3*time.Second:
		t.Errorf("%s: %s: took %v", c.name, e.what, took)
	case e.fault != delayed && e.fault != silence && took > 5*time.Second:
		t.Errorf("%s: %s: waited %v for what was told at once", c.name, e.what, took)
	}
}

// realConversations are those with the servers that the tests run for real.
func realConversations(t *testing.T) []conversation {
	if _, err := os.Stat("/usr/lib/dovecot/managesieve"); err != nil {
		skip(t, "Dovecot's ManageSieve is not installed; test/install does it")
	}
	i, sasl := newIssuer(t), freePort(t)
	d := startDovecot(t, strings.ReplaceAll(deepDovecot, "OAUTH", i.dir), fmt.Sprintf(strings.ReplaceAll(saslDovecot, "%s", i.dir), sasl))
	p := startPostfix(t, d.port["lmtp"], fmt.Sprintf(submissionPostfix, sasl))
	c := startCyrus(t)
	w := startRoundcube(t, d.port["imap"])
	in := start(t, "checks: []")
	own, err := os.ReadFile(filepath.Join(in.dir, "data/probe.password"))
	if err != nil {
		t.Fatal(err)
	}
	password := strings.TrimSpace(string(own))

	imapSays := map[string]string{"no": "TAG NO never", "bad": "TAG BAD what", "tempfail": "TAG NO [UNAVAILABLE] later", "inuse": "TAG NO [INUSE] locked", "broken": "TAG NO [SERVERBUG] oops", "bye": "* BYE stopping", "proto": "220 what am I"}
	pop3Says := map[string]string{"no": "-ERR never", "tempfail": "-ERR [SYS/TEMP] later", "broken": "-ERR [SYS/PERM] broken", "inuse": "-ERR [IN-USE] locked", "proto": "* OK what am I"}
	smtpSays := map[string]string{"no": "554 5.0.0 never", "tempfail": "451 4.3.0 later", "bye": "421 4.3.2 stopping", "quota": "552 5.2.2 full", "proto": "* OK what am I"}
	sieveSays := map[string]string{"no": `NO "never"`, "tempfail": `NO (TRYLATER) "later"`, "quota": `NO (QUOTA) "full"`, "bye": `BYE "stopping"`, "proto": "* OK what am I"}
	httpSays := map[string]string{"status": "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n", "proto": "SSH-2.0-OpenSSH"}
	few := func(all map[string]string, causes ...string) map[string]string {
		some := map[string]string{}
		for _, c := range causes {
			some[c] = all[c]
		}
		return some
	}
	done := map[string]string{"logout eof": "", "logout reset": ""} // its work is done
	but := func(more map[string]string) map[string]string {
		all := maps.Clone(done)
		maps.Copy(all, more)
		return all
	}
	imap := []spoken{{"greeting", ""}, {"capability", "CAPABILITY"}, {"starttls", "STARTTLS"}, {"tls", "TLS"}, {"capability", "CAPABILITY"}, {"auth", "AUTHENTICATE"}, {"select", "EXAMINE"}, {"logout", "LOGOUT"}}
	deep := []spoken{{"folder", "SELECT"}, {"append", "APPEND"}, {"fetch", `UID FETCH \S+ \(UID BODY\.PEEK\[\]`}, {"expunge", "STORE"}, {"expunge", "EXPUNGE"}}
	imaps := []spoken{{"tls", "TLS"}, {"greeting", ""}, {"auth", "AUTHENTICATE"}}
	pop3 := []spoken{{"greeting", ""}, {"capa", "CAPA"}, {"stls", "STLS"}, {"tls", "TLS"}, {"capa", "CAPA"}, {"auth", "AUTH"}, {"stat", "STAT"}, {"uidl", "UIDL"}, {"logout", "QUIT"}}
	pop3s := []spoken{{"tls", "TLS"}, {"greeting", ""}, {"auth", "AUTH"}}
	submission := []spoken{{"greeting", ""}, {"ehlo", "EHLO"}, {"starttls", "STARTTLS"}, {"tls", "TLS"}, {"ehlo", "EHLO"}, {"auth", "AUTH"}, {"mail", "MAIL"}, {"rcpt", "RCPT"}, {"data", "^DATA"}, {"data", "Subject:"}, {"logout", "QUIT"}}
	lmtp := []spoken{{"greeting", ""}, {"lhlo", "LHLO"}, {"mail", "MAIL"}, {"rcpt", "RCPT"}, {"data", "^DATA"}, {"data", "Subject:"}, {"logout", "QUIT"}}
	smtp := []spoken{{"greeting", ""}, {"ehlo", "EHLO"}, {"mail", "MAIL"}, {"rcpt", "RCPT"}, {"rset", "RSET"}, {"logout", "QUIT"}}
	sieve := []spoken{{"greeting", ""}, {"starttls", "STARTTLS"}, {"tls", "TLS"}, {"auth", "AUTHENTICATE"}, {"logout", "LOGOUT"}}
	roundcube := []spoken{{"page", `^GET /\?_task=login `}, {"login", "^POST "}, {"mailbox", "_action=list"}, {"logout", "_task=logout"}}
	capa := map[string]string{"capa no": ""}      // a server without CAPA
	pop3Lock, php := &sync.Mutex{}, &sync.Mutex{} // of the maildrop; PHP's own server serves one after the other
	goodbye := but(map[string]string{"logout bye": ""})
	return []conversation{
		{name: "Dovecot imap", target: "imap://probe@%s?auth=plain", server: d.port["imap"], password: "pass", answers: imap, says: imapSays, injected: "TAG OK go\r\n* OK more", except: goodbye},
		{name: "Dovecot imap folder", target: "imap://probe@%s?append=Probe", server: d.port["imap"], password: "pass", answers: deep, says: few(imapSays, "bye", "tempfail"), except: done},
		{name: "Dovecot imaps", target: "imaps://probe@%s", server: d.port["imaps"], tls: true, password: "pass", answers: imaps, says: few(imapSays, "no", "bye"), except: done},
		{name: "Dovecot pop3", target: "pop3://probe@%s", server: d.port["pop3"], password: "pass", answers: pop3, says: pop3Says, injected: "+OK go\r\n+OK more", except: but(capa)},
		{name: "Dovecot pop3s", target: "pop3s://probe@%s", server: d.port["pop3s"], tls: true, password: "pass", answers: pop3s, says: few(pop3Says, "no"), except: done},
		{name: "Dovecot managesieve", target: "managesieve://probe@%s?auth=plain", server: d.port["sieve"], password: "pass", answers: sieve, says: sieveSays, injected: "OK \"go\"\r\nOK", except: goodbye},
		{name: "Dovecot lmtp", target: "lmtp://%s?rcpt=probe@example.edu&data=true", server: d.port["lmtp"], answers: lmtp, says: few(smtpSays, "no", "tempfail"), except: goodbye},
		{name: "Postfix submission", target: "submission://probe@%s?auth=plain&rcpt=probe@example.edu&from=probe@example.edu&data=true", server: p.port, password: "pass", answers: submission, says: smtpSays, injected: "220 go\r\n250 more", except: goodbye},
		{name: "Cyrus imap", target: "imap://probe@%s", server: c.port["imap"], password: "pass", answers: imap, says: few(imapSays, "no", "bye"), except: goodbye},
		{name: "Cyrus imaps", target: "imaps://probe@%s", server: c.port["imaps"], tls: true, password: "pass", answers: imaps, says: few(imapSays, "no", "bye"), except: done},
		{name: "Cyrus pop3", target: "pop3://probe@%s", server: c.port["pop3"], password: "pass", answers: pop3, says: few(pop3Says, "tempfail"), except: done},
		{name: "Cyrus lmtp", target: "lmtp://%s?rcpt=probe@localhost&data=true", server: c.port["lmtp"], answers: lmtp, says: few(smtpSays, "bye"), except: goodbye},
		{name: "Roundcube", target: "roundcube+http://probe@%s/", server: w.port, password: "pass", answers: roundcube, says: httpSays, except: done, lengthless: true, alone: php},
		{name: "bundled imap", target: "imap://probe@%s", server: in.port["imap"], password: password, answers: imap, says: few(imapSays, "no", "bye"), except: goodbye},
		{name: "bundled imaps", target: "imaps://probe@%s", server: in.port["imaps"], tls: true, password: password, answers: imaps, says: few(imapSays, "bad"), except: done},
		{name: "bundled pop3", target: "pop3://probe@%s", server: in.port["pop3"], password: password, answers: []spoken{{"greeting", ""}, {"auth", "^(AUTH|APOP|USER) "}, {"stat", "STAT"}}, says: few(pop3Says, "inuse"), alone: pop3Lock},
		{name: "bundled pop3s", target: "pop3s://probe@%s", server: in.port["pop3s"], tls: true, password: password, answers: []spoken{{"tls", "TLS"}, {"uidl", "UIDL"}}, says: few(pop3Says, "broken"), alone: pop3Lock},
		{name: "bundled smtp", target: "smtp://%s?rcpt=demo@localhost", server: in.port["smtp"], answers: smtp, says: few(smtpSays, "no", "quota"), except: goodbye},
		{name: "bundled lmtp", target: "lmtp://%s?rcpt=demo@localhost", server: in.port["lmtp"], answers: []spoken{{"greeting", ""}, {"lhlo", "LHLO"}, {"mail", "MAIL"}, {"rcpt", "RCPT"}}, says: few(smtpSays, "tempfail"), except: goodbye},
	}
}
