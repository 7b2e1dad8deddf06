package templates

import (
	"html/template"
	"time"
)

// Frame is what every page has around its content.
type Frame struct {
	T         Phrases
	Title     string       // of the document; the state first, so that a row of tabs tells it
	Site      string       // name of the site
	Root      string       // link to the front page
	Canonical string       // absolute URL of the page; empty: search engines are asked to leave it out
	Nav       []Link       // the main pages
	Feeds     []Feed       // for autodiscovery, the one that suits most readers first
	Data      Link         // the same for programs
	Icon      template.URL // a data URL
	Style     template.CSS
	Live      Live     // how the page follows changes
	Zone      string   // name of the time zone
	Logo      *Picture // nil for none
	Footer    []string // paragraphs of the site's own at the end
	Links     []Link   // likewise, to elsewhere
	Version   string
	// Unsaved is since when updates could not be saved; zero when they could.
	Unsaved Time
	// Unread is since when what happened before can't be read; zero when it can.
	Unread Time
}

// Picture is what stands beside the site's name.
type Picture struct {
	Src           string
	Width, Height int // 0 when not known
}

// Link is an entry of the navigation.
type Link struct {
	Text, Href string
	Current    bool // the page at hand
}

// Feed is a link to what feed readers and programs read.
type Feed struct {
	Text  string // in the footer
	Title string // for autodiscovery
	// Format is its name alone: "Atom".
	Format string
	// Type is the whole attribute, as in type="application/rss+xml": escaped
	// as text its plus sign would be hidden from readers that don't parse HTML.
	// It is never made of what people wrote.
	Type template.HTMLAttr
	Href string
}

// Time is a moment with the words that fit its place, in the site's zone.
// The zero Time is a moment that is not known.
type Time struct {
	At   time.Time
	Text string
}

// Known reports whether there is a moment.
func (t Time) Known() bool { return !t.At.IsZero() }

// Machine is the moment for the datetime attribute: RFC 3339, in UTC.
func (t Time) Machine() string { return t.At.UTC().Format(time.RFC3339) }

// Date is the day of the moment in its own zone, for the datetime attribute.
func (t Time) Date() string { return t.At.Format(time.DateOnly) }

// Mark names a shape and its colour: "up", "partial", "down", "watch" (it
// works again, and is being watched), "kept" (planned maintenance) or
// "unknown".
type Mark string

// The marks.
const (
	Up      Mark = "up"
	Partial Mark = "partial"
	Down    Mark = "down"
	Watch   Mark = "watch"
	Kept    Mark = "kept"
	Unknown Mark = "unknown"
)

// State is a state in words, with the mark that goes with it. The words stand
// alone: nothing is told by shape or colour only.
type State struct {
	Mark Mark
	Text string
}

// Post is one update of a thread.
type Post struct {
	ID         string
	Href       string // of the update itself
	Label      string // "Investigating"
	At         Time
	Paragraphs []string
	Staff      bool // a person wrote it
	Cut        bool // Paragraphs are only its beginning
	Topic      string
	Expected   Time   // when staff expect all to work
	Edits      []Edit // newest first
}

// Edit is an earlier text of a post.
type Edit struct {
	Until      Time
	Staff      bool // a person replaced it
	Paragraphs []string
}

// Change is something that readers may have seen otherwise.
type Change struct {
	At    Time
	Text  string
	Staff bool // a person changed it
}

// Maintenance is planned downtime that is not over.
type Maintenance struct {
	ID         string
	Title      string
	Href       string
	State      State // "In progress"
	Start, End Time
	What       string // the components
	At         Time   // of the newest update, whose text is Paragraphs
	Paragraphs []string
}

// Thread is an incident in a list.
type Thread struct {
	Title   string
	Href    string
	State   State
	Started Time
	Tally   string // "4 outages, 7 h 52 min in all"; may be empty
	Latest  *Post  // only on the front page; nil when nothing was written yet
	Count   string // "3 updates"
	// Expected is when staff expect all to work, in a sentence; empty when they
	// have not said.
	Expected string
	Affected string   // the components; only on the front page
	Spared   []string // sentences on what works and what nobody watches
}

// Component is a component in a list.
type Component struct {
	Name    string
	Href    string
	State   State
	Checked Time
	Days    *Days // nil when nothing is known of them
	Line    *Line // nil when too little was measured
}

// Group is a named set of components; a nameless one comes without a heading.
type Group struct {
	Name       string
	Components []Component
}

// Front is the page that says how things stand.
type Front struct {
	Frame
	State       State // of everything, in one plain sentence
	Checked     Time  // newest check of any component
	Open        []Thread
	MoreOpen    string // "and 3 more"; empty when Open holds all
	Planned     []Maintenance
	Groups      []Group
	Bars        bool     // some component has Days
	Mail        []string // how long mail takes; a sentence each
	Recent      []Recent // the last days, today first
	HistoryHref string
}

// Bound is the beginning or the end of an outage.
type Bound struct {
	At     Time
	Within string // "between … and …" when it is known less exactly than At says
}

// Outage is a row of a thread's table.
type Outage struct {
	From   Bound
	To     *Bound // nil while it lasts
	Lasted string
	How    string // how it ended; empty where nobody knows
	What   string // the components
}

// Incident is the page of one thread.
type Incident struct {
	Frame
	Heading  string
	State    State
	Summary  string // of Outages; empty when there are none
	Affected string
	Outages  []Outage // oldest first
	Total    string   // empty when one outage says it all
	Recurs   string   // how they follow each other, likewise
	Messages string   // what became of test messages; may be empty
	Expected string   // when staff expect all to work; may be empty
	Restored []string // what had been expected against what came, in sentences
	Spared   []string // sentences on what works and what nobody watches
	Posts    []Post   // newest first
	Changes  []Change // newest first
}

// Problem is the page for what can't be shown: not found, a fault of ours.
type Problem struct {
	Frame
	Heading string
	Text    string
}
