package web

import "fmt"

var germanPlaces = placePhrases{
	subscribe:    "Abonnieren",
	feedsHead:    "Feeds",
	feedsText:    "Für Feedreader, Chaträume und Mailprogramme, die Feeds lesen. „Meldungen“ hat einen Eintrag für alles, was wir schreiben; „Störungen“ hat je Störung einen Eintrag, der wächst.",
	feedsLate:    "Folgen Sie uns besser hier als per E-Mail: E-Mail über diesen Mailserver käme gerade dann zu spät, wenn es darauf ankommt.",
	oneHead:      "Nur ein Dienst",
	oneText:      "Jeder Dienst hat eigene Feeds.",
	calendarHead: "Kalender",
	calendarText: "Abonnieren Sie diese Adresse in Ihrem Kalender: Geplante Wartungen stehen dann darin und wandern mit, wenn sie verschoben werden.",
	calendarLink: "Geplante Wartungen (iCalendar)",
	programsHead: "Für Programme",
	programsText: "Dasselbe, was die Seite sagt, ohne Schlüssel und ohne spürbare Begrenzung.",
	plainText:    "Reiner Text, fürs Terminal",
	machineGuide: "Wegweiser für Sprachmodelle",
	apiGuide:     "Beschreibung unserer Schnittstelle (OpenAPI)",
	badgeHead:    "Plaketten",
	badgeText:    "Ein kleines Bild des Zustands, für eine Webseite oder ein Wiki.",
	bannerHead:   "Banner",
	bannerText:   "Eine Zeile mit dem Zustand, für einen Rahmen in einem anderen Webauftritt, etwa im Intranet.",
	otherHead:    "Außerdem",

	uptimeIn: func(days int) string { return fmt.Sprintf("Verfügbarkeit, %d Tage", days) },
	unknown:  "unbekannt",

	asOf:   "Stand",
	latest: "Zuletzt",
	noNews: "Keine offenen Störungen.",
}
