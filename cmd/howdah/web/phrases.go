package web

import (
	"maps"
	"slices"
	"time"

	"howdah/incidents"
	"howdah/templates"
)

// phrases are all that readers see in one language, beside what people wrote.
// A language sets every one of them.
type phrases struct {
	templates.Phrases
	words  incidents.Words // of the threads
	places placePhrases

	// Times. Dates have the month in words: 1/8 is another day elsewhere.
	day    func(t time.Time) string // "1 August"
	date   func(t time.Time) string // "1 August 2005"
	month  func(t time.Time) string // "August 2005"
	minute func(t time.Time) string // "17:03 SAST"
	second func(t time.Time) string // "17:03:10 SAST"
	bare   func(t time.Time) string // "17:03:10", where the zone was named before
	// dated puts a clock time behind its day or date.
	dated func(date, clock string) string
	about func(clock string) string // it is known no better
	// within is what an inexact time lies between.
	within func(from, to string) string

	// States of components
	working, slow, partly, down, maintained, answering, noData string
	// States of threads
	resolved                                    string
	resolvedAt                                  func(at string) string
	downTitle, downSince, partlySince           func(since string) string
	investigated, identified, watched           string // what is being done
	againSince, unwatchedSince                  func(since, doing string) string
	topicCause, topicWorkaround, topicPermanent string

	canceled string // of a maintenance

	// Counts
	outages     func(n int, lasting bool, all string) string // of a thread, all is the sum of their lengths
	total       func(n int, lasting bool, all string) string // of a thread's table
	updates     func(n int) string
	incidentsOf func(n int) string // of a month
	moreOpen    func(n int) string
	soFar       func(length, by string) string // of an outage that lasts

	// Figures
	decimal func(number string) string // with the language's sign between whole and part
	percent func(number string) string // "99.98 %"
	// uptimeOver is the uptime of those of the last days that were monitored; daysSummary speaks of them in
	// the place of their drawing: down is how long it did not work on bad of
	// them, unseen those that were not monitored.
	uptimeOver  func(percent string, days int) string
	daysSummary func(days, bad int, down string, unseen int) string
	answersIn   func(length string) string
	// over is the time up to now in which something is counted.
	over       func(hours int) string
	measuredOn func(kind, day string) string // a day of UTC
	// steps are those phases of checks that readers know, by their names.
	steps       map[string]string
	whole       string // all phases of a check together
	slowest     func(length string) string
	blips       func(n int, last string) string // in the last 90 days
	dayOutages  func(n int, down string) string // of one component, or all
	unseenFor   func(length string) string
	downFor     func(length string) string
	keptFor     func(length string) string
	degradedFor func(length string) string

	// Where test messages are. receiving says that they come like mail from
	// outside; else the component's name says what they are sent through.
	mailTakes func(name string, receiving bool, within, seen string) string
	// mailLast says no more than when the newest was seen.
	mailLast  func(name string, receiving bool, seen string) string
	mailWaits func(name string, receiving bool, sent string) string

	// Threads
	unseenEnd, statedBy string                           // how an end or a time is known
	titled              func(state, title string) string // of the document
	partial             func(name string) string         // a part of the component worked
	meanHeld            func(length string) string
	messages            func(arrived, sent int) string
	// What was changed
	wasTitle, wasImpact, merged func(was string) string
	wasTime, wasHow             func(was, is string) string
	split, withdrawn            string

	// Pages
	history                          func(what string) string // of a day or a month, as a heading
	status, incidents, otherServices string                   // names of places and groups
	updatesFeed, stateData           string
	feedOf                           func(what, format string) string
	problems                         map[int]problem
}

// languages are those that a site can be in, by their tag (BCP 47).
var languages = map[string]*phrases{"en": &english, "de": &german}

// Languages are the tags of the languages that a Site can have.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }
