package incidents

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// English is the language of a site that names none.
var English Words = english{}

type english struct{}

func (e english) Title(subject []Part, instability bool) string {
	names, kind := e.brief(subject), "outage"
	if instability {
		kind = "instability"
	}
	if more := len(names) - titleNames; more > 0 {
		names = append(names[:titleNames-1:titleNames-1], fmt.Sprintf("%d other services", more+1))
		return strings.ToUpper(kind[:1]) + kind[1:] + " of " + inSentence(e.list(names))
	}
	return e.list(names) + " " + kind
}

// brief are the parts as a title names them: what is done with mail together,
// and without webmail for who can't read mail at all.
func (e english) brief(subject []Part) []string {
	var doing, rest []string
	for _, p := range subject {
		switch p.Role {
		case RoleReading, RoleFetching, RoleSending, RoleReceiving:
			doing = append(doing, map[Role]string{
				RoleReading: "Reading", RoleFetching: "Fetching", RoleSending: "Sending", RoleReceiving: "Receiving",
			}[p.Role])
		case RoleWebmail:
			if !slices.Contains(subject, Part{Role: RoleReading}) {
				rest = append(rest, e.role(p.Role))
			}
		default:
			rest = append(rest, p.Name)
		}
	}
	if doing == nil {
		return rest
	}
	return append([]string{e.list(doing) + " mail"}, rest...)
}

// role is a role as sentences name it.
func (english) role(r Role) string {
	switch r {
	case RoleReading:
		return "Reading mail"
	case RoleFetching:
		return "Fetching mail"
	case RoleWebmail:
		return "Webmail"
	case RoleSending:
		return "Sending from a mail program"
	case RoleReceiving:
		return "Receiving mail"
	}
	return string(r)
}

// names are the parts as a sentence names them.
func (e english) names(what []Part) []string {
	names := make([]string, len(what))
	for i, p := range what {
		names[i] = p.Name
		if p.Role != "" {
			names[i] = e.role(p.Role)
		}
	}
	return names
}

// subject is the beginning of a sentence, with the verb in the number of what
// it speaks of.
func (e english) subject(what []Part, one, many string) string {
	names := e.names(what)
	return e.list(names) + " " + number(names, one, many)
}

// everywhere is where mail can be read, when all of that and nothing else is
// meant: the sentence then speaks of reading mail alone.
func everywhere(what []Part) ([]Part, string) {
	if len(what) == 2 && what[0].Role == RoleReading && what[1].Role == RoleWebmail {
		return what[:1], ", in mail programs or webmail"
	}
	return what, ""
}

func (e english) Stopped(what []Part, how How, start When) string {
	switch how {
	case InPart:
		return fmt.Sprintf("%s worked only in part %s.", e.subject(what, "has", "have"), e.since(start))
	case NowAndThen:
		return fmt.Sprintf("%s now and then, %s.", e.subject(what, "fails", "fail"), e.since(start))
	}
	what, where := everywhere(what)
	return fmt.Sprintf("%s not worked %s%s.", e.subject(what, "has", "have"), e.since(start), where)
}

func (e english) StoppedToo(what []Part, start When) string {
	return fmt.Sprintf("%s not worked %s either.", e.subject(what, "has", "have"), e.since(start))
}

func (e english) StoppedAgain(what []Part, how How, start When, quiet time.Duration) string {
	verb := "stopped again"
	switch how {
	case InPart:
		verb = "stopped working in part again"
	case NowAndThen:
		verb = "began to fail now and then"
	}
	return fmt.Sprintf("%s %s %s, %s after recovering.", e.list(e.names(what)), verb, e.at(start), e.Span(quiet))
}

func (e english) Again(n int, w Within) string {
	within := "in 24 hours"
	switch {
	case w.Today:
		within = "today"
	case !w.Since.IsZero():
		within = "since " + w.Since.Format("2 January")
	}
	return fmt.Sprintf("This is the %s failure %s; updates continue here.", ordinal(n), within)
}

func (e english) Recurs(r Recurrence) string {
	within := fmt.Sprintf("in %d days", r.Days)
	if r.Days == 1 {
		within = "in one day"
	}
	times := fmt.Sprintf("%d times", r.Times)
	if r.Times == 2 {
		times = "twice"
	}
	return fmt.Sprintf("It has failed %s %s; the longest it held was %s.", times, within, e.roughly(r.LongestHeld))
}

func (e english) Working(what []Part, checked When) string {
	return fmt.Sprintf("%s (checked %s).", e.subject(what, "works", "work"), e.minute(checked))
}

func (e english) Unwatched(what []Part) string {
	return fmt.Sprintf("%s not watched.", e.subject(what, "is", "are"))
}

func (english) CauseUnknown() string { return "The cause is not yet known." }

func (e english) Overran(title string, end When) string {
	return fmt.Sprintf("The maintenance %q was planned until %s.", title, e.Clock(end))
}

func (e english) WorksAgain(what []Part, how How, start, end When) string {
	verb := "worked again"
	switch how {
	case InPart:
		verb = "worked fully again"
	case NowAndThen:
		verb = "worked without failure"
	}
	return fmt.Sprintf("%s %s %s, after %s.", e.subject(what, "has", "have"), verb, e.since(end), e.lasted(start, end))
}

func (e english) WasDown(what []Part, how How, start, end When) string {
	verb := "did not work"
	switch how {
	case InPart:
		verb = "worked only in part"
	case NowAndThen:
		verb = "failed now and then"
	}
	return fmt.Sprintf("%s %s %s (%s).", e.list(e.names(what)), verb, e.fromTo(start, end), e.lasted(start, end))
}

func (e english) LeftUnwatched(what []Part, at When) string {
	return fmt.Sprintf("%s not been watched %s; a recovery was not seen.", e.subject(what, "has", "have"), e.since(at))
}

func (english) Restarted() string { return "restarted automatically" }

func (english) Watching() string { return "We go on watching." }

func (english) ToldLate() string {
	return "This notice was written afterwards, because the status service itself was down too."
}

func (e english) Restored(expected, restored When) string {
	return fmt.Sprintf("Expected by %s, restored %s.", e.minute(expected), e.at(restored.following(expected)))
}

func (e english) Corrected(what []Part, ended bool, was, is When) string {
	verb := "stopped working"
	if ended {
		verb = "worked again"
	}
	is.Bare = true
	return fmt.Sprintf("Correction: %s %s %s, not %s.", inSentence(e.list(e.names(what))), verb, e.at(is), e.at(was))
}

func (e english) Held(since When) string {
	return fmt.Sprintf("No failure since %s.", e.minute(since))
}

func (e english) Total(what []Part, times int, down time.Duration) string {
	if times == 1 {
		return fmt.Sprintf("%s down for %s.", e.subject(what, "was", "were"), e.Span(down))
	}
	return fmt.Sprintf("%s down %s, %s in all.", e.subject(what, "was", "were"), often(times), e.Span(down))
}

func (english) Found(topic Topic, quote string) string {
	who := map[Topic]string{
		"":              "Staff found",
		TopicCause:      "The cause, as staff found it",
		TopicWorkaround: "The workaround",
		TopicFix:        "The permanent fix",
	}[topic]
	return who + ": \u201c" + quote + "\u201d"
}

func (english) State(s State) string {
	switch s {
	case Investigating:
		return "Investigating"
	case Identified:
		return "Identified"
	case Monitoring:
		return "Monitoring"
	case Resolved:
		return "Resolved"
	case Scheduled:
		return "Scheduled"
	case InProgress:
		return "In progress"
	case Verifying:
		return "Verifying"
	case Completed:
		return "Completed"
	}
	return string(s)
}

func (e english) Outages(n int, all time.Duration) string {
	head := fmt.Sprintf("%d outages", n)
	if n == 1 {
		return "1 outage"
	}
	if all > 0 {
		head += ", " + e.Span(all) + " in all"
	}
	return head
}

func (english) list(names []string) string {
	words := slices.Clone(names)
	for i := 1; i < len(words); i++ {
		words[i] = inSentence(words[i])
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// inSentence is a component's name as it stands within a sentence: activities
// lose their capital, proper names keep it.
func inSentence(name string) string {
	first, _, _ := strings.Cut(name, " ")
	if strings.HasSuffix(first, "ing") || first == "Webmail" {
		return strings.ToLower(name[:1]) + name[1:]
	}
	return name
}

func has(names []string) string { return number(names, "has", "have") }
func is(names []string) string  { return number(names, "is", "are") }

func number(names []string, one, many string) string {
	if len(names) == 1 {
		return one
	}
	return many
}

func ordinal(n int) string {
	small := []string{"second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n-2 >= 0 && n-2 < len(small) {
		return small[n-2]
	}
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

func often(times int) string {
	small := []string{"twice", "three times", "four times", "five times", "six times", "seven times", "eight times", "nine times", "ten times"}
	if times-2 >= 0 && times-2 < len(small) {
		return small[times-2]
	}
	return fmt.Sprintf("%d times", times)
}
