package config

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Link leads readers to another page, or to somebody's mailbox.
type Link struct {
	Name string
	URL  string // http, https or mailto
}

func (l *Link) tree() object {
	return object{
		{"name", "what readers see", text(&l.Name)},
		{"url", "https://… or mailto:…", text(&l.URL)},
	}
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// validateLook looks at how the page looks; the files are read when it is made.
func (s Site) validateLook(wrong report) {
	if s.Accent != "" && !colour.MatchString(s.Accent) {
		wrong("site.accent", fmt.Sprintf("%q is no colour", s.Accent), `write red, green and blue as "#0a4f96"`)
	}
	if strings.EqualFold(extension(s.Logo), "svg") {
		wrong("site.logo", "is an SVG, which can hold programs", "use a PNG, JPEG, WebP or GIF")
	}
	if i := strings.IndexFunc(s.Footer, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
		wrong("site.footer", "holds a control character", "write plain text")
	}
	for i, l := range s.Links {
		at := fmt.Sprintf("site.links[%d]", i)
		if strings.TrimSpace(l.Name) == "" {
			wrong(at+".name", "is missing", "say where the link leads")
		}
		const hint = `write an address such as "https://it.example.edu/help" or "mailto:help@example.edu"`
		u, err := url.Parse(l.URL)
		switch {
		case l.URL == "":
			wrong(at+".url", "is missing", hint)
		case err != nil, u.Scheme == "mailto" && u.Opaque == "", u.Scheme != "mailto" && u.Host == "":
			wrong(at+".url", fmt.Sprintf("%q leads nowhere", l.URL), hint)
		case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto":
			wrong(at+".url", fmt.Sprintf("%q is no http, https or mailto address", l.URL), hint)
		}
	}
}

func extension(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[i+1:]
	}
	return ""
}
