package web

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"howdah/public"
)

func pictures(t *testing.T) map[string][]byte {
	t.Helper()
	pic := image.NewPaletted(image.Rect(0, 0, 48, 32), color.Palette{color.Black, color.White})
	all := map[string][]byte{"webp": []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")}
	for kind, encode := range map[string]func(*bytes.Buffer) error{
		"png": func(b *bytes.Buffer) error { return png.Encode(b, pic) },
		"jpg": func(b *bytes.Buffer) error { return jpeg.Encode(b, pic, nil) },
		"gif": func(b *bytes.Buffer) error { return gif.Encode(b, pic, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		all[kind] = b.Bytes()
	}
	return all
}

func TestSiteLooksAsItIsConfigured(t *testing.T) {
	for kind, picture := range pictures(t) {
		_, srv := serve(t, calm(), func(o *Options) {
			o.Site.URL.Path = "/status/"
			o.Site.Logo, o.Site.Accent, o.Site.CSS = picture, "#7a1f5c", "h1{font-style:italic}"
			o.Site.Footer = "Run by the <IT> services.\n\nCall 4000."
			o.Site.Links = []Link{{"Help & advice", "https://it.example.edu/help"}, {"Write to us", "mailto:help@example.edu"}}
		})
		a := ask(t, http.MethodGet, srv.URL+"/status/")
		_, rest, _ := strings.Cut(a.body, `<img src="`)
		src, _, _ := strings.Cut(rest, `"`)
		if !strings.HasPrefix(src, "/status/logo-") || !strings.HasSuffix(src, "."+kind) {
			t.Fatalf("%s: the logo is at %q", kind, src)
		}
		got := ask(t, http.MethodGet, srv.URL+src)
		if got.status != http.StatusOK || got.body != string(picture) || !strings.HasPrefix(got.header.Get("Content-Type"), "image/") {
			t.Errorf("%s: %d %s, %d bytes", kind, got.status, got.header.Get("Content-Type"), len(got.body))
		}
		guardedHeaders(t, src, got.header)
		inOrder(t, a.body, "h1{font-style:italic}</style>", `alt=""`, "Example Mail</a>",
			`<a href="https://it.example.edu/help">Help &amp; advice</a>`, `<a href="mailto:help@example.edu">Write to us</a>`,
			"Run by the &lt;IT&gt; services.</p>", "Call 4000.</p>")
		_, rest, _ = strings.Cut(a.body, "<style>")
		style, _, _ := strings.Cut(rest, "</style>")
		if !strings.Contains(style, "--link:#7a1f5c") || !strings.Contains(a.header.Get("Content-Security-Policy"), "style-src "+public.SourceOf(style)+";") {
			t.Errorf("%s: the policy %q does not let this style through: %s", kind, a.header.Get("Content-Security-Policy"), style)
		}
	}
}

func TestLogoIsExported(t *testing.T) {
	_, srv := newServer(t, calm(), func(o *Options) { o.Site.Logo = pictures(t)["png"] })
	dir := filepath.Join(t.TempDir(), "site")
	if err := srv.Export(dir); err != nil {
		t.Fatal(err)
	}
	files := exportedFiles(t, dir)
	checkLinks(t, files)
	if !strings.Contains(string(files["history.html"]), `<img src="logo-`) {
		t.Error("the logo is not on the pages")
	}
}

func TestWhatASiteMayNotBring(t *testing.T) {
	for what, change := range map[string]func(*Site){
		"site.logo: is no PNG": func(s *Site) {
			s.Logo = []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
		},
		"site.logo: is larger":  func(s *Site) { s.Logo = append(pictures(t)["png"], make([]byte, maxLogo)...) },
		"site.accent: colour":   func(s *Site) { s.Accent = "red" },
		"site.css: is no CSS":   func(s *Site) { s.CSS = "p{}</style><script>alert(1)</script>" },
		"site.css: holds more":  func(s *Site) { s.CSS = strings.Repeat(" ", maxCSS+1) },
		"site.links: \"javascr": func(s *Site) { s.Links = []Link{{"x", "javascript:alert(1)"}} },
		"unknown language":      func(s *Site) { s.Language = "tlh" },
	} {
		s := Site{Name: "Mail", URL: &url.URL{Scheme: "https", Host: "status.example.edu"}}
		change(&s)
		b := &board{}
		b.show(calm())
		if _, err := New(Options{Board: b, Site: s}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
}
