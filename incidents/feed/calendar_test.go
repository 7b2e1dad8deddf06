package feed

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"howdah/incidents"
)

func plans() *incidents.Snapshot {
	at := func(day, hour int) time.Time { return time.Date(2005, 8, day, hour, 0, 0, 0, time.UTC) }
	said := func(id string, state incidents.State, body string, when time.Time) incidents.Update {
		return incidents.Update{ID: id, State: state, Body: body, At: when, AnnouncedAt: when}
	}
	return &incidents.Snapshot{
		At:         at(2, 9),
		Components: []incidents.ComponentView{{Component: incidents.Component{Key: "imap", Name: "Reading; mail, twice"}}},
		Maintenances: []*incidents.Maintenance{
			{ID: "m2", Title: "Überprüfung der Kühlung, der Schränke und des Notstroms; danach \\ wieder „alles“ 🐘🐘🐘🐘🐘🐘🐘🐘🐘", Components: []string{"imap", "gone"},
				State: incidents.Scheduled, Start: at(9, 12), End: at(9, 13), CreatedAt: at(1, 8),
				Updates: []incidents.Update{said("u1", incidents.Scheduled, "Zwei Stunden.\r\n\r\nEND:VEVENT\nBEGIN:VEVENT\x00\x1b\x85", at(1, 8)), said("u2", incidents.Scheduled, "Doch nur eine.", at(2, 8))}},
			{ID: "m1", Title: "Disks", State: incidents.Completed, Canceled: true, Start: at(3, 12), End: at(3, 12), CreatedAt: at(1, 7),
				Updates: []incidents.Update{said("u3", incidents.Scheduled, "", at(1, 7))}},
		},
	}
}

func TestCalendarHasTheFormOfRFC5545(t *testing.T) {
	text := string(Calendar(plans(), Site{Name: "Mail", URL: "https://status.example.edu/mail"}, "Planned maintenance"))
	if !strings.HasSuffix(text, "END:VCALENDAR\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || !utf8.ValidString(text) {
		t.Errorf("its lines don't end as they must:\n%q", text)
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d octets: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("folded within a character: %q", line)
		}
	}
	if n := strings.Count(text, "\r\nBEGIN:VEVENT\r\n"); n != 2 {
		t.Errorf("%d events, want 2:\n%s", n, text)
	}
	if a := Calendar(plans(), Site{Name: "Mail", URL: "https://status.example.edu/mail"}, "Planned maintenance"); string(a) != text {
		t.Error("the same picture gives another calendar")
	}
}

const readCalendar = `
import icalendar, json, sys
c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
print(json.dumps({"name": str(c["X-WR-CALNAME"]), "method": str(c["METHOD"]), "refresh": c["REFRESH-INTERVAL"].to_ical().decode(), "events": [{
    "uid": str(e["UID"]), "summary": str(e["SUMMARY"]), "description": str(e["DESCRIPTION"]), "status": str(e["STATUS"]),
    "sequence": int(e["SEQUENCE"]), "url": str(e["URL"]), "start": e["DTSTART"].dt.isoformat(),
    "end": e["DTEND"].dt.isoformat() if "DTEND" in e else "", "stamp": e["DTSTAMP"].dt.isoformat()} for e in c.walk("VEVENT")]}))
`

// debianPython has Debian's modules; another python3 may stand before it in
// PATH.
const debianPython = "/usr/bin/python3"

func TestCalendarIsReadByAnother(t *testing.T) {
	if err := exec.Command(debianPython, "-c", "import icalendar").Run(); err != nil {
		if os.Getenv("HOWDAH_TEST_REQUIRE") == "1" {
			t.Fatalf("python3-icalendar is missing: %v", err)
		}
		t.Skip("python3-icalendar is missing")
	}
	cmd := exec.Command(debianPython, "-c", readCalendar)
	cmd.Stdin = strings.NewReader(string(Calendar(plans(), Site{Name: "Mail", URL: "https://status.example.edu/mail"}, "Planned maintenance")))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	type event struct {
		UID, Summary, Description, Status, URL, Start, End, Stamp string
		Sequence                                                  int
	}
	var got struct {
		Name, Method, Refresh string
		Events                []event
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "Mail: Planned maintenance" || got.Method != "PUBLISH" || got.Refresh != "PT1H" || len(got.Events) != 2 {
		t.Fatalf("%s", out)
	}
	want := []event{
		{UID: "m2@status.example.edu", Summary: plans().Maintenances[0].Title, Status: "CONFIRMED", URL: "https://status.example.edu/mail/maintenance/m2", Sequence: 1,
			Start: "2005-08-09T12:00:00+00:00", End: "2005-08-09T13:00:00+00:00", Stamp: "2005-08-02T08:00:00+00:00",
			Description: "Reading; mail, twice\n\nScheduled: Doch nur eine.\n\nScheduled: Zwei Stunden.\n\nEND:VEVENT\nBEGIN:VEVENT\uFFFD"},
		{UID: "m1@status.example.edu", Summary: "Disks", Status: "CANCELLED", URL: "https://status.example.edu/mail/maintenance/m1", Start: "2005-08-03T12:00:00+00:00",
			Stamp: "2005-08-01T07:00:00+00:00", Description: "Scheduled: "},
	}
	for i := range want {
		if got.Events[i] != want[i] {
			t.Errorf("event %d is\n%+v, want\n%+v", i, got.Events[i], want[i])
		}
	}
}
