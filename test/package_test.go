package test

import (
	"debug/elf"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// pack builds the release and its Debian package once for all tests. It returns
// the folder of both.
var pack = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(filepath.Dir(program), "dist")
	_, err := output(exec.Command("../packaging/deb", dir))
	return dir, err
})

// output is what a command prints, also in its error.
func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return string(out), nil
}

// sh is what a command prints that must succeed.
func sh(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := output(exec.Command(name, args...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// released is the release build and the Debian package of it.
func released(t *testing.T) (binary, deb string) {
	t.Helper()
	for _, tool := range []string{"gcc", "dpkg", "dpkg-deb", "gzip"} {
		need(t, tool)
	}
	nfpm := exec.Command("go", "tool", "-modfile=packaging/tools.mod", "nfpm", "--version")
	nfpm.Dir = ".."
	if _, err := output(nfpm); err != nil {
		skip(t, fmt.Sprintf("no nfpm, which comes over the network once: %v", err))
	}
	dir, err := pack()
	if err != nil {
		t.Fatal(err)
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(debs) != 1 {
		t.Fatalf("packages in %s: %v, %v; want one", dir, debs, err)
	}
	return filepath.Join(dir, "howdah"), debs[0]
}

// TestReleaseIsStatic: one file that asks for no loader and no library.
func TestReleaseIsStatic(t *testing.T) {
	binary, _ := released(t)
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the release asks for a dynamic loader")
		}
	}
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("the release needs the libraries %v (%v)", libs, err)
	}
}

func TestPackageContents(t *testing.T) {
	binary, deb := released(t)
	_, version, _ := strings.Cut(strings.TrimSpace(sh(t, binary, "version")), " ")
	for field, want := range map[string]string{
		"Package":      "howdah",
		"Architecture": strings.TrimSpace(sh(t, "dpkg", "--print-architecture")),
		"Version":      version + "-1",
	} {
		if got := strings.TrimSpace(sh(t, "dpkg-deb", "--field", deb, field)); got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
	if got := strings.TrimSpace(sh(t, "dpkg-deb", "--info", deb, "conffiles")); got != "/etc/howdah/config.yaml" {
		t.Errorf("files that an upgrade leaves alone: %q", got)
	}

	contents := sh(t, "dpkg-deb", "--contents", deb)
	for _, want := range []string{
		`-rwxr-xr-x root/root .* \./usr/bin/howdah`,
		`-rw-r--r-- root/root .* \./etc/howdah/config\.yaml`,
		`-rw-r--r-- root/root .* \./lib/systemd/system/howdah\.service`,
		`-rw-r--r-- root/root .* \./usr/lib/sysusers\.d/howdah\.conf`,
		`-rw-r--r-- root/root .* \./usr/lib/tmpfiles\.d/howdah\.conf`,
		`-rw-r--r-- root/root .* \./usr/share/bash-completion/completions/howdah`,
		`-rw-r--r-- root/root .* \./usr/share/zsh/vendor-completions/_howdah`,
		`-rw-r--r-- root/root .* \./usr/share/fish/vendor_completions\.d/howdah\.fish`,
		`-rw-r--r-- root/root .* \./usr/share/man/man1/howdah\.1\.gz`,
		`-rw-r--r-- root/root .* \./usr/share/man/man1/howdah-serve\.1\.gz`,
		`-rw-r--r-- root/root .* \./usr/share/man/man1/howdah-account-add\.1\.gz`,
		`-rw-r--r-- root/root .* \./usr/share/doc/howdah/changelog\.Debian\.gz`,
		`-rw-r--r-- root/root .* \./usr/share/doc/howdah/copyright`,
		`-rw-r--r-- root/root .* \./usr/share/doc/howdah/examples/grafana\.json`,
		`-rw-r--r-- root/root .* \./usr/share/doc/howdah/third-party\.gz`,
	} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(contents) {
			t.Errorf("nothing in the package is %s", want)
		}
	}
	foreign := regexp.MustCompile(`(?m)^(.....w|........w|..s|.....s).*|^\S+ (?:[^r]|r[^o]).*`)
	if bad := foreign.FindString(contents); bad != "" {
		t.Errorf("not root's alone: %s", bad)
	}
	if t.Failed() {
		t.Log("\n" + contents)
	}
}

// TestPackageInstalls puts the package into an empty root, where nothing but
// what it brings can help it: no C library, no zone files, no user of ours.
func TestPackageInstalls(t *testing.T) {
	_, deb := released(t)
	if os.Geteuid() != 0 {
		skip(t, "only root installs packages and changes its root folder")
	}
	for _, tool := range []string{"systemd-sysusers", "systemd-tmpfiles", "deb-systemd-helper"} {
		need(t, tool)
	}
	root := t.TempDir()
	for _, dir := range []string{"etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "var/lib/dpkg/status"), "")
	// The scripts of the package run outside, and find the root in DPKG_ROOT.
	dpkg := func(args ...string) {
		t.Helper()
		sh(t, "dpkg", append([]string{"--root=" + root, "--log=/dev/null", "--force-script-chrootless", "--force-depends"}, args...)...)
	}
	dpkg("--install", deb)

	passwd := read(t, filepath.Join(root, "etc/passwd"))
	user := regexp.MustCompile(`(?m)^howdah:x:(\d+):(\d+):`).FindStringSubmatch(passwd)
	if user == nil {
		t.Fatalf("no user howdah in:\n%s", passwd)
	}
	uid, gid := number(t, user[1]), number(t, user[2])
	state := filepath.Join(root, "var/lib/howdah")
	for path, want := range map[string]string{
		state:                             fmt.Sprintf("drwx------ %d:%d", uid, gid),
		filepath.Join(root, "etc/howdah"): fmt.Sprintf("drwxr-x--- 0:%d", gid),
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		s := info.Sys().(*syscall.Stat_t)
		if got := fmt.Sprintf("%v %d:%d", info.Mode(), s.Uid, s.Gid); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if _, err := os.Lstat(filepath.Join(root, "etc/systemd/system/multi-user.target.wants/howdah.service")); err != nil {
		t.Errorf("the service is not enabled: %v", err)
	}

	installed := func(args ...string) (string, error) {
		cmd := exec.Command("/usr/bin/howdah", args...)
		cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/bin"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uid, Gid: gid}}
		return output(cmd)
	}
	if got, err := installed("version"); err != nil || !strings.HasPrefix(got, "howdah ") || strings.Contains(got, "development") {
		t.Errorf("version: %q, %v", got, err)
	}
	const conf = "/etc/howdah/config.yaml"
	if _, err := installed("config", "check", conf); err != nil {
		t.Errorf("the configuration of the package: %v", err)
	}
	// What the configuration of the package offers as comments is right as well.
	offered := regexp.MustCompile(`(?m)^  # (\w+: )`).ReplaceAllString(read(t, filepath.Join(root, conf)), "  $1")
	if !strings.Contains(offered, "\n  time_zone: Africa/Johannesburg\n") {
		t.Fatalf("no zone is offered in:\n%s", offered)
	}
	write(t, filepath.Join(state, "offered.yaml"), offered)
	if _, err := installed("config", "check", "/var/lib/howdah/offered.yaml"); err != nil {
		t.Errorf("what the configuration of the package offers: %v", err)
	}

	dpkg("--remove", "howdah")
	if _, err := os.Stat(filepath.Join(root, "usr/bin/howdah")); !os.IsNotExist(err) {
		t.Errorf("the program after the removal: %v", err)
	}
	for _, kept := range []string{state, filepath.Join(root, conf)} {
		if _, err := os.Stat(kept); err != nil {
			t.Errorf("lost by the removal: %v", err)
		}
	}
	dpkg("--purge", "howdah")
	for _, gone := range []string{state, filepath.Join(root, "etc/howdah")} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s after the purge: %v", gone, err)
		}
	}
}

// TestUnit has systemd read the unit, and wants it to be as closed as it is.
func TestUnit(t *testing.T) {
	need(t, "systemd-analyze")
	text := read(t, "../packaging/howdah.service")
	unit := filepath.Join(t.TempDir(), "howdah.service")
	write(t, unit, strings.ReplaceAll(text, "/usr/bin/howdah", program))
	// What systemd does not know it only warns of.
	if said := sh(t, "systemd-analyze", "verify", "--man=no", unit); said != "" {
		t.Errorf("systemd-analyze verify:\n%s", said)
	}
	const exposure = "25" // tenths, of 100
	sh(t, "systemd-analyze", "security", "--offline=true", "--threshold="+exposure, unit)
}

// TestServiceManager is a service manager as the unit describes one: it waits
// to be told that Howdah is ready and then that it is alive.
func TestServiceManager(t *testing.T) {
	binary, _ := released(t)
	unit := read(t, "../packaging/howdah.service")
	for _, line := range []string{"Type=notify", "WatchdogSec=30", "KillMode=mixed"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit does not say %s, which is what this test plays", line)
		}
	}
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	told := func(want string) {
		t.Helper()
		manager.SetReadDeadline(time.Now().Add(20 * time.Second))
		for message := make([]byte, 4096); ; {
			n, err := manager.Read(message)
			if err != nil {
				t.Fatalf("not told %s: %v", want, err)
			}
			if strings.Contains("\n"+string(message[:n])+"\n", "\n"+want+"\n") {
				return
			}
		}
	}

	in := configure(t, "")
	cmd := exec.Command(binary, "serve", "--config", in.conf)
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=1000000")
	var out buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, 5*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		if t.Failed() {
			t.Logf("howdah printed:\n%s", &out)
		}
	}()
	told("READY=1")
	if code, _ := in.get("/readyz"); code != 200 {
		t.Errorf("/readyz after READY=1: %d", code)
	}
	told("WATCHDOG=1")
	if strings.Contains(unit, "\nExecReload=/bin/kill -HUP $MAINPID\n") {
		cmd.Process.Signal(syscall.SIGHUP)
		for range 2 { // the first may have been on its way
			told("WATCHDOG=1")
		}
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v; the manager takes that for a failure", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func number(t *testing.T, s string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}
