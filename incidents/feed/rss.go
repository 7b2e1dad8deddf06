package feed

import (
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gorilla/feeds"
)

// RSSType is the media type of RSS.
const RSSType = "application/rss+xml; charset=utf-8"

const refreshMinutes = 5

// RSS is the feed in RSS 2.0, published at path below the site's URL. An
// item's date is its newest announcement, as readers that sort by date expect.
// There is no author: RSS wants a mail address there.
func (f *Feed) RSS(path string) ([]byte, error) {
	text, err := feeds.ToXML(rss{f, path})
	if err != nil {
		return nil, fmt.Errorf("encode RSS %q: %w", path, err)
	}
	return []byte(text), nil
}

// rss is what gorilla/feeds encodes for us: its own types, with the elements
// around them that they lack.
type rss struct {
	*Feed
	path string
}

type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel rssChannel
}

type rssChannel struct {
	*feeds.RssFeed
	Self  atomLink  `xml:"atom:link"`
	Items []rssItem `xml:"item"`
}

type rssItem struct {
	*feeds.RssItem
	Category []string `xml:"category"`
	Updated  string   `xml:"atom:updated"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

func (r rss) FeedXml() interface{} {
	doc := rssDocument{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Channel: rssChannel{
			RssFeed: &feeds.RssFeed{
				Title:         r.Title,
				Link:          r.Home,
				Description:   r.Description,
				Language:      r.Language,
				PubDate:       rssTime(r.Updated),
				LastBuildDate: rssTime(r.Updated),
				Ttl:           refreshMinutes,
			},
			Self: atomLink{r.self(r.path), "self", "application/rss+xml"},
		},
	}
	for _, it := range r.Items {
		doc.Channel.Items = append(doc.Channel.Items, rssItem{
			RssItem: &feeds.RssItem{
				Title:       it.Title,
				Link:        it.Link,
				Description: it.HTML,
				Guid:        &feeds.RssGuid{Id: it.ID, IsPermaLink: "false"},
				PubDate:     rssTime(it.Updated),
			},
			Category: it.Tags,
			Updated:  atomTime(it.Updated),
		})
	}
	return doc
}

func rssTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC1123Z)
}
