package probe

import (
	"context"
	"io"
	"net"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// Whatever a server says, the run ends, and what is kept of it is small and
// printable.
func FuzzServer(f *testing.F) {
	f.Add("imap", []byte("* OK hi\r\na1 OK\r\na2 OK\r\na3 OK\r\n* BYE\r\na4 OK\r\n"))
	f.Add("imap", []byte("* PREAUTH {3}\r\nabc {99999999999}\r\n"))
	f.Add("imap", []byte("* OK\r\n* CAPABILITY AUTH=PLAIN LOGINDISABLED\r\na1 OK\r\n+\r\na2 NO [UNAVAILABLE\r\n"))
	f.Add("imaps", []byte("\x16\x03\x01\x00\x05hello"))
	f.Add("pop3", []byte("+OK\r\n+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n+OK 1 2\r\n+OK\r\n"))
	f.Add("pop3", []byte("+OK\r\n+OK\r\nSTLS\r\n.\r\n+OK\r\ninjected"))
	f.Add("smtp", []byte("220 a\r\n250-b\r\n250-AUTH LOGIN PLAIN\r\n250 x\r\n235\r\n250\r\n251 ok\r\n250 \r\n221\r\n"))
	f.Add("submission", []byte("220-a\r\n220 b\r\n250-c\r\n250 AUTH LOGIN\r\n334 x\r\n334\r\n421 bye\r\n"))
	f.Add("smtp", []byte("220\r\n250-b\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"))
	f.Add("lmtp", []byte("220 a\r\n250-b\r\n250 SIZE\r\n250\r\n550-a\r\n550 b\r\n"))
	f.Add("tcp", []byte("SSH-2.0\r\n"))
	f.Add("managesieve", []byte("\"SASL\" \"PLAIN\"\r\n\"X\" {3}\r\nabc\r\nOK\r\nNO (TRYLATER) \"x\"\r\n"))
	f.Add("http", []byte("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nSSH-x\r\n0\r\n\r\n"))
	f.Add("http", []byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 302 \x1b[31m\r\nLocation: //127.0.0.1/;x?y=%zz\r\n\r\n"))
	f.Add("webmail+http", []byte("HTTP/1.1 200\r\n\r\n<title>\xff</title><form action=a><input type=email name=u><select><option><input type=password name=p>"))
	f.Add("roundcube+http", []byte("HTTP/1.1 200 OK\r\n\r\n<form><input name=_user><input type=password name=_pass></form>display_message(\"\\u0000\",\"error\""))
	f.Add("horde+http", []byte("HTTP/1.1 200 OK\r\n\r\n<form><input name=horde_user><input type=password name=horde_pass></form><a href=\"?horde_logout_token=\">"))
	f.Fuzz(func(t *testing.T, scheme string, says []byte) {
		if kind, ok := schemeOf(scheme); !ok || kind.local {
			t.Skip() // what is said is not to reach into this machine
		}
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				go func() { _, _ = io.Copy(io.Discard, theirs) }()
				_, _ = theirs.Write(says)
				_ = theirs.Close()
			}()
			return ours, nil
		}
		target := Target{Scheme: scheme, User: "probe", Host: "127.0.0.1", Port: 1, Recipient: "probe@example.edu", Expect: "SSH-"}
		r := (&Runner{Dial: dial}).RunTarget(t.Context(), target, func() (string, error) { return secret, nil }, 5*time.Second)
		if r.Reason == "probe.panic" || r.Reason.Cause() == "timeout" || r.Verdict == Fail && r.Reason == "" {
			t.Errorf("%s %q: %s", r.Verdict, r.Reason, r.Detail)
		}
		if len(r.Detail) > maxDetail {
			t.Errorf("detail of %d bytes", len(r.Detail))
		}
		for _, line := range append(r.Transcript, r.Detail) {
			for _, c := range line {
				if !unicode.IsPrint(c) || c == utf8.RuneError {
					t.Fatalf("unprintable: %q", line)
				}
			}
		}
	})
}
