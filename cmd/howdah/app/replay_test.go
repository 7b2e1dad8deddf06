package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/cmd/howdah/config"
	"howdah/cmd/howdah/timeline"
	"howdah/db/statusdb"
	"howdah/incidents"
)

var rewrite = flag.Bool("update", false, "write the threads of testdata anew")

// replay plays a timeline up to until, or to its end, and returns the desk and
// the configuration of the site that it is told on.
func replay(t *testing.T, file, language string, until time.Time) (*incidents.Desk, config.Config) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, err := timeline.Parse(file, text)
	if err != nil {
		t.Fatal(err)
	}
	if !until.IsZero() {
		line.Until = until
		line.Events = slices.DeleteFunc(line.Events, func(e timeline.Event) bool { return e.At.After(until) })
	}
	c := config.Default()
	c.Data, c.Site.Language, c.Site.TimeZone = t.TempDir(), language, line.Zone.String()
	c, err = c.Complete()
	if err != nil {
		t.Fatal(err)
	}
	store, err := statusdb.Open(t.Context(), filepath.Join(c.Data, "howdah.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	desk, err := replayed(t.Context(), c, line, store)
	if err != nil {
		t.Fatal(err)
	}
	return desk, c
}

var seedFile = filepath.Join("..", "..", "..", "test", "testdata", "timeline.yaml")

// thread is a thread with all that readers get to know of it.
func thread(words incidents.Words, s *incidents.Snapshot, in *incidents.Incident, zone *time.Location) string {
	var b strings.Builder
	clock := func(at time.Time) string { return at.In(zone).Format("2 January 2006, 15:04:05") }
	when := func(m incidents.Moment) incidents.When { return incidents.When{Moment: m, Zone: zone} }
	fmt.Fprintf(&b, "%s\n%s\n%s since %s, %s\n", in.Title, in.Path()[strings.Index(in.Path(), "-")+1:], in.State, clock(in.ResolvedAt), in.Impact)
	for _, key := range in.Components {
		fmt.Fprintf(&b, "affected: %s\n", s.Component(key).Name)
	}
	for _, c := range in.Changes {
		fmt.Fprintf(&b, "%s: %s was %q, is %q\n", clock(c.At), c.What, c.Was, c.Now)
	}
	fmt.Fprintf(&b, "\n%s\n%s\n", words.Outages(len(in.Outages), in.Downtime(s.At)), words.Recurs(in.Recurrence(zone)))
	for i := range in.Outages {
		o := &in.Outages[i]
		end := when(*o.Ended())
		sent, arrived, slowest := 0, 0, time.Duration(0)
		for _, c := range in.Canaries {
			if c.SentAt.Before(o.Start.Best) || c.SentAt.After(o.End.Best) {
				continue
			}
			sent++
			if !c.ArrivedAt.IsZero() {
				arrived++
				slowest = max(slowest, c.ArrivedAt.Sub(c.SentAt))
			}
		}
		fmt.Fprintf(&b, "%d. %s; %d test messages, %d arrived, the slowest after %s\n", i+1, words.Period(when(o.Began()), &end), sent, arrived, slowest)
	}
	for _, u := range in.Updates {
		fmt.Fprintf(&b, "\n%s  %s  %s", clock(u.At), words.State(u.State), u.Kind)
		if u.By != "" {
			b.WriteString(" by " + u.By)
		}
		if u.Superseded {
			b.WriteString(" (told again below)")
		}
		fmt.Fprintf(&b, "\n%s\n", u.Body)
		if u.Kind == incidents.KindStaff && !u.ExpectedAt.IsZero() {
			at := incidents.Moment{Earliest: u.ExpectedAt, Best: u.ExpectedAt, Latest: u.ExpectedAt}
			fmt.Fprintf(&b, "%s.\n", words.ExpectedBy(incidents.When{Moment: at, Told: u.At, Zone: zone}, 0))
		}
		for _, e := range u.Edits {
			fmt.Fprintf(&b, "  until %s: %s\n", clock(e.At), e.Body)
		}
	}
	return b.String()
}

// The seed is the acceptance test: what readers are told of the three days, in
// each language, word for word.
func TestSeedAsTold(t *testing.T) {
	for _, c := range []struct{ language, file, golden string }{
		{"en", seedFile, "seed.txt"},
		{"de", filepath.Join("testdata", "timeline.de.yaml"), "seed.de.txt"},
	} {
		t.Run(c.language, func(t *testing.T) {
			desk, conf := replay(t, c.file, c.language, time.Time{})
			s := desk.Snapshot()
			if len(s.Incidents) != 1 {
				t.Fatalf("%d threads, want one", len(s.Incidents))
			}
			zone, err := time.LoadLocation(conf.Site.TimeZone)
			if err != nil {
				t.Fatal(err)
			}
			if c.language == "en" {
				accepted(t, s, s.Incidents[0], zone)
			}
			got := thread(incidents.Languages[c.language], s, s.Incidents[0], zone)
			golden := filepath.Join("testdata", c.golden)
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// accepted checks that the thread, in English, is what a monitor has to make of
// the seed.
func accepted(t *testing.T, s *incidents.Snapshot, in *incidents.Incident, zone *time.Location) {
	t.Helper()
	clock := func(at time.Time) string { return at.In(zone).Format("2 15:04") }
	var outages []string
	for i := range in.Outages {
		o := &in.Outages[i]
		outages = append(outages, clock(o.Began().Best)+" to "+clock(o.Ended().Best))
	}
	want := []string{"1 17:03 to 1 18:21", "1 22:04 to 1 22:26", "2 10:15 to 2 10:38", "3 02:45 to 3 08:34"}
	if !slices.Equal(outages, want) {
		t.Errorf("outages %v, want %v", outages, want)
	}
	if down := in.Downtime(s.At); down.Round(time.Second) != 7*time.Hour+52*time.Minute {
		t.Errorf("down for %v in all", down)
	}
	renamed := slices.IndexFunc(in.Changes, func(c incidents.Change) bool { return c.What == incidents.ChangedTitle })
	if renamed < 0 || clock(in.Changes[renamed].At) != "1 22:04" || !strings.HasSuffix(in.Changes[renamed].Was, " outage") || !strings.HasSuffix(in.Title, " instability") {
		t.Errorf("it is called %q, after %+v", in.Title, in.Changes)
	}
	if got := strings.Join(in.Components, " "); got != "imap pop3 webmail incoming" {
		t.Errorf("affected: %s", got)
	}
	if in.State != incidents.Resolved || clock(in.ResolvedAt) != "4 08:34" {
		t.Errorf("%s at %s", in.State, clock(in.ResolvedAt))
	}

	if last := in.Latest(); last.Kind != incidents.KindResolved || last.AnnouncedAt.IsZero() {
		t.Errorf("the last word is %q, and feeds were told of it at %v", last.Body, last.AnnouncedAt)
	}

	// The thread in short: each update by its time, kind and state, and what
	// must be in it.
	var told []string
	for _, u := range in.Updates {
		told = append(told, clock(u.At)+" "+string(u.Kind)+" "+string(u.State))
	}
	story := []string{
		"1 17:03 opened investigating", "1 18:21 recovered monitoring", "1 18:48 mail monitoring", "1 19:21 resolved resolved",
		"1 22:04 opened investigating", "1 22:26 recovered monitoring", "1 22:53 mail monitoring", "1 23:10 staff monitoring",
		"2 10:15 opened investigating", "2 10:38 recovered monitoring", "2 11:03 mail monitoring", "2 11:20 staff investigating",
		"3 02:45 opened investigating", "3 07:10 staff investigating", "3 08:34 recovered monitoring", "3 08:40 staff monitoring",
		"3 09:03 mail monitoring", "3 15:30 staff identified", "4 08:34 resolved resolved",
	}
	if !slices.Equal(told, story) {
		t.Fatalf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(story, "\n"))
	}
	for i, parts := range map[int][]string{
		0:  {"Sending from a mail program works (checked 17:03)", "not yet known"},
		1:  {"since 18:21", "1 h 18 min"},
		2:  {"All 16 test messages"},
		5:  {"since 22:26", "22 min"},
		6:  {"All 4 test messages"},
		9:  {"since 10:38", "23 min"},
		10: {"All 5 test messages"},
		14: {"since 08:34", "5 h 49 min", "Expected by 08:00, restored at 08:34"},
		16: {"All 70 test messages"},
		18: {"since 08:34 SAST on 3 August", "four times, 7 h 52 min in all", "All 95 test messages", "network subsystem"},
	} {
		for _, part := range parts {
			if !strings.Contains(in.Updates[i].Body, part) {
				t.Errorf("%s: %q is not in %q", told[i], part, in.Updates[i].Body)
			}
		}
	}
	for _, u := range in.Updates {
		if strings.Contains(u.Body, "Sending mail") || strings.Contains(strings.ToLower(u.Body), "elephant") || strings.Contains(u.Body, "killed") {
			t.Errorf("%s says %q", clock(u.At), u.Body)
		}
	}
}

// A sentence whose fact is missing is not said, whatever else happens.
func TestReplayWithoutTheFact(t *testing.T) {
	const down = `  - {at: "2005-08-01 17:03", host_down: elephant}
  - {at: "2005-08-01 18:21", host_up: elephant}
`
	for _, c := range []struct {
		name, components, canary, before string
		never, once                      string
	}{
		{"sending works", "  outgoing: {depends_on: []}\n", "", "", "test message", "Sending from a mail program works"},
		{"sending fails too", "  outgoing: {depends_on: []}\n", "", `  - {at: "2005-08-01 16:40", down: outgoing}` + "\n", "Sending from a mail program works", "Sending from a mail program has not worked since about 16:40 SAST"},
		{"nobody watches sending", "", "", "", "Sending", "not worked since 17:03 SAST"},
		{"no test message arrives while readers wait", "  incoming: {depends_on: [elephant]}\n", "canary: {component: incoming, every: 5m, retry: 26h}\n", "", "lost mail", "So far none of 16 test messages"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "timeline.yaml")
			text := "time_zone: Africa/Johannesburg\nhost: elephant\ncomponents:\n  imap: {depends_on: [elephant]}\n" + c.components + c.canary + "until: \"2005-08-01 21:00\"\nevents:\n" + c.before + down
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			desk, _ := replay(t, file, "en", time.Time{})
			var all strings.Builder
			for _, in := range desk.Snapshot().Incidents {
				for _, u := range in.Updates {
					all.WriteString(u.Body + "\n")
				}
			}
			if strings.Contains(all.String(), c.never) || !strings.Contains(all.String(), c.once) {
				t.Errorf("said\n%s\nwith %q, without %q", all.String(), c.once, c.never)
			}
		})
	}
}
