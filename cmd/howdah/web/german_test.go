package web

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"howdah/incidents"
)

// englishWords are some that no German phrase has.
var englishWords = regexp.MustCompile(`(?i)\b(the|has|have|not|since|and|of|is|are|been|by|will|we|this|that|until|after|about|works?|working|outages?|failures?|incidents?|updates?|maintenance|uptime|today|days?|hours?|minutes|checked|expected|affected|between|within|last|next|earlier|later|page|history|mail)\b`)

// alike are what both languages call the same.
var alike = []string{"Status", "Banner", "Name", "Version"}

func TestGermanPhrasesAreGerman(t *testing.T) {
	apart(t, reflect.ValueOf(english), reflect.ValueOf(german))
	for status, p := range german.problems {
		if found := englishWords.FindString(p.heading + " " + p.text); found != "" {
			t.Errorf("status %d: %q in %q", status, found, p)
		}
	}
}

// apart holds the strings of two languages against each other.
func apart(t *testing.T, en, de reflect.Value) {
	t.Helper()
	for i := range en.NumField() {
		name, e, g := en.Type().Field(i).Name, en.Field(i), de.Field(i)
		switch e.Kind() {
		case reflect.Struct:
			apart(t, e, g)
		case reflect.String:
			same := e.String() == g.String() && !slices.Contains(alike, e.String())
			if found := englishWords.FindString(strings.ReplaceAll(g.String(), "E-Mail", "")); same || found != "" {
				t.Errorf("%s is %q, in English %q", name, g, e)
			}
		}
	}
}

func TestGermanPhrases(t *testing.T) {
	g := &german
	when := at(1, "17:03:10").In(zone)
	for _, c := range []struct{ got, want string }{
		{g.day(when), "1. August"},
		{g.date(when), "1. August 2005"},
		{g.month(when), "August 2005"},
		{g.minute(when), "17:03 Uhr SAST"},
		{g.second(when), "17:03:10 Uhr SAST"},
		{g.within(g.dated(g.day(when), g.bare(when)), g.bare(when)), "zwischen 1. August, 17:03:10 und 17:03:10 Uhr"},
		{g.outages(1, false, "22 min"), "1 Ausfall, 22 min"},
		{g.outages(4, false, "7 h 52 min"), "4 Ausfälle, insgesamt 7 h 52 min"},
		{g.outages(1, true, ""), "1 Ausfall, dauert an"},
		{g.outages(2, true, ""), "2 Ausfälle, der letzte dauert an"},
		{g.total(2, true, "1 h"), "2 Ausfälle, bisher 1 h"},
		{g.updates(1), "1 Meldung"},
		{g.incidentsOf(2), "2 Störungen"},
		{g.moreOpen(1), "Und 1 weitere offene Störung"},
		{g.soFar("5 min", "22:10 Uhr SAST"), "bisher 5 min, Stand 22:10 Uhr SAST"},
		{g.uptimeOver(g.percent("99.98"), 90), "99,98 % in 90 Tagen"},
		{g.daysSummary(90, 1, "22 min", 1), "Die letzten 90 Tage: Ausfälle an 1 Tag, insgesamt 22 min; 1 Tag nicht überwacht"},
		{g.daysSummary(90, 0, "", 2), "Die letzten 90 Tage: keine Ausfälle; 2 Tage nicht überwacht"},
		{g.over(24), "24 Stunden"},
		{g.over(24 * 7), "7 Tage"},
		{g.decimal("1.2"), "1,2"},
		{g.blips(1, "gestern"), "1 Fehlversuch in den letzten 90 Tagen, beim nächsten Versuch nicht bestätigt; zuletzt gestern."},
		{g.mailTakes("MX", true, "20 s", "17:03 Uhr SAST"), "E-Mails von außen kommen innerhalb von 20 s an (neueste Testnachricht: 17:03 Uhr SAST)."},
		{g.mailTakes("LMTP", false, "20 s", "17:03 Uhr SAST"), "LMTP: Testnachrichten kommen innerhalb von 20 s an (neueste Testnachricht: 17:03 Uhr SAST)."},
		{g.mailWaits("MX", true, "17:03 Uhr SAST"), "E-Mails verspäten sich: Eine Testnachricht, die von außen gesendet wurde (17:03 Uhr SAST), ist noch nicht angekommen."},
		{g.messages(0, 1), "0 von 1 während der Ausfälle gesendeten Testnachricht ist angekommen."},
		{g.messages(9, 14), "9 von 14 während der Ausfälle gesendeten Testnachrichten sind angekommen."},
		{g.wasImpact("major"), "Die Auswirkung war vorher „erheblich“."},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	for _, impact := range []incidents.Impact{incidents.ImpactNone, incidents.ImpactMinor, incidents.ImpactMajor, incidents.ImpactCritical} {
		if germanImpacts[string(impact)] == "" {
			t.Errorf("nothing is said of the impact %q", impact)
		}
	}
	winter := time.Date(2005, 12, 1, 12, 0, 0, 0, time.FixedZone("CET", 3600))
	if got := g.minute(winter); got != "12:00 Uhr MEZ" {
		t.Errorf("in winter it is %q", got)
	}
}

func TestGermanFaults(t *testing.T) {
	_, srv := serve(t, calm(), func(o *Options) { o.Site.Language = "de" })
	a := ask(t, http.MethodGet, srv.URL+"/nirgends")
	if a.status != http.StatusNotFound {
		t.Errorf("status %d", a.status)
	}
	inOrder(t, a.body, `<html lang="de">`, "<h1>Seite nicht gefunden</h1>", "Zur aktuellen Lage")
}
