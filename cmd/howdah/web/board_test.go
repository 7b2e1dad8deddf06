package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howdah/incidents"
)

// board is a Board whose picture the test changes.
type board struct {
	snap atomic.Pointer[incidents.Snapshot]
}

func (b *board) Snapshot() *incidents.Snapshot { return b.snap.Load() }

// show publishes s as the desk would.
func (b *board) show(s *incidents.Snapshot) {
	if old := b.snap.Load(); old != nil {
		s.Version = old.Version + 1
	}
	b.snap.Store(s)
}

var zone = func() *time.Location {
	z, err := time.LoadLocation("Africa/Johannesburg")
	if err != nil {
		panic(err)
	}
	return z
}()

// at is a time of the story: day of August 2005, "15:04" or "15:04:05".
func at(day int, clock string) time.Time {
	form := "15:04"
	if len(clock) > len(form) {
		form = "15:04:05"
	}
	t, err := time.Parse(form, clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2005, 8, day, t.Hour(), t.Minute(), t.Second(), 0, zone).UTC()
}

func exact(t time.Time) incidents.Moment {
	return incidents.Moment{Earliest: t, Best: t, Latest: t}
}

func about(from, best, to time.Time) incidents.Moment {
	return incidents.Moment{Earliest: from, Best: best, Latest: to}
}

// views are the components of the story, all working, checked at now.
func views(now time.Time) []incidents.ComponentView {
	var list []incidents.ComponentView
	for i, c := range []incidents.Component{
		{Key: "imap", Name: "Reading mail (IMAP)", Group: "Mail", Description: "For Pegasus Mail, Outlook, Thunderbird and others."},
		{Key: "pop3", Name: "Fetching mail (POP3)", Group: "Mail"},
		{Key: "smtp", Name: "Sending mail (SMTP)", Group: "Mail"},
		{Key: "web", Name: "Webmail (Horde/IMP)"},
	} {
		c.Position = i + 1
		list = append(list, incidents.ComponentView{Component: c, ComponentFact: incidents.ComponentFact{
			Component: c.Key, Status: incidents.Operational, Watched: true,
			Since: at(1, "08:00"), CheckedAt: now.Add(-10 * time.Second), GoodAt: now.Add(-10 * time.Second), StaleAt: now.Add(time.Minute),
		}})
	}
	return list
}

func outage(id string, start incidents.Moment, end *incidents.Moment) incidents.Outage {
	o := incidents.Outage{ID: id, Domain: "elephant", Start: start, End: end}
	for _, key := range []string{"imap", "pop3"} {
		o.Affected = append(o.Affected, incidents.Affected{Component: key, Start: start, End: end})
	}
	return o
}

func ended(m incidents.Moment) *incidents.Moment { return &m }

// calm is a picture in which all is well and nothing ever happened.
func calm() *incidents.Snapshot {
	now := at(1, "12:00")
	return &incidents.Snapshot{
		Version: 1, At: now, Indicator: incidents.IndicatorNone, Headline: "All systems operational",
		Components: views(now),
	}
}

// down is a picture in the second outage of the story.
func down() *incidents.Snapshot {
	now := at(1, "22:10")
	s := &incidents.Snapshot{
		Version: 1, At: now, Indicator: incidents.IndicatorMajor,
		Headline:   "Reading mail (IMAP) and Fetching mail (POP3) have not worked since 22:04:12 SAST",
		Components: views(now),
	}
	for i := range s.Components[:2] {
		s.Components[i].Status, s.Components[i].Since = incidents.MajorOutage, at(1, "22:04:12")
	}
	s.Components[3].NoData = true
	s.Components[3].CheckedAt = at(1, "21:00")
	changes := func(a, b incidents.Status) []incidents.ComponentChange {
		return []incidents.ComponentChange{{Component: "imap", Old: a, New: b}, {Component: "pop3", Old: a, New: b}}
	}
	in := &incidents.Incident{
		ID: "i1", Title: "Mail instability", State: incidents.Investigating, Impact: incidents.ImpactMajor,
		Domain: "elephant", Components: []string{"imap", "pop3"},
		CreatedAt: at(1, "17:03:12"), UpdatedAt: at(1, "22:04:20"), StartedAt: at(1, "17:03:10"),
		Outages: []incidents.Outage{
			outage("o1", about(at(1, "17:02:40"), at(1, "17:02:55"), at(1, "17:03:10")), ended(exact(at(1, "18:21:07")))),
			outage("o2", exact(at(1, "22:04:12")), nil),
		},
		Updates: []incidents.Update{
			{ID: "u1", IncidentID: "i1", Kind: incidents.KindOpened, State: incidents.Investigating, At: at(1, "17:03:12"), OutageID: "o1",
				Body:       "Reading mail and Fetching mail have not worked since about 17:03 SAST. Sending mail works (checked 17:03 SAST).\n\nThe cause is not yet known.",
				Components: changes(incidents.Operational, incidents.MajorOutage)},
			{ID: "u2", IncidentID: "i1", Kind: incidents.KindRecovered, State: incidents.Monitoring, At: at(1, "18:21:40"), OutageID: "o1",
				Body:       "Reading mail and Fetching mail have worked again since 18:21:07 SAST, after 1 h 18 min. We go on watching.",
				Components: changes(incidents.MajorOutage, incidents.Operational)},
			{ID: "u3", IncidentID: "i1", Kind: incidents.KindStaff, State: incidents.Monitoring, By: "Robin", At: at(1, "18:40"),
				Body: "The machine was started again by hand.\nWe don't know yet why it stopped."},
			{ID: "u4", IncidentID: "i1", Kind: incidents.KindOpened, State: incidents.Investigating, At: at(1, "22:04:20"), OutageID: "o2",
				Body:       "Reading mail and Fetching mail stopped again at 22:04:12 SAST, 3 h 43 min after recovering. This is the second failure in 24 hours; updates continue here.",
				Components: changes(incidents.Operational, incidents.MajorOutage)},
		},
	}
	before := &incidents.Incident{
		ID: "i0", Title: "Sending mail outage", State: incidents.Resolved, Impact: incidents.ImpactMajor, Domain: "smtp",
		Components: []string{"smtp"}, CreatedAt: time.Date(2005, 7, 14, 7, 2, 0, 0, time.UTC), StartedAt: time.Date(2005, 7, 14, 7, 0, 0, 0, time.UTC),
		UpdatedAt: time.Date(2005, 7, 14, 8, 22, 0, 0, time.UTC), ResolvedAt: time.Date(2005, 7, 14, 8, 22, 0, 0, time.UTC), MonitoringAt: time.Date(2005, 7, 14, 7, 22, 0, 0, time.UTC),
		Outages: []incidents.Outage{{ID: "o0", Domain: "smtp", Start: exact(time.Date(2005, 7, 14, 7, 0, 0, 0, time.UTC)),
			End:      ended(exact(time.Date(2005, 7, 14, 7, 22, 0, 0, time.UTC))),
			Affected: []incidents.Affected{{Component: "smtp", Partial: true}}}},
		Updates: []incidents.Update{{ID: "u0", IncidentID: "i0", Kind: incidents.KindResolved, State: incidents.Resolved,
			At: time.Date(2005, 7, 14, 8, 22, 0, 0, time.UTC), Body: "No failure since 09:22 SAST."}},
	}
	s.Incidents = []*incidents.Incident{in, before}
	return s
}

// newServer makes a Server for a board that shows snap.
func newServer(t *testing.T, snap *incidents.Snapshot, change ...func(*Options)) (*board, *Server) {
	t.Helper()
	b := &board{}
	b.show(snap)
	u, err := url.Parse("https://status.example.edu")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Board: b, Site: Site{Name: "Example Mail", URL: u, Zone: zone}, Version: "1.2"}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

// serve starts a server for a board that shows snap.
func serve(t *testing.T, snap *incidents.Snapshot, change ...func(*Options)) (*board, *httptest.Server) {
	t.Helper()
	b, s := newServer(t, snap, change...)
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return b, srv
}

// client follows no redirect and asks for no compression by itself.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       10 * time.Second,
}

// answer is what a request was answered with.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask makes a request; headers come in pairs.
func ask(t *testing.T, method, url string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// get asks for a page that must be there.
func get(t *testing.T, url string) string {
	t.Helper()
	a := ask(t, http.MethodGet, url)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: %d", url, a.status)
	}
	return a.body
}

// inOrder checks that the texts stand in the page, one after the other.
func inOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	at := 0
	for _, s := range texts {
		i := strings.Index(page[at:], s)
		switch {
		case i >= 0:
			at += i + len(s)
		case strings.Contains(page, s):
			t.Errorf("%q stands too early", s)
		default:
			t.Errorf("%q is missing", s)
		}
	}
}

// without checks that none of the texts stands in the page.
func without(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(page, s) {
			t.Errorf("%q must not be there", s)
		}
	}
}
