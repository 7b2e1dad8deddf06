package test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// component is a component with a check of the bundled server, as YAML.
func (in *instance) component(key, protocol, name string) (component, check string) {
	return fmt.Sprintf("  - {key: %s, name: %q, depends_on: [mailserver]}\n", key, name),
		fmt.Sprintf("  - {component: %s, target: \"%s://probe@127.0.0.1:%d?insecure=true\", password_file: data/probe.password}\n", key, protocol, in.port[protocol])
}

// reload has the instance read its configuration again and waits until it says
// what came of it.
func (in *instance) reload(said string) {
	in.t.Helper()
	before := strings.Count(in.out.String(), said)
	if err := in.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		in.t.Fatal(err)
	}
	in.within(5*time.Second, "the log says: "+said, func() bool { return strings.Count(in.out.String(), said) > before })
}

const (
	taken   = `msg="configuration was read again" `
	refused = `msg="configuration was read again and refused; the old one goes on"`
)

// edit replaces text in the configuration file.
func (in *instance) edit(old, new string) {
	in.t.Helper()
	text, err := os.ReadFile(in.conf)
	if err != nil {
		in.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		in.t.Fatalf("no %q in the configuration", old)
	}
	if err := os.WriteFile(in.conf, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// A component that comes by SIGHUP is shown and watched, and the others do not
// notice.
func TestComponentAddedWhileRunning(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	imap, imapCheck := in.component("imap", "imap", "Reading mail")
	pop3, pop3Check := in.component("fetching", "pop3", "Fetching mail")
	in.writeConfig("components:\n" + imap + "checks:\n" + imapCheck)
	in.start()
	in.healthy()
	child := in.child()

	in.writeConfig("components:\n" + imap + pop3 + "checks:\n" + imapCheck + pop3Check)
	in.reload(taken)
	if page := in.page("/"); !strings.Contains(page, "Fetching mail") {
		t.Error("the front page does not show the new component")
	}
	in.within(10*time.Second, "the new component has been checked", func() bool {
		if page := in.page("/components/imap"); strings.Contains(page, "No current data") {
			t.Fatal("the old component has lost its state")
		}
		return !strings.Contains(in.page("/components/fetching"), "No current data")
	})
	if now := in.child(); now != child {
		t.Errorf("the mail server was pid %d and is %d", child, now)
	}

	// The new component belongs to the mail server's process.
	in.signal(syscall.SIGKILL)
	in.within(time.Second, "both are down", func() bool {
		s := in.summary()
		return len(s.Components) == 2 && s.Components[0].Status == "major_outage" && s.Components[1].Status == "major_outage"
	})
	if all := in.incidents(); len(all) != 1 || len(all[0].Outages[0].Components) != 2 {
		t.Errorf("%+v", all)
	}
}

// What is wrong is refused whole, and what can't change while running is named.
func TestReloadThatIsRefused(t *testing.T) {
	t.Parallel()
	in := start(t, "")
	in.healthy()
	was := in.page("/")

	in.edit("name: Example Mail", "name: Another Name, nane: x")
	in.reload(refused)
	in.within(time.Second, "the log names file, line and key", func() bool {
		return strings.Contains(in.out.String(), in.conf+":1: site.nane")
	})
	if page := in.page("/"); strings.Contains(page, "Another Name") || strings.Contains(page, "No current data") {
		t.Errorf("a file with a mistake changed the page:\n%s\nwas\n%s", page, was)
	}
	if err := os.Remove(in.conf); err != nil {
		t.Fatal(err)
	}
	in.reload(refused)

	in.writeConfig("  restart: never\nlog: {level: debug}\n")
	in.edit("name: Example Mail, time_zone: Africa/Johannesburg", "name: Another Name, time_zone: Asia/Tokyo")
	in.edit(fmt.Sprintf("web: {listen: \"127.0.0.1:%d\"", in.port["web"]), fmt.Sprintf("web: {listen: \"127.0.0.1:%d\"", freePort(t)))
	in.reload(taken)
	for _, key := range []string{"web.listen", "mailserver.restart", "log.level"} {
		if !strings.Contains(in.out.String(), "needs a restart: "+key) {
			t.Errorf("the log does not say that %s needs a restart", key)
		}
	}
	if n := strings.Count(in.out.String(), "needs a restart"); n != 3 {
		t.Errorf("%d keys need a restart, want 3", n)
	}
	page := in.page("/")
	for _, want := range []string{"Another Name", "JST", "Asia/Tokyo"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	if !strings.Contains(page, "Reading mail (IMAP)") || strings.Contains(page, "No current data") {
		t.Error("the components have lost their state")
	}
	if feed := in.page("/feed.rss"); !strings.Contains(feed, in.url) || !strings.Contains(feed, "Another Name") {
		t.Error("the feed has lost its address or has the old name")
	}
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Who stops watching what is down does not make it work.
func TestDownComponentTakenOut(t *testing.T) {
	t.Parallel()
	in := configure(t, "")
	imap, imapCheck := in.component("imap", "imap", "Reading mail")
	pop3, pop3Check := in.component("fetching", "pop3", "Fetching mail")
	more := "  restart: never\ndetection: {publish_after: 0s}\n"
	in.writeConfig(more + "components:\n" + imap + pop3 + "checks:\n" + imapCheck + pop3Check)
	in.start()
	in.healthy()
	in.signal(syscall.SIGKILL)
	in.within(time.Second, "an incident", func() bool { return len(in.incidents()) == 1 })

	in.writeConfig(more + "components:\n" + imap + "checks:\n" + imapCheck)
	in.reload(taken)
	if page := in.page("/components/imap"); !strings.Contains(page, "Not working") {
		t.Error("the component that stays is not down any more")
	}
	if code, _ := in.get("/components/fetching"); code != 404 {
		t.Errorf("the page of the component that is gone: %d", code)
	}
	in.writeConfig(more + "components: [{key: other}]\nchecks: [{component: other, target: \"imap://127.0.0.1:" + fmt.Sprint(freePort(t)) + "\"}]\n")
	in.reload(taken)
	in.within(5*time.Second, "the outage has ended", func() bool { return in.incidents()[0].Outages[0].EndedAt != nil })
	it := in.incidents()[0]
	if it.Status != "investigating" {
		t.Errorf("state %q", it.Status)
	}
	for _, path := range []string{"/", strings.TrimPrefix(it.Shortlink, in.url), "/feed.rss"} {
		if body := in.page(path); strings.Contains(body, "worked again") || strings.Contains(body, "Working again") {
			t.Errorf("%s says that it works again, which nobody saw", path)
		}
	}
	if body := in.page(strings.TrimPrefix(it.Shortlink, in.url)); !strings.Contains(body, "a recovery was not seen") {
		t.Error("the thread does not say that nobody watches any more")
	}
}

// A service manager is told when a reload begins and ends, also of one that is
// refused, and that a stop has begun.
func TestManagerIsToldOfReloads(t *testing.T) {
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", manager.LocalAddr().String())
	told := func(want string) {
		t.Helper()
		message := make([]byte, 4096)
		manager.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := manager.Read(message)
		if err != nil || !strings.HasPrefix(string(message[:n]), want) {
			t.Fatalf("told %q, %v; want %s", message[:n], err, want)
		}
	}
	in := start(t, "")
	told("READY=1")
	in.reload(taken)
	told("RELOADING=1\nMONOTONIC_USEC=")
	told("READY=1")
	in.edit("site: ", "sight: ")
	in.reload(refused)
	told("RELOADING=1\nMONOTONIC_USEC=")
	told("READY=1")
	if code := in.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	told("STOPPING=1")
}
