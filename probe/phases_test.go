package probe

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// faulty is a connection to a healthy server on which one answer goes wrong.
// The answers are counted from the greeting, which is 0: each line or message
// that is sent asks for the next.
type faulty struct {
	net.Conn
	at     int
	fault  string
	says   string // instead of the answer; TAG stands for that of the command
	asked  int
	tag    string
	spoken bool
	closed chan struct{}
}

// What goes wrong, where the server does not only say something else.
const (
	healthy = "nothing"
	cut     = "cut before the answer"
	cutIn   = "cut within the answer"
	rst     = "reset"
	mute    = "silence"
	slowly  = "three seconds pass"
	oneLine = "a line of 10 MB"
	endless = "lines without end"
)

func (f *faulty) Write(b []byte) (int, error) {
	f.asked++
	if strings.Count(string(b), "\n") == 1 { // and not a message
		f.tag, _, _ = strings.Cut(string(b), " ")
	}
	return f.Conn.Write(b)
}

func (f *faulty) Close() error {
	select {
	case <-f.closed:
	default:
		close(f.closed)
	}
	return f.Conn.Close()
}

func (f *faulty) Read(b []byte) (int, error) {
	if f.asked != f.at || f.fault == healthy {
		return f.Conn.Read(b)
	}
	first := !f.spoken
	f.spoken = true
	switch {
	case f.fault == cut:
		return 0, io.EOF
	case f.fault == rst:
		return 0, &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	case f.fault == cutIn && first:
		n, err := f.Conn.Read(b)
		return n / 2, err
	case f.fault == cutIn:
		return 0, io.EOF
	case f.fault == slowly && first:
		time.Sleep(3 * time.Second)
		return f.Conn.Read(b)
	case f.fault == slowly:
		return f.Conn.Read(b)
	case f.fault == oneLine:
		return copy(b, strings.Repeat("x", len(b))), nil
	case f.fault == endless:
		return copy(b, f.says+"\r\n"), nil
	case f.says != "" && first:
		if _, err := f.Conn.Read(make([]byte, 64<<10)); err != nil { // instead of it
			return 0, err
		}
		return copy(b, strings.ReplaceAll(f.says, "TAG", f.tag)+"\r\n"), nil
	}
	<-f.closed // mute, or nothing more to say
	return 0, net.ErrClosed
}

// Everything that can go wrong with each answer of a server, by each protocol,
// is told by the phase and the cause, and a negative answer at once.
func TestEveryAnswer(t *testing.T) {
	imapWords := map[string]string{
		"no": "TAG NO never", "bad": "TAG BAD what", "tempfail": "TAG NO [UNAVAILABLE] later", "inuse": "TAG NO [INUSE] locked",
		"broken": "TAG NO [SERVERBUG] oops", "bye": "* BYE stopping", "proto": "220 what am I", "toolong": "* X {2147483647}",
	}
	smtpWords := map[string]string{"no": "554 5.0.0 never", "tempfail": "451 4.3.0 later", "bye": "421 4.3.2 stopping", "quota": "552 5.2.2 full", "proto": "* OK what am I"}
	pop3Words := map[string]string{"no": "-ERR never", "tempfail": "-ERR [SYS/TEMP] later", "broken": "-ERR [SYS/PERM] broken", "proto": "* OK what am I"}
	smtpAnswers := map[string]string{"EHLO": "250-mx\r\n250 AUTH PLAIN", "LHLO": "250 mda", "AUTH": "235 in", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 kept", "QUIT": "221 bye"}
	const caps = "IMAP4rev1 SASL-IR AUTH=PLAIN IDLE"
	// A greeting of IMAP has words of its own, and no tag.
	greetsIMAP := map[string]Reason{"0 no": "greeting.proto", "0 bad": "greeting.proto", "0 tempfail": "greeting.proto", "0 inuse": "greeting.proto", "0 broken": "greeting.proto", "0 toolong": "greeting.proto"}
	with := func(base map[string]Reason, more map[string]Reason) map[string]Reason {
		all := maps.Clone(base)
		maps.Copy(all, more)
		return all
	}
	peers := []peer{
		{scheme: "imap", phases: "greeting capability auth select logout", greeting: "* OK", answer: (&folder{}).session(caps), says: imapWords,
			except: with(greetsIMAP, map[string]Reason{"4 bye": ""})},
		{scheme: "imap", options: "?append=Probe", greeting: "* OK", says: imapWords,
			phases: "greeting capability auth select capability folder folder append append fetch fetch fetch expunge expunge expunge logout",
			answer: nil, // made anew for each run
			except: with(greetsIMAP, map[string]Reason{
				"5 no":   "", // a folder that is not there is made
				"15 bye": "",
			})},
		{scheme: "pop3", options: "?retr=true", phases: "greeting capa auth auth stat uidl retr retr logout", greeting: "+OK", says: pop3Words,
			answer: lineServer(map[string]string{"CAPA": "+OK\r\nUSER\r\nUIDL\r\n.", "USER": "+OK", "PASS": "+OK", "STAT": "+OK 1 50", "UIDL": "+OK\r\n1 a\r\n.", "LIST": "+OK 1 50", "RETR": "+OK\r\nSubject: x\r\n\r\n..\r\n.", "QUIT": "+OK"}),
			except: map[string]Reason{"1 no": ""}}, // a server without CAPA
		{scheme: "smtp", options: "?rcpt=joe@example.edu&data=true", phases: "greeting ehlo auth mail rcpt data data logout", greeting: "220 mx", says: smtpWords, answer: lineServer(smtpAnswers),
			except: map[string]Reason{"7 bye": ""}},
		{scheme: "lmtp", options: "?rcpt=joe@example.edu&data=true", phases: "greeting lhlo mail rcpt data data logout", greeting: "220 mda", says: smtpWords, answer: lineServer(smtpAnswers),
			except: map[string]Reason{"6 bye": ""}},
		{scheme: "managesieve", phases: "greeting auth logout", greeting: "\"SASL\" \"PLAIN\"\r\nOK", answer: lineServer(map[string]string{"AUTHENTICATE": "OK", "LOGOUT": "OK"}),
			says:   map[string]string{"no": `NO "never"`, "tempfail": `NO (TRYLATER) "later"`, "quota": `NO (QUOTA) "full"`, "bye": `BYE "stopping"`, "proto": "* OK what am I", "toolong": `"X" {2147483647}`},
			except: map[string]Reason{"2 bye": ""}},
	}
	for _, p := range peers {
		t.Run(p.scheme+p.options, func(t *testing.T) {
			renew := p.answer == nil
			phases := strings.Fields(p.phases)
			try := func(at int, fault, cause, says string) {
				synctest.Test(t, func(t *testing.T) {
					if renew {
						p.answer = (&folder{}).session(caps + " UIDPLUS")
					}
					name := fmt.Sprintf("%d %s", at, cause)
					want := Reason(phases[at] + "." + cause)
					if cause == "" {
						want = ""
					}
					if phases[at] == "logout" && (cause == "eof" || cause == "reset") {
						want = "" // its work is done
					}
					if r, ok := p.except[name]; ok && strings.HasPrefix(fault, "says ") {
						want = r
					}
					begun := time.Now()
					r := p.run(t, p.dial(at, fault, says))
					if r.Reason != want {
						t.Errorf("%s at answer %d: got %s %q (%s), want %q\n%s", fault, at, r.Verdict, r.Reason, r.Detail, want, strings.Join(r.Transcript, "\n"))
					}
					took := time.Duration(0)
					switch {
					case fault == mute:
						took = budgetCommand
					case fault == slowly:
						took = 3 * time.Second
					}
					if got := time.Since(begun); got != took {
						t.Errorf("%s at answer %d: took %v, want %v", fault, at, got, took)
					}
					for _, line := range append(r.Transcript, r.Detail) {
						if strings.Contains(line, "s3cr") || strings.Contains(line, saslSecret) {
							t.Errorf("%s at answer %d: shows the password: %q", fault, at, line)
						}
					}
					synctest.Wait()
				})
			}
			refused := func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			if r := p.run(t, refused); r.Reason != "connect.refused" {
				t.Errorf("refused: got %s %q", r.Verdict, r.Reason)
			}
			try(0, healthy, "", "")
			for at := range phases {
				try(at, cut, "eof", "")
				try(at, cutIn, "eof", "")
				try(at, rst, "reset", "")
				try(at, mute, "timeout", "")
				try(at, slowly, "", "")
				try(at, oneLine, "toolong", "")
				for cause, says := range p.says {
					try(at, "says "+says, cause, says)
				}
				switch p.scheme {
				case "imap":
					if at > 0 {
						try(at, endless, "toolong", "* 1 RECENT")
					}
				case "smtp", "lmtp":
					class := "2"
					if at > 0 && phases[at] == "data" && phases[at-1] != "data" {
						class = "3"
					}
					try(at, endless, "toolong", class+"50-x")
				}
			}
		})
	}
}
