package web

import (
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// topic heads what staff write on it; empty for none.
func (l *phrases) topic(t incidents.Topic) string {
	switch t {
	case incidents.TopicCause:
		return l.topicCause
	case incidents.TopicWorkaround:
		return l.topicWorkaround
	case incidents.TopicFix:
		return l.topicPermanent
	}
	return ""
}

// post is an update of what is told at the place.
func (ed *edition) post(place string, u *incidents.Update) templates.Post {
	st := ed.s.site
	p := templates.Post{
		ID:         u.ID,
		Href:       st.href(place) + "#update-" + u.ID,
		Label:      st.lang.words.State(u.State),
		At:         st.full(u.At),
		Paragraphs: paragraphs(u.Body),
		Staff:      u.Kind == incidents.KindStaff || u.By != "",
		Topic:      st.lang.topic(u.Topic),
	}
	if u.Kind == incidents.KindStaff {
		p.Expected = st.clock(u.ExpectedAt, u.At)
	}
	for i := len(u.Edits) - 1; i >= 0; i-- {
		e := u.Edits[i]
		p.Edits = append(p.Edits, templates.Edit{Until: st.full(e.At), Staff: e.By != "", Paragraphs: paragraphs(e.Body)})
	}
	return p
}

// recurs says how a thread's failures follow each other; empty when there was
// one only.
func (ed *edition) recurs(in *incidents.Incident) string {
	r := in.Recurrence(ed.s.site.zone)
	if r.Times < 2 {
		return ""
	}
	l := ed.s.site.lang
	return l.words.Recurs(r) + " " + l.meanHeld(l.words.Span(r.MeanHeld))
}

// messagesOf says what became of the test messages of a thread's outages; empty
// when none was sent.
func (l *phrases) messagesOf(in *incidents.Incident) string {
	arrived, slowest := 0, time.Duration(0)
	for _, c := range in.Canaries {
		if !c.ArrivedAt.IsZero() {
			arrived++
			slowest = max(slowest, c.ArrivedAt.Sub(c.SentAt))
		}
	}
	if len(in.Canaries) == 0 {
		return ""
	}
	if arrived == len(in.Canaries) && !in.Ongoing() {
		return l.words.MailArrived(arrived, slowest, in.Instability())
	}
	return l.messages(arrived, len(in.Canaries))
}

// changes are what readers may have seen otherwise, the newest first.
func (ed *edition) changes(in *incidents.Incident) []templates.Change {
	l := ed.s.site.lang
	var all []templates.Change
	for i := len(in.Changes) - 1; i >= 0; i-- {
		c := in.Changes[i]
		if !c.Public() {
			continue
		}
		text := ""
		switch c.What {
		case incidents.ChangedTitle:
			text = l.wasTitle(c.Was)
		case incidents.ChangedImpact:
			text = l.wasImpact(c.Was)
		case incidents.ChangedTimes:
			text = l.wasTime(c.Was, c.Now)
		case incidents.ChangedHow:
			text = l.wasHow(c.Was, c.Now)
		case incidents.ChangedMerged:
			text = l.merged(c.Was)
		case incidents.ChangedSplit:
			text = l.split
		case incidents.ChangedExpected:
			text = l.withdrawn
		}
		all = append(all, templates.Change{At: ed.s.site.full(c.At), Text: text, Staff: c.By != ""})
	}
	return all
}
