package test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailPorts are all ports of the mail server, with whether they begin with TLS.
var mailPorts = map[string]bool{"imap": false, "imaps": true, "pop3": false, "pop3s": true, "smtp": false, "lmtp": false}

// reach connects to a port, with TLS where it is spoken.
func (in *instance) reach(port string) net.Conn {
	in.t.Helper()
	conn, err := net.DialTimeout("tcp", in.address(port), 5*time.Second)
	if err != nil {
		in.t.Fatal(err)
	}
	in.t.Cleanup(func() { conn.Close() })
	if mailPorts[port] {
		return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // its certificate is self-signed
	}
	return conn
}

// servesOthers fails unless every service has time for another client.
func (in *instance) servesOthers() {
	in.t.Helper()
	began := time.Now()
	reader := in.imap()
	box, err := reader.Select("INBOX", nil).Wait()
	if err != nil || box.NumMessages == 0 {
		in.t.Errorf("another IMAP client finds %+v, %v", box, err)
	}
	reader.Close()
	c := in.reach("pop3s")
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	password, err := os.ReadFile(in.data("probe.password")) // a maildrop is for one session at a time
	if err != nil {
		in.t.Fatal(err)
	}
	fmt.Fprintf(c, "USER probe\r\nPASS %s\r\nQUIT\r\n", strings.TrimSpace(string(password)))
	if said, err := io.ReadAll(c); err != nil || strings.Count(string(said), "+OK") != 4 {
		in.t.Errorf("another POP3 client is told %q, %v", said, err)
	}
	for _, port := range []string{"smtp", "lmtp"} {
		if err := in.deliver(port, "Subject: meanwhile\r\n\r\n"); err != nil {
			in.t.Errorf("another client delivers by %s: %v", port, err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		in.t.Errorf("other clients were served for %v", took)
	}
}

// peak is the most memory that a process has had since the last call, in KiB
// (proc(5), VmHWM).
func peak(t testing.TB, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	var kib int
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			break
		}
	}
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0o200); err != nil {
		t.Fatal(err)
	}
	return kib
}

// A line of 10 MB before a login is cut off on every port, without the memory
// for it, while others are served.
func TestFaultEndlessLine(t *testing.T) {
	t.Parallel()
	in := start(t, "  domains: [example.edu]")
	in.healthy()
	child := in.child()
	v := in.visit()
	if err := appendMessage(in.imap(), message(0)); err != nil {
		t.Fatal(err)
	}
	in.servesOthers()
	peak(t, child)
	before := peak(t, child)

	begin := map[string][]string{
		"imap": {"", "a LOGIN \"", "a X ", "a LOGIN {10485760+}\r\n", "a LIST (", "a ID ("},
		"pop3": {"", "USER ", "AUTH PLAIN "},
		"smtp": {"", "EHLO ", "MAIL FROM:<"},
		"lmtp": {"", "LHLO "},
	}
	begin["imaps"], begin["pop3s"] = begin["imap"], begin["pop3"]
	var clients sync.WaitGroup
	send := func(port, words string, conn net.Conn) {
		clients.Go(func() {
			if took, sent := endless(conn, words, 10<<20); took > 10*time.Second {
				t.Errorf("%s: a line that begins with %q was taken for %v, %d bytes of it", port, words, took, sent)
			}
		})
	}
	for port, encrypted := range mailPorts {
		for _, words := range begin[port] {
			for range 3 {
				send(port, words, in.reach(port))
			}
		}
		if encrypted { // and one that does not care
			conn, err := net.Dial("tcp", in.address(port))
			if err != nil {
				t.Fatal(err)
			}
			send(port, "", conn)
		}
	}
	in.servesOthers()
	clients.Wait()
	if grown := peak(t, child) - before; grown > 20<<10 {
		t.Errorf("the mail server's memory has grown by %d KiB", grown)
	} else {
		t.Logf("the mail server's memory has grown by %d KiB", grown)
	}
	v.allServed()
	in.allOperational()
}

// endless sends words and then n letters, and waits for the connection's end.
func endless(conn net.Conn, words string, n int) (took time.Duration, sent int) {
	began := time.Now()
	conn.SetDeadline(began.Add(30 * time.Second))
	go io.Copy(io.Discard, conn)
	if _, err := io.WriteString(conn, words); err != nil {
		return time.Since(began), 0
	}
	letters := bytes.Repeat([]byte("a"), 64<<10)
	for sent < n {
		k, err := conn.Write(letters)
		sent += k
		if err != nil {
			return time.Since(began), sent
		}
	}
	for err := error(nil); err == nil; time.Sleep(50 * time.Millisecond) {
		_, err = conn.Write(letters[:1])
	}
	return time.Since(began), sent
}

// Clients that send a byte a second, and clients that ask for much and read
// none of it, cost others nothing, and lose their place after a minute.
func TestFaultSlowClients(t *testing.T) {
	t.Parallel()
	in := start(t, "  domains: [example.edu]\ndetection: {sentinel: off}") // every session that stays is one of these clients'
	in.healthy()
	child := in.child()
	c := in.imap()
	large := message(0) + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 200_000)
	if err := appendMessage(c, large); err != nil {
		t.Fatal(err)
	}
	c.Close()
	in.servesOthers()
	within(t, 10*time.Second, "other clients are gone", func() bool { return sockets(t, in, "") == 0 })
	v := in.visit()
	peak(t, child)
	before := peak(t, child)

	login := "USER demo\r\nPASS " + in.demo() + "\r\n"
	ask := map[string]string{
		"imap": "a LOGIN demo " + in.demo() + "\r\nb SELECT INBOX\r\n" + strings.Repeat("c FETCH 1 BODY.PEEK[]\r\n", 20),
		"pop3": login + strings.Repeat("RETR 1\r\n", 20),
		"smtp": "EHLO slow.example\r\n" + strings.Repeat("RSET\r\n", 2_000_000),
		"lmtp": "LHLO slow.example\r\n" + strings.Repeat("RSET\r\n", 2_000_000),
	}
	ask["imaps"], ask["pop3s"] = ask["imap"], ask["pop3"]
	for port := range mailPorts {
		for range 5 {
			deaf := in.reach(port)
			go io.WriteString(deaf, ask[port]) // ends with the connection
		}
		for range 5 {
			slow := in.reach(port)
			go func() {
				for _, b := range []byte(ask[port]) {
					if _, err := slow.Write([]byte{b}); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
		}
	}
	for range 20 {
		slow, err := net.Dial("tcp", in.address("web"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { slow.Close() })
		go func() {
			for {
				if _, err := slow.Write([]byte("G")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
	}
	for range 10 {
		in.servesOthers()
		time.Sleep(500 * time.Millisecond)
	}
	if grown := peak(t, child) - before; grown > 60<<10 {
		t.Errorf("the mail server's memory has grown by %d KiB", grown)
	} else {
		t.Logf("the mail server's memory has grown by %d KiB", grown)
	}
	within(t, 15*time.Second, "who asks the page slowly is cut off", func() bool { return sockets(t, in, "web") < 20 })
	for _, port := range []string{"imap", "imaps", "pop3", "pop3s"} {
		within(t, 100*time.Second, port+" has cut off who is slow", func() bool { return sockets(t, in, port) == 0 })
	}
	for _, port := range []string{"smtp", "lmtp"} { // a sender has five minutes for a command (RFC 5321, section 4.5.3.2)
		within(t, 100*time.Second, port+" has cut off who is deaf", func() bool { return sockets(t, in, port) <= 5 })
	}
	in.servesOthers()
	v.allServed()
	in.allOperational()
}

// sockets counts the connections that are established to a port of the
// instance, or with no name to all ports of its mail server (proc_net_tcp(5)).
func sockets(t testing.TB, in *instance, port string) int {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != "01" {
			continue
		}
		for name, number := range in.port {
			if (name == port || port == "" && name != "web") && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", number)) {
				n++
			}
		}
	}
	return n
}
