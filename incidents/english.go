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

func (e english) Title(subject []string, instability bool) string {
	if instability {
		return e.list(subject) + " instability"
	}
	return e.list(subject) + " outage"
}

func (e english) Stopped(names []string, partial bool, start When) string {
	if partial {
		return fmt.Sprintf("%s %s worked only in part %s.", e.list(names), has(names), e.since(start))
	}
	return fmt.Sprintf("%s %s not worked %s.", e.list(names), has(names), e.since(start))
}

func (e english) StoppedToo(names []string, start When) string {
	return fmt.Sprintf("%s %s not worked %s either.", e.list(names), has(names), e.since(start))
}

func (e english) StoppedAgain(names []string, partial bool, start When, quiet time.Duration) string {
	verb := "stopped again"
	if partial {
		verb = "stopped working in part again"
	}
	return fmt.Sprintf("%s %s %s, %s after recovering.", e.list(names), verb, e.at(start), e.Span(quiet))
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

func (e english) Working(names []string, checked When) string {
	verb := "works"
	if len(names) > 1 {
		verb = "work"
	}
	return fmt.Sprintf("%s %s (checked %s).", e.list(names), verb, e.minute(checked))
}

func (e english) Unwatched(names []string) string {
	return fmt.Sprintf("%s %s not watched.", e.list(names), is(names))
}

func (english) CauseUnknown() string { return "The cause is not yet known." }

func (e english) WorksAgain(names []string, partial bool, start, end When) string {
	verb := "worked again"
	if partial {
		verb = "worked fully again"
	}
	return fmt.Sprintf("%s %s %s %s, after %s.", e.list(names), has(names), verb, e.since(end), e.lasted(start, end))
}

func (e english) WasDown(names []string, partial bool, start, end When) string {
	verb := "did not work"
	if partial {
		verb = "worked only in part"
	}
	return fmt.Sprintf("%s %s %s (%s).", e.list(names), verb, e.fromTo(start, end), e.lasted(start, end))
}

func (e english) LeftUnwatched(names []string, at When) string {
	return fmt.Sprintf("%s %s not been watched %s; a recovery was not seen.", e.list(names), has(names), e.since(at))
}

func (english) Watching() string { return "We go on watching." }

func (english) ToldLate() string {
	return "This notice was written afterwards, because the status service itself was down too."
}

func (e english) Held(since When) string {
	return fmt.Sprintf("No failure since %s.", e.minute(since))
}

func (e english) Total(names []string, times int, down time.Duration) string {
	if times == 1 {
		return fmt.Sprintf("%s %s down for %s.", e.list(names), was(names), e.Span(down))
	}
	return fmt.Sprintf("%s %s down %s, %s in all.", e.list(names), was(names), often(times), e.Span(down))
}

func (english) HeadAllWell() string { return "All systems operational" }
func (english) HeadNoData() string  { return "No current data" }

func (e english) HeadNoDataFor(names []string) string {
	return fmt.Sprintf("No current data for %s; the rest is operational", e.list(names))
}

func (e english) HeadDown(names []string, since Since) string {
	return fmt.Sprintf("%s %s not worked%s", e.list(names), has(names), e.head(since))
}

func (e english) HeadPartly(names []string, since Since) string {
	return fmt.Sprintf("%s %s worked only in part%s", e.list(names), has(names), e.head(since))
}

func (e english) HeadSlow(names []string) string {
	return fmt.Sprintf("%s %s slow", e.list(names), is(names))
}

func (e english) HeadMaintenance(names []string) string {
	return fmt.Sprintf("%s %s under maintenance", e.list(names), is(names))
}

func (e english) HeadAnswering(names []string) string {
	return fmt.Sprintf("%s %s answering again; being watched", e.list(names), is(names))
}

func (e english) HeadWatched(since When) string {
	return fmt.Sprintf("Working again since %s; being watched", e.minute(since))
}

func (e english) HeadNotice(title string) string {
	return "No failure seen now; open notice: " + title
}

func (e english) head(s Since) string {
	switch {
	case s.Best.IsZero():
		return " lately"
	case s.Apart:
		return ", the first " + e.since(s.When)
	}
	return " " + e.since(s.When)
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
func was(names []string) string { return number(names, "was", "were") }

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
