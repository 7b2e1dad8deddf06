package feed

import (
	"fmt"
	"time"

	"github.com/gorilla/feeds"
)

// AtomType is the media type of Atom.
const AtomType = "application/atom+xml; charset=utf-8"

// Atom is the feed in Atom (RFC 4287), published at path below the site's
// URL.
func (f *Feed) Atom(path string) ([]byte, error) {
	text, err := feeds.ToXML(atom{f, path})
	if err != nil {
		return nil, fmt.Errorf("encode Atom %q: %w", path, err)
	}
	return []byte(text), nil
}

type atom struct {
	*Feed
	path string
}

type atomDocument struct {
	*feeds.AtomFeed
	Language string           `xml:"xml:lang,attr,omitempty"`
	Links    []feeds.AtomLink `xml:"link"`
	Entries  []atomEntry      `xml:"entry"`
}

type atomEntry struct {
	*feeds.AtomEntry
	Categories []atomCategory `xml:"category"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

func (a atom) FeedXml() interface{} {
	doc := atomDocument{
		AtomFeed: &feeds.AtomFeed{
			Xmlns:   "http://www.w3.org/2005/Atom",
			Title:   a.Title,
			Id:      a.self(a.path),
			Updated: atomTime(a.Updated),
			Author:  &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: a.author}},
		},
		Language: a.Language,
		Links: []feeds.AtomLink{
			{Href: a.Home, Rel: "alternate", Type: "text/html"},
			{Href: a.self(a.path), Rel: "self", Type: "application/atom+xml"},
		},
	}
	for _, it := range a.Items {
		entry := atomEntry{AtomEntry: &feeds.AtomEntry{
			Title:     it.Title,
			Id:        it.ID,
			Published: atomTime(it.Published),
			Updated:   atomTime(it.Updated),
			Links:     []feeds.AtomLink{{Href: it.Link, Rel: "alternate", Type: "text/html"}},
			Content:   &feeds.AtomContent{Content: it.HTML, Type: "html"},
		}}
		for _, t := range it.Tags {
			entry.Categories = append(entry.Categories, atomCategory{t})
		}
		doc.Entries = append(doc.Entries, entry)
	}
	return doc
}

// atomTime is t as Atom wants it, which has no way to say never. Two changes
// within a second have two times.
func atomTime(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}
