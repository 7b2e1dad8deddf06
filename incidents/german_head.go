package incidents

func (german) HeadAllWell() string { return "Alle Dienste funktionieren" }
func (german) HeadNoData() string  { return "Keine aktuellen Daten" }

func (g german) HeadNoDataFor(names []string) string {
	return "Keine aktuellen Daten zu " + g.list(names) + "; alles andere funktioniert"
}

func (g german) HeadDown(names []string, since Since) string {
	return g.list(names) + " " + number(names, "funktioniert", "funktionieren") + g.head(since, " nicht")
}

func (g german) HeadPartly(names []string, since Since) string {
	return g.list(names) + " " + number(names, "funktioniert", "funktionieren") + g.head(since, " nur teilweise")
}

func (g german) HeadSlow(names []string) string {
	return g.list(names) + " " + number(names, "ist", "sind") + " langsam"
}

func (g german) HeadMaintenance(names []string) string {
	return g.list(names) + " " + number(names, "wird", "werden") + " gewartet"
}

func (g german) HeadAnswering(names []string) string {
	return g.list(names) + " " + number(names, "antwortet", "antworten") + " wieder; wir beobachten weiter"
}

func (g german) HeadWatched(since When) string {
	return "Wieder in Betrieb seit " + g.sinceMinute(since) + "; wir beobachten weiter"
}

func (german) HeadNotice(title string) string {
	return "Derzeit kein Ausfall erkennbar; offene Meldung: " + title
}

// head puts since when it is so before how it is.
func (g german) head(s Since, how string) string {
	switch {
	case s.Best.IsZero():
		return " seit Kurzem" + how
	case s.Apart:
		return how + ", der erste Ausfall besteht " + g.since(s.When)
	}
	return " " + g.since(s.When) + how
}
