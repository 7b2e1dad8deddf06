package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// site is a Site made ready for use.
type site struct {
	name  string
	id    string // opaque and stable: what the JSON calls the page
	url   string // without a trailing slash
	path  string // of url: "" or "/status", without a trailing slash, decoded
	root  string // path of the front page as it stands in links: "/" or "/status/"
	zone  *time.Location
	lang  *phrases
	brand brand
	// file says that pages are files and link to files; up leads from the page
	// at hand to the folder that holds them all.
	file bool
	up   string
}

func newSite(o Site) (site, error) {
	if o.URL == nil || (o.URL.Scheme != "http" && o.URL.Scheme != "https") || o.URL.Host == "" {
		return site{}, fmt.Errorf("site's URL %q is not an http or https URL with a host", o.URL)
	}
	if o.Name == "" {
		return site{}, fmt.Errorf("site has no name")
	}
	u := url.URL{Scheme: o.URL.Scheme, Host: o.URL.Host, Path: strings.TrimRight(o.URL.Path, "/")}
	s := site{
		name: o.Name,
		url:  u.String(),
		path: u.Path,
		root: u.EscapedPath() + "/",
		zone: o.Zone,
	}
	tag := o.Language
	if tag == "" {
		tag = "en"
	}
	if s.lang = languages[tag]; s.lang == nil {
		return site{}, fmt.Errorf("site has the unknown language %q", o.Language)
	}
	var err error
	if s.brand, err = newBrand(o); err != nil {
		return site{}, err
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	sum := sha256.Sum256([]byte(s.url))
	s.id = hex.EncodeToString(sum[:6])
	return s, nil
}

// from is the site as the page at place links to it when all of it is files.
func (s site) from(place string) site {
	s.file, s.up = true, strings.Repeat("../", strings.Count(place, "/"))
	return s
}

// href is the link to a place of the site, for use in pages: a path, so that
// it leads to the host at which the reader already is.
func (s site) href(place string) string {
	if s.file {
		return s.up + fileName(place)
	}
	return s.root + place
}

// absolute is the URL of a place of the site, for use where no page is around.
func (s site) absolute(place string) string { return s.url + "/" + place }

// zoneName is what the footer calls the zone.
func (s site) zoneName() string {
	if s.zone == time.Local {
		return "" // its name says nothing; each time carries an abbreviation
	}
	return s.zone.String()
}
