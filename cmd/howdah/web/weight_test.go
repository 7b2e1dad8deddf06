package web

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"howdah/incidents"
	"howdah/probe"
)

// gauges are Measures in which everything was measured for two days.
type gauges struct{ now time.Time }

func (g gauges) Measured(component string) Measured {
	seed := 0
	for _, c := range component {
		seed = seed*31 + int(c)
	}
	var hours, days []probe.Period
	for i := range 48 {
		took := time.Duration(40+(seed+i*i*7)%23) * time.Millisecond
		hours = append(hours, probe.Period{Start: g.now.Add(time.Duration(i-48) * time.Hour).Truncate(time.Hour), OK: 120, P50: took, P95: 2 * took, Max: 3 * took})
	}
	for i := range 30 {
		took := time.Duration(40+(seed+i)%9) * time.Millisecond
		days = append(days, probe.Period{Start: g.now.AddDate(0, 0, i-29).Truncate(24 * time.Hour), OK: 2880, P50: took, P95: 2 * took, Max: 1300 * time.Millisecond,
			Phases: []probe.PhaseTimes{{Name: "connect", P50: time.Millisecond / 2, P95: time.Millisecond}, {Name: "capability", P50: took / 8, P95: took / 8}, {Name: "tls", P50: took / 4, P95: took / 2}, {Name: "auth", P50: took / 2, P95: took}}})
	}
	return Measured{Checks: []CheckTimes{{"IMAP", hours, days}}, Blips: []time.Time{g.now.Add(-50 * time.Hour)}}
}

// busy is a day on which much happens: 12 components with a past of 90 days and
// more, three open incidents, maintenance, test messages.
func busy() *incidents.Snapshot {
	s := down()
	now := s.At
	names := []string{
		"Reading mail (IMAP)", "Fetching mail (POP3)", "Sending mail (SMTP)", "Webmail (Horde/IMP)", "Receiving mail from outside", "Mailing lists",
		"Calendars", "Address book", "Spam filter", "Staff directory", "Password change", "Archive of old mail",
	}
	old := s.Components
	s.Components = nil
	for i, name := range names {
		v := old[min(i, 3)]
		v.Key, v.Name, v.Position = fmt.Sprintf("c%d", i), name, i+1
		v.Group = []string{"Mail", "Mail", "Mail", "Mail", "Mail", "Around mail", "Around mail", "Around mail", "Around mail", "Accounts", "Accounts", "Accounts"}[i]
		if i < 2 {
			v.Key = []string{"imap", "pop3"}[i]
		}
		if i == 4 {
			v.Role = incidents.RoleReceiving
		}
		if i > 3 {
			v.NoData, v.Status, v.CheckedAt = false, incidents.Operational, now.Add(-time.Duration(7+i)*time.Second)
		}
		v.Component.Key, v.ComponentFact.Component = v.Key, v.Key
		past(&v, now, i)
		s.Components = append(s.Components, v)
	}
	for i := range 2 {
		in := *s.Incidents[0]
		in.ID, in.Title = fmt.Sprintf("i%d", i+7), []string{"Mailing lists are slow", "Calendars outage"}[i]
		in.Components = []string{fmt.Sprintf("c%d", i+5)}
		in.Updates = []incidents.Update{{ID: "u" + in.ID, IncidentID: in.ID, State: incidents.Identified, At: in.UpdatedAt, Kind: incidents.KindStaff, Body: babble(i, 450)}}
		s.Incidents = append([]*incidents.Incident{&in}, s.Incidents...)
	}
	s.Expected = []incidents.Expectation{{IncidentID: "i1", At: at(2, "08:00"), Text: "Expected by 08:00 SAST on 2 August"}}
	s.Spared = []incidents.Spared{{IncidentID: "i1", Sentences: []string{"Sending mail works (checked 22:09 SAST).", "The archive of old mail is not watched."}}}
	s.Mail = []incidents.MailPath{{Component: "c4", SeenAt: at(1, "22:08"), Within: 17 * time.Second, Count: 12}}
	s.Maintenances = []*incidents.Maintenance{{
		ID: "m1", Title: "A debugging kernel", State: incidents.Scheduled, Components: []string{"imap", "pop3"}, Start: at(2, "12:00"), End: at(2, "12:20"), CreatedAt: at(1, "20:00"),
		Updates: []incidents.Update{{ID: "um", IncidentID: "m1", Kind: incidents.KindPlanned, State: incidents.Scheduled, At: at(1, "20:00"), Body: "Reading mail may not work between 12:00 and 12:20 SAST on 2 August, because of planned maintenance."}},
	}}
	return s
}

// past gives a component one: some outages, some of them short, a maintenance
// and a time in which nobody looked.
func past(v *incidents.ComponentView, now time.Time, seed int) {
	put := func(ago time.Duration, c incidents.Condition) {
		v.Past = append(v.Past, incidents.Segment{Component: v.Key, From: now.Add(-ago), Condition: c})
	}
	const day = 24 * time.Hour
	put(time.Duration(200+seed)*day, incidents.WasUp)
	for i := range 4 {
		begin := time.Duration(85-17*i-seed)*day + time.Duration(seed)*time.Hour
		put(begin, incidents.WasDown)
		put(begin-time.Duration(1+i*seed*20)*time.Minute, incidents.WasUp)
	}
	put(day+10*time.Hour, incidents.WasDegraded)
	put(day+9*time.Hour, incidents.WasUp)
	put(20*time.Hour, incidents.WasUnmonitored)
	put(19*time.Hour, incidents.WasMaintained)
	put(18*time.Hour, incidents.WasUp)
	if seed < 2 {
		put(6*time.Minute, incidents.WasDown)
	}
	v.Days = v.Past.Days(zone, now, 90)
	for _, d := range v.Days {
		v.Uptime90 = v.Uptime90.Plus(d.Tally)
	}
}

// wire is how many bytes a page is, with its headers.
func wire(t *testing.T, url string) int {
	t.Helper()
	a := ask(t, http.MethodGet, url, "Accept-Encoding", "gzip")
	var head bytes.Buffer
	if err := a.header.Write(&head); err != nil {
		t.Fatal(err)
	}
	return len("HTTP/1.1 200 OK\r\n\r\n") + head.Len() + len(a.body)
}

// A connection's first flight is ten packets of 1,460 bytes.
func TestPagesFitTheFirstFlight(t *testing.T) {
	s := busy()
	_, srv := serve(t, s, func(o *Options) { o.Measures = gauges{s.At} })
	for path, most := range map[string]int{
		"/": 14_600, "/history": 14_600, "/history/2005-08": 14_600, "/history/2005-07-14": 14_600, "/components/imap": 14_600,
		"/incidents/i1-mail-instability": 14_600, "/maintenance/m1": 14_600,
	} {
		size := wire(t, srv.URL+path)
		t.Logf("%s: %d bytes", path, size)
		if size > most {
			t.Errorf("%s: %d bytes with headers, want at most %d", path, size, most)
		}
	}
	worst := padded()
	for i := range worst.Components {
		v := &worst.Components[i]
		v.Key += fmt.Sprint(i)
		past(v, worst.At, i%12)
	}
	worst.Mail, worst.Maintenances = s.Mail, s.Maintenances
	_, big := serve(t, worst)
	if size := wire(t, big.URL+"/"); size > 14_600 {
		t.Errorf("%d components and 30 open incidents: %d bytes with headers", len(worst.Components), size)
	}
	page := get(t, srv.URL+"/")
	inOrder(t, page, `<svg class="days"`, `role="img" aria-label="The last 90 days: outages on 5,`, `<path class="up" d="M0 20h`)
	without(t, page, "<img", "@import")
}
