package feed

import (
	"encoding/json"
	"fmt"

	"github.com/gorilla/feeds"
)

// JSONType is the media type of JSON Feed.
const JSONType = "application/feed+json; charset=utf-8"

// JSON is the feed in JSON Feed 1.1, published at path below the site's URL.
func (f *Feed) JSON(path string) ([]byte, error) {
	doc := jsonDocument{
		JSONFeed: &feeds.JSONFeed{
			Version:     "https://jsonfeed.org/version/1.1",
			Title:       f.Title,
			Language:    f.Language,
			HomePageUrl: f.Home,
			FeedUrl:     f.self(path),
			Description: f.Description,
			Authors:     []*feeds.JSONAuthor{{Name: f.author, Url: f.base + "/"}},
		},
		Items: []*feeds.JSONItem{},
	}
	for _, it := range f.Items {
		published, updated := it.Published.UTC(), it.Updated.UTC()
		doc.Items = append(doc.Items, &feeds.JSONItem{
			Id:            it.ID,
			Url:           it.Link,
			Title:         it.Title,
			ContentHTML:   it.HTML,
			PublishedDate: &published,
			ModifiedDate:  &updated,
			Tags:          it.Tags,
		})
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode JSON Feed %q: %w", path, err)
	}
	return append(text, '\n'), nil
}

// jsonDocument has items also when there are none, as the format demands.
type jsonDocument struct {
	*feeds.JSONFeed
	Items []*feeds.JSONItem `json:"items"`
}
