package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/web"
	"howdah/incidents"
)

// What a site brings of its own is read when its web server is made, and a
// mistake in it is told with its key.
func TestSiteBringsFilesOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := config.Default()
	c.Site.URL = "https://status.example.edu"
	c.Site.CSS, c.Site.Footer, c.Site.Accent = file("own.css", "h1{font-style:italic}"), "Call 4000.", "#7a1f5c"
	c.Site.Links = []config.Link{{Name: "Help", URL: "mailto:help@example.edu"}}
	c.Site.Logo = file("logo.png", "\x89PNG\r\n\x1a\nnothing more")
	s, err := webSite(c)
	if err != nil {
		t.Fatal(err)
	}
	if s.CSS != "h1{font-style:italic}" || !strings.HasPrefix(string(s.Logo), "\x89PNG") || s.Footer != "Call 4000." || s.Accent != "#7a1f5c" || len(s.Links) != 1 || s.Links[0].URL != "mailto:help@example.edu" {
		t.Errorf("%+v", s)
	}
	desk := incidents.NewDesk(incidents.Options{})
	for want, change := range map[string]func(*config.Site){
		"site.logo: open":      func(s *config.Site) { s.Logo = filepath.Join(dir, "none.png") },
		"site.logo: is no PNG": func(s *config.Site) { s.Logo = file("logo.jpg", "<svg/>") },
		"site.logo: is larger": func(s *config.Site) { s.Logo = file("big.png", "\x89PNG\r\n\x1a\n"+strings.Repeat(" ", 2<<20)) },
		"site.css: open":       func(s *config.Site) { s.CSS = filepath.Join(dir, "none.css") },
		"site.css: is no CSS":  func(s *config.Site) { s.CSS = file("bad.css", "p{}</style>") },
	} {
		bad := c
		change(&bad.Site)
		s, err := webSite(bad)
		if err == nil {
			_, err = web.New(web.Options{Board: desk, Site: s})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
