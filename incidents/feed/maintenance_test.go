package feed

import (
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"howdah/incidents"
)

func TestMaintenanceIsInTheFeeds(t *testing.T) {
	zone := time.FixedZone("SAST", 2*3600)
	at := func(hour int) time.Time { return time.Date(2005, 8, 2, hour-2, 0, 0, 0, time.UTC) }
	s := &incidents.Snapshot{
		Components: []incidents.ComponentView{{Component: incidents.Component{Key: "imap", Name: "Reading mail"}}},
		Maintenances: []*incidents.Maintenance{{
			ID: "m1", Title: "A kernel <for> debugging", Components: []string{"imap"}, Start: at(12), End: at(13), CreatedAt: at(9),
			Updates: []incidents.Update{
				{ID: "u1", State: incidents.Scheduled, Body: "It may be quick.", At: at(9), AnnouncedAt: at(9)},
				{ID: "u2", State: incidents.InProgress, Body: "It has begun.", At: at(12), AnnouncedAt: at(12)},
			},
		}},
	}
	site := Site{Name: "Mail", URL: "https://status.example.edu", Zone: zone}
	read := func(f *Feed) *gofeed.Feed {
		t.Helper()
		text, err := f.RSS("feed.rss")
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := gofeed.NewParser().ParseString(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, f := range []*Feed{Threads(s, site), ComponentThreads(s, site, "imap")} {
		got := read(f)
		if len(got.Items) != 1 {
			t.Fatalf("%d items", len(got.Items))
		}
		it := got.Items[0]
		if it.GUID != "https://status.example.edu/maintenance/m1" || it.Title != "A kernel <for> debugging" || !it.PublishedParsed.Equal(at(12)) || it.Link != "https://status.example.edu/maintenance/m1" {
			t.Errorf("%+v", it)
		}
		for _, want := range []string{"<p><strong>2 August 2005, 12:00 to 13:00 SAST (1 h)</strong></p>", "<strong>In progress</strong> - It has begun.", "<strong>Scheduled</strong> - It may be quick."} {
			if !strings.Contains(it.Description, want) {
				t.Errorf("%q lacks %q", it.Description, want)
			}
		}
	}
	if got := read(ComponentThreads(s, site, "pop3")); len(got.Items) != 0 {
		t.Errorf("another component's feed has %d items", len(got.Items))
	}
	updates := read(Updates(s, site)).Items
	if len(updates) != 2 || updates[0].Title != "In progress: A kernel <for> debugging" || updates[1].GUID != "https://status.example.edu/updates/u1" {
		t.Errorf("%+v", updates)
	}
	if strings.Contains(updates[0].Description, "12:00 to") || !strings.Contains(updates[1].Description, "12:00 to 13:00 SAST") {
		t.Error("the time that was announced is not with the announcement")
	}
}

func TestExpectationIsInTheFeeds(t *testing.T) {
	at := time.Date(2005, 8, 3, 5, 10, 0, 0, time.UTC)
	s := &incidents.Snapshot{Incidents: []*incidents.Incident{{
		ID: "i1", Title: "Mail", Updates: []incidents.Update{{ID: "u1", Kind: incidents.KindStaff, Body: "It is not back.", At: at, AnnouncedAt: at, ExpectedAt: at.Add(50 * time.Minute)}},
	}}}
	items := Updates(s, Site{Name: "Mail", URL: "https://status.example.edu", Zone: time.FixedZone("SAST", 2*3600)}).Items
	if !strings.HasSuffix(items[0].HTML, "It is not back.<br><br>Expected by 08:00 SAST.</p>") {
		t.Errorf("%q", items[0].HTML)
	}
}
