package test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nginx serves a folder as packaging/nginx.conf does.
func nginx(t testing.TB, root string) string {
	t.Helper()
	program := need(t, "nginx")
	text, err := os.ReadFile("../packaging/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	dir, port := t.TempDir(), freePort(t)
	site := strings.NewReplacer("listen 80;", fmt.Sprintf("listen 127.0.0.1:%d;", port), "root /var/www/status;", "root "+root+";").Replace(string(text))
	conf := filepath.Join(dir, "nginx.conf")
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n" // the folder is the test's alone
	}
	whole := fmt.Sprintf("%sdaemon off;\nworker_processes 1;\npid %s/pid;\nerror_log stderr warn;\nevents {}\nhttp {\n"+
		"include /etc/nginx/mime.types;\ndefault_type application/octet-stream;\naccess_log off;\n"+
		"client_body_temp_path %[2]s/a;\nproxy_temp_path %[2]s/b;\nfastcgi_temp_path %[2]s/c;\nuwsgi_temp_path %[2]s/d;\nscgi_temp_path %[2]s/e;\n%s}\n", user, dir, site)
	if err := os.WriteFile(conf, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &buffer{}
	cmd := exec.Command(program, "-e", "stderr", "-c", conf, "-p", dir)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("nginx printed:\n%s", out)
		}
	})
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	within(t, 20*time.Second, "nginx answers", func() bool {
		resp, err := http.Get(url)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
	return url
}

// Another web server shows the published files as we show the pages, follows
// what happens, and goes on when we are gone.
func TestPublishedFilesAreServedByNginx(t *testing.T) {
	t.Parallel()
	need(t, "nginx")
	root := filepath.Join(t.TempDir(), "site")
	in := start(t, "  restart: never\ndetection: {publish_after: 0s}\npublish: {dir: "+root+"}")
	in.healthy()
	in.post("--title", "Slow webmail", "Webmail is slow.")
	var files []string
	in.within(20*time.Second, "the files are there", func() bool {
		files = nil
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, _ := filepath.Rel(root, p)
				files = append(files, filepath.ToSlash(name))
			}
			return nil
		})
		text, _ := os.ReadFile(filepath.Join(root, "index.html"))
		return err == nil && len(files) > 30 && strings.Contains(string(text), "Webmail is slow.")
	})
	mirror := &instance{t: t, url: nginx(t, root)}
	asked := map[string]bool{}
	for _, name := range files {
		if strings.HasPrefix(filepath.Base(name), ".") {
			if code, _ := mirror.get("/" + name); code != http.StatusNotFound {
				t.Errorf("nginx shows /%s", name)
			}
			continue
		}
		place := "/" + strings.TrimSuffix(strings.TrimSuffix(name, ".html"), "index")
		if strings.HasPrefix(place, "/api/v1/") && name != "api/v1/openapi.json" {
			place = strings.TrimSuffix(place, ".json")
		}
		asked[place] = true
		ours, theirs := typeOf(t, in.url+place), typeOf(t, mirror.url+place)
		if ours != theirs {
			t.Errorf("%s is %q here and %q from nginx", place, ours, theirs)
		}
		if direct := typeOf(t, mirror.url+"/"+name); direct != ours {
			t.Errorf("/%s is %q from nginx, want %q", name, direct, ours)
		}
	}
	for _, place := range []string{"/", "/history", "/subscribe", "/feed.rss", "/updates.json", "/maintenance.ics", "/badge.svg", "/badge-uptime-30.svg", "/status.txt", "/api/v2/summary.json", "/api/v1/status", "/components/imap/badge.svg"} {
		if !asked[place] {
			t.Errorf("%s was not published", place)
		}
	}
	if a, b := typeOf(t, in.url+"/history.rss"), typeOf(t, mirror.url+"/history.rss"); a != b {
		t.Errorf("/history.rss is %q here and %q from nginx", a, b)
	}
	mirror.links("/", map[string]bool{})

	in.signal(syscall.SIGKILL)
	in.within(20*time.Second, "nginx tells of the outage", func() bool { return strings.Contains(mirror.page("/"), "Not working") })
	in.stop()
	if page := mirror.page("/"); !strings.Contains(page, "Not working") || strings.Contains(page, "<script") {
		t.Errorf("after our end nginx shows %q", page)
	}
}

// typeOf is the media type of an answer that must be there.
func typeOf(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("GET %s: %d", url, resp.StatusCode)
	}
	return resp.Header.Get("Content-Type")
}

var href = regexp.MustCompile(` (?:href|src)="([^"#:]+)["#]`)

// links follows every link from a page, and from the pages that it leads to.
func (in *instance) links(place string, seen map[string]bool) {
	in.t.Helper()
	if seen[place] {
		return
	}
	seen[place] = true
	code, body := in.get(place)
	if code != http.StatusOK {
		in.t.Errorf("a link leads to %s: %d", place, code)
	}
	if !strings.HasPrefix(body, "<!doctype html>") {
		return
	}
	for _, m := range href.FindAllStringSubmatch(body, -1) {
		to, err := http.NewRequest(http.MethodGet, in.url+place, nil)
		if err != nil {
			in.t.Fatal(err)
		}
		next, err := to.URL.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
		if err != nil {
			in.t.Errorf("%s has the link %q", place, m[1])
			continue
		}
		in.links(next.Path, seen)
	}
}

// A folder that can't be written is told once and is nobody else's trouble.
func TestPublishingThatFails(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := start(t, "publish: {dir: "+root+"}")
	const told = "can't be published as files"
	in.within(20*time.Second, "the log tells", func() bool { return strings.Contains(in.out.String(), told) })
	in.healthy()
	if code, body := in.get("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d %q", code, body)
	}
	in.post("--title", "Slow webmail", "Webmail is slow.")
	in.page("/")
	if n := strings.Count(in.out.String(), told); n != 1 {
		t.Errorf("the log tells %d times", n)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}
