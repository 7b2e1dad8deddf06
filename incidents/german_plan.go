package incidents

import (
	"fmt"
	"time"
)

func (g german) ExpectedBy(at When, late time.Duration) string {
	said := "Wiederherstellung erwartet bis " + g.until(at)
	if late > 0 {
		said += ", überfällig seit " + g.span(late, "Tagen")
	}
	return said
}

func (g german) StaffExpect(at When) string {
	return fmt.Sprintf("Wir erwarten die Wiederherstellung bis %s.", g.until(at))
}

func (german) StaffResolve() string { return "Wir betrachten die Störung als behoben." }
func (german) StaffReopen() string  { return "Diese Meldung ist wieder offen." }

func (g german) Merged(title string) string {
	return "Was unter " + g.quoted(title) + " berichtet wurde, wird ab jetzt hier berichtet."
}

func (g german) Split(title string) string {
	return "Darüber wurde bisher unter " + g.quoted(title) + " berichtet; ab jetzt gibt es dazu eine eigene Meldung."
}

func (g german) SplitOff(title string) string {
	return "Über einen der Ausfälle wird ab jetzt unter " + g.quoted(title) + " berichtet."
}

func (g german) Planned(what []Part, start, end When) string {
	return fmt.Sprintf("Wegen geplanter Wartungsarbeiten %s %s %s möglicherweise nicht.",
		g.verb(what, "funktioniert", "funktionieren"), g.within(what), g.fromTo(start, end))
}

func (g german) Begun(what []Part, end When) string {
	return fmt.Sprintf("Die Wartung hat begonnen. %s bis %s möglicherweise nicht.", g.subject(what, "funktioniert", "funktionieren"), g.until(end))
}

func (german) Over() string {
	return "Die Arbeiten sind abgeschlossen. Wir prüfen, ob alles funktioniert."
}

func (g german) OverWorking(what []Part, checked When) string {
	return "Die Wartung ist beendet. " + g.Working(what, checked)
}

func (g german) OverBroken(what []Part) string {
	return fmt.Sprintf("Die für die Wartung geplante Zeit ist vorbei. %s noch nicht; wir berichten in einer eigenen Störungsmeldung weiter.", g.subject(what, "funktioniert", "funktionieren"))
}

func (g german) Moved(start, end, wasStart, wasEnd When) string {
	return fmt.Sprintf("Diese Wartung wurde verschoben: Sie ist jetzt %s geplant, nicht mehr %s.", g.fromTo(start, end), g.fromTo(wasStart, wasEnd))
}

func (g german) Extended(what []Part, end, was When) string {
	return fmt.Sprintf("Die Wartung soll jetzt bis %s dauern, nicht bis %s. %s bis dahin möglicherweise nicht.",
		g.until(end), g.until(was), g.subject(what, "funktioniert", "funktionieren"))
}

func (german) OverUnknown() string  { return "Die Wartung ist beendet." }
func (german) CanceledPlan() string { return "Diese Wartung findet nicht statt." }

func (g german) Edited(at When) string { return "Dieser Text wurde " + g.atMinute(at) + " geändert." }

func (g german) Withdrawn(at When) string {
	return "Diese Erwartung wurde " + g.atMinute(at) + " zurückgenommen."
}

func (german) ThreadsFeed() string { return "Störungen" }
func (german) UpdatesFeed() string { return "Meldungen" }
