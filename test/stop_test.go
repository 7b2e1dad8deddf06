package test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// connect opens a connection to one of the instance's ports.
func (in *instance) connect(port string) net.Conn {
	in.t.Helper()
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", in.port[port]), 5*time.Second)
	if err != nil {
		in.t.Fatal(err)
	}
	in.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// closed reports whether nobody listens on the port.
func (in *instance) closed(port string) bool {
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", in.port[port]), time.Second)
	if err != nil {
		return true
	}
	c.Close()
	return false
}

// halfRequest leaves a request to the page unfinished.
func (in *instance) halfRequest() {
	in.t.Helper()
	if _, err := io.WriteString(in.connect("web"), "GET / HTTP/1.1\r\nHost: status\r\n"); err != nil {
		in.t.Fatal(err)
	}
	in.page("/") // is accepted after the other
}

// A stop takes no new visitors, waits not for ever for those who are there,
// says goodbye to mail programs and leaves with code 0.
func TestStopSaysGoodbye(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	mail := bufio.NewReader(in.connect("imap"))
	if line, err := mail.ReadString('\n'); err != nil || !strings.HasPrefix(line, "* OK") {
		t.Fatalf("%q, %v", line, err)
	}
	in.halfRequest()

	told := time.Now()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	in.within(time.Second, "no new visitors", func() bool { return in.closed("web") })
	bye, err := io.ReadAll(mail)
	if err != nil || !strings.HasPrefix(string(bye), "* BYE") {
		t.Errorf("the mail program was told %q, %v", bye, err)
	}
	select {
	case <-in.done:
	case <-time.After(10*time.Second - time.Since(told)):
		t.Fatal("howdah did not stop within 10 s")
	}
	t.Logf("stopped after %v", time.Since(told).Round(time.Millisecond))
	if code := in.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Visitors and a mail server that do not end when asked are made to, together
// within 10 s.
func TestStopWithHungMailServer(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	child := in.child()
	in.signal(syscall.SIGSTOP)
	in.halfRequest()
	told := time.Now()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if took := time.Since(told); took > 10*time.Second {
		t.Errorf("stopped after %v", took)
	}
	if syscall.Kill(child, 0) == nil {
		t.Errorf("the mail server, pid %d, is still there", child)
	}
}

// Told twice, howdah waits for nobody.
func TestStopTwiceEndsAtOnce(t *testing.T) {
	t.Parallel()
	for _, second := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(second.String(), func(t *testing.T) {
			in := start(t, "")
			child := in.child()
			in.signal(syscall.SIGSTOP) // so that the stop takes its time
			if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			in.within(2*time.Second, "the stop has begun", func() bool { return in.closed("web") })
			select {
			case <-in.done:
				t.Fatal("it stopped without the second signal")
			default:
			}
			if err := in.cmd.Process.Signal(second); err != nil {
				t.Fatal(err)
			}
			select {
			case <-in.done:
			case <-time.After(time.Second):
				t.Fatal("still there a second later")
			}
			if code := in.cmd.ProcessState.ExitCode(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			in.within(2*time.Second, "the mail server is gone", func() bool { return syscall.Kill(child, 0) != nil })
		})
	}
}
