package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // registered with package image
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"howdah/public"
	"howdah/templates"
)

// Link leads from every page to elsewhere.
type Link struct {
	Name string
	URL  string // http, https or mailto
}

// Bounds of what a site brings of its own.
const (
	maxLogo = 256 << 10
	maxCSS  = 64 << 10
)

// brand is what a site looks like.
type brand struct {
	style  string // of every page
	source string // lets it through a Content-Security-Policy
	footer []string
	links  []templates.Link
	logo   *logo // nil for none
}

// logo is a picture, served from memory under a name of its own.
type logo struct {
	place, kind   string
	bytes         []byte
	width, height int // 0 when not known
}

func newBrand(o Site) (brand, error) {
	b := brand{style: public.Style(), footer: paragraphs(o.Footer)}
	if o.Accent != "" {
		accent, err := public.Accent(o.Accent)
		if err != nil {
			return b, fmt.Errorf("site.accent: %w", err)
		}
		b.style += accent
	}
	switch {
	case len(o.CSS) > maxCSS:
		return b, fmt.Errorf("site.css: holds more than %d KiB", maxCSS>>10)
	case !utf8.ValidString(o.CSS), strings.Contains(o.CSS, "</"), strings.Contains(o.CSS, "<!--"):
		return b, errors.New("site.css: is no CSS: it holds markup, or is not UTF-8")
	}
	b.style += o.CSS
	b.source = public.SourceOf(b.style)
	for _, l := range o.Links {
		u, err := url.Parse(l.URL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") {
			return b, fmt.Errorf("site.links: %q is no http, https or mailto address", l.URL)
		}
		b.links = append(b.links, templates.Link{Text: l.Name, Href: l.URL})
	}
	if len(o.Logo) > 0 {
		var err error
		if b.logo, err = newLogo(o.Logo); err != nil {
			return b, fmt.Errorf("site.logo: %w", err)
		}
	}
	return b, nil
}

// newLogo goes by what the bytes are, not by what the file is called.
func newLogo(b []byte) (*logo, error) {
	ext, ok := map[string]string{"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}[http.DetectContentType(b)]
	switch {
	case len(b) > maxLogo:
		return nil, fmt.Errorf("is larger than %d KiB", maxLogo>>10)
	case !ok:
		return nil, errors.New("is no PNG, JPEG, WebP or GIF")
	}
	sum := sha256.Sum256(b)
	l := &logo{place: "logo-" + hex.EncodeToString(sum[:4]) + "." + ext, kind: http.DetectContentType(b), bytes: b}
	if size, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil {
		l.width, l.height = size.Width, size.Height
	}
	return l, nil
}

// picture is the logo as it stands in pages; nil for none.
func (st site) picture() *templates.Picture {
	l := st.brand.logo
	if l == nil {
		return nil
	}
	return &templates.Picture{Src: st.href(l.place), Width: l.width, Height: l.height}
}

// resource is the logo as a resource, which never changes under its name.
func (l *logo) resource() resource {
	return resource{key: l.place, kind: l.kind, make: func(w io.Writer) error {
		_, err := w.Write(l.bytes)
		return err
	}}
}
