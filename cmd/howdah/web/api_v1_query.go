package web

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"howdah/incidents"
)

// What a request may ask for at once.
const (
	defaultLimit = 25
	maxLimit     = 100
	maxDays      = 400
	maxQuery     = 512 // characters
)

// parameterError is a parameter that can't be used. Both strings are public.
type parameterError struct{ name, why string }

func (e *parameterError) Error() string {
	if e.name == "" {
		return e.why // of all of them
	}
	return fmt.Sprintf("parameter %q: %s", e.name, e.why)
}

// query are the parameters of a request, each given once.
type query map[string]string

// parseQuery reads the parameters, of which none but those named may be there.
func parseQuery(raw string, known ...string) (query, error) {
	if len(raw) > maxQuery {
		return nil, &parameterError{"", fmt.Sprintf("all parameters together have at most %d characters", maxQuery)}
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &parameterError{"", "what follows the question mark is not well-formed"}
	}
	q := query{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all := values[name]
		switch {
		case !slices.Contains(known, name) && len(known) == 0:
			return nil, &parameterError{name, "this address takes no parameters"}
		case !slices.Contains(known, name):
			return nil, &parameterError{name, "is not known here; there are " + strings.Join(known, ", ")}
		case len(all) > 1:
			return nil, &parameterError{name, "is given more than once"}
		}
		q[name] = all[0]
	}
	return q, nil
}

// filter says which threads or maintenances are asked for.
type filter struct {
	state     wantedState
	component wantedComponent
	span      wantedSpan
	limit     int
	cursor    *mark // the last that was sent before; nil to begin
	asked     query
}

type wantedState string // empty for any

// of reports whether a state is wanted; last is the one that ends it all.
func (w wantedState) of(s, last incidents.State) bool {
	return w == "" || string(w) == string(s) || w == stateOpen && s != last
}

// stateOpen stands for all states but the last.
const stateOpen wantedState = "open"

type wantedComponent string // empty for any

func (w wantedComponent) of(keys []string) bool { return w == "" || slices.Contains(keys, string(w)) }

// wantedSpan is a span of time, each end of which may be left open (zero).
type wantedSpan struct{ since, until time.Time }

// meets reports whether something that lasted from start to end, or lasts when
// end is zero, did so within the span.
func (w wantedSpan) meets(start, end time.Time) bool {
	return (w.until.IsZero() || start.Before(w.until)) && (end.IsZero() || !end.Before(w.since))
}

// mark is a place in a list that is ordered by time, the newest first.
type mark struct {
	at time.Time
	id string
}

func (m mark) text() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(m.at.UnixMilli(), 10) + "." + m.id))
}

func parseMark(s string) (*mark, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(b), ".")
	ms, number := strconv.ParseInt(at, 10, 64)
	if err != nil || number != nil || !ok || id == "" {
		return nil, false
	}
	return &mark{time.UnixMilli(ms), id}, true
}

// take returns those of the list that come after the filter's cursor and that
// want lets through, as many as fit on a page, and whether there are more. It
// goes on where the page before ended also when that one has gone meanwhile or
// others have come.
func take[T any](list []T, f filter, at func(T) mark, want func(T) bool) (kept []T, more bool) {
	if f.cursor != nil {
		i := slices.IndexFunc(list, func(v T) bool { return at(v).id == f.cursor.id })
		if i < 0 {
			i = slices.IndexFunc(list, func(v T) bool { return at(v).at.Before(f.cursor.at) }) - 1
		}
		if i == -2 {
			return nil, false
		}
		list = list[i+1:]
	}
	for _, v := range list {
		if !want(v) {
			continue
		}
		if len(kept) == f.limit {
			return kept, true
		}
		kept = append(kept, v)
	}
	return kept, false
}

// query is what was asked, without the cursor.
func (f filter) query() string {
	v := url.Values{}
	for name, value := range f.asked {
		if name != "cursor" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

// after is the query for the page that follows m.
func (f filter) after(m mark) string {
	q := "cursor=" + m.text()
	if rest := f.query(); rest != "" {
		q += "&" + rest
	}
	return q
}

// readFilter reads the parameters of a list. past reports whether something in
// it names a component that the site no longer has.
func (ed *edition) readFilter(raw string, states []incidents.State, past func(key string) bool) (f filter, err error) {
	f = filter{limit: defaultLimit}
	if f.asked, err = parseQuery(raw, "state", "component", "since", "until", "limit", "cursor"); err != nil {
		return f, err
	}
	for _, name := range slices.Sorted(maps.Keys(f.asked)) {
		value := f.asked[name]
		switch name {
		case "state":
			if f.state = wantedState(value); f.state != stateOpen && !slices.Contains(states, incidents.State(value)) {
				return f, &parameterError{name, fmt.Sprintf("want %s or one of %v", stateOpen, states)}
			}
		case "component":
			if f.component = wantedComponent(value); ed.snap.Component(value) == nil && !past(value) {
				return f, &parameterError{name, "no component has this key"}
			}
		case "since":
			f.span.since, err = ed.readTime(name, value)
		case "until":
			f.span.until, err = ed.readTime(name, value)
		case "limit":
			f.limit, err = strconv.Atoi(value)
			if err != nil || f.limit < 1 || f.limit > maxLimit || strconv.Itoa(f.limit) != value {
				err = &parameterError{name, fmt.Sprintf("want a whole number from 1 to %d", maxLimit)}
			}
		case "cursor":
			var ok bool
			if f.cursor, ok = parseMark(value); !ok {
				err = &parameterError{name, "is none of ours; take it from the next page's address"}
			}
		}
		if err != nil {
			return f, err
		}
	}
	if !f.span.until.IsZero() && !f.span.since.Before(f.span.until) {
		return f, &parameterError{"until", "is not after since"}
	}
	return f, nil
}

// Years that a time may be in: beyond them is nothing to find, and calendars
// have traps.
const (
	firstYear = 1970
	lastYear  = 2199
)

// readTime reads a moment, or a day of the site's zone, which is its start.
func (ed *edition) readTime(name, value string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		t, err = time.ParseInLocation(time.DateOnly, value, ed.s.site.zone)
	}
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, &parameterError{name, "want a day as 2005-08-01, or a time as 2005-08-01T17:03:00Z (+ is written %2B)"}
	}
	return t, nil
}

// readDays reads which days are asked for: how many days before today the
// first and the last are. Without any it is the last 90.
func (ed *edition) readDays(raw string) (first, last int, err error) {
	q, err := parseQuery(raw, "from", "to")
	if err != nil {
		return 0, 0, err
	}
	y, m, d := ed.snap.At.In(ed.s.site.zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	// What is known in memory begins with last year.
	known := int(today.Sub(time.Date(y-1, time.January, 1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	ago := func(name string, otherwise int) (int, error) {
		value, given := q[name]
		if !given {
			return otherwise, nil
		}
		t, err := time.Parse(time.DateOnly, value)
		if err != nil || t.Year() < firstYear || t.Year() > lastYear {
			return 0, &parameterError{name, "want a day as 2005-08-01"}
		}
		n := int(today.Sub(t) / (24 * time.Hour))
		switch {
		case n < 0:
			return 0, &parameterError{name, "is yet to come"}
		case n > known:
			return 0, &parameterError{name, "days are told from " + today.AddDate(0, 0, -known).Format(time.DateOnly) + " on"}
		}
		return n, nil
	}
	if last, err = ago("to", 0); err != nil {
		return 0, 0, err
	}
	if first, err = ago("from", min(last+shownDays-1, known)); err != nil {
		return 0, 0, err
	}
	switch {
	case first < last:
		return 0, 0, &parameterError{"to", "is before from"}
	case first-last >= maxDays:
		return 0, 0, &parameterError{"from", fmt.Sprintf("at most %d days are told at once", maxDays)}
	}
	return first, last, nil
}

// shownDays are how many days are told when none are named.
const shownDays = 90
