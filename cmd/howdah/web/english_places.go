package web

import "fmt"

var englishPlaces = placePhrases{
	subscribe:    "Subscribe",
	feedsHead:    "News feeds",
	feedsText:    "For feed readers, chat rooms and mail programs that read feeds. Updates has an entry for each thing that we write; Incidents has one entry for each incident, which grows.",
	feedsLate:    "Follow us here rather than by mail: mail about this mail server would come late, just when it matters.",
	oneHead:      "One service only",
	oneText:      "Each service has feeds of its own.",
	calendarHead: "Calendar",
	calendarText: "Subscribe to this address in your calendar, and planned maintenance stands in it and moves with it.",
	calendarLink: "Planned maintenance (iCalendar)",
	programsHead: "For programs",
	programsText: "The same as the page tells, without a key and without a limit that you would meet.",
	plainText:    "Plain text, for terminals",
	machineGuide: "Guide for language models",
	apiGuide:     "Description of our interface (OpenAPI)",
	badgeHead:    "Badges",
	badgeText:    "A small picture of the state, for a web page or a wiki.",
	bannerHead:   "Banner",
	bannerText:   "One line with the state, for a frame in another web site, such as an intranet.",
	otherHead:    "Also",

	uptimeIn: func(days int) string { return fmt.Sprintf("uptime, %d days", days) },
	unknown:  "not known",

	asOf:   "As of",
	latest: "Latest",
	noNews: "No open incidents.",
}
