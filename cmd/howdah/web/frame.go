package web

import (
	"html/template"
	"io"

	"howdah/incidents"
	"howdah/public"
	"howdah/templates"
)

// frame is what goes around a page. title is the document's, without the
// site's name; snap is nil for a page that belongs to none.
func (s *Server) frame(snap *incidents.Snapshot, title string) templates.Frame {
	mark := templates.Unknown
	f := templates.Frame{
		T:       s.site.lang.Phrases,
		Title:   title + " · " + s.site.name,
		Site:    s.site.name,
		Root:    s.site.href(""),
		Feeds:   s.feedLinks(),
		Data:    templates.Link{Text: s.site.lang.stateData, Href: s.site.href(apiPath("summary"))},
		Style:   template.CSS(s.site.brand.style), // #nosec G203 -- ours, and what the configuration adds
		Logo:    s.site.picture(),
		Footer:  s.site.brand.footer,
		Links:   s.site.brand.links,
		Zone:    s.site.zoneName(),
		Version: s.version,
	}
	if snap != nil {
		mark = pageMark(snap)
		f.Unsaved = s.site.clock(snap.UnsavedSince, snap.At)
		f.Unread = s.site.clock(s.unread, snap.At)
	}
	f.Icon = template.URL(public.Icon(string(mark))) // #nosec G203 -- one of our own pictures
	return f
}

// frame is the frame of the page at place.
func (ed *edition) frame(place, title string) templates.Frame {
	f := ed.s.frame(ed.snap, title)
	f.Canonical = ed.s.site.absolute(place)
	f.Live = ed.s.follow(ed, place)
	f.Nav = []templates.Link{
		{Text: ed.s.site.lang.status, Href: ed.s.site.href(""), Current: place == ""},
		{Text: ed.s.site.lang.incidents, Href: ed.s.site.href(placeHistory), Current: place == placeHistory},
		{Text: ed.s.site.lang.places.subscribe, Href: ed.s.site.href(placeSubscribe), Current: place == placeSubscribe},
	}
	return f
}

// page is a page as a resource.
func page(place string, fill func() templates.Page) resource {
	return resource{key: place, kind: kindHTML, make: func(w io.Writer) error {
		return templates.Render(w, fill())
	}}
}

// wanted is what is made ahead of visits.
func (ed *edition) wanted() []resource {
	list := []resource{ed.front(), ed.history()}
	for _, f := range formats {
		list = append(list, ed.updates(f), ed.threads(f))
	}
	for _, name := range apiNames {
		list = append(list, ed.api(name))
	}
	for _, in := range ed.snap.Unresolved() {
		list = append(list, ed.incident(in))
	}
	return list
}
