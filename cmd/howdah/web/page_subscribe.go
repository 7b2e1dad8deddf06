package web

import (
	"html"
	"slices"

	"howdah/incidents"
	"howdah/templates"
)

const (
	placeSubscribe = "subscribe"
	placeEmbed     = "embed"
)

// subscribe is the page that says how to follow.
func (ed *edition) subscribe() resource {
	return page(placeSubscribe, func() templates.Page {
		st, l := ed.s.site, ed.s.site.lang
		p := templates.Subscribe{Frame: ed.frame(placeSubscribe, l.places.subscribe), Heading: l.places.subscribe}
		feeds := templates.Way{ID: "feeds", Heading: l.places.feedsHead, Text: l.places.feedsText, Feeds: ed.s.feedLinks()}
		if slices.ContainsFunc(ed.snap.Components, func(v incidents.ComponentView) bool { return v.Role == incidents.RoleReceiving && !v.Unwatched }) {
			feeds.Warning = l.places.feedsLate
		}
		p.Ways = append(p.Ways, feeds)
		if len(ed.snap.Components) > 1 {
			one := templates.Way{ID: "one", Heading: l.places.oneHead, Text: l.places.oneText}
			for _, v := range ed.snap.Components {
				one.Named = append(one.Named, templates.NamedFeeds{
					Name: v.Name, Href: st.href(placeOfComponent(v.Key)), Feeds: ed.s.linksTo(placeOfComponent(v.Key)+"/"+placeThreads, v.Name),
				})
			}
			p.Ways = append(p.Ways, one)
		}
		p.Ways = append(p.Ways,
			templates.Way{ID: "calendar", Heading: l.places.calendarHead, Text: l.places.calendarText, Links: []templates.Link{{Text: l.places.calendarLink, Href: st.href(placeCalendar)}}},
			templates.Way{ID: "programs", Heading: l.places.programsHead, Text: l.places.programsText, Links: []templates.Link{
				{Text: l.stateData, Href: st.href(apiPath("summary"))},
				{Text: l.places.apiGuide, Href: st.href(placeOpenAPI)},
				{Text: l.places.plainText, Href: st.href(placePlain)},
				{Text: l.places.machineGuide, Href: st.href(placeGuide)},
			}},
			ed.badgeWay(),
			templates.Way{ID: "banner", Heading: l.places.bannerHead, Text: l.places.bannerText,
				Links:    []templates.Link{{Text: l.places.bannerHead, Href: st.href(placeEmbed)}},
				Snippets: []templates.Snippet{{Label: "HTML", Code: `<iframe src="` + html.EscapeString(st.absolute(fileOr(st, placeEmbed))) + `" title="` + html.EscapeString(st.name) + `" width="100%" height="64"></iframe>`}}},
		)
		if links := p.Frame.Links; len(links) > 0 {
			p.Ways = append(p.Ways, templates.Way{ID: "other", Heading: l.places.otherHead, Links: links})
		}
		return p
	})
}

// badgeWay is how to show a badge elsewhere.
func (ed *edition) badgeWay() templates.Way {
	st, l := ed.s.site, ed.s.site.lang
	picture, home := st.absolute(placeOfBadge(nil, "svg", 0)), st.absolute("")
	name := html.EscapeString(st.name)
	w := templates.Way{
		ID: "badges", Heading: l.places.badgeHead, Text: l.places.badgeText,
		Picture: templates.Link{Text: st.name + ": " + ed.state(nil, 0).message, Href: st.href(placeOfBadge(nil, "svg", 0))},
		Snippets: []templates.Snippet{
			{Label: "HTML", Code: `<a href="` + html.EscapeString(home) + `"><img src="` + html.EscapeString(picture) + `" alt="` + name + `"></a>`},
			{Label: "Markdown", Code: "[![" + markdownText(st.name) + "](" + picture + ")](" + home + ")"},
			{Label: "shields.io", Code: st.absolute(placeOfBadge(nil, "json", 0))},
			{Label: sentence(l.places.uptimeIn(30)), Code: st.absolute(placeOfBadge(nil, "svg", 30))},
		},
	}
	if len(ed.snap.Components) > 0 {
		v := &ed.snap.Components[0]
		w.Snippets = append(w.Snippets, templates.Snippet{Label: v.Name, Code: st.absolute(placeOfBadge(v, "svg", 0))})
	}
	return w
}

// fileOr is a page's place as it is asked for, which in an export is a file.
func fileOr(st site, place string) string {
	if st.file {
		return fileName(place)
	}
	return place
}

// markdownText is text that stands for itself in Markdown.
func markdownText(s string) string {
	var out []rune
	for _, r := range oneLine(s) {
		if r == '\\' || r == '[' || r == ']' || r == '*' || r == '_' || r == '`' || r == '<' || r == '!' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}
