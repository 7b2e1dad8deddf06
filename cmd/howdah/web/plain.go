package web

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"howdah/incidents"
)

const (
	placePlain   = "status.txt"
	plainColumns = 80
)

// plainText is the state for a terminal: what is open with its newest update,
// components, and what is planned.
func (ed *edition) plainText() resource {
	return resource{key: placePlain, kind: kindText, shared: true, make: func(w io.Writer) error {
		var p plainPage
		ed.tellPlainly(&p)
		_, err := io.WriteString(w, p.String())
		return err
	}}
}

func (ed *edition) tellPlainly(p *plainPage) {
	snap, st := ed.snap, ed.s.site
	t := st.lang.Phrases
	p.say("", st.name)
	p.say("", snap.Headline+".")
	if !snap.At.IsZero() {
		p.say("", st.lang.places.asOf+" "+st.full(snap.At).Text)
	}
	p.address("", st.absolute(""))
	if !snap.UnsavedSince.IsZero() {
		p.say("", t.UnsavedIs+" "+st.full(snap.UnsavedSince).Text+t.UnsavedEnd)
	}

	p.head(t.Now)
	open := snap.Unresolved()
	if len(open) == 0 {
		p.say("", st.lang.places.noNews)
	}
	for i, in := range open {
		if i == maxOpen {
			p.say("", st.lang.moreOpen(len(open)-i))
			break
		}
		ed.threadPlainly(p, in)
	}

	p.head(t.Services)
	group := ""
	for _, v := range snap.Components {
		if v.Group != group {
			group = v.Group
			p.say("", group)
		}
		p.row("  ", v.Name, st.lang.component(v).Text)
		if checked := st.checked(v.CheckedAt, snap.At); checked.Known() {
			p.say("    ", t.LastChecked+" "+checked.Text)
		}
	}

	if planned := ed.maintenances(); len(planned) > 0 {
		p.head(t.Planned)
		for _, m := range planned {
			p.say("* ", m.Title)
			p.say("  ", m.State.Text+", "+m.Start.Text+" "+t.To+" "+m.End.Text)
			p.say("  ", m.What)
			p.address("  ", st.absolute("maintenance/"+m.ID))
		}
	}
}

func (ed *edition) threadPlainly(p *plainPage, in *incidents.Incident) {
	st := ed.s.site
	p.say("* ", in.Title)
	p.say("  ", st.thread(in, ed.snap.At).Text)
	if u := in.Latest(); u != nil {
		p.say("  ", st.lang.places.latest+" "+st.clock(u.At, ed.snap.At).Text+", "+st.lang.words.State(u.State)+":")
		for _, par := range paragraphs(u.Body) {
			p.say("  ", par)
		}
	}
	if e := ed.snap.Expectation(in.ID); e != nil {
		p.say("  ", e.Text+".")
	}
	p.address("  ", st.absolute(in.Path()))
}

// plainPage is text of at most plainColumns columns.
type plainPage struct{ strings.Builder }

func (p *plainPage) head(text string) {
	text = printable(text)
	p.WriteString("\n" + text + "\n" + strings.Repeat("-", len([]rune(text))) + "\n")
}

// say writes a paragraph. What comes after its first line is set in as far as
// the first.
func (p *plainPage) say(lead, text string) {
	room := plainColumns - len(lead)
	var line []rune
	flush := func() {
		if len(line) > 0 {
			p.WriteString(lead + string(line) + "\n")
			lead = strings.Repeat(" ", len(lead))
			line = line[:0]
		}
	}
	for part := range strings.SplitSeq(printable(text), "\n") {
		for word := range strings.FieldsSeq(part) {
			runes := []rune(word)
			if len(line) > 0 && len(line)+1+len(runes) > room {
				flush()
			}
			for len(runes) > room {
				line = append(line, runes[:room]...)
				runes = runes[room:]
				flush()
			}
			if len(line) > 0 {
				line = append(line, ' ')
			}
			line = append(line, runes...)
		}
		flush()
	}
}

// row writes two texts at the ends of a line, or below one another where both
// don't fit.
func (p *plainPage) row(lead, left, right string) {
	const dots = 3
	a, b := []rune(oneLine(left)), []rune(oneLine(right))
	gap := plainColumns - len(lead) - len(a) - len(b) - 2
	if gap < dots {
		p.say(lead, left)
		p.say(lead+"  ", right)
		return
	}
	fmt.Fprintf(p, "%s%s %s %s\n", lead, string(a), strings.Repeat(".", gap), string(b))
}

// address writes a URL on a line of its own, however long: broken it would
// lead nowhere.
func (p *plainPage) address(lead, url string) { p.WriteString(lead + url + "\n") }

// printable is text without what a terminal would obey and what would turn the
// reading direction of what comes after it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x2028, r == 0x2029:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

const placeGuide = "llms.txt"

// guide tells programs that read text where what is (llmstxt.org).
func (ed *edition) guide() resource {
	return resource{key: placeGuide, kind: kindText, shared: true, make: func(w io.Writer) error {
		st, l := ed.s.site, ed.s.site.lang
		var b strings.Builder
		fmt.Fprintf(&b, "# %s\n\n> %s.\n", oneLine(st.name), oneLine(ed.snap.Headline))
		if !ed.snap.At.IsZero() {
			fmt.Fprintf(&b, "\n%s %s (%s).\n", l.places.asOf, st.full(ed.snap.At).Text, ed.snap.At.UTC().Format(time.RFC3339))
		}
		list := func(head string, links ...[2]string) {
			fmt.Fprintf(&b, "\n## %s\n\n", head)
			for _, link := range links {
				fmt.Fprintf(&b, "- [%s](%s)\n", link[0], st.absolute(link[1]))
			}
		}
		list(l.Pages, [2]string{l.status, ""}, [2]string{l.incidents, placeHistory}, [2]string{l.places.subscribe, placeSubscribe})
		list(l.places.programsHead,
			[2]string{l.places.plainText, placePlain},
			[2]string{l.stateData, apiPath("summary")},
			[2]string{l.places.apiGuide, placeOpenAPI},
			[2]string{l.feedOf(l.updatesFeed, "Atom"), placeUpdates + ".atom"},
			[2]string{l.places.calendarLink, placeCalendar})
		_, err := io.WriteString(w, b.String())
		return err
	}}
}
