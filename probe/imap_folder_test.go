package probe

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// folderUntilAppend is the conversation up to the text of a message.
func folderUntilAppend(caps string, rest ...string) script {
	return append(script{"S: * OK", "C: a1 CAPABILITY", "S: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "S: a1 OK", "C: a2 AUTHENTICATE", "S: a2 OK",
		"C: a3 EXAMINE INBOX", "S: a3 OK", "C: a4 CAPABILITY", "S: * CAPABILITY IMAP4rev1 " + caps, "S: a4 OK"}, rest...)
}

func TestIMAPFolder(t *testing.T) {
	const url = "imap://probe@127.0.0.1?append=A%26B%20C"
	empty := []string{`C: a5 SELECT "A&-B C"`, "S: * 0 EXISTS", "S: a5 OK", "C: a6 NOOP", "S: a6 OK"}
	appended := append(empty[:len(empty):len(empty)], `C: a7 APPEND "A&-B C" (\Seen) {`, "S: + go on", keepText, "S: * 1 EXISTS", "S: a7 OK", "C: a8 NOOP", "S: a8 OK", "C: a9 UID SEARCH 1:1 HEADER Message-ID \"<")
	found := append(appended[:len(appended):len(appended)], "S: * SEARCH 42", "S: a9 OK", "C: a10 UID FETCH 42 (UID BODY.PEEK[])")
	tests := []struct {
		name   string
		server script
		reason Reason
	}{
		{"others may add to it", folderUntilAppend("UIDPLUS", append(empty[:len(empty):len(empty)], "C: a7 APPEND", "S: + go on", keepText, "S: * 5 EXISTS", "S: a7 OK [APPENDUID 1 42] done",
			"C: a8 NOOP", "S: * 6 EXISTS", "S: a8 OK", "C: a9 UID SEARCH 1:6 HEADER", "S: * SEARCH 42", "S: a9 OK", "C: a10 UID FETCH 42",
			"S: * 1 FETCH (UID 41 FLAGS (\\Seen))", giveText, "S: a10 OK", "C: a11 UID STORE 42 +FLAGS.SILENT (\\Deleted)", "S: a11 OK", "C: a12 UID EXPUNGE 42", "S: * 6 EXPUNGE", "S: a12 OK",
			"C: a13 NOOP", "S: a13 OK", "C: a14 UID SEARCH 1:5 UID 42", "S: * SEARCH", "S: a14 OK", "C: a15 LOGOUT", "S: a15 OK")...), ""},
		{"is made", folderUntilAppend("", `C: a5 SELECT`, "S: a5 NO [TRYCREATE] what", `C: a6 CREATE "A&-B C"`, "S: a6 NO [NOPERM] never", hang), "folder.no"},
		{"was made just now", folderUntilAppend("", `C: a5 SELECT`, "S: a5 NO what", "C: a6 CREATE", "S: a6 NO [alreadyexists] it is there", "C: a7 SELECT", "S: a7 NO [CORRUPTION] index", hang), "folder.broken"},
		{"is broken", folderUntilAppend("", `C: a5 SELECT`, "S: a5 NO [CORRUPTION] index", hang), "folder.broken"},
		{"is not to be opened", folderUntilAppend("", `C: a5 SELECT`, "S: a5 NO what", "C: a6 CREATE", "S: a6 OK", "C: a7 SELECT", "S: a7 NO never", hang), "folder.no"},
		{"quota", folderUntilAppend("", append(empty[:len(empty):len(empty)], "C: a7 APPEND", "S: a7 NO [OVERQUOTA] full", hang)...), "append.quota"},
		{"quota, too late", folderUntilAppend("", append(empty[:len(empty):len(empty)], "C: a7 APPEND", "S: + go on", keepText, "S: a7 NO [OVERQUOTA] full", hang)...), "append.quota"},
		{"takes nothing", folderUntilAppend("", append(empty[:len(empty):len(empty)], "C: a7 APPEND", "S: a7 OK done", hang)...), "append.proto"},
		{"stops", folderUntilAppend("", append(empty[:len(empty):len(empty)], "C: a7 APPEND", "S: * BYE stopping", hang)...), "append.bye"},
		{"loses it", folderUntilAppend("", append(appended[:len(appended):len(appended)], "S: * SEARCH", "S: a9 OK", hang)...), "fetch.missing"},
		{"keeps it twice", folderUntilAppend("", append(appended[:len(appended):len(appended)], "S: * SEARCH 1 2", "S: a9 OK", hang)...), "fetch.missing"},
		{"answers a search with other things", folderUntilAppend("", append(appended[:len(appended):len(appended)], "S: * SEARCH 1:*,x -1 0", "S: a9 OK", hang)...), "fetch.missing"},
		{"has lost the text", folderUntilAppend("", append(found[:len(found):len(found)], "S: * 1 FETCH (UID 42 BODY[] NIL)", "S: a10 OK", hang)...), "fetch.missing"},
		{"changes it", folderUntilAppend("", append(found[:len(found):len(found)], "S: * 1 FETCH (UID 42 BODY[] {5}", "S~ hello", "S: )", "S: a10 OK", hang)...), "fetch.mismatch"},
		{"sends a literal without end", folderUntilAppend("", append(found[:len(found):len(found)], "S: * 1 FETCH (UID 42 BODY[] {2147483647}", hang)...), "fetch.toolong"},
		{"cannot read it", folderUntilAppend("", append(found[:len(found):len(found)], "S: a10 NO [SERVERBUG] disk", hang)...), "fetch.broken"},
		{"would take others' mail with it", folderUntilAppend("", append(found[:len(found):len(found)], giveText, "S: a10 OK", "C: a11 UID STORE 42", "S: a11 OK",
			"C: a12 UID SEARCH DELETED NOT UID 42", "S: * SEARCH 7", "S: a12 OK", hang)...), "expunge.nomech"},
		{"keeps what is expunged", folderUntilAppend("", append(found[:len(found):len(found)], giveText, "S: a10 OK", "C: a11 UID STORE 42", "S: a11 OK",
			"C: a12 UID SEARCH DELETED NOT UID 42", "S: * SEARCH", "S: a12 OK", "C: a13 EXPUNGE", "S: a13 OK",
			"C: a14 NOOP", "S: a14 OK", "C: a15 UID SEARCH 1:1 UID 42", "S: * SEARCH 42", "S: a15 OK", hang)...), "expunge.mismatch"},
		{"marks nothing", folderUntilAppend("UIDPLUS", append(found[:len(found):len(found)], giveText, "S: a10 OK", "C: a11 UID STORE 42", "S: a11 NO read-only", hang)...), "expunge.no"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(t, url, tt.server.onTCP(t, tls.Certificate{}), nil)
			if r.Reason != tt.reason {
				t.Errorf("got %s %q (%s), want %q\n%s", r.Verdict, r.Reason, r.Detail, tt.reason, strings.Join(r.Transcript, "\n"))
			}
			if r.Took > 2*time.Second {
				t.Errorf("took %v", r.Took)
			}
		})
	}
}

// What runs that were cut short left behind is removed, by the hundred and not
// more, and before something new is added.
func TestIMAPFolderSweeps(t *testing.T) {
	server := folderUntilAppend("UIDPLUS", "C: a5 SELECT", "S: * 900 EXISTS", "S: a5 OK", "C: a6 NOOP", "S: a6 OK", `C: a7 UID SEARCH 401:900 HEADER X-Howdah-Probe ""`,
		"S: * SEARCH 1001 1002 1003 1004", "S: a7 OK", "C: a8 UID FETCH 1001,1002,1003,1004 (UID BODY.PEEK[HEADER.FIELDS (X-Howdah-Probe)])",
		"S: * 801 FETCH (UID 1001 BODY[HEADER.FIELDS (X-HOWDAH-PROBE)] {28}", "S~ X-Howdah-Probe: 1700000000\r\n", "S: )",
		"S: * 802 FETCH (BODY[HEADER.FIELDS (X-HOWDAH-PROBE)] {28}", "S~ x-howdah-probe: 1700000001\r\n", "S:  UID 1002)",
		"S: * 803 FETCH (UID 1003 BODY[HEADER.FIELDS (X-HOWDAH-PROBE)] {28}", "S~ X-Howdah-Probe: 9900000000\r\n", "S: )",
		"S: * 804 FETCH (UID 1004 BODY[HEADER.FIELDS (X-HOWDAH-PROBE)] {22}", "S~ X-Howdah-Probe: mine\r", "S: )",
		"S: * 1 FETCH (UID 7 BODY[HEADER.FIELDS (X-HOWDAH-PROBE)] {28}", "S~ X-Howdah-Probe: 1700000000\r\n", "S: )",
		"S: a8 OK", "C: a9 UID STORE 1001,1002 +FLAGS.SILENT (\\Deleted)", "S: a9 NO not today", hang)
	if r := ask(t, "imap://probe@127.0.0.1?append=Probe", server.onTCP(t, tls.Certificate{}), nil); r.Reason != "folder.no" {
		t.Errorf("got %s %q (%s)\n%s", r.Verdict, r.Reason, r.Detail, strings.Join(r.Transcript, "\n"))
	}
}

// push is a dialer to a folder that several connections share. The nth
// connection, from 1, can go wrong as in TestEveryAnswer.
func (f *folder) push(caps string, nth, at int, fault, says string) Dialer {
	connections := 0
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		connections++
		p := peer{greeting: "* OK", answer: f.session(caps)}
		if connections != nth {
			return p.dial(0, healthy, "")(ctx, network, addr)
		}
		if fault == "refused" {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return p.dial(at, fault, says)(ctx, network, addr)
	}
}

// How long the announcement of a message takes is measured on one connection
// while another one adds it; whatever goes wrong on either is told.
func TestIMAPPush(t *testing.T) {
	const caps = "IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS IDLE"
	const begin = "connect greeting capability auth select capability folder "
	tests := []struct {
		name    string
		caps    string
		delay   time.Duration // of the announcement
		nth, at int
		fault   string
		says    string
		reason  Reason
		phases  string
		took    time.Duration
	}{
		{"at once", caps, 0, 0, 0, healthy, "", "", begin + "watch idle done expunge logout", 0},
		{"after a while", caps, 700 * time.Millisecond, 0, 0, healthy, "", "", begin + "watch idle done expunge logout", 700 * time.Millisecond},
		{"never", caps, time.Hour, 0, 0, healthy, "", "idle.timeout", begin + "watch idle", budgetCommand},
		{"not offered", "IMAP4rev1 SASL-IR AUTH=PLAIN", 0, 0, 0, healthy, "", "idle.nomech", begin + "idle", 0},
		{"IDLE is refused", caps, 0, 1, 7, "says", "TAG BAD what", "watch.bad", begin + "watch", 0},
		{"IDLE ends at once", caps, 0, 1, 7, "says", "TAG OK done", "watch.proto", begin + "watch", 0},
		{"stops while one waits", caps, 0, 1, 7, "says", "* BYE stopping", "watch.bye", begin + "watch", 0},
		{"the end of the wait is refused", caps, 0, 1, 8, "says", "a7 NO never", "done.no", begin + "watch idle done", 0},
		{"no second connection", caps, 0, 2, 0, "refused", "", "watch.refused", begin + "watch", 0},
		{"one connection only", caps, 0, 2, 0, "says", "* BYE too many", "watch.bye", begin + "watch", 0},
		{"one login only", caps, 0, 2, 2, "says", "TAG NO [LIMIT] too many", "watch.tempfail", begin + "watch", 0},
		{"a mute second connection", caps, 0, 2, 0, mute, "", "watch.timeout", begin + "watch", 0},
		{"takes nothing from it", caps, 0, 2, 3, "says", "TAG NO [OVERQUOTA] full", "watch.quota", begin + "watch", 0},
		{"is cut while it adds", caps, 0, 2, 4, cut, "", "idle.eof", begin + "watch idle", 0},
		{"does not keep it", caps, 0, 2, 4, "says", "a3 NO disk", "idle.no", begin + "watch idle", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &folder{delay: tt.delay}
				target, err := ParseTarget("imap://probe@127.0.0.1?idle=true")
				if err != nil {
					t.Fatal(err)
				}
				r := (&Runner{Dial: f.push(tt.caps, tt.nth, tt.at, tt.fault, tt.says)}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, defaultTimeout)
				if r.Reason != tt.reason || phaseNames(r) != tt.phases {
					t.Errorf("got %s %q (%s) after %q, want %q after %q\n%s", r.Verdict, r.Reason, r.Detail, phaseNames(r), tt.reason, tt.phases, strings.Join(r.Transcript, "\n"))
				}
				for _, p := range r.Phases {
					if p.Name == "idle" && p.Took != tt.took {
						t.Errorf("announced after %v, want %v", p.Took, tt.took)
					}
				}
				time.Sleep(2 * time.Hour) // what is still to be said is said
				f.mu.Lock()
				defer f.mu.Unlock()
				if f.text != "" && r.Reason == "" {
					t.Error("the message is left in the folder")
				}
				if all := strings.Join(r.Transcript, "\n"); r.Reason == "" && (!strings.Contains(all, "\nC: a7 IDLE") || !strings.Contains(all, "\nC2: a3 APPEND") || strings.Contains(all, saslSecret)) {
					t.Errorf("the transcript is\n%s", all)
				}
			})
		})
	}
}
