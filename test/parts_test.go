package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// daemon is a foreign server that a test runs in the foreground, with its
// children in a process group of its own.
type daemon struct {
	t    testing.TB
	dir  string // holds all that it keeps
	args []string
	cmd  *exec.Cmd
	out  *buffer
	done chan struct{} // closed when the process has ended
}

// scratch is a folder for a foreign server. Its path is short, because the
// servers keep sockets in it (108 bytes are all that unix(7) allows), and
// everybody may pass through it, because they drop root.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "part-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// makeFolder makes a folder that belongs to a user of the system.
func makeFolder(t testing.TB, dir, owner string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	u, err := user.Lookup(owner)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// asRoot skips a test of servers that only root can start.
func asRoot(t testing.TB, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "only root starts "+what)
	}
}

func (d *daemon) start() {
	d.t.Helper()
	d.out = &buffer{}
	d.done = make(chan struct{})
	d.cmd = exec.Command(d.args[0], d.args[1:]...)
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	d.cmd.WaitDelay = 5 * time.Second
	// It also ends with a test program that ends without its clean-up.
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	cmd, done := d.cmd, d.done
	go func() {
		cmd.Wait()
		close(done)
	}()
}

// signal sends a signal to the server and all its children.
func (d *daemon) signal(sig syscall.Signal) {
	d.t.Helper()
	if err := syscall.Kill(-d.cmd.Process.Pid, sig); err != nil {
		d.t.Fatalf("signal %v to %s: %v", sig, d.args[0], err)
	}
}

// stop ends the server and waits until it is gone. It may have ended before.
func (d *daemon) stop() {
	d.t.Helper()
	select {
	case <-d.done:
		return
	default:
	}
	d.signal(syscall.SIGCONT)
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	select {
	case <-d.done:
	case <-time.After(10 * time.Second):
		d.signal(syscall.SIGKILL)
		<-d.done
		d.t.Errorf("%s did not stop within 10 s of SIGTERM", d.args[0])
	}
}

// greeting waits until a port answers a connection with a line that begins so.
func (d *daemon) greeting(port int, want string) {
	d.t.Helper()
	within(d.t, 20*time.Second, fmt.Sprintf("%s greets with %q", d.args[0], want), func() bool {
		select {
		case <-d.done:
			d.t.Fatalf("%s ended before it was ready:\n%s", d.args[0], d.out)
		default:
		}
		c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err != nil {
			return false
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(5 * time.Second))
		line := make([]byte, 128)
		n, err := c.Read(line)
		return err == nil && n >= len(want) && string(line[:len(want)]) == want
	})
}
