package web

import (
	"fmt"

	"howdah/incidents"
	"howdah/templates"
)

// topics are the headings of what staff write on a topic.
var topics = map[incidents.Topic]string{
	incidents.TopicCause:      "Cause",
	incidents.TopicWorkaround: "Workaround",
	incidents.TopicFix:        "Permanent fix",
}

func (ed *edition) post(in *incidents.Incident, u *incidents.Update) templates.Post {
	st := ed.s.site
	p := templates.Post{
		ID:         u.ID,
		Href:       st.href(in.Path()) + "#update-" + u.ID,
		Label:      label(u.State),
		At:         st.full(u.At),
		Paragraphs: paragraphs(u.Body),
		Staff:      u.Kind == incidents.KindStaff || u.By != "",
		Topic:      topics[u.Topic],
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
	return incidents.English.Recurs(r) + " Between two failures it held for " + span(r.MeanHeld) + " on average."
}

// messages counts the test messages of a thread's outages; empty when none was
// sent.
func messages(in *incidents.Incident) string {
	arrived := 0
	for _, c := range in.Canaries {
		if !c.ArrivedAt.IsZero() {
			arrived++
		}
	}
	if len(in.Canaries) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s sent while it did not work arrived.", arrived, count(len(in.Canaries), "test message"))
}

// changes are what readers may have seen otherwise, the newest first.
func (ed *edition) changes(in *incidents.Incident) []templates.Change {
	var all []templates.Change
	for i := len(in.Changes) - 1; i >= 0; i-- {
		c := in.Changes[i]
		if !c.Public() {
			continue
		}
		text := ""
		switch c.What {
		case incidents.ChangedTitle:
			text = "The title was \u201c" + c.Was + "\u201d before."
		case incidents.ChangedImpact:
			text = "The impact was \u201c" + c.Was + "\u201d before."
		case incidents.ChangedTimes:
			text = "A time was told as " + c.Was + " before, and is " + c.Now + "."
		case incidents.ChangedMerged:
			text = "What was told under \u201c" + c.Was + "\u201d was moved here."
		case incidents.ChangedSplit:
			text = "An outage was moved between this thread and another."
		case incidents.ChangedExpected:
			text = "What had been expected was withdrawn."
		}
		all = append(all, templates.Change{At: ed.s.site.full(c.At), Text: text, Staff: c.By != ""})
	}
	return all
}
