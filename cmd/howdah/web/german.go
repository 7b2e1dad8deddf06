package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// german is German as it is written in Germany. Its times are those of
// incidents.German.
var german = phrases{
	Phrases: templates.Phrases{
		Lang: "de",

		Skip:       "Zum Inhalt springen",
		Pages:      "Seiten",
		Follow:     "Abonnieren",
		TimesOf:    "Alle Zeiten gelten für",
		KeptBy:     "Diese Seite wird von Howdah geführt.",
		UnreadHead: "Aus der Zeit bis",
		UnreadTail: "kann derzeit nichts gelesen werden; frühere Störungen fehlen hier deshalb. Was seitdem geschieht, wird angezeigt, aber nicht gespeichert.",
		UnsavedIs:  "Seit",
		UnsavedEnd: " konnten die neuesten Meldungen hier nicht gespeichert werden. Wir versuchen es weiter.",

		LastChecked:  "Zuletzt geprüft",
		NotChecked:   "Noch nicht geprüft",
		Now:          "Aktuelle Lage",
		ReadOn:       "Weiterlesen",
		WholeThread:  "Gesamter Verlauf",
		Thread:       "Verlauf",
		Planned:      "Geplante Wartung",
		To:           "bis",
		Services:     "Dienste",
		BarsMean:     "Jeder Balken ist ein Tag, der letzte ist heute; ein höherer Balken steht für einen Tag mit Störungen.",
		MailHead:     "Wo bleibt meine E-Mail?",
		RecentDays:   "Die letzten Tage",
		NoneOnDay:    "Keine Störungen",
		NotWatched:   "Nicht überwacht",
		AllIncidents: "Alle Störungen",
		NoIncidents:  "Bisher sind keine Störungen verzeichnet.",

		Around:    "Davor und danach",
		Days:      "Tag für Tag",
		NoOutages: "Keine Ausfälle",
		Component: "Dienst",
		Uptime:    "Verfügbarkeit",
		Down:      "Ausgefallen",
		Degraded:  "Eingeschränkt",
		Kept:      "Wartung",
		Unseen:    "Nicht überwacht",

		Affected:     "Betroffen",
		Spared:       "Alles andere",
		Restored:     "Zeitplan",
		Updates:      "Meldungen",
		ByStaff:      "vom Team verfasst",
		ByMachine:    "automatisch erstellt",
		ExpectedBy:   "Erwartet bis",
		EditUntil:    "Bis",
		EditTail:     "stand hier etwas anderes",
		EditStaff:    "; vom Team geändert",
		NoUpdates:    "Noch gibt es keine Meldung.",
		Outages:      "Ausfälle",
		From:         "Von",
		Until:        "Bis",
		HowLong:      "Dauer",
		What:         "Was",
		UntilIs:      "bis",
		Lasting:      "dauert an",
		InAll:        "Insgesamt",
		Changes:      "Was hier geändert wurde",
		StaffChanged: "Vom Team geändert.",
		SelfChanged:  "Automatisch geändert.",

		Since:      "seit",
		PartOf:     "Teil von",
		GoodAt:     "Funktionierte zuletzt",
		CheckedAt:  "Zuletzt geprüft",
		LastYear:   "Das letzte Jahr",
		Trouble:    "Tage mit Störungen oder Wartung",
		Period:     "Zeitraum",
		Times:      "Wie lange Prüfungen dauern",
		Phase:      "Schritt",
		Half:       "Die Hälfte innerhalb von",
		Most:       "95 % innerhalb von",
		Blips:      "Einzelne Fehlversuche",
		Incidents:  "Störungen",
		SeeThePage: "Zur aktuellen Lage",
	},
	words:  incidents.German,
	places: germanPlaces,

	day:    incidents.German.Day,
	date:   func(t time.Time) string { return incidents.German.Day(t) + t.Format(" 2006") },
	month:  incidents.German.Month,
	minute: func(t time.Time) string { return t.Format("15:04") + " Uhr " + incidents.German.Zone(t) },
	second: func(t time.Time) string { return t.Format("15:04:05") + " Uhr " + incidents.German.Zone(t) },
	bare:   func(t time.Time) string { return t.Format("15:04:05") },
	dated:  func(date, clock string) string { return date + ", " + clock },
	about:  func(clock string) string { return "etwa " + clock },
	within: func(from, to string) string { return "zwischen " + from + " und " + to + " Uhr" },

	working:    "Funktioniert",
	slow:       "Langsam",
	partly:     "Funktioniert teilweise",
	down:       "Ausgefallen",
	maintained: "In Wartung",
	answering:  "Antwortet wieder, wird beobachtet",
	noData:     "Keine aktuellen Daten",

	resolved:       "Behoben",
	resolvedAt:     func(at string) string { return "Behoben: " + at },
	downTitle:      func(since string) string { return "Ausfall seit " + since },
	downSince:      func(since string) string { return "Ausgefallen seit " + since },
	partlySince:    func(since string) string { return "Eingeschränkt seit " + since },
	investigated:   "wird untersucht",
	identified:     "die Ursache ist bekannt",
	watched:        "wird beobachtet",
	againSince:     func(since, doing string) string { return "Funktioniert wieder seit " + since + "; " + doing },
	unwatchedSince: func(since, doing string) string { return "Nicht überwacht seit " + since + "; " + doing },

	canceled: "Abgesagt",

	topicCause:      "Ursache",
	topicWorkaround: "Vorläufige Abhilfe",
	topicPermanent:  "Dauerhafte Behebung",

	outages: func(n int, lasting bool, all string) string {
		switch {
		case lasting && n == 1:
			return "1 Ausfall, dauert an"
		case lasting:
			return fmt.Sprintf("%d Ausfälle, der letzte dauert an", n)
		case n == 1:
			return "1 Ausfall, " + all
		}
		return germanCount(n, "Ausfall", "Ausfälle") + ", insgesamt " + all
	},
	total: func(n int, lasting bool, all string) string {
		if lasting {
			all = "bisher " + all
		}
		return germanCount(n, "Ausfall", "Ausfälle") + ", " + all
	},
	updates:     func(n int) string { return germanCount(n, "Meldung", "Meldungen") },
	incidentsOf: func(n int) string { return germanCount(n, "Störung", "Störungen") },
	moreOpen: func(n int) string {
		return "Und " + germanCount(n, "weitere offene Störung", "weitere offene Störungen")
	},
	soFar: func(length, by string) string { return "bisher " + length + ", Stand " + by },

	decimal: func(number string) string { return strings.Replace(number, ".", ",", 1) },
	percent: func(number string) string { return strings.Replace(number, ".", ",", 1) + " %" },
	uptimeOver: func(percent string, days int) string {
		if days == 1 {
			return percent + " an einem Tag"
		}
		return fmt.Sprintf("%s in %d Tagen", percent, days)
	},
	daysSummary: func(days, bad int, down string, unseen int) string {
		s := fmt.Sprintf("Die letzten %d Tage: keine Ausfälle", days)
		if bad > 0 {
			s = fmt.Sprintf("Die letzten %d Tage: Ausfälle an %s, insgesamt %s", days, germanCount(bad, "Tag", "Tagen"), down)
		}
		if unseen > 0 {
			s += fmt.Sprintf("; %s nicht überwacht", germanCount(unseen, "Tag", "Tage"))
		}
		return s
	},
	answersIn: func(length string) string { return "antwortet innerhalb von " + length },
	over: func(hours int) string {
		if hours <= 24 {
			return germanCount(hours, "Stunde", "Stunden")
		}
		return germanCount(hours/24, "Tag", "Tage")
	},
	measuredOn: func(kind, day string) string { return kind + ", " + day + " (UTC)" },
	steps: map[string]string{
		"dns": "Finden des Servers", "connect": "Verbinden", "greeting": "Begrüßung", "tls": "Verschlüsseln", "auth": "Anmelden",
		"select": "Öffnen des Postfachs", "fetch": "Lesen einer Nachricht", "retr": "Lesen einer Nachricht", "append": "Ablegen einer Nachricht", "idle": "Melden einer Nachricht",
		"body": "Laden der Seite", "submit": "Übergeben einer Nachricht",
	},
	whole:   "Insgesamt",
	slowest: func(length string) string { return "Die langsamste dauerte " + length + "." },
	blips: func(n int, last string) string {
		return germanCount(n, "Fehlversuch", "Fehlversuche") + " in den letzten 90 Tagen, beim nächsten Versuch nicht bestätigt; zuletzt " + last + "."
	},
	dayOutages:  func(n int, down string) string { return germanCount(n, "Ausfall", "Ausfälle") + ", " + down },
	unseenFor:   func(length string) string { return length + " lang nicht überwacht" },
	downFor:     func(length string) string { return length + " lang ausgefallen" },
	keptFor:     func(length string) string { return length + " lang in Wartung" },
	degradedFor: func(length string) string { return length + " lang eingeschränkt" },

	mailTakes: func(name string, receiving bool, within, seen string) string {
		what := name + ": Testnachrichten kommen"
		if receiving {
			what = "E-Mails von außen kommen"
		}
		return what + " innerhalb von " + within + " an (neueste Testnachricht: " + seen + ")."
	},
	mailLast: func(name string, receiving bool, seen string) string {
		what := "über " + name
		if receiving {
			what = "von außen"
		}
		return "Seit " + seen + " ist keine Testnachricht " + what + " angekommen."
	},
	mailWaits: func(name string, receiving bool, sent string) string {
		what := "über " + name
		if receiving {
			what = "von außen"
		}
		return "E-Mails verspäten sich: Eine Testnachricht, die " + what + " gesendet wurde (" + sent + "), ist noch nicht angekommen."
	},

	unseenEnd: "niemand hat die Wiederherstellung beobachtet",
	statedBy:  "nach Angabe des Teams",

	titled:   func(state, title string) string { return state + " – " + title },
	partial:  func(name string) string { return name + " (teilweise)" },
	meanHeld: func(length string) string { return "Die mittlere Zeit zwischen zwei Ausfällen betrug " + length + "." },
	messages: func(arrived, sent int) string {
		if sent == 1 {
			return fmt.Sprintf("%d von 1 während der Ausfälle gesendeten Testnachricht ist angekommen.", arrived)
		}
		return fmt.Sprintf("%d von %d während der Ausfälle gesendeten Testnachrichten sind angekommen.", arrived, sent)
	},
	wasTitle:  func(was string) string { return "Der Titel lautete vorher „" + was + "“." },
	wasImpact: func(was string) string { return "Die Auswirkung war vorher „" + germanImpacts[was] + "“." },
	wasTime: func(was, is string) string {
		return "Eine Zeitangabe lautete vorher „" + was + "“ und jetzt „" + is + "“."
	},
	merged: func(was string) string {
		return "Was unter „" + was + "“ berichtet wurde, ist jetzt hier zu finden."
	},
	split: "Ein Ausfall wurde zwischen dieser Meldung und einer anderen verschoben.",
	wasHow: func(was, is string) string {
		return "Wie ein Ausfall endete, war vorher mit „" + was + "“ angegeben und ist „" + is + "“."
	},
	withdrawn: "Die Erwartung wurde zurückgenommen.",

	history:       func(what string) string { return "Rückblick: " + what },
	status:        "Status",
	incidents:     "Störungen",
	otherServices: "Weitere Dienste",
	updatesFeed:   "Meldungen",
	stateData:     "Status (JSON)",
	feedOf:        func(what, format string) string { return what + " (" + format + ")" },
	problems: map[int]problem{
		http.StatusNotFound:            {"Seite nicht gefunden", "Unter dieser Adresse gibt es nichts. Vielleicht ist der Link falsch geschrieben oder veraltet."},
		http.StatusMethodNotAllowed:    {"Das geht hier nicht", "Diese Adresse kann nur gelesen werden."},
		http.StatusInternalServerError: {"Etwas ist schiefgegangen", "Diese Seite konnte nicht erstellt werden. Das ist ein Fehler der Statusseite und sagt nichts über die Dienste, die sie überwacht."},
		http.StatusServiceUnavailable:  {"Zu viel auf einmal", "Diese Seite kann gerade nicht gezeigt werden. Versuchen Sie es in einer Minute noch einmal."},
	},
}

var germanImpacts = map[string]string{
	string(incidents.ImpactNone):     "keine",
	string(incidents.ImpactMinor):    "gering",
	string(incidents.ImpactMajor):    "erheblich",
	string(incidents.ImpactCritical): "kritisch",
}

// germanCount is n with its noun.
func germanCount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
