package incidents

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("update", false, "write the threads of testdata anew")

// elephant is the university of the notice that this project began with, as
// users know it.
var elephant = []Component{
	{Key: "imap", Name: "Reading mail (IMAP)", Domain: "elephant", Position: 1, Role: RoleReading},
	{Key: "pop3", Name: "Fetching mail (POP3)", Domain: "elephant", Position: 2, Role: RoleFetching},
	{Key: "webmail", Name: "Webmail (Horde/IMP)", Domain: "elephant", Position: 3, Role: RoleWebmail},
	{Key: "outgoing", Name: "Sending mail (SMTP)", Position: 4, Role: RoleSending},
	{Key: "incoming", Name: "Receiving mail from outside", Domain: "elephant", Position: 5, Role: RoleReceiving},
}

// house is a desk with what happens around it: checks every minute and a test
// message every five, which waits at its sender while the host is down and is
// tried again every half hour.
type house struct {
	t       *testing.T
	d       *Desk
	now     time.Time
	down    *Outage
	unsent  []Canary
	numbers int
	lost    string // ID of a test message that never arrives
}

func newHouse(t *testing.T, store Store, words Words, from time.Time) *house {
	t.Helper()
	d := NewDesk(Options{Store: store, Site: Site{Name: "Mail", Zone: johannesburg, Words: words}, Components: elephant, Settings: DefaultSettings()})
	if err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &house{t: t, d: d, now: from}
}

// until lets time pass: minute by minute, or five at a time when nothing is
// down or under way.
func (h *house) until(at time.Time) {
	h.t.Helper()
	for h.now.Before(at) {
		if h.down == nil && len(h.unsent) == 0 {
			h.now = h.now.Truncate(5 * time.Minute).Add(4 * time.Minute)
		}
		h.now = h.now.Add(time.Minute)
		if h.now.After(at) {
			h.now = at
		}
		h.minute()
	}
}

func (h *house) minute() {
	var facts []ComponentFact
	for _, c := range elephant {
		f := ComponentFact{Component: c.Key, Status: Operational, Watched: true, CheckedAt: h.now, GoodAt: h.now, StaleAt: h.now.Add(15 * time.Minute)}
		if h.down != nil && c.Domain != "" {
			f.Status, f.Since, f.GoodAt = MajorOutage, h.down.Start.Best, h.down.Start.Best.Add(-time.Minute)
		}
		facts = append(facts, f)
	}
	h.d.ObserveComponents(h.now, facts)
	if h.now.Minute()%5 == 0 {
		h.numbers++
		h.unsent = append(h.unsent, Canary{ID: fmt.Sprintf("c%d", h.numbers), Component: "incoming", SentAt: h.now})
	}
	var waiting []Canary
	for _, c := range h.unsent {
		age := h.now.Sub(c.SentAt)
		if h.down == nil && age%(30*time.Minute) < time.Minute && c.ID != h.lost {
			c.ArrivedAt = h.now
		} else {
			c.Overdue = age > 30*time.Minute
			waiting = append(waiting, c)
		}
		h.d.ObserveCanaries(h.now, []Canary{c})
	}
	h.unsent = waiting
	h.d.Tick(h.now)
}

func (h *house) hostDown(id string, at time.Time) {
	h.t.Helper()
	h.until(at)
	m := exactly(at)
	o := Outage{ID: id, Domain: "elephant", Start: m}
	for _, c := range elephant {
		if c.Domain != "" {
			o.Affected = append(o.Affected, Affected{Component: c.Key, Start: m, Reason: "connect.refused"})
		}
	}
	h.down = &o
	h.now = at.Add(10 * time.Second)
	h.d.ObserveOutage(h.now, o)
	h.now = at.Add(20 * time.Second)
	h.minute()
}

func (h *house) hostUp(at time.Time) {
	h.t.Helper()
	h.until(at)
	o := over(*h.down, at)
	h.down = nil
	h.minute()
	h.now = at.Add(30 * time.Second)
	h.d.ObserveOutage(h.now, o)
}

func (h *house) post(at time.Time, p Post) {
	h.t.Helper()
	h.until(at)
	p.IncidentID, p.By = only(h.t, h.d).ID, "Ops"
	if _, _, err := h.d.Post(h.t.Context(), at, p); err != nil {
		h.t.Fatal(err)
	}
}

// aloud is a thread as it can be read aloud.
func aloud(in *Incident) string { return aloudIn(English, in) }

func aloudIn(words Words, in *Incident) string {
	var b strings.Builder
	clock := func(at time.Time) string { return at.In(johannesburg).Format("2 January 15:04:05") }
	fmt.Fprintf(&b, "%s\n%s, %s, %s\n", in.Title, in.State, in.Impact, strings.Join(in.Components, " "))
	for _, c := range in.Changes {
		fmt.Fprintf(&b, "%s by %q: %s %q, now %q\n", clock(c.At), c.By, c.What, c.Was, c.Now)
	}
	for i := range in.Outages {
		o := &in.Outages[i]
		start := When{Moment: o.Began(), Zone: johannesburg}
		var end *When
		if e := o.Ended(); e != nil {
			end = &When{Moment: *e, Zone: johannesburg}
		}
		fmt.Fprintf(&b, "%d. %s\n", i+1, words.Period(start, end))
	}
	for _, u := range in.Updates {
		fmt.Fprintf(&b, "\n%s  %s  %s", clock(u.At), u.State, u.Kind)
		for _, mark := range []struct {
			on   bool
			text string
		}{{u.By != "", " by " + u.By}, {u.Topic != "", " on the " + string(u.Topic)}, {u.Superseded, " (told again below)"}} {
			if mark.on {
				b.WriteString(mark.text)
			}
		}
		fmt.Fprintf(&b, "\n%s\n", u.Body)
		for _, e := range u.Edits {
			fmt.Fprintf(&b, "  until %s: %s\n", clock(e.At), e.Body)
		}
	}
	return b.String()
}

func expectGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// staffSaid are the posts of the notice that this project began with, by the
// language of the site.
var staffSaid = map[Words][5]string{
	English: {
		"We are not sure yet why it crashed twice, so it is likely to crash again. Changes are in place to capture better debugging information next time.",
		"We are building a debugging kernel. Installing it needs a few minutes of downtime.",
		"It has not come back on its own.",
		"The first disk checks failed and had to be run by hand, which took longer than expected.",
		"The fault is in the network subsystem and mainly affects multi-processor machines. A workaround is in place, at some cost in network speed that nobody should notice.",
	},
	German: {
		"Warum der Server zweimal abgestürzt ist, wissen wir noch nicht; weitere Abstürze sind daher wahrscheinlich. Beim nächsten Mal werden mehr Daten zur Fehlersuche aufgezeichnet.",
		"Wir bauen einen Kernel zur Fehlersuche. Für seine Installation fällt der Server einige Minuten aus.",
		"Der Server ist nicht von selbst wieder angelaufen.",
		"Die ersten Prüfungen der Festplatten schlugen fehl und mussten von Hand ausgeführt werden; das dauerte länger als erwartet.",
		"Der Fehler liegt im Netzwerkteil des Kernels und betrifft vor allem Rechner mit mehreren Prozessoren. Er wird jetzt umgangen; das kostet etwas Netzwerkleistung, was niemandem auffallen sollte.",
	},
}

// seed is that notice, with all that a monitor would have seen, up to the last
// hours of its last outage.
func seed(t *testing.T, store Store, words Words) *house {
	at := func(day int, clock string) time.Time { return local(t, day, clock) }
	said := staffSaid[words]
	h := newHouse(t, store, words, at(1, "16:50"))
	h.hostDown("o1", at(1, "17:03"))
	h.hostUp(at(1, "18:21"))
	h.hostDown("o2", at(1, "22:04"))
	h.hostUp(at(1, "22:26"))
	h.post(at(1, "23:10"), Post{State: Monitoring, Body: said[0]})
	h.hostDown("o3", at(2, "10:15"))
	h.hostUp(at(2, "10:38"))
	h.post(at(2, "11:20"), Post{State: Investigating, Body: said[1]})
	h.hostDown("o4", at(3, "02:45"))
	h.post(at(3, "07:10"), Post{State: Investigating, Body: said[2], ExpectedAt: at(3, "08:00")})
	return h
}

// seedEnds is the rest of it.
func (h *house) seedEnds(words Words) {
	h.t.Helper()
	at := func(day int, clock string) time.Time { return local(h.t, day, clock) }
	said := staffSaid[words]
	h.hostUp(at(3, "08:34"))
	h.post(at(3, "08:40"), Post{State: Monitoring, Body: said[3]})
	h.post(at(3, "15:30"), Post{State: Identified, Body: said[4]})
	h.until(at(4, "08:40"))
}

func TestSeedReadAloud(t *testing.T) {
	store := &shelf{}
	h := seed(t, store, English)
	h.until(local(t, 3, "08:33"))
	s := h.d.Snapshot()
	if e := s.Expectation(only(t, h.d).ID); e == nil || e.Text != "Expected by 08:00 SAST, overdue by 33 min" {
		t.Errorf("at 08:33 it is %+v", e)
	}
	if len(s.Reminders) != 1 || s.Reminders[0].Kind != RemindRestoration || !s.Reminders[0].Since.Equal(local(t, 3, "08:00")) {
		t.Errorf("staff are reminded of %+v", s.Reminders)
	}
	h.seedEnds(English)
	in := only(t, h.d)
	expectGolden(t, "seed.txt", aloud(in))
	if s := h.d.Snapshot(); len(s.Expected)+len(s.Reminders) != 0 {
		t.Errorf("in the end %+v %+v", s.Expected, s.Reminders)
	}
	if r := in.Recurrence(johannesburg); r != (Recurrence{Times: 4, Days: 3, LongestHeld: 16*time.Hour + 7*time.Minute, MeanHeld: (3*time.Hour + 43*time.Minute + 11*time.Hour + 49*time.Minute + 16*time.Hour + 7*time.Minute) / 3}) {
		t.Errorf("%+v", r)
	}
	if got := aloud(store.saved[in.ID]); got != aloud(in) {
		t.Errorf("stored is\n%s", got)
	}
}
