package feed

import (
	"html"
	"strings"
	"time"

	"howdah/incidents"
)

// thread is what has been announced of a thread, the newest update first, in
// the layout of Statuspage's feeds: one paragraph an update and nothing else
// in a paragraph, because there are readers that take it apart again. The
// outages follow, so that each end stands in the feed.
func (site Site) thread(s *incidents.Snapshot, in *incidents.Incident) string {
	var b strings.Builder
	for i := len(in.Updates) - 1; i >= 0; i-- {
		if u := &in.Updates[i]; !u.AnnouncedAt.IsZero() {
			b.WriteString(site.paragraph(u, withdrawn(in, u)))
		}
	}
	b.WriteString(site.outages(s, in))
	return b.String()
}

// paragraph is one update; withdrawn is when staff took back what they expected
// in it, zero when they have not.
func (site Site) paragraph(u *incidents.Update, withdrawn time.Time) string {
	at := u.At.In(site.Zone)
	return "<p><small>" + at.Format("Jan <var data-var='date'>_2</var>, <var data-var='time'>15:04</var> ") + escape(at.Format("MST")) +
		"</small><br><strong>" + escape(site.Words.State(u.State)) + "</strong> - " + lines(site.said(u)) + site.later(u, withdrawn, site.Words.Withdrawn) + site.later(u, edited(u), site.Words.Edited) + "</p>"
}

// later says what became of the update after it had been told, within its
// paragraph; nothing for a zero time.
func (site Site) later(u *incidents.Update, at time.Time, words func(incidents.When) string) string {
	if at.IsZero() {
		return ""
	}
	exactly := incidents.Moment{Earliest: at, Best: at, Latest: at}
	return "<br><br><em>" + escape(words(incidents.When{Moment: exactly, Told: u.At, Zone: site.Zone, About: true})) + "</em>"
}

// said is the update's text, with what staff expect as of it.
func (site Site) said(u *incidents.Update) string {
	if u.Kind != incidents.KindStaff || u.ExpectedAt.IsZero() {
		return u.Body
	}
	at := incidents.Moment{Earliest: u.ExpectedAt, Best: u.ExpectedAt, Latest: u.ExpectedAt}
	return u.Body + "\n\n" + site.Words.ExpectedBy(incidents.When{Moment: at, Told: u.At, Zone: site.Zone}, 0) + "."
}

func (site Site) outages(s *incidents.Snapshot, in *incidents.Incident) string {
	told := announced(in)
	if len(told) == 0 {
		return ""
	}
	var rows strings.Builder
	var all time.Duration
	lasting := false
	for _, o := range told {
		start := incidents.When{Moment: o.Began(), Zone: site.Zone, About: o.Unclean}
		var end *incidents.When
		if e := o.Ended(); e != nil {
			end = &incidents.When{Moment: *e, Zone: site.Zone}
		} else {
			lasting = true
		}
		rows.WriteString("<li>" + escape(site.Words.Period(start, end)))
		if names := names(s, &o); names != "" {
			rows.WriteString(": " + escape(names))
		}
		rows.WriteString("</li>")
	}
	if !lasting {
		all = incidents.Downtime(told, time.Time{})
	}
	return "<strong>" + escape(site.Words.Outages(len(told), all)) + "</strong><ul>" + rows.String() + "</ul>"
}

// announced are the thread's outages as far as its announced updates tell of
// them. Outages that no update speaks of, in a thread that staff have taken
// over, wait for nothing.
func announced(in *incidents.Incident) []incidents.Outage {
	var told []incidents.Outage
	for _, o := range in.Outages {
		spoken, known := false, false
		for _, u := range in.Updates {
			if u.OutageID != o.ID {
				continue
			}
			spoken = true
			if !u.AnnouncedAt.IsZero() {
				known = true
			} else if u.Kind == incidents.KindRecovered {
				o.End = nil
			}
		}
		if known || !spoken {
			told = append(told, o)
		}
	}
	return told
}

func names(s *incidents.Snapshot, o *incidents.Outage) string {
	var all []string
	for _, key := range o.Components() {
		name := key
		if v := s.Component(key); v != nil {
			name = v.Name
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// lines is plain text as HTML: an empty line parts paragraphs.
func lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(escape(s), "\n", "<br>")
}

func escape(s string) string { return html.EscapeString(clean(s)) }
