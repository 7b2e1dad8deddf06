package incidents

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// German is German as it is written in Germany.
var German Words = german{}

type german struct{}

func (g german) Title(subject []Part, instability bool) string {
	names := g.brief(subject)
	if more := len(names) - titleNames; more > 0 {
		names = append(names[:titleNames-1:titleNames-1], fmt.Sprintf("%d weitere Dienste", more+1))
	}
	what := g.list(names)
	if instability {
		return "Wiederholte Störungen: " + what
	}
	return "Störung: " + what
}

// brief are the parts as a title names them: what is done with mail together,
// and without webmail for who can't read mail at all.
func (g german) brief(subject []Part) []string {
	var doing, rest []string
	for _, p := range subject {
		switch p.Role {
		case RoleReading, RoleFetching, RoleSending, RoleReceiving:
			doing = append(doing, map[Role]string{
				RoleReading: "Lesen", RoleFetching: "Abrufen", RoleSending: "Senden", RoleReceiving: "Empfang",
			}[p.Role])
		case RoleWebmail:
			if !slices.Contains(subject, Part{Role: RoleReading}) {
				rest = append(rest, "Webmail")
			}
		default:
			rest = append(rest, p.Name)
		}
	}
	if doing == nil {
		return rest
	}
	return append([]string{g.list(doing) + " von E-Mails"}, rest...)
}

// role is a role as sentences name it: its article, if it has one, and the
// rest.
func (german) role(r Role) (article, noun string) {
	switch r {
	case RoleReading:
		return "das", "Lesen von E-Mails"
	case RoleFetching:
		return "das", "Abrufen von E-Mails"
	case RoleWebmail:
		return "der", "Webmail-Zugang" // without an article it would be read instead of mail
	case RoleSending:
		return "das", "Senden aus Mailprogrammen"
	case RoleReceiving:
		return "der", "Empfang von E-Mails"
	}
	return "", string(r)
}

// within are the parts as they are named within a sentence, as its subject.
func (g german) within(what []Part) string {
	names := make([]string, len(what))
	for i, p := range what {
		names[i] = p.Name
		if p.Role != "" {
			article, noun := g.role(p.Role)
			names[i] = strings.TrimSpace(article + " " + noun)
		}
	}
	return g.list(names)
}

// first are the parts as they begin a sentence.
func (g german) first(what []Part) string {
	s := g.within(what)
	if what[0].Role == "" {
		return s // a name is as it is
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// subject is the beginning of a sentence, with the verb in the number of what
// it speaks of.
func (g german) subject(what []Part, one, many string) string {
	return g.first(what) + " " + g.verb(what, one, many)
}

func (german) verb(what []Part, one, many string) string {
	if len(what) == 1 {
		return one
	}
	return many
}

func (g german) Stopped(what []Part, how How, start When) string {
	switch how {
	case InPart:
		return fmt.Sprintf("%s %s nur teilweise.", g.subject(what, "funktioniert", "funktionieren"), g.since(start))
	case NowAndThen:
		return fmt.Sprintf("%s %s immer wieder aus.", g.subject(what, "fällt", "fallen"), g.since(start))
	}
	where := ""
	if read, _ := everywhere(what); len(read) < len(what) {
		what, where = read, ", weder in Mailprogrammen noch in Webmail"
	}
	return fmt.Sprintf("%s %s nicht%s.", g.subject(what, "funktioniert", "funktionieren"), g.since(start), where)
}

func (g german) StoppedToo(what []Part, start When) string {
	return fmt.Sprintf("Auch %s %s %s nicht.", g.within(what), g.verb(what, "funktioniert", "funktionieren"), g.since(start))
}

func (g german) StoppedAgain(what []Part, how How, start When, quiet time.Duration) string {
	var said string
	switch how {
	case InPart:
		said = fmt.Sprintf("%s %s erneut nur teilweise", g.subject(what, "funktioniert", "funktionieren"), g.since(start))
	case NowAndThen:
		said = fmt.Sprintf("%s %s immer wieder aus", g.subject(what, "fällt", "fallen"), g.since(start))
	default:
		said = fmt.Sprintf("%s %s erneut ausgefallen", g.subject(what, "ist", "sind"), g.at(start))
	}
	return said + ", " + g.Span(quiet) + " nach der letzten Wiederherstellung."
}

func (g german) Again(n int, w Within) string {
	within := "innerhalb von 24 Stunden"
	switch {
	case w.Today:
		within = "heute"
	case !w.Since.IsZero():
		within = "seit dem " + g.Day(w.Since)
	}
	return fmt.Sprintf("Das ist der %s Ausfall %s; wir berichten hier weiter.", g.ordinal(n), within)
}

func (g german) Recurs(r Recurrence) string {
	within := fmt.Sprintf("in %d Tagen", r.Days)
	if r.Days == 1 {
		within = "an einem Tag"
	}
	return fmt.Sprintf("Es gab %s Ausfälle %s; die längste Zeit ohne Ausfall dazwischen betrug %s.", g.number(r.Times), within, g.roughly(r.LongestHeld))
}

func (g german) Working(what []Part, checked When) string {
	return fmt.Sprintf("%s (geprüft %s).", g.subject(what, "funktioniert", "funktionieren"), g.atMinute(checked))
}

func (g german) Unwatched(what []Part) string {
	return g.subject(what, "wird", "werden") + " nicht überwacht."
}

func (german) CauseUnknown() string { return "Die Ursache ist noch nicht bekannt." }

func (g german) Overran(title string, end When) string {
	return fmt.Sprintf("Die Wartung %s war bis %s geplant.", g.quoted(title), g.until(end))
}

func (g german) WorksAgain(what []Part, how How, start, end When) string {
	again, without := "wieder", "Ausfall"
	switch how {
	case InPart:
		again, without = "wieder vollständig", "mit Einschränkungen"
	case NowAndThen:
		again, without = "ohne Ausfall", "mit Ausfällen"
	}
	return fmt.Sprintf("%s %s %s, nach %s %s.", g.subject(what, "funktioniert", "funktionieren"), g.since(end), again, g.lasted(start, end, "Tagen"), without)
}

func (g german) WasDown(what []Part, how How, start, end When) string {
	one, many, verb := "hat", "haben", "nicht funktioniert"
	switch how {
	case InPart:
		verb = "nur teilweise funktioniert"
	case NowAndThen:
		one, many, verb = "ist", "sind", "immer wieder ausgefallen"
	}
	return fmt.Sprintf("%s %s %s (%s).", g.subject(what, one, many), g.fromTo(start, end), verb, g.lasted(start, end, "Tage"))
}

func (g german) LeftUnwatched(what []Part, at When) string {
	return fmt.Sprintf("%s %s nicht mehr überwacht; eine Wiederherstellung wurde nicht beobachtet.", g.subject(what, "wird", "werden"), g.since(at))
}

func (german) Restarted() string { return "automatisch neu gestartet" }

func (german) Watching() string { return "Wir beobachten den Betrieb weiter." }

func (german) ToldLate() string {
	return "Diese Meldung wurde nachträglich verfasst, weil auch der Statusdienst selbst ausgefallen war."
}

func (g german) Restored(expected, restored When) string {
	return fmt.Sprintf("Erwartet bis %s, wiederhergestellt %s.", g.until(expected), g.at(restored.following(expected)))
}

func (g german) Corrected(what []Part, ended bool, was, is When) string {
	one, many, verb := "ist", "sind", "ausgefallen"
	if ended {
		one, many, verb = "funktionierte", "funktionierten", "wieder"
	}
	is.Bare = true
	return fmt.Sprintf("Korrektur: %s %s %s, nicht %s.", g.subject(what, one, many), g.at(is), verb, g.at(was))
}

func (g german) Held(since When) string {
	return "Kein Ausfall mehr seit " + g.sinceMinute(since) + "."
}

func (g german) Total(what []Part, times int, down time.Duration) string {
	if times == 1 {
		return fmt.Sprintf("%s %s lang gestört.", g.subject(what, "war", "waren"), g.Span(down))
	}
	return fmt.Sprintf("%s %s gestört, insgesamt %s lang.", g.subject(what, "war", "waren"), g.often(times), g.Span(down))
}

func (g german) Found(topic Topic, quote string) string {
	who := map[Topic]string{
		"":              "Befund unseres Teams",
		TopicCause:      "Ursache nach dem Befund unseres Teams",
		TopicWorkaround: "Vorläufige Abhilfe",
		TopicFix:        "Dauerhafte Behebung",
	}[topic]
	return who + ": " + g.quoted(quote)
}

func (german) State(s State) string {
	switch s {
	case Investigating:
		return "Wird untersucht"
	case Identified:
		return "Ursache bekannt"
	case Monitoring:
		return "Wird beobachtet"
	case Resolved:
		return "Behoben"
	case Scheduled:
		return "Geplant"
	case InProgress:
		return "Läuft"
	case Verifying:
		return "Wird geprüft"
	case Completed:
		return "Abgeschlossen"
	}
	return string(s)
}

func (g german) Outages(n int, all time.Duration) string {
	if n == 1 {
		return "1 Ausfall"
	}
	head := fmt.Sprintf("%d Ausfälle", n)
	if all > 0 {
		head += ", insgesamt " + g.Span(all)
	}
	return head
}

func (german) quoted(s string) string { return "\u201e" + s + "\u201c" }

func (german) list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " und " + names[len(names)-1]
}
