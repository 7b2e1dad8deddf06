package web

import (
	"fmt"
	"net/http"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// english is the language of a site that names none.
var english = phrases{
	Phrases: templates.Phrases{
		Lang: "en",

		Skip:       "Skip to content",
		Pages:      "Pages",
		Follow:     "Follow",
		TimesOf:    "Times are those of",
		KeptBy:     "This page is kept by Howdah.",
		UnreadHead: "What happened before",
		UnreadTail: "can’t be read at the moment, so earlier incidents are missing here. What happens from then on is shown, but not saved.",
		UnsavedIs:  "The newest updates here have not been saved since",
		UnsavedEnd: ". We keep trying.",

		LastChecked:  "Last checked",
		NotChecked:   "Not checked yet",
		Now:          "What is happening now",
		ReadOn:       "Read on",
		WholeThread:  "The whole thread",
		Thread:       "The thread",
		Planned:      "Planned maintenance",
		To:           "to",
		Services:     "Services",
		BarsMean:     "Each bar is a day, the last is today; a taller bar is a day with trouble.",
		MailHead:     "Where is my mail?",
		RecentDays:   "The last days",
		NoneOnDay:    "No incidents",
		NotWatched:   "Not monitored",
		AllIncidents: "All incidents",
		NoIncidents:  "No incidents have been recorded.",

		Around:    "Before and after",
		Days:      "Day by day",
		NoOutages: "No outages",
		Component: "Service",
		Uptime:    "Uptime",
		Down:      "Not working",
		Degraded:  "In part",
		Kept:      "Maintenance",
		Unseen:    "Not monitored",

		Affected:     "Affected",
		Spared:       "The rest",
		Restored:     "Restoration",
		Updates:      "Updates",
		ByStaff:      "written by staff",
		ByMachine:    "written automatically",
		ExpectedBy:   "Expected by",
		EditUntil:    "Until",
		EditTail:     "this said something else",
		EditStaff:    "; staff changed it",
		NoUpdates:    "Nothing has been written yet.",
		Outages:      "When it did not work",
		From:         "From",
		Until:        "To",
		HowLong:      "How long",
		What:         "What",
		UntilIs:      "to",
		Lasting:      "still going on",
		InAll:        "In all",
		Changes:      "What was changed here",
		StaffChanged: "Changed by staff.",
		SelfChanged:  "Changed automatically.",

		Since:      "since",
		PartOf:     "Part of",
		GoodAt:     "Last seen working",
		CheckedAt:  "Last checked",
		LastYear:   "The last year",
		Trouble:    "Days with trouble or maintenance",
		Period:     "Over",
		Times:      "How long checks take",
		Phase:      "Step",
		Half:       "Half within",
		Most:       "95 % within",
		Blips:      "Single failures",
		Incidents:  "Incidents",
		SeeThePage: "See how things stand now",
	},
	words:  incidents.English,
	places: englishPlaces,

	day:    func(t time.Time) string { return t.Format("2 January") },
	date:   func(t time.Time) string { return t.Format("2 January 2006") },
	month:  func(t time.Time) string { return t.Format("January 2006") },
	minute: func(t time.Time) string { return t.Format("15:04") + " " + zoneAt(t) },
	second: func(t time.Time) string { return t.Format("15:04:05") + " " + zoneAt(t) },
	bare:   func(t time.Time) string { return t.Format("15:04:05") },
	dated:  func(date, clock string) string { return date + ", " + clock },
	about:  func(clock string) string { return "about " + clock },
	within: func(from, to string) string { return "between " + from + " and " + to },

	working:    "Working",
	slow:       "Working slowly",
	partly:     "Partly working",
	down:       "Not working",
	maintained: "Under maintenance",
	answering:  "Answering again, being watched",
	noData:     "No current data",

	resolved:       "Resolved",
	resolvedAt:     func(at string) string { return "Resolved " + at },
	downTitle:      func(since string) string { return "Down since " + since },
	downSince:      func(since string) string { return "Not working since " + since },
	partlySince:    func(since string) string { return "Partly working since " + since },
	investigated:   "being investigated",
	identified:     "the cause is known",
	watched:        "being watched",
	againSince:     func(since, doing string) string { return "Working again since " + since + "; " + doing },
	unwatchedSince: func(since, doing string) string { return "Not watched since " + since + "; " + doing },

	canceled: "Called off",

	topicCause:      "Cause",
	topicWorkaround: "Workaround",
	topicPermanent:  "Permanent fix",

	outages: func(n int, lasting bool, all string) string {
		switch {
		case lasting:
			return counted(n, "outage") + ", still going on"
		case n == 1:
			return "1 outage, " + all
		}
		return counted(n, "outage") + ", " + all + " in all"
	},
	total: func(n int, lasting bool, all string) string {
		if lasting {
			all += " so far"
		}
		return counted(n, "outage") + ", " + all
	},
	updates:     func(n int) string { return counted(n, "update") },
	incidentsOf: func(n int) string { return counted(n, "incident") },
	moreOpen:    func(n int) string { return "And " + counted(n, "more open incident") },
	soFar:       func(length, by string) string { return length + " so far, by " + by },

	decimal: func(number string) string { return number },
	percent: func(number string) string { return number + " %" },
	uptimeOver: func(percent string, days int) string {
		return percent + " in " + counted(days, "day")
	},
	daysSummary: func(days, bad int, down string, unseen int) string {
		s := fmt.Sprintf("The last %d days: no outages", days)
		if bad > 0 {
			s = fmt.Sprintf("The last %d days: outages on %d, %s in all", days, bad, down)
		}
		if unseen > 0 {
			s += fmt.Sprintf("; %d not monitored", unseen)
		}
		return s
	},
	answersIn: func(length string) string { return "answers in " + length },
	over: func(hours int) string {
		if hours <= 24 {
			return counted(hours, "hour")
		}
		return counted(hours/24, "day")
	},
	measuredOn: func(kind, day string) string { return kind + ", " + day + " (UTC)" },
	steps: map[string]string{
		"dns": "Finding the server", "connect": "Connecting", "greeting": "Greeting", "tls": "Encrypting", "auth": "Logging in",
		"select": "Opening the mailbox", "fetch": "Reading a message", "retr": "Reading a message", "append": "Storing a message", "idle": "Hearing of a message",
		"body": "Loading the page", "submit": "Handing over a message",
	},
	whole:   "All of it",
	slowest: func(length string) string { return "The slowest took " + length + "." },
	blips: func(n int, last string) string {
		return counted(n, "failure") + " in the last 90 days that the next try did not confirm, the last " + last + "."
	},
	dayOutages:  func(n int, down string) string { return counted(n, "outage") + ", " + down },
	unseenFor:   func(length string) string { return "not monitored for " + length },
	downFor:     func(length string) string { return "not working for " + length },
	keptFor:     func(length string) string { return "maintenance for " + length },
	degradedFor: func(length string) string { return "worked in part for " + length },

	mailTakes: func(name string, receiving bool, within, seen string) string {
		what := name + ": test messages arrive"
		if receiving {
			what = "Mail from outside arrives"
		}
		return what + " within " + within + " (newest test message: " + seen + ")."
	},
	mailLast: func(name string, receiving bool, seen string) string {
		what := "through " + name
		if receiving {
			what = "from outside"
		}
		return "No test message sent " + what + " has arrived since " + seen + "."
	},
	mailWaits: func(name string, receiving bool, sent string) string {
		what := "through " + name
		if receiving {
			what = "from outside"
		}
		return "Mail is late: a test message sent " + what + " at " + sent + " has not arrived yet."
	},

	unseenEnd: "nobody saw it come back",
	statedBy:  "as staff have stated",

	titled:   func(state, title string) string { return state + ": " + title },
	partial:  func(name string) string { return name + " (partly)" },
	meanHeld: func(length string) string { return "Between two failures it held for " + length + " on average." },
	messages: func(arrived, sent int) string {
		return fmt.Sprintf("%d of %s sent while it did not work arrived.", arrived, counted(sent, "test message"))
	},
	wasTitle:  func(was string) string { return "The title was “" + was + "” before." },
	wasImpact: func(was string) string { return "The impact was “" + was + "” before." },
	wasTime:   func(was, is string) string { return "A time was told as " + was + " before, and is " + is + "." },
	wasHow: func(was, is string) string {
		return "How an outage ended was told as \u201c" + was + "\u201d before, and is \u201c" + is + "\u201d."
	},
	merged:    func(was string) string { return "What was told under “" + was + "” was moved here." },
	split:     "An outage was moved between this thread and another.",
	withdrawn: "What had been expected was withdrawn.",

	history:       func(what string) string { return "History: " + what },
	status:        "Status",
	incidents:     "Incidents",
	otherServices: "Other services",
	updatesFeed:   "Updates",
	stateData:     "State (JSON)",
	feedOf:        func(what, format string) string { return what + " (" + format + ")" },
	problems: map[int]problem{
		http.StatusNotFound:            {"Page not found", "There is nothing at this address. The link may be mistyped or out of date."},
		http.StatusMethodNotAllowed:    {"That can't be done here", "This address can only be read."},
		http.StatusInternalServerError: {"Something went wrong", "This page could not be made. That is a fault of the status page and says nothing about the services it watches."},
		http.StatusServiceUnavailable:  {"Too much at once", "This page can’t be shown at the moment. Try again in a minute."},
	},
}

// counted is n with its English noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
