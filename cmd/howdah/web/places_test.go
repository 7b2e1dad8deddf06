package web

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"howdah/incidents"
)

// planned is down with a maintenance and everything that could hurt.
func planned() *incidents.Snapshot {
	s := down()
	s.Components[0].Role = incidents.RoleReceiving
	s.Incidents[0].Updates = append(s.Incidents[0].Updates, incidents.Update{ID: "u5", IncidentID: "i1", Kind: incidents.KindStaff, State: incidents.Identified, At: at(1, "22:09"),
		Body: "\x1b[31mRed\x07 and \u202eturned\u202c. " + strings.Repeat("word ", 60) + strings.Repeat("x", 200) + " <b>&amp;"})
	s.Maintenances = []*incidents.Maintenance{{
		ID: "m1", Title: "New disks <soon>", State: incidents.Scheduled, Components: []string{"imap"}, Start: at(3, "12:00"), End: at(3, "13:00"), CreatedAt: at(1, "09:00"),
		Updates: []incidents.Update{{ID: "mu1", State: incidents.Scheduled, Body: "Half an hour.", At: at(1, "09:00"), AnnouncedAt: at(1, "09:00")}},
	}}
	return s
}

func TestPlainTextFitsATerminal(t *testing.T) {
	_, srv := serve(t, planned())
	a := ask(t, http.MethodGet, srv.URL+"/status.txt")
	if a.header.Get("Content-Type") != kindText {
		t.Errorf("it is %q", a.header.Get("Content-Type"))
	}
	inOrder(t, a.body, "Example Mail\n", "have not worked since 22:04:12\nSAST.\n", "As of 1 August 2005, 22:10 SAST", "https://status.example.edu/\n",
		"What is happening now\n-----", "* Mail instability\n", "Not working since 22:04:12 SAST", "Latest 22:09 SAST, Identified:", "  [31mRed and turned. word", "<b>&amp;",
		"https://status.example.edu/incidents/i1-mail-instability\n", "Services\n", "Reading mail (IMAP) ....", ".. Not working\n", "    Last checked 22:09:50 SAST",
		"No current data", "Planned maintenance\n", "* New disks <soon>\n", "3 August 2005, 12:00 SAST to 13:00 SAST", "https://status.example.edu/maintenance/m1\n")
	for line := range strings.Lines(a.body) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
		if strings.ContainsAny(line, "\x1b\x07\r\t\u202e") {
			t.Errorf("a terminal would obey %q", line)
		}
	}
	inOrder(t, get(t, srv.URL+"/llms.txt"), "# Example Mail\n", "> Reading mail (IMAP)", "(https://status.example.edu/api/v2/summary.json)", "(https://status.example.edu/maintenance.ics)")
}

func TestSubscribePage(t *testing.T) {
	_, srv := serve(t, planned(), func(o *Options) { o.Site.Name = `Mail "at" [Example] <University>` })
	page := get(t, srv.URL+"/subscribe")
	inOrder(t, page, `<h1>Subscribe</h1>`, "mail about this mail server would come late", `href="/updates.rss"`, `href="/feed.atom"`,
		`href="/components/imap/feed.rss"`, `href="/maintenance.ics"`, `href="/api/v2/summary.json"`, `href="/status.txt"`, `<img src="/badge.svg" alt="`,
		`&lt;img src=&#34;https://status.example.edu/badge.svg&#34; alt=&#34;Mail &amp;#34;at&amp;#34; [Example] &amp;lt;University&amp;gt;&#34;`,
		`[![Mail &#34;at&#34; \[Example\] \&lt;University&gt;](https://status.example.edu/badge.svg)]`,
		`&lt;iframe src=&#34;https://status.example.edu/embed&#34;`)
	inOrder(t, get(t, srv.URL+"/"), `<a href="/subscribe">Subscribe</a>`)

	_, quiet := serve(t, calm())
	without(t, get(t, quiet.URL+"/subscribe"), "would come late")
}

func TestOnlyTheBannerMayBeFramed(t *testing.T) {
	_, srv := serve(t, planned())
	a := ask(t, http.MethodGet, srv.URL+"/embed")
	policy := a.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors *") || strings.Contains(policy, "script-src") || strings.Contains(policy, "'none'; frame") == false {
		t.Errorf("/embed: %s", policy)
	}
	inOrder(t, a.body, `class="banner down"`, `<a href="https://status.example.edu/" target="_blank"`, "have not worked since 22:04:12")
	without(t, a.body, "<script", "<nav")
	for _, place := range []string{"/", "/history", "/subscribe", "/badge.svg", "/nowhere", "/embed/", "/embed/x"} {
		if p := ask(t, http.MethodGet, srv.URL+place).header.Get("Content-Security-Policy"); !strings.Contains(p, "frame-ancestors 'none'") {
			t.Errorf("%s: %s", place, p)
		}
	}
}

func TestBadges(t *testing.T) {
	s := planned()
	s.Components[2].Name = "Sending <mail> & \x1b\"more\" " + strings.Repeat("long ", 40)
	for i := range 90 {
		from := at(1, "00:00").AddDate(0, 0, i-89)
		tally := incidents.Tally{Up: 24 * time.Hour}
		if i == 50 {
			tally = incidents.Tally{Up: 23 * time.Hour, Down: time.Hour}
		}
		s.Components[1].Days = append(s.Components[1].Days, incidents.Day{Start: from, End: from.AddDate(0, 0, 1), Tally: tally})
	}
	_, srv := serve(t, s)
	for path, want := range map[string]string{
		"/badge":                                     "Example Mail: Not working",
		"/components/pop3/badge-uptime-90":           "Fetching mail (POP3): uptime, 90 days: 99.95 %",
		"/badge?show=state":                          "Example Mail: Not working",
		"/components/imap/badge":                     "Reading mail (IMAP): Not working",
		"/components/web/badge":                      "Webmail (Horde/IMP): No current data",
		"/components/pop3/badge?show=uptime":         "Fetching mail (POP3): uptime, 90 days: 99.95 %",
		"/components/pop3/badge?show=uptime&days=30": "Fetching mail (POP3): uptime, 30 days: 100 %",
		"/components/imap/badge?show=uptime&days=7":  "Reading mail (IMAP): uptime, 7 days: not known",
		"/components/smtp/badge":                     "Sending <mail> & \"more\" " + strings.Repeat("long ", 7) + "…: Working",
	} {
		place, query, _ := strings.Cut(path, "?")
		a := ask(t, http.MethodGet, srv.URL+place+".svg?"+query)
		if a.status != 200 || a.header.Get("Content-Type") != kindSVG || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Etag") == "" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		title := drawn(t, path, a.body)
		if !strings.HasPrefix(want, "Sending") && title != want {
			t.Errorf("%s says %q, want %q", path, title, want)
		}
		var shield struct {
			SchemaVersion         int
			Label, Message, Color string
		}
		if err := json.Unmarshal([]byte(get(t, srv.URL+place+".json?"+query)), &shield); err != nil {
			t.Fatal(err)
		}
		if shield.SchemaVersion != 1 || shield.Label+": "+shield.Message != title || len(shield.Color) != 6 {
			t.Errorf("%s: %+v, the picture says %q", path, shield, title)
		}
	}
	for path, status := range map[string]int{
		"/components/hidden/badge.svg":      http.StatusNotFound,
		"/components/hidden/badge.json":     http.StatusNotFound,
		"/badge-uptime-31.svg":              http.StatusNotFound,
		"/badge.png":                        http.StatusNotFound,
		"/badge.svg?show=secrets":           http.StatusBadRequest,
		"/badge.svg?show=uptime&days=31":    http.StatusBadRequest,
		"/badge.svg?show=uptime&days=-1":    http.StatusBadRequest,
		"/badge.svg?days=7":                 http.StatusBadRequest,
		"/badge.svg?show=uptime&days=7%00":  http.StatusBadRequest,
		"/badge.json?show=uptime&days=1e99": http.StatusBadRequest,
	} {
		if a := ask(t, http.MethodGet, srv.URL+path); a.status != status {
			t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
}

// drawn checks the picture and returns what it is called.
func drawn(t *testing.T, name, svg string) (title string) {
	t.Helper()
	type text struct {
		X    int    `xml:"x,attr"`
		Len  int    `xml:"textLength,attr"`
		Text string `xml:",chardata"`
	}
	var p struct {
		Width int    `xml:"width,attr"`
		Role  string `xml:"role,attr"`
		Label string `xml:"aria-label,attr"`
		Title string `xml:"title"`
		Paths []struct {
			Fill string `xml:"fill,attr"`
		} `xml:"path"`
		G struct {
			Fill  string `xml:"fill,attr"`
			Texts []text `xml:"text"`
		} `xml:"g"`
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	if err := d.Decode(&p); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, svg)
	}
	if _, err := d.Token(); err != nil && err != io.EOF {
		t.Errorf("%s: %v", name, err)
	}
	if p.Role != "img" || p.Label != p.Title || len(p.G.Texts) != 2 || p.G.Texts[0].Text+": "+p.G.Texts[1].Text != p.Title {
		t.Errorf("%s: %+v", name, p)
	}
	if last := p.G.Texts[1]; last.X+last.Len > p.Width {
		t.Errorf("%s: its text ends at %d of %d", name, last.X+last.Len, p.Width)
	}
	for _, ground := range p.Paths {
		if c := 1.05 / (luminance(t, ground.Fill) + 0.05); c < 4.5 || p.G.Fill != "#fff" {
			t.Errorf("%s: white on %s has a contrast of %.2f", name, ground.Fill, c)
		}
	}
	return p.Title
}

// luminance is WCAG 2's relative luminance of "#rrggbb".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	channel := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

func TestEveryLanguageNamesEveryPlace(t *testing.T) {
	for tag, l := range languages {
		v := reflect.ValueOf(l.places)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s has no %s", tag, v.Type().Field(i).Name)
			}
		}
		for status := range english.problems {
			if l.problems[status].heading == "" {
				t.Errorf("%s has no page for %d", tag, status)
			}
		}
	}
}

func TestRequestsAreNamedByUs(t *testing.T) {
	_, srv := serve(t, calm())
	seen := map[string]bool{}
	for _, path := range []string{"/", "/nowhere", "/healthz", "/"} {
		id := ask(t, http.MethodGet, srv.URL+path, "X-Request-Id", "mine").header.Get("X-Request-Id")
		if len(id) != 16 || seen[id] {
			t.Errorf("%s is named %q", path, id)
		}
		seen[id] = true
	}
}
