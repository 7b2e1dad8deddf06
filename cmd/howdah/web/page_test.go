package web

import (
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

func TestFrontPageTellsFirstThingsFirst(t *testing.T) {
	_, srv := serve(t, down())
	page := get(t, srv.URL+"/")
	inOrder(t, page,
		"<title>Down since 22:04 SAST · Example Mail</title>",
		`<link rel="alternate" type="application/rss+xml" title="Example Mail: Updates (RSS)" href="/updates.rss">`,
		`href="/feed.atom"`,
		"Example Mail</a>",
		`<div class="banner down"><svg`,
		"<h1>Reading mail (IMAP) and Fetching mail (POP3) have not worked since 22:04:12 SAST</h1>",
		`Last checked <time datetime="2005-08-01T20:09:50Z">22:09:50 SAST</time>`,
		`<a href="/incidents/i1-mail-instability">Mail instability</a>`,
		"Investigating · <time", "22:04 SAST", "stopped again at 22:04:12\u00a0SAST",
		"4 updates",
		"<h3>Mail</h3>",
		"Reading mail (IMAP)</a>", "Not working", "22:09:50 SAST",
		"Fetching mail (POP3)</a>", "Not working",
		"Sending mail (SMTP)</a>", "Working",
		"<h3>Other services</h3>",
		"Webmail (Horde/IMP)</a>", "No current data", "21:00:00 SAST",
		`<a href="/history/2005-08-01"><time datetime="2005-08-01">1 August</time></a>`, "Mail instability</a>", "Not working",
		`<time datetime="2005-07-31">31 July</time>`, "Not monitored",
		`<time datetime="2005-07-26">26 July</time>`,
		`href="/history"`, `href="/updates.rss"`, `href="/feed.rss"`, `href="/api/v2/summary.json"`,
		"Times are those of Africa/Johannesburg",
	)
	// Only the newest update, and no name of who wrote any.
	without(t, page, "started again by hand", "Robin", "elephant", "not been saved", "<script>", "http://", " src=\"http")
}

func TestFrontPageWithNothingToTell(t *testing.T) {
	_, srv := serve(t, calm())
	page := get(t, srv.URL+"/")
	inOrder(t, page, "<title>All systems operational · Example Mail</title>", `class="banner up"`, "1 August", "Not monitored", "26 July")
	without(t, page, "What is happening now", "26 July</time></a>", "25 July")

	_, srv = serve(t, &incidents.Snapshot{Version: 1, Headline: "No current data"})
	page = get(t, srv.URL+"/")
	inOrder(t, page, `class="banner unknown"`, "<h1>No current data</h1>")
	without(t, page, "Last checked", "Services", "<time", "The last days")
}

func TestEveryStateHasItsWordAndShape(t *testing.T) {
	fact := func(s incidents.Status) incidents.ComponentView {
		return incidents.ComponentView{ComponentFact: incidents.ComponentFact{Status: s}}
	}
	answering, silent := fact(incidents.MajorOutage), fact(incidents.Operational)
	answering.Answering, silent.NoData = true, true
	for _, c := range []struct {
		view       incidents.ComponentView
		mark, text string
	}{
		{fact(incidents.Operational), "up", "Working"},
		{fact(incidents.MajorOutage), "down", "Not working"},
		{fact(incidents.PartialOutage), "partial", "Partly working"},
		{fact(incidents.DegradedPerf), "partial", "Working slowly"},
		{fact(incidents.UnderMaintenance), "kept", "Under maintenance"},
		{answering, "watch", "Answering again, being watched"},
		{silent, "unknown", "No current data"},
		{fact(""), "unknown", "No current data"},
	} {
		if got := english.component(c.view); string(got.Mark) != c.mark || got.Text != c.text {
			t.Errorf("%+v: %+v, want %s %q", c.view.ComponentFact, got, c.mark, c.text)
		}
	}
}

func TestBannerAgreesWithTheHeadline(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*incidents.Snapshot)
		want   string
	}{
		"all well": {func(*incidents.Snapshot) {}, "up"},
		"one down": {func(s *incidents.Snapshot) { s.Components[0].Status = incidents.MajorOutage }, "down"},
		"down, one silent": {func(s *incidents.Snapshot) {
			s.Components[0].Status = incidents.MajorOutage
			s.Components[1].NoData = true
		}, "down"},
		"answering": {func(s *incidents.Snapshot) {
			s.Components[0].Status, s.Components[0].Answering = incidents.MajorOutage, true
		}, "watch"},
		"partly":     {func(s *incidents.Snapshot) { s.Components[0].Status = incidents.PartialOutage }, "partial"},
		"slow":       {func(s *incidents.Snapshot) { s.Components[0].Status = incidents.DegradedPerf }, "partial"},
		"maintained": {func(s *incidents.Snapshot) { s.Components[0].Status = incidents.UnderMaintenance }, "kept"},
		"partly, another maintained": {func(s *incidents.Snapshot) {
			s.Components[0].Status, s.Components[1].Status = incidents.UnderMaintenance, incidents.PartialOutage
		}, "partial"},
		"one silent": {func(s *incidents.Snapshot) { s.Components[0].NoData = true }, "unknown"},
		"all silent": {func(s *incidents.Snapshot) { silence(s) }, "unknown"},
		"being watched": {func(s *incidents.Snapshot) {
			s.Incidents = []*incidents.Incident{{ID: "i1", State: incidents.Monitoring, Outages: []incidents.Outage{outage("o1", exact(at(1, "10:00")), ended(exact(at(1, "10:10"))))}}}
		}, "watch"},
	} {
		s := calm()
		c.change(s)
		if got := pageMark(s); string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func silence(s *incidents.Snapshot) {
	for i := range s.Components {
		s.Components[i].NoData = true
	}
}

func TestUnsavedIsSaid(t *testing.T) {
	s := down()
	s.UnsavedSince = at(1, "22:05")
	_, srv := serve(t, s)
	for _, path := range []string{"/", "/incidents/i1-mail-instability", "/history", "/history/2005-08", "/history/2005-08-01", "/components/imap"} {
		inOrder(t, get(t, srv.URL+path), "have not been saved since", `datetime="2005-08-01T20:05:00Z"`, "22:05 SAST")
	}
}

func TestLongUpdatesAreCutOnTheFrontPageOnly(t *testing.T) {
	s := down()
	in := s.Incidents[0]
	in.Updates[3].Body = strings.Repeat("wörter und ", 100) + "\n\nThe end."
	_, srv := serve(t, s)
	front := get(t, srv.URL+"/")
	inOrder(t, front, "wörter", "…</p>", "Read on")
	without(t, front, "The end.")
	inOrder(t, get(t, srv.URL+"/incidents/i1-mail-instability"), "wörter", "The end.")
}

func TestIncidentPageHoldsTheWholeThread(t *testing.T) {
	_, srv := serve(t, down())
	page := get(t, srv.URL+"/incidents/i1-mail-instability")
	inOrder(t, page,
		"<title>Not working since 22:04:12 SAST: Mail instability · Example Mail</title>",
		`<link rel="canonical" href="https://status.example.edu/incidents/i1-mail-instability">`,
		"<h1>Mail instability</h1>", "Not working since 22:04:12 SAST", `<a href="#outages">2 outages, still going on</a>`,
		"<dt>Affected</dt><dd>Reading mail (IMAP), Fetching mail (POP3)</dd>",
		`id="update-u4"`, "Investigating", `href="/incidents/i1-mail-instability#update-u4"`, `<time datetime="2005-08-01T20:04:20Z">1 August 2005, 22:04 SAST</time>`, "written automatically", "second failure",
		`id="update-u3"`, "Monitoring", "1 August 2005, 18:40 SAST", "written by staff", "started again by hand.\nWe don&#39;t know",
		`id="update-u2"`, "after 1\u00a0h\u00a018\u00a0min",
		`id="update-u1"`, "have not worked since about 17:03", `</p>`, `<p class="said">The cause is not yet known.</p>`,
		`id="outages"`,
		"1 August 2005, about 17:02 SAST", "between 17:02:40 and 17:03:10", "1 August 2005, 18:21:07 SAST", "1 h 18 min", "Reading mail (IMAP), Fetching mail (POP3)",
		"1 August 2005, 22:04:12 SAST", "still going on", "5 min 48 s so far, by 22:10 SAST",
		"In all", "2 outages, 1 h 24 min so far",
	)
	without(t, page, "Robin", "elephant")

	page = get(t, srv.URL+"/incidents/i0-sending-mail-outage")
	inOrder(t, page, "<title>Resolved 14 July, 10:22 SAST: Sending mail outage · Example Mail</title>", "14 July 2005, 09:00 SAST", "14 July 2005, 09:22 SAST", "22 min", "Sending mail (SMTP) (partly)")
	without(t, page, "In all", "still going on", "between 0")
}

func TestThreadStates(t *testing.T) {
	ref := at(1, "12:00")
	st := site{zone: zone, lang: &english}
	whole := func(o incidents.Outage) []incidents.Outage { return []incidents.Outage{o} }
	partly := outage("o1", exact(at(1, "10:00")), nil)
	for i := range partly.Affected {
		partly.Affected[i].Partial = true
	}
	over := ended(exact(at(1, "10:30")))
	left := ended(incidents.Moment{Earliest: at(1, "10:00"), Best: at(1, "10:40"), Latest: at(1, "10:40"), Source: incidents.SourceUnwatched})
	for _, c := range []struct {
		in         incidents.Incident
		mark, text string
	}{
		{incidents.Incident{State: incidents.Investigating, Outages: whole(outage("o1", exact(at(1, "10:00")), nil))}, "down", "Not working since 10:00 SAST"},
		{incidents.Incident{State: incidents.Identified, Outages: whole(partly)}, "partial", "Partly working since 10:00 SAST"},
		{incidents.Incident{State: incidents.Monitoring, Outages: whole(outage("o1", exact(at(1, "10:00")), over))}, "watch", "Working again since 10:30 SAST; being watched"},
		{incidents.Incident{State: incidents.Identified, Outages: whole(outage("o1", exact(at(1, "10:00")), over))}, "watch", "Working again since 10:30 SAST; the cause is known"},
		{incidents.Incident{State: incidents.Investigating, Outages: whole(outage("o1", exact(at(1, "10:00")), left))}, "unknown", "Not watched since 10:40 SAST; being investigated"},
		{incidents.Incident{State: incidents.Investigating, Impact: incidents.ImpactMajor}, "down", "Being investigated"},
		{incidents.Incident{State: incidents.Identified, Impact: incidents.ImpactMinor}, "partial", "The cause is known"},
		{incidents.Incident{State: incidents.Investigating, Impact: incidents.ImpactNone}, "unknown", "Being investigated"},
		{incidents.Incident{State: incidents.Monitoring}, "watch", "Being watched"},
		{incidents.Incident{State: incidents.Resolved, ResolvedAt: at(1, "11:30")}, "up", "Resolved 11:30 SAST"},
	} {
		if got := st.thread(&c.in, ref); string(got.Mark) != c.mark || got.Text != c.text {
			t.Errorf("%s with %d outages: %+v, want %s %q", c.in.State, len(c.in.Outages), got, c.mark, c.text)
		}
	}
}

func TestOldAddressesOfAThreadLeadToTheNewOne(t *testing.T) {
	b, srv := serve(t, down())
	for _, old := range []string{"i1", "i1-", "i1-reading-mail-outage", "i1-Mail-Instability", "i1-%22%3E%3Cscript%3E", "i1-%0d%0aSet-Cookie:x"} {
		a := ask(t, "GET", srv.URL+"/incidents/"+old)
		if a.status != 301 || a.header.Get("Location") != "/incidents/i1-mail-instability" {
			t.Errorf("%s: %d to %q", old, a.status, a.header.Get("Location"))
		}
		if len(a.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: sets a cookie", old)
		}
		guardedHeaders(t, old, a.header)
	}
	s := down()
	s.Incidents[0].Title = "日本語"
	b.show(s)
	a := ask(t, "GET", srv.URL+"/incidents/i1-mail-instability")
	if a.status != 301 || a.header.Get("Location") != "/incidents/i1" {
		t.Errorf("title without words for an address: %d to %q", a.status, a.header.Get("Location"))
	}
	if a := ask(t, "GET", srv.URL+"/incidents/i1"); a.status != 200 {
		t.Errorf("and there: %d", a.status)
	}
}

func TestHistoryIsByMonthOfTheSitesZone(t *testing.T) {
	s := down()
	late := *s.Incidents[1]
	late.ID, late.Title = "i2", "Just after midnight"
	late.StartedAt = time.Date(2005, 7, 31, 22, 30, 0, 0, time.UTC) // August there
	s.Incidents = []*incidents.Incident{s.Incidents[0], &late, s.Incidents[1]}
	_, srv := serve(t, s)
	page := get(t, srv.URL+"/history")
	inOrder(t, page, "August 2005", "Mail instability", "2 outages, still going on", "Not working", "Just after midnight", "July 2005", "Sending mail outage", "Resolved")
	if n := strings.Count(page, "August 2005</a></h2>"); n != 1 {
		t.Errorf("August stands there %d times", n)
	}
}

func TestComponentPage(t *testing.T) {
	_, srv := serve(t, down())
	page := get(t, srv.URL+"/components/imap")
	inOrder(t, page,
		"<title>Reading mail (IMAP): Not working · Example Mail</title>",
		`href="/components/imap/feed.rss"`, `href="/updates.rss"`,
		"<h1>Reading mail (IMAP)</h1>", "Not working since", "22:04 SAST",
		"For Pegasus Mail", "Mail", "22:09:50 SAST", "Mail instability</a>")
	without(t, page, "Sending mail outage")
	page = get(t, srv.URL+"/components/web")
	inOrder(t, page, "No current data", "21:00:00 SAST", "No incidents have been recorded.")
	without(t, page, "No current data since")
}

func TestNothingThatPeopleWroteBecomesMarkup(t *testing.T) {
	const nasty = `"><script>alert('x')</script><img src=x onerror=y> & </style></title>`
	s := down()
	s.Headline = nasty
	in := s.Incidents[0]
	in.Title = nasty
	in.Updates[3].Body, in.Updates[2].Body = nasty, nasty+"\n\n"+nasty
	for i := range s.Components {
		s.Components[i].Name, s.Components[i].Group, s.Components[i].Description = nasty, nasty, nasty
	}
	s.Components[0].Key = `a/b?c#d"<e>`
	_, srv := serve(t, s, func(o *Options) { o.Site.Name = nasty; o.Version = nasty })
	for _, path := range []string{"/", "/history", "/history/2005-08", "/history/2005-08-01", "/" + in.Path(), "/components/pop3", "/components/nobody"} {
		page := ask(t, "GET", srv.URL+path).body
		without(t, page, "<script>", "<img", "onerror=y>", `""`)
		inOrder(t, page, "<title>", "&lt;script&gt;", "</title>", "</style>", "&lt;script&gt;")
		for _, element := range []string{"</title>", "</style>", "<body>"} {
			if n := strings.Count(page, element); n != 1 {
				t.Errorf("%s: %s stands there %d times", path, element, n)
			}
		}
	}
	inOrder(t, get(t, srv.URL+"/"), `href="/components/a%2Fb%3Fc%23d%22%3Ce%3E"`)
	for _, path := range []string{"/api/v2/summary.json", "/api/v2/incidents.json"} {
		without(t, get(t, srv.URL+path), "<", ">")
	}
	for _, path := range []string{"/feed.rss", "/updates.atom", "/feed.json"} {
		without(t, get(t, srv.URL+path), "<script", "<img")
	}
}
