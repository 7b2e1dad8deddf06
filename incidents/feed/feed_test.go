package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"howdah/incidents"
)

var sast = time.FixedZone("SAST", 2*3600)

var site = Site{Name: "Mail at Example University", URL: "https://status.example.edu/mail", Zone: sast, Language: "en"}

func at(day, hour, minute int) time.Time {
	return time.Date(2005, 8, day, hour, minute, 0, 0, sast).UTC()
}

func exactly(t time.Time) incidents.Moment {
	return incidents.Moment{Earliest: t, Best: t, Latest: t}
}

func outage(id string, start, end time.Time) incidents.Outage {
	stop := exactly(end)
	return incidents.Outage{ID: id, Domain: "elephant", Start: exactly(start), End: &stop,
		Affected: []incidents.Affected{{Component: "imap", Start: exactly(start), End: &stop}}}
}

// picture is a thread of two outages, of which the end of the second is held
// still, and one that is held altogether.
func picture() *incidents.Snapshot {
	thread := &incidents.Incident{
		ID: "iabc", Title: "Mail instability", State: incidents.Monitoring, Impact: incidents.ImpactMajor, Domain: "elephant",
		Components: []string{"imap"}, CreatedAt: at(1, 17, 3),
		Outages: []incidents.Outage{outage("o1", at(1, 17, 3), at(1, 18, 21)), outage("o2", at(1, 22, 4), at(1, 22, 26))},
		Updates: []incidents.Update{
			{ID: "u1", Kind: incidents.KindOpened, State: incidents.Investigating, OutageID: "o1", At: at(1, 17, 3), AnnouncedAt: at(1, 18, 21), Superseded: true, Body: "It has not worked since 17:03."},
			{ID: "u2", Kind: incidents.KindRecovered, State: incidents.Monitoring, OutageID: "o1", At: at(1, 18, 21), AnnouncedAt: at(1, 18, 21), Body: "It works again.\n\nWe go on watching."},
			{ID: "u3", Kind: incidents.KindOpened, State: incidents.Investigating, OutageID: "o2", At: at(1, 22, 4), AnnouncedAt: at(1, 22, 5), Body: "It stopped again."},
			{ID: "u4", Kind: incidents.KindRecovered, State: incidents.Monitoring, OutageID: "o2", At: at(1, 22, 26), Body: "It works once more."},
		},
	}
	held := &incidents.Incident{ID: "iheld", Title: "Held outage", CreatedAt: at(1, 23, 0),
		Updates: []incidents.Update{{ID: "u9", Kind: incidents.KindOpened, State: incidents.Investigating, At: at(1, 23, 0), Body: "Not yet announced."}}}
	return &incidents.Snapshot{
		At:         at(2, 9, 0),
		Components: []incidents.ComponentView{{Component: incidents.Component{Key: "imap", Name: "Reading mail (IMAP)"}}},
		Incidents:  []*incidents.Incident{held, thread},
	}
}

// formats are all that a feed can become.
func formats(t *testing.T, f *Feed) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, encode := range map[string]func(string) ([]byte, error){"rss": f.RSS, "atom": f.Atom, "json": f.JSON} {
		text, err := encode("feed." + name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = text
	}
	return all
}

func parse(t *testing.T, text []byte) *gofeed.Feed {
	t.Helper()
	got, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return got
}

// expectWellFormed reads the text as strictly as any reader will.
func expectWellFormed(t *testing.T, name string, text []byte) {
	t.Helper()
	if name == "json" {
		if !json.Valid(text) {
			t.Errorf("not JSON:\n%s", text)
		}
		return
	}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, text)
			return
		}
	}
}

func TestThreads(t *testing.T) {
	const body = `<p><small>Aug <var data-var='date'> 1</var>, <var data-var='time'>22:04</var> SAST</small><br><strong>Investigating</strong> - It stopped again.</p>` +
		`<p><small>Aug <var data-var='date'> 1</var>, <var data-var='time'>18:21</var> SAST</small><br><strong>Monitoring</strong> - It works again.<br><br>We go on watching.</p>` +
		`<p><small>Aug <var data-var='date'> 1</var>, <var data-var='time'>17:03</var> SAST</small><br><strong>Investigating</strong> - It has not worked since 17:03.</p>` +
		`<strong>2 outages</strong><ul><li>1 August 2005, 17:03 to 18:21 SAST (1 h 18 min): Reading mail (IMAP)</li>` +
		`<li>since 22:04 SAST on 1 August 2005: Reading mail (IMAP)</li></ul>`
	for name, text := range formats(t, Threads(picture(), site)) {
		expectWellFormed(t, name, text)
		f := parse(t, text)
		if len(f.Items) != 1 {
			t.Fatalf("%s: %d items", name, len(f.Items))
		}
		it := f.Items[0]
		content := it.Content
		if name == "rss" {
			content = it.Description
		}
		if content != body {
			t.Errorf("%s:\n got %s\nwant %s", name, content, body)
		}
		if it.GUID != "https://status.example.edu/mail/incidents/iabc" || it.Link != "https://status.example.edu/mail/incidents/iabc-mail-instability" || it.Title != "Mail instability" {
			t.Errorf("%s: guid %q, link %q, title %q", name, it.GUID, it.Link, it.Title)
		}
		if f.FeedLink != "https://status.example.edu/mail/feed."+name || f.Link != "https://status.example.edu/mail/" {
			t.Errorf("%s: self %q, link %q", name, f.FeedLink, f.Link)
		}
		date := it.UpdatedParsed
		if name == "rss" {
			date = it.PublishedParsed
		}
		if !date.Equal(at(1, 22, 5)) || strings.Join(it.Categories, ", ") != "Investigating, major, Reading mail (IMAP)" {
			t.Errorf("%s: dated %v, categories %q", name, date, it.Categories)
		}
		if name != "json" && !f.UpdatedParsed.Equal(at(1, 22, 5)) {
			t.Errorf("%s: the feed is dated %v", name, f.UpdatedParsed)
		}
	}
}

func TestRSSHoldsNoAuthor(t *testing.T) {
	text := formats(t, Threads(picture(), site))["rss"]
	for _, element := range []string{"<author", "<source", "<managingEditor", "CDATA"} {
		if bytes.Contains(text, []byte(element)) {
			t.Errorf("%s in\n%s", element, text)
		}
	}
	for _, want := range []string{`<guid isPermaLink="false">`, `rel="self"`, "<lastBuildDate>Mon, 01 Aug 2005 20:05:00 +0000<", "<atom:updated>2005-08-01T20:05:00Z<"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

func TestUpdates(t *testing.T) {
	f := Updates(picture(), site)
	for name, text := range formats(t, f) {
		expectWellFormed(t, name, text)
		var got []string
		for _, it := range parse(t, text).Items {
			got = append(got, it.GUID+" "+it.Title)
		}
		want := "https://status.example.edu/mail/updates/u3 Investigating: Mail instability, " +
			"https://status.example.edu/mail/updates/u2 Monitoring: Mail instability"
		if strings.Join(got, ", ") != want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, ", "), want)
		}
	}
}

func TestComponentThreads(t *testing.T) {
	f := ComponentThreads(picture(), site, "imap")
	if len(f.Items) != 1 || f.Title != "Mail at Example University: Reading mail (IMAP)" || f.Home != site.URL+"/components/imap" {
		t.Errorf("%d items, %q, %q", len(f.Items), f.Title, f.Home)
	}
	if f := ComponentThreads(picture(), site, "pop3"); len(f.Items) != 0 {
		t.Errorf("%d items of another component", len(f.Items))
	}
}

func TestNothingAnnounced(t *testing.T) {
	f := Threads(&incidents.Snapshot{}, site)
	if !f.Updated.IsZero() {
		t.Errorf("updated %v", f.Updated)
	}
	for name, text := range formats(t, f) {
		expectWellFormed(t, name, text)
		if got := parse(t, text); len(got.Items) != 0 || got.Title == "" {
			t.Errorf("%s: %d items, title %q", name, len(got.Items), got.Title)
		}
		if name == "json" && !bytes.Contains(text, []byte(`"items": []`)) {
			t.Errorf("no items in\n%s", text)
		}
	}
}

func TestNastyStrings(t *testing.T) {
	const nasty = "a\x0bb\x00c]]>d\xed\xa0\xbde<script>alert(1)</script>&amp;\ufffe\u2028'\""
	s := picture()
	s.Components[0].Name = nasty
	for _, in := range s.Incidents {
		in.Title = nasty
		for i := range in.Updates {
			in.Updates[i].Body = nasty
		}
	}
	nowhere := site
	nowhere.Name, nowhere.Zone = nasty, time.FixedZone("<b>", 0)
	for _, f := range []*Feed{Threads(s, nowhere), Updates(s, nowhere), ComponentThreads(s, nowhere, "imap")} {
		for name, text := range formats(t, f) {
			expectWellFormed(t, name, text)
			got := parse(t, text)
			if want := "abc]]>d\ufffde<script>alert(1)</script>&amp;\u2028'\""; !strings.HasSuffix(got.Items[0].Title, want) {
				t.Errorf("%s: title %q", name, got.Items[0].Title)
			}
			content := got.Items[0].Content + got.Items[0].Description
			if strings.Contains(content, "<script") || strings.Contains(content, "<b>") || !strings.Contains(content, "&lt;script&gt;") {
				t.Errorf("%s: content %q", name, content)
			}
		}
	}
}

func TestSameSnapshotSameBytes(t *testing.T) {
	for _, make := range []func(*incidents.Snapshot, Site) *Feed{Threads, Updates} {
		s := picture()
		one := formats(t, make(s, site))
		s.At, s.Version = s.At.Add(time.Hour), 99 // a newer check and nothing else
		for name, text := range formats(t, make(s, site)) {
			if !bytes.Equal(text, one[name]) {
				t.Errorf("%s changed without an announcement", name)
			}
		}
	}
}

func TestRenamedThreadIsOneEntry(t *testing.T) {
	s := picture()
	before := Threads(s, site).Items[0]
	s.Incidents[1].Title = "Broken disk"
	after := Threads(s, site).Items[0]
	if after.ID != before.ID || after.Link == before.Link {
		t.Errorf("id %q and %q, link %q and %q", before.ID, after.ID, before.Link, after.Link)
	}
}

func TestNewestComeFirstAndOldestGo(t *testing.T) {
	s := &incidents.Snapshot{}
	for i := range 130 {
		when := at(1, 0, i)
		s.Incidents = append(s.Incidents, &incidents.Incident{ID: "i" + time.Duration(i).String(), Title: "x", CreatedAt: when,
			Updates: []incidents.Update{{ID: "u", State: incidents.Resolved, At: when, AnnouncedAt: when, Body: "x"}}})
	}
	threads, updates := Threads(s, site), Updates(s, site)
	if len(threads.Items) != maxThreads || len(updates.Items) != maxUpdates {
		t.Errorf("%d threads, %d updates", len(threads.Items), len(updates.Items))
	}
	for _, f := range []*Feed{threads, updates} {
		if !f.Updated.Equal(at(1, 0, 129)) || !f.Items[0].Updated.Equal(f.Updated) {
			t.Errorf("updated %v, the first item %v", f.Updated, f.Items[0].Updated)
		}
	}
}
