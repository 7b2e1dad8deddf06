package incidents

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestSeedReadAloudInGerman(t *testing.T) {
	h := seed(t, &shelf{}, German)
	h.until(local(t, 3, "08:33"))
	s := h.d.Snapshot()
	if e := s.Expectation(only(t, h.d).ID); e == nil || e.Text != "Wiederherstellung erwartet bis 08:00 Uhr SAST, überfällig seit 33 min" {
		t.Errorf("at 08:33 it is %+v", e)
	}
	if want := "Reading mail (IMAP), Fetching mail (POP3), Webmail (Horde/IMP) und Receiving mail from outside funktionieren seit 02:45 Uhr SAST nicht"; s.Headline != want {
		t.Errorf("%q, want %q", s.Headline, want)
	}
	h.seedEnds(German)
	in := only(t, h.d)
	expectGolden(t, "seed.de.txt", aloudIn(German, in))
	if in.Slug() != "wiederholte-stoerungen-lesen-und-empfang-von-e-mails" {
		t.Errorf("the address ends in %q", in.Slug())
	}
}

func TestGermanMoments(t *testing.T) {
	told := local(t, 1, "23:00")
	between := func(from, to string) When {
		a, b := local(t, 1, from), local(t, 1, to)
		return When{Moment: Moment{Earliest: a, Best: a.Add(b.Sub(a) / 2), Latest: b}, Told: told, Zone: johannesburg}
	}
	on := func(w When, days int) When {
		w.Told = told.AddDate(0, 0, days)
		return w
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	exact, minutes, rough := between("17:03:00", "17:03:00"), between("17:03:10", "17:03:50"), between("16:58:10", "17:03:10")
	bare := exact
	bare.Bare = true
	heartbeat := between("17:03", "22:00")
	heartbeat.Best, heartbeat.About = heartbeat.Earliest, true
	summer := When{Moment: exactly(time.Date(2005, 10, 29, 22, 30, 0, 0, time.UTC)), Told: told.AddDate(0, 2, 28), Zone: berlin}
	winter := When{Moment: exactly(time.Date(2005, 10, 30, 1, 30, 0, 0, time.UTC)), Told: summer.Best, Zone: berlin}
	night := rough
	night.Earliest = local(t, 1, "16:58").AddDate(0, 0, -1)
	g := german{}
	for _, c := range []struct{ got, want string }{
		{g.since(between("17:03:10", "17:03:11")), "seit 17:03:10 Uhr SAST"},
		{g.since(exact), "seit 17:03 Uhr SAST"},
		{g.since(minutes), "seit etwa 17:03 Uhr SAST"},
		{g.since(rough), "seit einem Zeitpunkt zwischen 16:58 und 17:03 Uhr SAST"},
		{g.since(on(exact, 1)), "seit dem 1. August um 17:03 Uhr SAST"},
		{g.since(on(minutes, 1)), "seit dem 1. August gegen 17:03 Uhr SAST"},
		{g.since(on(exact, 365)), "seit dem 1. August 2005 um 17:03 Uhr SAST"},
		{g.since(heartbeat), "seit etwa 17:03 Uhr SAST"},
		{g.at(exact), "um 17:03 Uhr SAST"},
		{g.at(minutes), "gegen 17:03 Uhr SAST"},
		{g.at(rough), "zwischen 16:58 und 17:03 Uhr SAST"},
		{g.at(on(rough, 1)), "am 1. August zwischen 16:58 und 17:03 Uhr SAST"},
		{g.at(on(exact, 1)), "am 1. August um 17:03 Uhr SAST"},
		{g.at(night), "zwischen dem 31. Juli um 16:58 Uhr SAST und dem 1. August um 17:03 Uhr SAST"},
		{g.atMinute(bare), "um 17:03 Uhr"},
		{g.until(exact), "17:03 Uhr SAST"},
		{g.until(on(exact, 1)), "zum 1. August um 17:03 Uhr SAST"},
		{g.Clock(on(exact, 1)), "1. August, 17:03 Uhr SAST"},
		{g.Bounds(between("17:02:40", "17:03:10")), "zwischen 17:02:40 und 17:03:10 Uhr SAST"},
		{g.Bounds(between("17:03:10", "17:03:10")), "17:03:10 Uhr SAST"},
		{g.fromTo(exact, between("18:21", "18:21")), "von 17:03 bis 18:21 Uhr SAST"},
		{g.fromTo(on(exact, 1), on(between("18:21", "18:21"), 1)), "am 1. August von 17:03 bis 18:21 Uhr SAST"},
		{g.fromTo(minutes, between("18:21", "18:21")), "von etwa 17:03 bis 18:21 Uhr SAST"},
		{g.fromTo(summer, winter), "von 00:30 Uhr MESZ bis 02:30 Uhr MEZ"},
		{g.Period(exact, nil), "seit dem 1. August 2005 um 17:03 Uhr SAST"},
		{g.Edited(exact), "Dieser Text wurde um 17:03 Uhr SAST geändert."},
		{g.Withdrawn(exact), "Diese Erwartung wurde um 17:03 Uhr SAST zurückgenommen."},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	end := between("18:21:07", "18:21:07")
	if got := g.Period(exact, &end); got != "1. August 2005, 17:03 bis 18:21:07 Uhr SAST (1 h 18 min)" {
		t.Error(got)
	}
	end.Best = end.Best.AddDate(0, 0, 2)
	if got := g.Period(exact, &end); got != "1. August 2005, 17:03 Uhr SAST bis 3. August 2005, 18:21:07 Uhr SAST (2 Tage 1 h 18 min)" {
		t.Error(got)
	}
}

func TestGermanSentences(t *testing.T) {
	told := local(t, 1, "20:00")
	when := func(clock string) When {
		return When{Moment: exactly(local(t, 1, clock)), Told: told, Zone: johannesburg}
	}
	start, end := when("17:03"), when("18:21")
	bare := end
	bare.Bare = true
	role := func(roles ...Role) (what []Part) {
		for _, r := range roles {
			what = append(what, Part{Role: r})
		}
		return what
	}
	read, all := role(RoleReading), role(RoleReading, RoleWebmail, RoleReceiving)
	wiki := named("wiki")
	for _, c := range []struct{ got, want string }{
		{German.Title(named("Kalender", "Wiki"), false), "Störung: Kalender und Wiki"},
		{German.Title(all, true), "Wiederholte Störungen: Lesen und Empfang von E-Mails"},
		{German.Title(role(RoleSending), false), "Störung: Senden von E-Mails"},
		{German.Title(append(role(RoleReading, RoleSending, RoleReceiving), wiki...), false), "Störung: Lesen, Senden und Empfang von E-Mails und wiki"},
		{German.Title(role(RoleFetching, RoleWebmail), false), "Störung: Abrufen von E-Mails und Webmail"},
		{German.Title(named("A", "B", "C", "D"), false), "Störung: A, B und 2 weitere Dienste"},
		{German.Stopped(role(RoleReading, RoleWebmail), Wholly, start), "Das Lesen von E-Mails funktioniert seit 17:03 Uhr SAST nicht, weder in Mailprogrammen noch in Webmail."},
		{German.Stopped(wiki, InPart, start), "wiki funktioniert seit 17:03 Uhr SAST nur teilweise."},
		{German.Stopped(role(RoleFetching, RoleReceiving), NowAndThen, start), "Das Abrufen von E-Mails und der Empfang von E-Mails fallen seit 17:03 Uhr SAST immer wieder aus."},
		{German.StoppedToo(read, start), "Auch das Lesen von E-Mails funktioniert seit 17:03 Uhr SAST nicht."},
		{German.StoppedAgain(all[:2], Wholly, end, 51*time.Hour), "Das Lesen von E-Mails und der Webmail-Zugang sind um 18:21 Uhr SAST erneut ausgefallen, 2 Tage 3 h nach der letzten Wiederherstellung."},
		{German.StoppedAgain(wiki, InPart, end, time.Hour), "wiki funktioniert seit 18:21 Uhr SAST erneut nur teilweise, 1 h nach der letzten Wiederherstellung."},
		{German.Again(2, Within{Today: true}), "Das ist der zweite Ausfall heute; wir berichten hier weiter."},
		{German.Again(7, Within{}), "Das ist der siebte Ausfall innerhalb von 24 Stunden; wir berichten hier weiter."},
		{German.Again(13, Within{Since: told}), "Das ist der 13. Ausfall seit dem 1. August; wir berichten hier weiter."},
		{German.Recurs(Recurrence{Times: 4, Days: 3, LongestHeld: 16 * time.Hour}), "Es gab vier Ausfälle in 3 Tagen; die längste Zeit ohne Ausfall dazwischen betrug 16 Stunden."},
		{German.Recurs(Recurrence{Times: 2, Days: 1, LongestHeld: time.Minute}), "Es gab zwei Ausfälle an einem Tag; die längste Zeit ohne Ausfall dazwischen betrug 1 Minute."},
		{German.Working(role(RoleSending), bare), "Das Senden aus Mailprogrammen funktioniert (geprüft um 18:21 Uhr)."},
		{German.Unwatched(role(RoleWebmail, RoleReceiving)), "Der Webmail-Zugang und der Empfang von E-Mails werden nicht überwacht."},
		{German.Overran("Neue Platten", bare), "Die Wartung „Neue Platten“ war bis 18:21 Uhr geplant."},
		{German.WorksAgain(read, Wholly, start, end), "Das Lesen von E-Mails funktioniert seit 18:21 Uhr SAST wieder, nach 1 h 18 min Ausfall."},
		{German.WorksAgain(wiki, InPart, start, end), "wiki funktioniert seit 18:21 Uhr SAST wieder vollständig, nach 1 h 18 min mit Einschränkungen."},
		{German.WorksAgain(wiki, NowAndThen, start, end), "wiki funktioniert seit 18:21 Uhr SAST ohne Ausfall, nach 1 h 18 min mit Ausfällen."},
		{German.WasDown(read, Wholly, start, end), "Das Lesen von E-Mails hat von 17:03 bis 18:21 Uhr SAST nicht funktioniert (1 h 18 min)."},
		{German.WasDown(wiki, NowAndThen, start, end), "wiki ist von 17:03 bis 18:21 Uhr SAST immer wieder ausgefallen (1 h 18 min)."},
		{German.LeftUnwatched(read, end), "Das Lesen von E-Mails wird seit 18:21 Uhr SAST nicht mehr überwacht; eine Wiederherstellung wurde nicht beobachtet."},
		{German.Restored(bare, bare), "Erwartet bis 18:21 Uhr, wiederhergestellt um 18:21 Uhr."},
		{German.Corrected(read, false, end, start), "Korrektur: Das Lesen von E-Mails ist um 17:03 Uhr ausgefallen, nicht um 18:21 Uhr SAST."},
		{German.Corrected(wiki, true, end, start), "Korrektur: wiki funktionierte um 17:03 Uhr wieder, nicht um 18:21 Uhr SAST."},
		{German.Total(wiki, 1, time.Hour), "wiki war 1 h lang gestört."},
		{German.Total(all, 4, 472*time.Minute), "Das Lesen von E-Mails, der Webmail-Zugang und der Empfang von E-Mails waren viermal gestört, insgesamt 7 h 52 min lang."},
		{German.Total(wiki, 13, time.Hour), "wiki war 13-mal gestört, insgesamt 1 h lang."},
		{German.MailSoFar(0, 1), "Die während des Ausfalls gesendete Testnachricht ist noch nicht angekommen; wir melden uns, sobald sie da ist."},
		{German.MailSoFar(0, 5), "Bisher ist keine der 5 während des Ausfalls gesendeten Testnachrichten angekommen; wir melden uns, sobald alle da sind."},
		{German.MailSoFar(1, 5), "Bisher ist eine der 5 während des Ausfalls gesendeten Testnachrichten angekommen; wir melden uns, sobald alle da sind."},
		{German.MailSoFar(9, 14), "Bisher sind 9 der 14 während des Ausfalls gesendeten Testnachrichten angekommen; wir melden uns, sobald alle da sind."},
		{German.MailArrived(1, 30*time.Minute, false), "Die während des Ausfalls gesendete Testnachricht ist nach 30 Minuten angekommen; von verlorenen E-Mails ist uns nichts bekannt."},
		{German.MailArrived(2, 50*time.Hour, true), "Beide während der Ausfälle gesendeten Testnachrichten sind angekommen, die langsamere nach 2 Tagen 2 h; von verlorenen E-Mails ist uns nichts bekannt."},
		{German.MailArrived(14, 71*time.Minute, false), "Alle 14 während des Ausfalls gesendeten Testnachrichten sind angekommen, die langsamste nach 71 Minuten; von verlorenen E-Mails ist uns nichts bekannt."},
		{German.ExpectedBy(start, 50*time.Hour), "Wiederherstellung erwartet bis 17:03 Uhr SAST, überfällig seit 2 Tagen 2 h"},
		{German.Planned(read, start, end), "Wegen geplanter Wartungsarbeiten funktioniert das Lesen von E-Mails von 17:03 bis 18:21 Uhr SAST möglicherweise nicht."},
		{German.Begun(named("A", "B"), end), "Die Wartung hat begonnen. A und B funktionieren bis 18:21 Uhr SAST möglicherweise nicht."},
		{German.OverBroken(read), "Die für die Wartung geplante Zeit ist vorbei. Das Lesen von E-Mails funktioniert noch nicht; wir berichten in einer eigenen Störungsmeldung weiter."},
		{German.HeadDown([]string{"A", "B"}, Since{When: start, Apart: true}), "A und B funktionieren nicht, der erste Ausfall besteht seit 17:03 Uhr SAST"},
		{German.HeadPartly([]string{"A"}, Since{}), "A funktioniert seit Kurzem nur teilweise"},
		{German.HeadWatched(end), "Wieder in Betrieb seit 18:21 Uhr SAST; wir beobachten weiter"},
		{German.Outages(4, 472*time.Minute), "4 Ausfälle, insgesamt 7 h 52 min"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// englishWords are some that no German sentence has.
var englishWords = regexp.MustCompile(`(?i)\b(the|has|have|not|since|and|of|is|are|been|by|will|we|this|that|until|after|works?|working|outages?|failures?|today|days|hours|minutes|checked|expect(ed)?|mail)\b`)

// Each language says something of each fact, in its own words.
func TestEachLanguageSaysEverything(t *testing.T) {
	w := When{Moment: exactly(local(t, 1, "17:03")), Told: local(t, 2, "18:00"), Zone: johannesburg}
	given := func(of reflect.Type) reflect.Value {
		for _, v := range []any{
			[]Part{{Role: RoleReading}, {Name: "X"}}, []string{"X", "Y"}, true, Wholly, w, &w, 51 * time.Hour, 3,
			w.Best.AddDate(0, 2, 0), Within{Today: true}, Recurrence{Times: 3, Days: 2, LongestHeld: 49 * time.Hour}, "X", TopicCause, Identified, Since{When: w},
		} {
			if reflect.TypeOf(v) == of {
				return reflect.ValueOf(v)
			}
		}
		t.Fatalf("nothing to give for %v", of)
		return reflect.Value{}
	}
	words := reflect.TypeFor[Words]()
	for i := range words.NumMethod() {
		m := words.Method(i)
		var args []reflect.Value
		for j := range m.Type.NumIn() {
			args = append(args, given(m.Type.In(j)))
		}
		say := func(l Words) string { return reflect.ValueOf(l).MethodByName(m.Name).Call(args)[0].String() }
		en, de := say(English), say(German)
		if strings.TrimSpace(en) == "" || strings.TrimSpace(de) == "" || en == de && m.Name != "Zone" {
			t.Errorf("%s: %q and %q", m.Name, en, de)
		}
		if found := englishWords.FindString(de); found != "" {
			t.Errorf("%s: %q in %q", m.Name, found, de)
		}
	}
	for _, s := range []State{Investigating, Identified, Monitoring, Resolved, Scheduled, InProgress, Verifying, Completed} {
		if en, de := English.State(s), German.State(s); en == string(s) || de == string(s) || en == de {
			t.Errorf("%s: %q and %q", s, en, de)
		}
	}
	for _, topic := range []Topic{"", TopicCause, TopicWorkaround, TopicFix} {
		if en, de := English.Found(topic, "X"), German.Found(topic, "X"); en == de || strings.HasPrefix(de, ":") {
			t.Errorf("%q: %q and %q", topic, en, de)
		}
	}
}
