package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	tags "golang.org/x/net/html/atom"

	"howdah/incidents"
)

// odd are strings that feeds of others have broken on.
var odd = []string{
	"", " ", "It stopped.", "a\n\nb\r\nc", "]]>", "<![CDATA[x]]>", "</description>", "&amp;&lt;&#0;", "\x00\x0b\x1f\x7f\u0085", "\xf0\x9f\x98", "\xed\xa0\xbd",
	"\ufffe\uffff\ufeff", "\u202e\u2066שלום\u200f", "\u2028\u2029", "😀", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)",
	"' onmouseover='x\"", "%00%zz", "\\u0000", strings.Repeat("long ", 400),
}

// anything is a snapshot of n threads, announced or held, in words that nobody
// chose with care.
func anything(r *rand.Rand, n int) *incidents.Snapshot {
	text := func() string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(odd[r.IntN(len(odd))])
		}
		return b.String()
	}
	states := []incidents.State{incidents.Investigating, incidents.Identified, incidents.Monitoring, incidents.Resolved, "", "<b>"}
	s := &incidents.Snapshot{Components: []incidents.ComponentView{{Component: incidents.Component{Key: "imap", Name: text()}}}}
	for i := range n {
		id := string(rune('a'+i%26)) + string(rune('a'+i/26))
		in := &incidents.Incident{ID: "i" + id, Title: text(), State: states[r.IntN(len(states))], CreatedAt: at(1, 0, i), Components: []string{"imap", "gone"},
			Outages: []incidents.Outage{outage("o"+id, at(1, 0, i), at(1, 1, i))}}
		for j := range r.IntN(5) {
			when := at(1+r.IntN(3), 3, i)
			u := incidents.Update{ID: "u" + id + string(rune('a'+j)), State: states[r.IntN(len(states))], At: when, AnnouncedAt: when, Body: text(), OutageID: "o" + id}
			if r.IntN(4) == 0 {
				u.AnnouncedAt = time.Time{}
			}
			if r.IntN(4) == 0 {
				u.Edits = []incidents.Edit{{Body: text(), By: text(), At: when.Add(time.Hour)}}
			}
			in.Updates = append(in.Updates, u)
		}
		s.Incidents = append(s.Incidents, in)
	}
	for _, id := range []string{"m1", "m2"} {
		begin := at(1+r.IntN(3), 12, 0)
		m := &incidents.Maintenance{ID: id, Title: text(), Components: []string{"imap", "gone"}, Start: begin, End: begin.Add(time.Hour), CreatedAt: begin.Add(-time.Hour)}
		for j := range 1 + r.IntN(3) {
			when := begin.Add(time.Duration(j-1) * time.Hour)
			m.Updates = append(m.Updates, incidents.Update{ID: "u" + id + string(rune('a'+j)), Kind: incidents.KindPlanned, State: incidents.Scheduled, At: when, AnnouncedAt: when, Body: text()})
		}
		s.Maintenances = append(s.Maintenances, m)
	}
	return s
}

func TestRulesHoldWhateverIsWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	where := site
	for range 60 {
		s := anything(r, 50)
		where.Name = "Mail " + odd[r.IntN(len(odd))]
		for _, f := range []*Feed{Threads(s, where), Updates(s, where)} {
			for name, text := range formats(t, f) {
				expectWellFormed(t, name, text)
				switch name {
				case "rss":
					expectRSS(t, text)
				case "atom":
					expectAtom(t, text)
				case "json":
					expectJSON(t, text)
				}
			}
			for _, it := range f.Items {
				expectInert(t, it.HTML)
			}
			if t.Failed() {
				return
			}
		}
	}
}

func TestALongTextIsWhole(t *testing.T) {
	s := picture()
	s.Incidents[1].Updates[2].Body = strings.Repeat("Aé😀]]>\x0b<", 100_000)
	for name, text := range formats(t, Threads(s, site)) {
		expectWellFormed(t, name, text)
		it := parse(t, text).Items[0]
		if got := it.Content + it.Description; strings.Count(got, "Aé😀]]&gt;&lt;") != 100_000 {
			t.Errorf("%s: the text is not whole: %d bytes", name, len(got))
		}
	}
}

// expectRSS holds the feed against what the W3C's validator asks of RSS 2.0.
func expectRSS(t *testing.T, text []byte) {
	t.Helper()
	var doc struct {
		Version string `xml:"version,attr"`
		Channel struct {
			Title         []string  `xml:"title"`
			Links         []rssLink `xml:"link"`
			Description   []string  `xml:"description"`
			LastBuildDate string    `xml:"lastBuildDate"`
			Items         []struct {
				Title       []string `xml:"title"`
				Description []string `xml:"description"`
				Link        string   `xml:"link"`
				GUID        []string `xml:"guid"`
				PubDate     []string `xml:"pubDate"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Channel
	if doc.Version != "2.0" || len(c.Title) != 1 || len(c.Description) != 1 || len(c.Links) != 2 {
		t.Errorf("RSS: version %q, %d titles, %d descriptions, %d links", doc.Version, len(c.Title), len(c.Description), len(c.Links))
	}
	for _, l := range c.Links {
		expectURL(t, "RSS channel", strings.TrimSpace(l.Text)+l.Href)
		if l.XMLName.Space == "http://www.w3.org/2005/Atom" && (l.Rel != "self" || l.Type != "application/rss+xml") {
			t.Errorf("RSS: atom:link %+v", l)
		}
	}
	seen := map[string]bool{}
	for _, it := range c.Items {
		if len(it.Title)+len(it.Description) == 0 || len(it.GUID) != 1 || seen[it.GUID[0]] || len(it.PubDate) != 1 {
			t.Errorf("RSS: item %+v", it)
			continue
		}
		seen[it.GUID[0]] = true
		expectURL(t, "RSS item", it.Link)
		if _, err := time.Parse(time.RFC1123Z, it.PubDate[0]); err != nil {
			t.Errorf("RSS: %v", err)
		}
	}
}

type rssLink struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Href    string `xml:"href,attr"`
	Rel     string `xml:"rel,attr"`
	Type    string `xml:"type,attr"`
}

// expectAtom holds the feed against RFC 4287.
func expectAtom(t *testing.T, text []byte) {
	t.Helper()
	type link struct {
		Href string `xml:"href,attr"`
		Rel  string `xml:"rel,attr"`
	}
	var doc struct {
		XMLName xml.Name
		ID      []string `xml:"id"`
		Title   []string `xml:"title"`
		Updated []string `xml:"updated"`
		Author  []struct {
			Name []string `xml:"name"`
		} `xml:"author"`
		Links   []link `xml:"link"`
		Entries []struct {
			ID        []string `xml:"id"`
			Title     []string `xml:"title"`
			Updated   []string `xml:"updated"`
			Published []string `xml:"published"`
			Links     []link   `xml:"link"`
			Content   []struct {
				Type string `xml:"type,attr"`
			} `xml:"content"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.XMLName.Space != "http://www.w3.org/2005/Atom" || doc.XMLName.Local != "feed" || len(doc.ID) != 1 || len(doc.Title) != 1 || len(doc.Updated) != 1 ||
		len(doc.Author) != 1 || len(doc.Author[0].Name) != 1 || len(doc.Links) != 2 || doc.Links[1].Rel != "self" || doc.Links[1].Href != doc.ID[0] {
		t.Errorf("Atom: %.600s", text)
		return
	}
	newest := expectDate(t, doc.Updated[0])
	seen := map[string]bool{doc.ID[0]: true}
	last := newest
	for _, e := range doc.Entries {
		if len(e.ID) != 1 || seen[e.ID[0]] || len(e.Title) != 1 || len(e.Updated) != 1 || len(e.Published) != 1 || len(e.Links) != 1 ||
			e.Links[0].Rel != "alternate" || len(e.Content) != 1 || e.Content[0].Type != "html" {
			t.Errorf("Atom: entry %+v", e)
			continue
		}
		seen[e.ID[0]] = true
		expectURL(t, "Atom ID", e.ID[0])
		expectURL(t, "Atom link", e.Links[0].Href)
		at := expectDate(t, e.Updated[0])
		if at.After(last) {
			t.Errorf("Atom: %s is newer than the entry before it", e.ID[0])
		}
		if published := expectDate(t, e.Published[0]); published.After(at) {
			t.Errorf("Atom: %s was published %s, after it was updated", e.ID[0], published)
		}
		last = at
	}
}

// expectJSON holds the feed against JSON Feed 1.1.
func expectJSON(t *testing.T, text []byte) {
	t.Helper()
	var doc struct {
		Version string `json:"version"`
		Title   string `json:"title"`
		Home    string `json:"home_page_url"`
		Self    string `json:"feed_url"`
		Authors []struct{ Name, URL string }
		Items   []struct {
			ID       string    `json:"id"`
			URL      string    `json:"url"`
			HTML     string    `json:"content_html"`
			Modified time.Time `json:"date_modified"`
			Tags     []string  `json:"tags"`
		} `json:"items"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Version != "https://jsonfeed.org/version/1.1" || doc.Title == "" || doc.Items == nil || len(doc.Authors) != 1 || !utf8.Valid(text) {
		t.Errorf("JSON Feed: %.600s", text)
	}
	expectURL(t, "JSON Feed", doc.Home)
	expectURL(t, "JSON Feed", doc.Self)
	seen := map[string]bool{}
	for _, it := range doc.Items {
		if it.ID == "" || seen[it.ID] || it.HTML == "" || it.Modified.IsZero() {
			t.Errorf("JSON Feed: item %+v", it)
		}
		seen[it.ID] = true
		expectURL(t, "JSON Feed item", it.URL)
	}
}

func expectURL(t *testing.T, what, s string) {
	t.Helper()
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(s, " <>\"{}|\\^`") {
		t.Errorf("%s: %q is no URL", what, s)
	}
}

func expectDate(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Error(err)
	}
	return at
}

// expectInert reads the markup as a reader's browser would: elements of our
// own, in which nothing runs and nothing is fetched.
func expectInert(t *testing.T, markup string) {
	t.Helper()
	ours := map[string]bool{"p": true, "small": true, "var": true, "br": true, "strong": true, "em": true, "ul": true, "li": true}
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: tags.Div})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		for d := range n.Descendants() {
			if d.Type != html.ElementNode && d.Type != html.TextNode || d.Type == html.ElementNode && !ours[d.Data] {
				t.Errorf("%q in %q", d.Data, markup)
			}
			for _, a := range d.Attr {
				if d.Data != "var" || a.Key != "data-var" {
					t.Errorf("attribute %q in %q", a.Key, markup)
				}
			}
		}
	}
	if strings.Count(markup, "<p>") != strings.Count(markup, "</p>") {
		t.Errorf("paragraphs do not match in %q", markup)
	}
}
