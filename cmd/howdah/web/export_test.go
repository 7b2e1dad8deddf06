package web

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestExport(t *testing.T) {
	b, srv := newServer(t, down())
	dir := filepath.Join(t.TempDir(), "site")
	if err := srv.Export(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "components")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("a web server can't read the folder: %v, %v", info.Mode(), err)
	}
	files := exportedFiles(t, dir)
	for _, name := range []string{
		"index.html", "history.html", "incidents/i1-mail-instability.html", "components/imap.html", "updates.atom", "feed.rss",
		"components/imap/feed.rss", "api/v2/summary.json", "api/v2/scheduled-maintenances/active.json",
	} {
		if len(files[name]) == 0 {
			t.Errorf("%s is missing or empty", name)
		}
	}
	checkLinks(t, files)

	// A further export leaves alone what is the same and removes what is gone.
	next := down()
	next.Components, next.Incidents = next.Components[:3], next.Incidents[:1]
	b.show(next)
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	same := filepath.Join(dir, "api/v2/scheduled-maintenances.json")
	for _, name := range []string{same, filepath.Join(dir, "index.html")} {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := srv.Export(dir); err != nil {
		t.Fatal(err)
	}
	files = exportedFiles(t, dir)
	for _, name := range []string{"components/web.html", "components/web/feed.rss", "incidents/i0-sending-mail-outage.html"} {
		if _, ok := files[name]; ok {
			t.Errorf("%s is still there", name)
		}
	}
	checkLinks(t, files)
	if info, err := os.Stat(same); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("a file that did not change was written again: %v, %v", info.ModTime(), err)
	}
	if info, err := os.Stat(filepath.Join(dir, "index.html")); err != nil || info.ModTime().Equal(long) {
		t.Errorf("the front page was not written again: %v", err)
	}
}

func TestExportRefusesForeignFolder(t *testing.T) {
	_, srv := newServer(t, calm())
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := srv.Export(dir)
	if err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Fatalf("export into a folder with other files: %v", err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "thesis.txt")); err != nil || string(got) != "mine" {
		t.Errorf("the file that was there is %q, %v", got, err)
	}
	hostile := t.TempDir()
	if err := os.WriteFile(filepath.Join(hostile, exportList), []byte("../thesis.txt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := srv.Export(hostile); err == nil || !strings.Contains(err.Error(), "outside") {
		t.Errorf("export by a list that names a file outside: %v", err)
	}
}

func exportedFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// checkLinks follows every link of every page to a file, and to the place in
// it that it names.
func checkLinks(t *testing.T, files map[string][]byte) {
	t.Helper()
	links := 0
	for name, content := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		doc, err := html.Parse(bytes.NewReader(content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for n := range doc.Descendants() {
			for _, a := range n.Attr {
				if a.Key != "href" || strings.Contains(a.Val, ":") {
					continue
				}
				links++
				file, fragment, _ := strings.Cut(a.Val, "#")
				to := name
				if file != "" {
					to = path.Join(path.Dir(name), file)
				}
				target, ok := files[to]
				if strings.HasPrefix(file, "/") || !ok {
					t.Errorf("%s links to %q, which is no file of the export", name, a.Val)
				} else if fragment != "" && !bytes.Contains(target, []byte(`id="`+fragment+`"`)) {
					t.Errorf("%s links to %q, and nothing there has that id", name, a.Val)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were followed", links)
	}
}
