package app

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"howdah/incidents"
)

// englishWords are some that no German sentence has, and that no name on the
// site does.
var englishWords = regexp.MustCompile(`(?i)\b(the|has|have|not|since|and|of|is|are|been|by|will|we|this|that|until|after|about|works?|working|outages?|failures?|incidents?|updates?|maintenance|uptime|today|days?|hours?|minutes?|weeks?|months?|years?|checked|expected|affected|between|within|last|next|earlier|later|page|history|(January|February|March|May|June|July|October|December))\b`)

var address = regexp.MustCompile(`https?://\S+`)

// A German site says nothing in English, wherever readers look: while an
// outage lasts that should have been over, and when all has been told.
func TestGermanSite(t *testing.T) {
	zone := seed(t).Zone
	file := filepath.Join("testdata", "timeline.de.yaml")
	for name, until := range map[string]time.Time{
		"in an outage": time.Date(2005, 8, 3, 8, 20, 0, 0, zone),
		"after it":     time.Date(2005, 8, 3, 8, 50, 0, 0, zone),
		"in the end":   {},
	} {
		t.Run(name, func(t *testing.T) {
			desk, c := replay(t, file, "de", until)
			if until.IsZero() {
				plan(t, desk)
			}
			c.Site.Name, c.Site.URL = "Beispiel-Hochschule", "https://status.example.de"
			srv, err := newSite(c, desk, nil, "test")
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "site")
			if err := srv.Export(dir); err != nil {
				t.Fatal(err)
			}
			pages := 0
			err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				content, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				rel, err := filepath.Rel(dir, path)
				if err != nil {
					return err
				}
				if page := strings.HasSuffix(rel, ".html"); !page && strings.Contains(string(content), "\u00a0") {
					t.Errorf("%s: a no-break space outside of pages", rel)
				}
				said := readable(t, filepath.ToSlash(rel), string(content))
				for _, text := range said {
					if found := englishWords.FindString(address.ReplaceAllString(text, "")); found != "" {
						t.Errorf("%s: %q in %q", rel, found, text)
					}
				}
				if len(said) > 0 {
					pages++
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if pages < 30 {
				t.Errorf("only %d files say anything", pages)
			}
		})
	}
}

// plan has one maintenance over, one under way and one announced.
func plan(t *testing.T, desk *incidents.Desk) {
	t.Helper()
	now := desk.Snapshot().At
	for _, start := range []time.Time{now.Add(time.Hour), now.Add(5 * time.Hour), now.Add(48 * time.Hour)} {
		if _, err := desk.Announce(t.Context(), now, incidents.Plan{
			Title: "Neue Festplatten", Components: []string{"imap", "webmail"}, Start: start, End: start.Add(2 * time.Hour), By: "kim",
		}); err != nil {
			t.Fatal(err)
		}
	}
	for at := now; at.Before(now.Add(6 * time.Hour)); at = at.Add(time.Minute) {
		desk.Tick(at)
	}
}

// readable are the texts that a file of the site has for people. The JSON of
// api/ has Statuspage's words, and llms.txt speaks to machines.
func readable(t *testing.T, name, content string) []string {
	t.Helper()
	switch {
	case strings.HasPrefix(name, "api/"), name == "llms.txt", strings.HasPrefix(name, "."):
		return nil
	case strings.HasSuffix(name, ".html"):
		if !strings.Contains(content, `<html lang="de">`) {
			t.Errorf("%s: its language is not said", name)
		}
		return htmlTexts(t, content)
	case strings.HasSuffix(name, ".rss"), strings.HasSuffix(name, ".atom"), strings.HasSuffix(name, ".svg"):
		return xmlTexts(t, name, content)
	case strings.HasSuffix(name, ".json"):
		return jsonTexts(t, content)
	case strings.HasSuffix(name, ".ics"):
		var said []string
		for line := range strings.Lines(strings.ReplaceAll(content, "\r\n ", "")) {
			for _, p := range []string{"SUMMARY", "DESCRIPTION", "X-WR-CALNAME", "NAME", "COMMENT"} {
				if strings.HasPrefix(line, p+":") || strings.HasPrefix(line, p+";") {
					said = append(said, line)
				}
			}
		}
		return said
	case strings.HasSuffix(name, ".txt"):
		return strings.Split(content, "\n")
	}
	return nil
}

func htmlTexts(t *testing.T, content string) []string {
	t.Helper()
	var said []string
	z := html.NewTokenizer(strings.NewReader(content))
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return said
		case html.TextToken:
			if text := strings.TrimSpace(string(z.Text())); text != "" && !skip {
				said = append(said, html.UnescapeString(text))
			}
		case html.EndTagToken:
			skip = false
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			skip = tok.Data == "style" || tok.Data == "script" || tok.Data == "pre" || tok.Data == "code"
			for _, a := range tok.Attr {
				if a.Key == "title" || a.Key == "alt" || a.Key == "aria-label" || a.Key == "data-label" {
					said = append(said, a.Val)
				}
			}
		}
	}
}

func xmlTexts(t *testing.T, name, content string) []string {
	t.Helper()
	var said []string
	d := xml.NewDecoder(strings.NewReader(content))
	in := ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return said
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			in = tok.Name.Local
		case xml.EndElement:
			in = ""
		case xml.CharData:
			switch in {
			case "language":
				if string(tok) != "de" {
					t.Errorf("%s: its language is %q", name, tok)
				}
			case "title", "description", "content", "summary", "encoded", "text":
				said = append(said, htmlTexts(t, string(tok))...)
			}
		}
	}
}

func jsonTexts(t *testing.T, content string) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(content), &value); err != nil {
		t.Fatal(err)
	}
	var said []string
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, of := range v {
				walk(k, of)
			}
		case []any:
			for _, of := range v {
				walk(key, of)
			}
		case string:
			switch key {
			case "title", "content_html", "content_text", "summary", "description", "message", "label":
				said = append(said, htmlTexts(t, v)...)
			}
		}
	}
	walk("", value)
	return said
}
