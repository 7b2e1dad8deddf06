package templates

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"
)

const nasty = `<script>alert("x")</script> & 'quotes'`

func full() []Page {
	now := Time{At: time.Date(2005, 8, 1, 17, 3, 10, 0, time.UTC), Text: "17:03:10 UTC"}
	state := State{Down, nasty}
	frame := Frame{
		Title: nasty, Site: nasty, Root: "/status/", Canonical: "https://status.example.edu/status/",
		Nav:   []Link{{"Status", "/status/", true}, {"Incidents", "/status/history", false}},
		Feeds: []Feed{{Text: "RSS", Title: nasty, Type: `type="application/rss+xml"`, Href: "/status/feed.rss"}},
		Icon:  "data:image/svg+xml,x", Style: template.CSS("p{margin:0}"), Zone: "UTC", Version: "1", Unsaved: now,
		Logo: &Picture{"/status/logo-1.png", 48, 32}, Footer: []string{nasty}, Links: []Link{{Text: nasty, Href: "mailto:help@example.edu"}},
	}
	post := Post{ID: "u1", Href: "/status/incidents/i1#update-u1", Label: "Investigating", At: now, Paragraphs: []string{nasty, "second"}, Staff: true}
	thread := Thread{Title: nasty, Href: "/status/incidents/i1", State: state, Started: now, Tally: "22 min", Latest: &post, Count: "3 updates"}
	shares := []Share{{Name: nasty, Href: "/status/components/imap", Uptime: nasty, Down: nasty}, {Name: nasty}}
	plans := []Plan{{nasty, "/status/maintenance/m1", state, now, now}}
	around := Around{Link{Text: nasty, Href: "/status/history/2005-07"}, Link{}}
	days := &Days{359, []Bar{{"up", "M0 20h359"}}, nasty, nasty}
	return []Page{
		Front{Frame: frame, State: state, Checked: now, Open: []Thread{thread, {Title: "quiet", Started: now}}, MoreOpen: "And 3 more",
			Groups: []Group{{"Mail", []Component{{Name: nasty, Href: "/status/components/imap", State: state, Checked: now, Days: days, Line: &Line{96, 16, "M0 1l2 3", nasty}}}}, {"", []Component{{Name: "bare"}}}},
			Recent: []Recent{{Day: now, Href: "/status/history/2005-08-01", Threads: []Thread{thread}}, {Day: now}, {Day: now, Unseen: true}}, Bars: true, Mail: []string{nasty}, HistoryHref: "/status/history"},
		Incident{Frame: frame, Heading: nasty, State: state, Summary: "2 outages", Affected: nasty,
			Outages: []Outage{{From: Bound{now, "between 1 and 2"}, To: &Bound{At: now}, Lasted: "22 min", What: nasty}, {From: Bound{At: now}, Lasted: "1 s"}},
			Total:   "2 outages, 22 min", Posts: []Post{post}},
		History{Frame: frame, Months: []Month{{Key: "2005-08", Name: nasty, Href: "/status/history/2005-08", Threads: []Thread{thread}}, {Key: "2005-07", Count: nasty}}},
		MonthPage{Frame: frame, Around: around, Name: nasty, Threads: []Thread{thread}, Plans: plans, Of: nasty, Shares: shares,
			Days: []DayLine{{now, "/status/history/2005-08-01", "down1", nasty}, {Day: now}}},
		DayPage{Frame: frame, Around: around, Name: nasty, Month: Link{Text: nasty, Href: "/status/history/2005-08"}, Threads: []Thread{thread}, Plans: plans,
			Outages: []Outage{{From: Bound{now, nasty}, Lasted: "1 s"}}, Total: nasty, Of: nasty, Shares: shares},
		MaintenancePage{Frame: frame, Heading: nasty, State: state, Start: now, End: now, Affected: nasty, Posts: []Post{post}},
		ComponentPage{Frame: frame, Name: nasty, Description: nasty, Group: nasty, State: state, Since: now, Checked: now, Good: now, Threads: []Thread{thread},
			Of: nasty, Shares: shares, Year: []YearRow{{Link{Text: nasty, Href: "/status/history/2005-08"}, []Cell{{}, {2, "/status/history/2005-08-02", "down1"}}}}, Trouble: []DayLine{{now, "/status/history/2005-08-02", "down1", nasty}},
			Line: &Line{96, 16, "M0 1l2 3", nasty}, Times: []Times{{nasty, []PhaseRow{{nasty, nasty, nasty}}, nasty}}, Mail: []string{nasty}, Blips: nasty},
		Problem{Frame: frame, Heading: nasty, Text: nasty},
		Subscribe{Frame: frame, Heading: nasty, Ways: []Way{{ID: "feeds", Heading: nasty, Text: nasty, Warning: nasty, Feeds: frame.Feeds,
			Named: []NamedFeeds{{nasty, "/status/components/imap", frame.Feeds}}, Links: frame.Links,
			Picture: Link{Text: nasty, Href: "/status/badge.svg"}, Snippets: []Snippet{{nasty, nasty}}}}},
		Embed{Frame: frame, State: state, Href: "https://status.example.edu/status/"},
	}
}

func render(t *testing.T, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, p); err != nil {
		t.Fatalf("%s: %v", p.file(), err)
	}
	return b.String()
}

func TestEveryPageRendersFullAndEmpty(t *testing.T) {
	pages := full()
	if len(pages) != len(declared) {
		t.Fatalf("%d pages are tested and %d declared", len(pages), len(declared))
	}
	for _, p := range append(pages, declared...) {
		html := render(t, p)
		for _, bad := range []string{"<script", "<no value>", "ZgotmplZ", "0001-01-01", "{{", "style=", "onclick", "javascript:"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s contains %q", p.file(), bad)
			}
		}
		for _, want := range []string{"<!doctype html>", `<html lang="`, `<main id="main">`, `href="#main"`, `charset="utf-8"`} {
			if _, short := p.(Embed); short && want == `href="#main"` {
				continue // there is nothing to skip
			}
			if strings.Count(html, want) != 1 {
				t.Errorf("%s has %q %d times, want once", p.file(), want, strings.Count(html, want))
			}
		}
		if n := strings.Count(html, "<h1"); n != 1 {
			t.Errorf("%s has %d headings of the first level", p.file(), n)
		}
		nests(t, p.file(), html)
	}
}

// nests checks that every element that was opened is closed in its place.
func nests(t *testing.T, name, html string) {
	t.Helper()
	html = strings.Replace(html, "<!doctype html>", "", 1)
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict = false
	d.AutoClose = []string{"meta", "link", "img"}
	d.Entity = xml.HTMLEntity
	depth := []string{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		switch el := tok.(type) {
		case xml.StartElement:
			depth = append(depth, el.Name.Local)
		case xml.EndElement:
			if last := depth[len(depth)-1]; last != el.Name.Local {
				t.Errorf("%s: <%s> is closed by </%s>", name, last, el.Name.Local)
				return
			}
			depth = depth[:len(depth)-1]
		}
	}
	if len(depth) != 0 {
		t.Errorf("%s: %v is never closed", name, depth)
	}
}

func TestEveryFileIsDeclared(t *testing.T) {
	known := slices.Clone(shared)
	for _, p := range declared {
		known = append(known, p.file())
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(known)
	if !slices.Equal(names, known) {
		t.Errorf("files are %v, declared %v", names, known)
	}
}

func TestTimeIsForPeopleAndMachines(t *testing.T) {
	cape := time.FixedZone("SAST", 2*60*60)
	html := render(t, Front{Checked: Time{At: time.Date(2005, 8, 1, 17, 3, 10, 0, cape), Text: "17:03:10 SAST"}})
	if want := `<time datetime="2005-08-01T15:03:10Z">17:03:10 SAST</time>`; !strings.Contains(html, want) {
		t.Errorf("%q is missing", want)
	}
}

func TestRenderWritesNothingOfAPageThatFails(t *testing.T) {
	var b bytes.Buffer
	if err := Render(&b, undeclared{}); err == nil || b.Len() != 0 {
		t.Errorf("error %v and %d bytes, want an error and none", err, b.Len())
	}
}

type undeclared struct{}

func (undeclared) file() string { return "nowhere.html" }
