package test

import (
	"errors"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// While the disk of facts and story is full the page goes on, tells what
// happens and says that it is not saved; with space again all of it is.
func TestFaultFullDiskOfFacts(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	mount(t, in.data(), "8m")
	mount(t, in.data("mail"), "8m")
	in.start()
	in.healthy()
	v := in.visit()
	const unsaved = "have not been saved"

	free := fill(t, in.data(), 0)
	in.signal(syscall.SIGKILL)
	in.within(2*time.Second, "the incident is told all the same", func() bool { return len(in.summary().Incidents) == 1 })
	first := in.summary().Incidents[0]
	in.within(5*time.Second, "the page says that it is not saved", func() bool { return strings.Contains(in.page("/"), unsaved) })
	if !strings.Contains(in.page("/"), first.Name) {
		t.Error("the front page does not name the incident")
	}
	in.within(20*time.Second, "the recovery is told all the same", func() bool { return in.incidents()[0].Status == "monitoring" })
	if err := appendMessage(in.imap(), message(1)); err != nil {
		t.Errorf("mail suffers from the disk of the facts: %v", err)
	}

	free()
	in.within(40*time.Second, "everything is saved by itself", func() bool { return !strings.Contains(in.page("/"), unsaved) })
	v.allServed()
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	in.start()
	all := in.incidents()
	if len(all) != 1 || all[0].ID != first.ID || len(all[0].Outages) != 1 || all[0].Outages[0].EndedAt == nil {
		t.Errorf("after the restart: %+v, before it was %+v", all, first)
	}
}

// While the disk of the mail is full nothing is acknowledged that is not
// stored, and reading, logging in and the page go on.
func TestFaultFullDiskOfMail(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	mount(t, in.data("mail"), "8m")
	in.start()
	in.healthy()
	v := in.visit()
	c := in.imap()
	acknowledged := 0
	for range 3 {
		if err := appendMessage(c, message(acknowledged)); err != nil {
			t.Fatal(err)
		}
		acknowledged++
	}

	free := fill(t, in.data("mail"), 600<<10)
	refused := 0
	for full := time.Now(); refused == 0 || time.Since(full) < 5*time.Second; time.Sleep(10 * time.Millisecond) {
		err := appendMessage(c, message(acknowledged))
		var no *imap.Error
		switch {
		case err == nil:
			acknowledged++
			full = time.Now()
		case errors.As(err, &no) && no.Type == imap.StatusResponseTypeNo && no.Code == imap.ResponseCodeOverQuota:
			refused++
		default:
			t.Fatalf("APPEND to a full disk: %v", err)
		}
	}
	t.Logf("%d messages acknowledged, %d refused", acknowledged, refused)
	for _, port := range []string{"smtp", "lmtp"} {
		err := in.deliver(port, message(0))
		var answer *textproto.Error
		if !errors.As(err, &answer) || answer.Code != 452 {
			t.Errorf("delivery by %s to a full disk: %v", port, err)
		}
	}
	for which, reader := range map[string]*imapclient.Client{"an old": c, "a new": in.imap()} {
		if all := stored(t, reader); len(all) != acknowledged {
			t.Errorf("%s session reads %d messages while the disk is full, %d were acknowledged", which, len(all), acknowledged)
		}
	}
	in.allOperational()

	free()
	if err := appendMessage(c, message(acknowledged)); err != nil {
		t.Errorf("APPEND with space again: %v", err)
	}
	acknowledged++
	for _, port := range []string{"smtp", "lmtp"} {
		if err := in.deliver(port, message(0)); err != nil {
			t.Errorf("delivery by %s with space again: %v", port, err)
		}
	}
	v.allServed()
	in.allOperational()
	in.stop()
	in.start()
	all := stored(t, in.imap())
	if len(all) != acknowledged+2 {
		t.Fatalf("%d messages after the restart, %d were acknowledged", len(all), acknowledged+2)
	}
	for i, text := range all[:acknowledged] {
		if text != message(i) {
			t.Errorf("message %d came back with %d bytes, had %d", i, len(text), len(message(i)))
		}
	}
}

// readOnlyDisk makes dir an ext4 file system, and returns what turns it
// read-only under the files that are open, as the kernel does after an error
// of the disk.
func readOnlyDisk(t testing.TB, dir string) (fail func()) {
	t.Helper()
	need(t, "mkfs.ext4")
	need(t, "mount")
	image := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 24<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v: %s", err, out)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop,errors=remount-ro", image, dir).CombinedOutput(); err != nil {
		skip(t, fmt.Sprintf("can't mount a file system in a file: %v: %s", err, out))
	}
	t.Cleanup(func() { unmount(t, dir) })
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		device, rest, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(rest, dir+" ") {
			continue
		}
		trigger := filepath.Join("/sys/fs/ext4", filepath.Base(device), "trigger_fs_error")
		return func() {
			t.Helper()
			if err := os.WriteFile(trigger, []byte("1"), 0o200); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatalf("%q is not among the mounts", dir)
	return nil
}

// When the disk turns read-only under a running instance, the page and reading
// mail go on, nothing new is acknowledged, and the page says that it is not
// saved.
func TestFaultReadOnlyDisk(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	in.checkOften()
	fail := readOnlyDisk(t, in.data())
	in.start()
	in.healthy()
	c := in.imap()
	if err := appendMessage(c, message(0)); err != nil {
		t.Fatal(err)
	}
	v := in.visit()

	fail()
	for began := time.Now(); time.Since(began) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
		if err := appendMessage(c, message(1)); err == nil {
			t.Fatal("APPEND to a read-only disk was acknowledged")
		}
	}
	for _, port := range []string{"smtp", "lmtp"} {
		if err := in.deliver(port, message(1)); err == nil || !strings.HasPrefix(err.Error(), "4") {
			t.Errorf("delivery by %s to a read-only disk: %v", port, err)
		}
	}
	for which, reader := range map[string]*imapclient.Client{"an old": c, "a new": in.imap()} {
		if all := stored(t, reader); len(all) != 1 || all[0] != message(0) {
			t.Errorf("%s session reads %d messages from the read-only disk, 1 was acknowledged", which, len(all))
		}
	}
	in.allOperational()
	in.signal(syscall.SIGKILL)
	in.within(2*time.Second, "the incident is told all the same", func() bool { return len(in.summary().Incidents) == 1 })
	in.within(10*time.Second, "the page says that it is not saved", func() bool { return strings.Contains(in.page("/"), "have not been saved") })
	in.printed("read-only")
	v.allServed()
	in.stop()
}

// On a data folder that can't be written to it does not start, and says so.
func TestFaultReadOnlyAtStart(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	mount(t, in.data(), "8m")
	in.start()
	in.stop()
	before := files(t, in.data())
	if err := syscall.Mount("", in.data(), "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "serve", "--config", in.conf).CombinedOutput()
	if err == nil {
		t.Error("it started, and ended without an error")
	}
	for _, word := range []string{in.data(), "read-only file system"} {
		if !strings.Contains(string(out), word) {
			t.Errorf("the error does not say %q: %s", word, out)
		}
	}
	if lines := strings.Count(string(out), "\n"); lines > 3 {
		t.Errorf("the error has %d lines: %s", lines, out)
	}
	for file, text := range files(t, in.data()) {
		if text != before[file] {
			t.Errorf("%s has changed", file)
		}
	}
}
