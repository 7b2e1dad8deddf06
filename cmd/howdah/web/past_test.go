package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
	"howdah/templates"
)

func day(down, degraded, kept, up time.Duration) incidents.Day {
	return incidents.Day{Tally: incidents.Tally{Up: up, Degraded: degraded, Down: down, Maintenance: kept, Unmonitored: 24*time.Hour - down - degraded - kept - up}}
}

// A row of bars is read from its paths: which days are of which kind.
func TestBarsAreDashesInRuns(t *testing.T) {
	const h = time.Hour
	up := day(0, 0, 0, 24*h)
	days := []incidents.Day{
		{Tally: incidents.Tally{Unmonitored: 24 * h}}, up, up, day(time.Minute, h, h, 20*h), up,
		day(0, h, 2*h, 21*h), day(0, 0, h, 23*h), day(h, 0, 0, 23*h), day(4*h, 0, 0, 20*h), day(24*h, 0, 0, 0), {},
	}
	want := []templates.Bar{
		{Kind: "up", Path: "M4 20h7m5 0h3"},
		{Kind: "unseen", Path: "M0 21h3m37 0h3"},
		{Kind: "kept", Path: "M24 18h3"},
		{Kind: "partial", Path: "M20 18h3"},
		{Kind: "down1", Path: "M12 16h3"},
		{Kind: "down2", Path: "M28 14h3"},
		{Kind: "down3", Path: "M32 12h7"},
	}
	if got := bars(days); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
	if got := bars(nil); got != nil {
		t.Errorf("no days: %v", got)
	}
}

func TestDaysAreSummedUpInWords(t *testing.T) {
	s := busy()
	imap := s.Component("imap")
	got := english.daysOf(*imap)
	if got.Summary != "The last 90 days: outages on 5, 10 min in all" || got.Uptime != "99.99 % in 90 days" || got.Width != 359 {
		t.Errorf("%+v", got)
	}
	imap.Past = imap.Past[len(imap.Past)-1:]
	imap.Days = imap.Past.Days(zone, s.At, 90)
	imap.Uptime90 = incidents.Tally{Down: 6 * time.Minute}
	if got := english.daysOf(*imap); got.Summary != "The last 90 days: outages on 1, 6 min in all; 89 not monitored" {
		t.Errorf("%q", got.Summary)
	}
	if got := english.daysOf(incidents.ComponentView{}); got != nil {
		t.Errorf("nothing known: %+v", got)
	}
}

func TestLineBreaksOffWhereNothingWasMeasured(t *testing.T) {
	now := at(1, "12:00")
	var m Measured
	hours := func(took ...int) {
		m.Checks = []CheckTimes{{Kind: "IMAP"}}
		for i, ms := range took {
			if ms >= 0 {
				m.Checks[0].Hours = append(m.Checks[0].Hours, probe.Period{Start: now.Add(time.Duration(i-len(took)) * time.Hour), P50: time.Duration(ms) * time.Millisecond})
			}
		}
	}
	if got := english.line(m, now); got != nil {
		t.Errorf("no check: %+v", got)
	}
	hours(10, 20, 30, 40, 50)
	if got := english.line(m, now); got != nil {
		t.Errorf("too little: %+v", got)
	}
	hours(10, 20, 0, 40, -1, 70, 70, 35) // in one hour nothing was good, in one nothing ran
	got := english.line(m, now)
	if got == nil || got.Path != "M0 13l2 -2m4 -4m4 -6l2 0l2 7" || got.Width != 16 || got.Text != "answers in 35 ms" {
		t.Errorf("%+v", got)
	}
}

func TestMailIsToldInPlainWords(t *testing.T) {
	s := busy()
	for _, c := range []struct {
		path incidents.MailPath
		want string
	}{
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "22:08"), Within: 17 * time.Second}, "Mail from outside arrives within 20 s (newest test message: 22:08 SAST)."},
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "22:08"), Within: 300 * time.Millisecond}, "Mail from outside arrives within 1 s (newest"},
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "22:08"), Within: 61 * time.Second}, "Mail from outside arrives within 2 min (newest"},
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "22:08"), Within: 100 * time.Minute}, "Mail from outside arrives within 1 h 40 min (newest"},
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "22:04"), Within: time.Second}, "No test message sent from outside has arrived since 22:04 SAST."},                // it failed at 22:04:12
		{incidents.MailPath{Component: "c3", SeenAt: at(1, "22:08"), Within: time.Second}, "No test message sent through Webmail (Horde/IMP) has arrived since 22:08 SAST."}, // no current data
		{incidents.MailPath{Component: "c2", SeenAt: at(1, "22:08"), Within: 9 * time.Second}, "Sending mail (SMTP): test messages arrive within 9 s ("},
		{incidents.MailPath{Component: "c4", SeenAt: at(1, "20:00"), Waiting: at(1, "21:30")}, "Mail is late: a test message sent from outside at 21:30 SAST has not arrived yet."},
		{incidents.MailPath{Component: "c4", SeenAt: s.At.Add(-25 * time.Hour), Within: time.Second}, ""},
		{incidents.MailPath{Component: "gone", SeenAt: at(1, "22:08"), Within: time.Second}, ""},
	} {
		s.Mail = []incidents.MailPath{c.path}
		_, srv := serve(t, s)
		page := get(t, srv.URL+"/")
		if c.want == "" {
			without(t, page, "Where is my mail?")
			continue
		}
		inOrder(t, page, "Where is my mail?", c.want)
		inOrder(t, get(t, srv.URL+"/components/"+c.path.Component), "Where is my mail?", c.want)
		without(t, get(t, srv.URL+"/components/imap"), "Where is my mail?")
	}
}

func TestFrontPageOfABusyDay(t *testing.T) {
	s := busy()
	_, srv := serve(t, s, func(o *Options) { o.Measures = gauges{s.At} })
	page := get(t, srv.URL+"/")
	inOrder(t, page,
		"<title>Down since 22:04 SAST · Example Mail</title>",
		"What is happening now", "Expected by 08:00 SAST on 2 August.",
		"Affected: Reading mail (IMAP), Fetching mail (POP3). Sending mail works (checked 22:09 SAST). The archive of old mail is not watched.",
		"Services", "Reading mail (IMAP)</a>", "Not working", `role="img" aria-label="The last 90 days: outages on 5, 10 min in all"`,
		"Last checked", "answers in", `<svg class="line"`, "99.99 % in 90 days",
		"Where is my mail?",
		"Planned maintenance", `<a href="/maintenance/m1">A debugging kernel</a>`, "Scheduled", "2 August 2005, 12:00 SAST",
		"The last days", "1 August", "Mail instability", "31 July", "No incidents", "26 July",
	)
	// One link and one drawing a component, no link a day.
	if n := strings.Count(page, `<svg class="days"`); n != 12 {
		t.Errorf("%d rows of bars", n)
	}
	if n := strings.Count(page, `href="/components/`); n != 12 {
		t.Errorf("%d links to components", n)
	}
}

func TestHistoryLeadsToMonthsAndDays(t *testing.T) {
	s := busy()
	_, srv := serve(t, s)
	inOrder(t, get(t, srv.URL+"/history"), `<a href="/history/2005-08">August 2005</a>`, "Mail instability", `<a href="/history/2005-07">July 2005</a>`, "Sending mail outage", `<a href="/history/2005-06">June 2005</a>`, "No incidents")
	month := get(t, srv.URL+"/history/2005-07")
	inOrder(t, month, "<title>History: July 2005 · Example Mail</title>", "<h1>July 2005</h1>", `href="/history/2005-06" rel="prev"`, `href="/history/2005-08" rel="next"`,
		"Sending mail outage", "Webmail (Horde/IMP)</a></th>", "99.59 %", "3 h 1 min",
		`<a href="/history/2005-07-13"><time datetime="2005-07-13">13 July</time></a>`, "No outages",
		`<a href="/history/2005-07-14">`, `class="key down1"`, "1 outage, 22 min",
		`<a href="/history/2005-07-31">`)
	inOrder(t, get(t, srv.URL+"/history/2005-01"), "2 January", "No outages, not monitored for 22 h 10 min", "3 January", "No outages</dd>")
	day := get(t, srv.URL+"/history/2005-07-14")
	inOrder(t, day, "<h1>14 July 2005</h1>", `href="/history/2005-07-13" rel="prev"`, `href="/history/2005-07-15" rel="next"`,
		"14 July 2005, 09:00 SAST", "14 July 2005, 09:22 SAST", "22 min", "1 outage, 22 min", "Sending mail outage", "Reading mail (IMAP)</a></th>", "100 %")
	today := get(t, srv.URL+"/history/2005-08-01")
	inOrder(t, today, "<h1>1 August 2005</h1>", "still going on", "In all", "Reading mail (IMAP)</a></th>", "6 min", "1 h", "1 h")
	without(t, today, `rel="next"`)
	inOrder(t, get(t, srv.URL+"/history/2005-01-12"), "No outages", "Not monitored")
}

// A long history is one of links: what is shown of it is bounded.
func TestLongHistoryIsCounted(t *testing.T) {
	s := busy()
	old := s.Incident("i0")
	for i := range maxHistory {
		in := *old
		in.ID, in.StartedAt = fmt.Sprintf("old%d", i), old.StartedAt.AddDate(0, -1, -i%9)
		s.Incidents = append(s.Incidents, &in)
	}
	_, srv := serve(t, s)
	page := get(t, srv.URL+"/history")
	inOrder(t, page, "July 2005", "Sending mail outage", "June 2005", "100 incidents", "May 2005")
	if n := strings.Count(page, "Sending mail outage"); n != 1 {
		t.Errorf("%d threads of long ago are shown", n)
	}
	month := get(t, srv.URL+"/history/2005-06")
	if n := strings.Count(month, "Sending mail outage"); n != maxHistory {
		t.Errorf("their month shows %d", n)
	}
}

// Only what there was has a page: what visitors invent does not.
func TestPagesOfThePastThatThereAreNot(t *testing.T) {
	_, srv := serve(t, busy())
	for _, when := range []string{"2005-08-02", "2005-09", "2004-12", "2005-01-01", "2005-13", "2005-07-32", "0000-00", "2005-7", "2005-07-1", "x", "2005-07-14T00:00", "2005-07-14%20", "-1", "2005-08/", "9999999999999-01"} {
		if a := ask(t, http.MethodGet, srv.URL+"/history/"+when); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", when, a.status)
		}
	}
	_, srv = serve(t, &incidents.Snapshot{Version: 1, Headline: "No current data"})
	inOrder(t, get(t, srv.URL+"/history"), "No incidents have been recorded.")
	if a := ask(t, http.MethodGet, srv.URL+"/history/2005-08"); a.status != http.StatusNotFound {
		t.Errorf("a month before anything was: %d", a.status)
	}
}

// Clocks are set twice a year: each day has its page all the same, once.
func TestEveryDayOfAYearHasItsPage(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := calm()
	s.Components[0].Past = incidents.Timeline{{Component: "imap", From: s.At.AddDate(-2, 0, 0), Condition: incidents.WasUp}}
	_, srv := serve(t, s, func(o *Options) { o.Site.Zone = berlin })
	page := get(t, srv.URL+"/components/imap")
	for d := s.At.In(berlin); d.After(s.At.AddDate(0, 0, -yearShown+1)); d = d.AddDate(0, 0, -1) {
		if n := strings.Count(page, `href="/history/`+d.Format(time.DateOnly)+`"`); n != 1 {
			t.Errorf("%s stands there %d times", d.Format(time.DateOnly), n)
		}
	}
	for _, d := range []string{"2005-03-27", "2004-10-31"} {
		inOrder(t, get(t, srv.URL+"/history/"+d), "100 %")
	}
}

func TestComponentPageShowsItsPast(t *testing.T) {
	s := busy()
	_, srv := serve(t, s, func(o *Options) { o.Measures = gauges{s.At} })
	page := get(t, srv.URL+"/components/imap")
	inOrder(t, page,
		"24 hours", "99.54 %", "6 min", "7 days", "30 days", "90 days", "99.99 %", "365 days", "165 days 1 h",
		"The last year", `<a href="/history/2005-08">August 2005</a>`, `<a class="down1" href="/history/2005-08-01" tabindex="-1">1</a>`,
		`<a class="up" href="/history/2005-07-01" tabindex="-1">1</a>`, `<a class="partial" href="/history/2005-07-31" tabindex="-1">31</a>`,
		`<a class="unseen" href="/history/2005-01-12"`,
		"Days with trouble or maintenance", "1 August 2005</time></a></dt><dd>Not working for 6 min, maintenance for 1 h, not monitored for 1 h</dd>",
		"How long checks take", "Answers in", "IMAP, 1 August 2005 (UTC)", "Connecting", "&lt;1 ms", "Encrypting", "Logging in", "All of it", "The slowest took 1.3 s.",
		"Single failures", "1 failure in the last 90 days that the next try did not confirm, the last 30 July, 20:10 SAST.",
		"Mail instability")
	without(t, page, "capability")
	_, srv = serve(t, calm())
	without(t, get(t, srv.URL+"/components/imap"), "The last year", "How long checks take", "Single failures", "Uptime")
}

func TestMaintenanceIsInItsMonthAndDay(t *testing.T) {
	s := busy()
	m := s.Maintenances[0]
	m.State, m.Start, m.End = incidents.Completed, at(1, "12:00").AddDate(0, 0, -3), at(1, "12:20").AddDate(0, 0, -3)
	_, srv := serve(t, s)
	inOrder(t, get(t, srv.URL+"/history/2005-07"), "Planned maintenance", `<a href="/maintenance/m1">A debugging kernel</a>`, "29 July 2005, 12:00 SAST", "Completed",
		"28 July", "No outages", "29 July", `class="key kept"`, "Planned maintenance: A debugging kernel", "30 July", "No outages")
	inOrder(t, get(t, srv.URL+"/history/2005-07-29"), "No outages", "A debugging kernel")
	without(t, get(t, srv.URL+"/history/2005-07-28"), "A debugging kernel")
	m.Canceled = true
	_, srv = serve(t, s)
	without(t, get(t, srv.URL+"/history/2005-07"), "A debugging kernel")
}

func TestMaintenanceHasAPage(t *testing.T) {
	s := busy()
	m := s.Maintenances[0]
	_, srv := serve(t, s)
	page := get(t, srv.URL+"/maintenance/m1")
	inOrder(t, page, "<title>Scheduled: A debugging kernel · Example Mail</title>", `class="banner kept"`, "<h1>A debugging kernel</h1>", "Scheduled",
		"2 August 2005, 12:00 SAST", "12:20 SAST", "Affected: Reading mail (IMAP), Fetching mail (POP3)", `id="update-um"`, `href="/maintenance/m1#update-um"`, "written automatically", "may not work")
	if a := ask(t, http.MethodGet, srv.URL+"/maintenance/m1-a-debugging-kernel"); a.status != http.StatusMovedPermanently || a.header.Get("Location") != "/maintenance/m1" {
		t.Errorf("with words behind it: %d to %q", a.status, a.header.Get("Location"))
	}
	for _, none := range []string{"m2", "m", "-", "m2-m1"} {
		if a := ask(t, http.MethodGet, srv.URL+"/maintenance/"+none); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", none, a.status)
		}
	}
	m.Canceled, m.State = true, incidents.Completed
	inOrder(t, get(t, srv.URL+"/maintenance/m1"), "Scheduled") // what was rendered stays, until something changes
	_, srv = serve(t, s)
	inOrder(t, get(t, srv.URL+"/maintenance/m1"), `class="banner unknown"`, "Called off")
}

func TestIncidentHoldsWhatWasExpectedAgainstWhatCame(t *testing.T) {
	s := busy()
	in := s.Incident("i1")
	in.Updates[1].ExpectedAt = at(1, "18:00")
	in.Canaries = []incidents.Canary{{ID: "c1", Component: "c4", SentAt: at(1, "17:10"), ArrivedAt: at(1, "18:31")}, {ID: "c2", Component: "c4", SentAt: at(1, "22:06")}}
	_, srv := serve(t, s)
	inOrder(t, get(t, srv.URL+"/incidents/i1-mail-instability"),
		"<dt>Affected</dt>", "<dt>The rest</dt><dd>Sending mail works (checked 22:09 SAST). The archive of old mail is not watched.</dd>",
		"<dt>Restoration</dt>", "Expected by 08:00 SAST on 2 August.", "Expected by 18:00 SAST, restored at 18:21:07.",
		"<dt>Where is my mail?</dt><dd>1 of 2 test messages sent while it did not work arrived.</dd>")
	end := exact(at(1, "22:09"))
	in.Outages[1].End, in.Canaries[1].ArrivedAt = &end, at(1, "22:09:30")
	_, srv = serve(t, s)
	inOrder(t, get(t, srv.URL+"/incidents/i1-mail-instability"), "Both test messages sent meanwhile have arrived", "we know of no lost mail.")
}
