package test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The faults of machines, disks, clocks and clients, one family a file. Each
// test says what users are promised while the fault lasts, and asks for the
// front page a hundred times a second meanwhile.

// visits are those of readers, each on a connection of its own.
type visits struct {
	t    testing.TB
	end  chan struct{}
	done chan struct{}

	mu     sync.Mutex
	took   []time.Duration // of good answers
	failed []string
}

// visit begins to ask for the front page a hundred times a second.
func (in *instance) visit() *visits {
	v := &visits{t: in.t, end: make(chan struct{}), done: make(chan struct{})}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	go func() {
		defer close(v.done)
		var under sync.WaitGroup
		defer under.Wait()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-v.end:
				return
			case <-tick.C:
				under.Go(func() { v.one(client, in.url+"/") })
			}
		}
	}()
	in.t.Cleanup(v.stop)
	return v
}

func (v *visits) one(client *http.Client, url string) {
	began := time.Now()
	resp, err := client.Get(url)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err == nil && resp.StatusCode != 200 {
			err = errors.New(resp.Status)
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.failed = append(v.failed, err.Error())
		return
	}
	v.took = append(v.took, time.Since(began))
}

// stop ends the visits. It is safe to call twice.
func (v *visits) stop() {
	v.mu.Lock()
	select {
	case <-v.end:
	default:
		close(v.end)
	}
	v.mu.Unlock()
	<-v.done
}

// share is the part of the visits that were answered with a page, and the time
// within which 99 of 100 of those were.
func (v *visits) share() (share float64, p99 time.Duration) {
	v.stop()
	if len(v.took) == 0 {
		return 0, 0
	}
	slices.Sort(v.took)
	return float64(len(v.took)) / float64(len(v.took)+len(v.failed)), v.took[len(v.took)*99/100]
}

// allServed ends the visits and fails unless each of them was shown the page.
func (v *visits) allServed() {
	v.t.Helper()
	within(v.t, 5*time.Second, "somebody visits the front page", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.took)+len(v.failed) > 0
	})
	share, p99 := v.share()
	v.t.Logf("front page: %.4f of %d visits served, 99 of 100 within %v", share, len(v.took)+len(v.failed), p99.Round(100*time.Microsecond))
	if len(v.took) == 0 {
		v.t.Error("nobody was shown the front page")
	}
	if len(v.failed) > 0 {
		v.t.Errorf("%d visits failed, the first: %s", len(v.failed), v.failed[0])
	}
}

// data is a path in the data folder.
func (in *instance) data(name ...string) string {
	return filepath.Join(append([]string{in.dir, "data"}, name...)...)
}

// mount makes dir a file system of its own, of this size, until the test ends.
func mount(t testing.TB, dir, size string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("howdah-test", dir, "tmpfs", 0, "mode=0700,size="+size)
	if errors.Is(err, syscall.EPERM) {
		skip(t, "may not mount a file system; run the tests as root")
	}
	if err != nil {
		t.Fatalf("mount a file system on %q: %v", dir, err)
	}
	t.Cleanup(func() { unmount(t, dir) })
}

func unmount(t testing.TB, dir string) {
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Errorf("unmount %q: %v", dir, err)
	}
}

// fill takes all space that is left in dir but for spare bytes, and returns
// what gives it back.
func fill(t testing.TB, dir string, spare int64) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var size int64
	for err == nil {
		var n int
		n, err = f.Write(make([]byte, 4096))
		size += int64(n)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill %q: %v", dir, err)
	}
	if err := f.Truncate(max(size-spare, 0)); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// printed fails unless howdah tells its log each of these words within
// seconds: the mail server's lines come by a pipe.
func (in *instance) printed(words ...string) {
	in.t.Helper()
	for _, w := range words {
		for began := time.Now(); !strings.Contains(in.out.String(), w) && time.Since(began) < 5*time.Second; {
			time.Sleep(10 * time.Millisecond)
		}
		if !strings.Contains(in.out.String(), w) {
			in.t.Errorf("howdah did not say %q", w)
		}
	}
}

// allOperational fails unless no component is shown as failing and no incident
// is told.
func (in *instance) allOperational() {
	in.t.Helper()
	s := in.summary()
	for _, c := range s.Components {
		if c.Status != "operational" {
			in.t.Errorf("%s is shown as %s", c.Name, c.Status)
		}
	}
	if all := in.incidents(); len(all) != 0 {
		in.t.Errorf("%d incidents: %+v", len(all), all)
	}
}

// files are the bytes of the files in a folder, by name.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	bytes := map[string]string{}
	for _, f := range found {
		if !f.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		bytes[f.Name()] = string(text)
	}
	return bytes
}

// junk replaces a file's bytes by such as no program wrote.
func junk(t testing.TB, path string) string {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat(fmt.Sprintf("this is no database, says %s\n", filepath.Base(path)), 1+int(st.Size())/40)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, side := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + side); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return text
}

// checkOften gives the instance one component, which is asked every two seconds and
// needs little to be believed.
func (in *instance) checkOften() {
	in.t.Helper()
	in.writeConfig(fmt.Sprintf(`  restart_delay: 200ms
  domains: [example.edu]
components: [{key: imap, name: "Reading mail (IMAP)"}]
checks: [{component: imap, target: "imap://probe@127.0.0.1:%d", password_file: %q, every: 2s, timeout: 1500ms}]
detection: {confirm: [300ms], confirm_timeout: 1500ms, recover: 1, recover_over: 0s, publish_after: 0s}`,
		in.port["imap"], in.data("probe.password")))
}

// impatient is a reader who does not wait long.
var impatient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
