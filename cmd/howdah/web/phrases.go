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
	words incidents.Words // of the threads

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
	downSince, partlySince                      func(since string) string
	investigated, identified, watched           string // what is being done
	againSince, unwatchedSince                  func(since, doing string) string
	topicCause, topicWorkaround, topicPermanent string

	// Counts
	outages  func(n int, lasting bool, all string) string // of a thread, all is the sum of their lengths
	total    func(n int, lasting bool, all string) string // of a thread's table
	updates  func(n int) string
	moreOpen func(n int) string
	soFar    func(length, by string) string // of an outage that lasts

	// Threads
	titled   func(state, title string) string // of the document
	partial  func(name string) string         // a part of the component worked
	meanHeld func(length string) string
	messages func(arrived, sent int) string
	// What was changed
	wasTitle, wasImpact, merged func(was string) string
	wasTime                     func(was, is string) string
	split, withdrawn            string

	// Pages
	status, incidents, otherServices string // names of places and groups
	updatesFeed, stateData           string
	feedOf                           func(what, format string) string
	problems                         map[int]problem
}

// languages are those that a site can be in, by their tag (BCP 47).
var languages = map[string]*phrases{"en": &english}

// Languages are the tags of the languages that a Site can have.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }
