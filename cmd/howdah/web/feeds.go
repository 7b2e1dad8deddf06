package web

import (
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"

	"howdah/incidents"
	"howdah/incidents/feed"
	"howdah/templates"

	"github.com/labstack/echo/v4"
)

// format is a feed format.
type format struct {
	ext    string // of the file name
	kind   string // media type
	name   string // for people
	encode func(f *feed.Feed, path string) ([]byte, error)
}

var formats = []format{
	{"rss", feed.RSSType, "RSS", (*feed.Feed).RSS},
	{"atom", feed.AtomType, "Atom", (*feed.Feed).Atom},
	{"json", feed.JSONType, "JSON Feed", (*feed.Feed).JSON},
}

// Feeds by their place below the site's URL, without the format's ending.
const (
	placeUpdates = "updates" // an entry an update
	placeThreads = "feed"    // an entry a thread
)

// updates is the feed with one entry an update.
func (ed *edition) updates(f format) resource {
	return ed.feed(placeUpdates, f, func(s feed.Site) *feed.Feed { return feed.Updates(ed.snap, s) })
}

// threads is the feed with one entry a thread.
func (ed *edition) threads(f format) resource {
	return ed.feed(placeThreads, f, func(s feed.Site) *feed.Feed { return feed.Threads(ed.snap, s) })
}

// componentThreads is the feed of the threads of one component.
func (ed *edition) componentThreads(v *incidents.ComponentView, f format) resource {
	return ed.feed(placeOfComponent(v.Key)+"/"+placeThreads, f, func(s feed.Site) *feed.Feed {
		return feed.ComponentThreads(ed.snap, s, v.Key)
	})
}

func (ed *edition) feed(place string, f format, fill func(feed.Site) *feed.Feed) resource {
	path := place + "." + f.ext
	return resource{key: path, kind: f.kind, shared: true, make: func(w io.Writer) error {
		b, err := f.encode(fill(ed.s.site.feedSite()), path)
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	}}
}

// feedSite is the site as feeds and calendars speak of it.
func (s site) feedSite() feed.Site {
	return feed.Site{Name: s.name, URL: s.url, Zone: s.zone, Language: s.lang.Lang, Words: s.lang.words}
}

// componentFeed answers with the feed of a component in one format.
func (s *Server) componentFeed(f format) echo.HandlerFunc {
	return func(c echo.Context) error {
		ed := s.edition()
		v := ed.snap.Component(c.Param("key"))
		if v == nil {
			return errNotFound
		}
		return s.send(c, ed, ed.componentThreads(v, f))
	}
}

// permalink leads to an update in the thread or the maintenance that it is in
// by now. Feeds know updates by this address, because it stays when threads are
// merged and split.
func (s *Server) permalink(c echo.Context) error {
	ed := s.edition()
	place := ""
	find := func(list []incidents.Update, where string) {
		if slices.ContainsFunc(list, func(u incidents.Update) bool { return u.ID == c.Param("id") }) {
			place = where
		}
	}
	for _, in := range ed.snap.Incidents {
		find(in.Updates, in.Path())
	}
	for _, m := range ed.snap.Maintenances {
		find(m.Updates, m.Path())
	}
	if place == "" {
		return errNotFound
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Redirect(http.StatusFound, s.site.href(place)+"#update-"+c.Param("id"))
}

// feedLinks are the feeds that every page names. Updates come before threads:
// many readers never show an entry again that has changed.
func (s *Server) feedLinks() []templates.Feed {
	return append(s.linksTo(placeUpdates, s.site.lang.updatesFeed), s.linksTo(placeThreads, s.site.lang.incidents)...)
}

// linksTo are the links to a feed in every format.
func (s *Server) linksTo(place, what string) []templates.Feed {
	var list []templates.Feed
	for _, f := range formats {
		kind, _, _ := strings.Cut(f.kind, ";")
		text := s.site.lang.feedOf(what, f.name)
		list = append(list, templates.Feed{
			Text:   text,
			Title:  s.site.lang.titled(s.site.name, text),
			Format: f.name,
			Type:   template.HTMLAttr(`type="` + kind + `"`), // #nosec G203 -- a constant of package feed
			Href:   s.site.href(place + "." + f.ext),
		})
	}
	return list
}
