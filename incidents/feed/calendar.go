package feed

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"howdah/incidents"
)

// CalendarType is the media type of what Calendar returns.
const CalendarType = "text/calendar; charset=utf-8"

const maxEvents = 100

// Calendar is planned maintenance as iCalendar (RFC 5545), to be subscribed
// to. An event keeps its UID while it is told of again, and each update raises
// its SEQUENCE. Times are in UTC, so that no calendar has to know our zone. title
// is what planned maintenance is called, for the calendar's name.
func Calendar(s *incidents.Snapshot, site Site, title string) []byte {
	site = site.whole()
	var c calendar
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Howdah//Planned maintenance//EN")
	c.line("METHOD", "PUBLISH")
	name := site.Name + ": " + title
	c.text("NAME", name) // RFC 7986, section 5.1
	c.text("X-WR-CALNAME", name)
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	c.line("X-PUBLISHED-TTL", "PT1H")
	for i, m := range s.Maintenances {
		if i == maxEvents {
			break
		}
		c.event(s, site, m)
	}
	c.line("END", "VCALENDAR")
	return []byte(c.String())
}

func (c *calendar) event(s *incidents.Snapshot, site Site, m *incidents.Maintenance) {
	host := site.URL
	if u, err := url.Parse(site.URL); err == nil && u.Host != "" {
		host = u.Host
	}
	told := m.Latest().At
	c.line("BEGIN", "VEVENT")
	c.text("UID", m.ID+"@"+host)
	c.line("DTSTAMP", utc(told))
	c.line("CREATED", utc(m.CreatedAt))
	c.line("LAST-MODIFIED", utc(told))
	c.line("SEQUENCE", strconv.Itoa(len(m.Updates)-1))
	c.line("DTSTART", utc(m.Start))
	if m.End.After(m.Start) {
		c.line("DTEND", utc(m.End))
	}
	if m.Canceled {
		c.line("STATUS", "CANCELLED")
	} else {
		c.line("STATUS", "CONFIRMED")
	}
	c.line("TRANSP", "TRANSPARENT") // nobody is busy because of it
	c.text("SUMMARY", m.Title)
	c.text("DESCRIPTION", site.event(s, m))
	c.line("URL", clean(site.URL+"/"+m.Path()))
	c.line("END", "VEVENT")
}

// event is what is said of a maintenance, the newest first.
func (site Site) event(s *incidents.Snapshot, m *incidents.Maintenance) string {
	var names []string
	for _, key := range m.Components {
		if v := s.Component(key); v != nil {
			names = append(names, v.Name)
		}
	}
	var parts []string
	if len(names) > 0 {
		parts = append(parts, strings.Join(names, ", "))
	}
	for i := len(m.Updates) - 1; i >= 0; i-- {
		u := &m.Updates[i]
		parts = append(parts, site.Words.State(u.State)+": "+u.Body)
	}
	return strings.Join(parts, "\n\n")
}

// calendar is written line by line.
type calendar struct{ strings.Builder }

// text writes a property whose value people wrote (RFC 5545, section 3.3.11).
func (c *calendar) text(name, value string) {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	c.line(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(clean(value)))
}

// lineOctets is how long a line may be, its end not counted.
const lineOctets = 75

// line writes a property, folded between characters (RFC 5545, section 3.1).
// Control characters, which no value can hold, are left out.
func (c *calendar) line(name, value string) {
	text := name + ":" + strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, value)
	left := lineOctets
	for _, r := range text {
		n := utf8.RuneLen(r)
		if n > left {
			c.WriteString("\r\n ")
			left = lineOctets - 1
		}
		c.WriteRune(r)
		left -= n
	}
	c.WriteString("\r\n")
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
