package web

import (
	"io"

	"howdah/incidents/feed"
)

const placeCalendar = "maintenance.ics"

// calendarFile is planned maintenance for people's calendars.
func (ed *edition) calendarFile() resource {
	return resource{key: placeCalendar, kind: feed.CalendarType, shared: true, make: func(w io.Writer) error {
		_, err := w.Write(feed.Calendar(ed.snap, ed.s.site.feedSite(), ed.s.site.lang.Planned))
		return err
	}}
}
