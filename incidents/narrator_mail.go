package incidents

import (
	"slices"
	"strings"
	"time"
)

// senderWaits is how long a sending server waits at least before it tries again
// (RFC 5321, section 4.5.4.1). After a second failure it may wait for hours.
const senderWaits = 30 * time.Minute

// fate is what becomes of mail that arrives during an outage, as far as there
// is evidence.
type fate int

const (
	mailUnknown fate = iota
	// mailWaits: the server can't be reached or says that it will take mail
	// later, so that the sending servers try again (RFC 5321, section 4.5.4.1).
	mailWaits
	// mailAtRisk: it takes mail and may not keep it, or turns it away for good.
	mailAtRisk
)

// passing are the causes of a failure to take mail that sending servers wait
// out.
var passing = []string{"", "exit", "refused", "timeout", "reset", "eof", "unreachable", "io", "tempfail", "bye"}

// storing are the phases of a check in which the mail store is at fault.
var storing = []string{"append", "fetch", "expunge", "retr", "data", "deliver"}

func (a *Affected) cause() (phase, cause string) {
	phase, cause, _ = strings.Cut(a.Reason, ".")
	return phase, cause
}

// risksMail reports whether the outage is one of the mail store.
func (o *Outage) risksMail() bool {
	return slices.ContainsFunc(o.Affected, func(a Affected) bool {
		phase, _ := a.cause()
		return slices.Contains(storing, phase)
	})
}

// told is what can be said of arriving mail, and those of the components that
// are still to be named beside it: where mail waits, that says it of what
// receives.
func (n *narrator) told(o *Outage, components []string) (fate, []string) {
	if o.risksMail() {
		return mailAtRisk, components
	}
	receiving, rest := n.byRole(RoleReceiving, components)
	if len(receiving) == 0 || !n.whole(RoleReceiving, receiving) || o.Intermittent {
		return mailUnknown, components
	}
	for _, a := range o.Affected {
		if !slices.Contains(receiving, a.Component) {
			continue
		}
		switch _, cause := a.cause(); {
		case a.Partial:
			return mailUnknown, components
		case !slices.Contains(passing, cause):
			return mailAtRisk, components
		}
	}
	if len(rest) == 0 {
		rest = components
	}
	return mailWaits, rest
}

func (n *narrator) fateOf(f fate) []string {
	switch f {
	case mailWaits:
		return []string{n.words.MailWaits()}
	case mailAtRisk:
		return []string{n.words.MailAtRisk()}
	}
	return nil
}

// maxQuote bounds what is quoted of a staff update, in characters.
const maxQuote = 300

// found is what staff wrote of the cause, a workaround and a repair, in their
// own words: the last of each. Where no update says that it is of the cause,
// the one that made the thread Identified is.
func (n *narrator) found(in *Incident) []string {
	last := map[Topic]string{}
	var identified string
	var state State
	for _, u := range in.Updates {
		switch {
		case u.Kind != KindStaff:
		case u.Topic != "":
			last[u.Topic] = u.Body
		case u.State == Identified && state != Identified:
			identified = u.Body
		}
		state = u.State
	}
	var p []string
	if last[TopicCause] == "" && identified != "" {
		p = append(p, n.words.Found("", quote(identified)))
	}
	for _, topic := range []Topic{TopicCause, TopicWorkaround, TopicFix} {
		if body := last[topic]; body != "" {
			p = append(p, n.words.Found(topic, quote(body)))
		}
	}
	return p
}

// quote is the first paragraph of a text on one line, cut after a sentence or
// a word where it is long.
func quote(body string) string {
	first, _, _ := strings.Cut(body, "\n\n")
	first = strings.Join(strings.Fields(first), " ")
	letters := []rune(first)
	if len(letters) <= maxQuote {
		return first
	}
	first = string(letters[:maxQuote])
	if i := strings.LastIndex(first, ". "); i > 0 {
		return first[:i+1]
	}
	if i := strings.LastIndex(first, " "); i > 0 {
		first = first[:i]
	}
	return first + " \u2026"
}
