package incidents

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// shelf is a Store in memory that can be told to refuse.
type shelf struct {
	mu      sync.Mutex
	refuses error
	saved   map[string]*Incident
	plans   map[string]*Maintenance
	writes  int
}

func (s *shelf) SaveIncident(_ context.Context, in *Incident) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	if s.saved == nil {
		s.saved = map[string]*Incident{}
	}
	if old := s.saved[in.ID]; old != nil {
		for _, u := range old.Updates {
			if now := in.update(u.ID); now == nil || (now.Body != u.Body && len(now.Edits) <= len(u.Edits)) || !now.At.Equal(u.At) {
				return errors.New("update " + u.ID + " was taken back")
			}
		}
	}
	s.saved[in.ID] = in.clone()
	s.writes++
	return nil
}

func (s *shelf) MoveStory(ctx context.Context, to, from *Incident) error {
	s.mu.Lock()
	if s.refuses == nil {
		delete(s.saved, from.ID)
		delete(s.saved, to.ID)
	}
	s.mu.Unlock()
	if !slices.Contains(to.Aliases, from.ID) {
		if err := s.SaveIncident(ctx, from); err != nil {
			return err
		}
	}
	return s.SaveIncident(ctx, to)
}

func (s *shelf) SaveMaintenance(_ context.Context, m *Maintenance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	if s.plans == nil {
		s.plans = map[string]*Maintenance{}
	}
	s.plans[m.ID] = m.clone()
	s.writes++
	return nil
}

func (s *shelf) Maintenances(context.Context) ([]*Maintenance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Maintenance
	for _, m := range s.plans {
		all = append(all, m.clone())
	}
	slices.SortFunc(all, func(a, b *Maintenance) int { return a.Start.Compare(b.Start) })
	return all, s.refuses
}

func (s *shelf) Incidents(context.Context) ([]*Incident, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*Incident
	for _, in := range s.saved {
		all = append(all, in.clone())
	}
	return all, s.refuses
}

// count is how often it was written to.
func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

func (s *shelf) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = err
}

func (in *Incident) update(id string) *Update {
	for i := range in.Updates {
		if in.Updates[i].ID == id {
			return &in.Updates[i]
		}
	}
	return nil
}

var johannesburg = func() *time.Location {
	zone, err := time.LoadLocation("Africa/Johannesburg")
	if err != nil {
		panic(err)
	}
	return zone
}()

var university = []Component{
	{Key: "imap", Name: "Reading mail (IMAP)", Group: "Mail", Domain: "elephant", Position: 1},
	{Key: "pop3", Name: "Fetching mail (POP3)", Group: "Mail", Domain: "elephant", Position: 2},
	{Key: "outgoing", Name: "Sending mail (SMTP)", Position: 3},
}

// local is a moment of August 2005 at the university.
func local(t *testing.T, day int, clock string) time.Time {
	t.Helper()
	c, err := time.Parse("15:04:05", clock)
	if err != nil {
		c, err = time.Parse("15:04", clock)
	}
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2005, 8, day, c.Hour(), c.Minute(), c.Second(), 0, johannesburg).UTC()
}

func exactly(at time.Time) Moment { return Moment{at, at, at, "exit"} }

// down is an outage of the host that both ways of reading mail are on.
func down(id string, start time.Time) Outage {
	m := exactly(start)
	return Outage{ID: id, Domain: "elephant", Start: m, Affected: []Affected{
		{Component: "imap", Start: m}, {Component: "pop3", Start: m},
	}}
}

// over is that outage when it has ended.
func over(o Outage, end time.Time) Outage {
	m := exactly(end)
	o.End = &m
	o.Affected = slices.Clone(o.Affected)
	for i := range o.Affected {
		o.Affected[i].End = &m
	}
	return o
}

func newDesk(t *testing.T, store Store, s Settings) *Desk {
	t.Helper()
	d := NewDesk(Options{Store: store, Site: Site{Name: "Mail", Zone: johannesburg}, Components: university, Settings: s})
	if err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func facts(now time.Time, mail Status, answering bool, since time.Time) []ComponentFact {
	all := make([]ComponentFact, 0, len(university))
	for _, c := range university {
		f := ComponentFact{Component: c.Key, Status: Operational, Watched: true, CheckedAt: now, GoodAt: now, StaleAt: now.Add(90 * time.Second)}
		if c.Key != "outgoing" && mail != Operational {
			f.Status, f.Since, f.Answering = mail, since, answering
			if !answering {
				f.GoodAt = since.Add(-time.Minute)
			}
		}
		all = append(all, f)
	}
	return all
}

// only is the one thread that there is.
func only(t *testing.T, d *Desk) *Incident {
	t.Helper()
	s := d.Snapshot()
	if len(s.Incidents) != 1 {
		t.Fatalf("%d threads, want 1", len(s.Incidents))
	}
	return s.Incidents[0]
}

func expectBody(t *testing.T, u *Update, kind Kind, want string) {
	t.Helper()
	if u.Kind != kind || u.Body != want {
		t.Errorf("update at %s:\n got %s %q\nwant %s %q", u.At.In(johannesburg).Format("2 15:04:05"), u.Kind, u.Body, kind, want)
	}
}

// The notice that this project began with, as facts: four outages and what
// staff wrote between them make one thread.
func TestSeedIsOneThread(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	tell := func(o Outage, day int, clock string) {
		t.Helper()
		now := local(t, day, clock)
		d.Tick(now)
		mail := Operational
		if o.End == nil {
			mail = MajorOutage
		}
		d.ObserveOutage(now, o)
		d.ObserveComponents(now, facts(now, mail, false, o.Start.Best))
		d.Tick(now)
	}
	fresh := func(day int, clock string) {
		now := local(t, day, clock)
		d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	}
	post := func(day int, clock string, s State, body string) {
		t.Helper()
		now := local(t, day, clock)
		if _, _, err := d.Post(t.Context(), now, Post{IncidentID: only(t, d).ID, State: s, Body: body, By: "Ops"}); err != nil {
			t.Fatal(err)
		}
	}

	o1 := down("o1", local(t, 1, "17:03"))
	tell(o1, 1, "17:03:10")
	first := only(t, d)
	if first.Title != "Mail outage" || first.State != Investigating || first.Impact != ImpactMajor {
		t.Errorf("first outage: %q %s %s", first.Title, first.State, first.Impact)
	}
	if got := d.Snapshot().Headline; got != "Reading mail (IMAP) and fetching mail (POP3) have not worked since 17:03 SAST" {
		t.Errorf("headline %q", got)
	}
	tell(over(o1, local(t, 1, "18:21:07")), 1, "18:21:37")
	if got := d.Snapshot(); got.Headline != "Working again since 18:21 SAST; being watched" || got.Indicator != IndicatorNone {
		t.Errorf("headline %q, indicator %s", got.Headline, got.Indicator)
	}
	fresh(1, "19:21:00")
	d.Tick(local(t, 1, "19:21:06"))
	if s := only(t, d).State; s != Monitoring {
		t.Errorf("a second early it is %s", s)
	}
	d.Tick(local(t, 1, "19:21:07"))
	if in := only(t, d); in.State != Resolved || !in.ResolvedAt.Equal(local(t, 1, "19:21:07")) {
		t.Errorf("after an hour it is %s, resolved at %v", in.State, in.ResolvedAt)
	}

	o2 := down("o2", local(t, 1, "22:04"))
	tell(o2, 1, "22:04:10")
	again := only(t, d)
	if again.ID != first.ID || again.Title != "Mail instability" || again.State != Investigating || !again.ResolvedAt.IsZero() || !again.MonitoringAt.IsZero() {
		t.Errorf("second outage: same thread %v, %q, %s, resolved %v, monitoring %v", again.ID == first.ID, again.Title, again.State, again.ResolvedAt, again.MonitoringAt)
	}
	if len(d.Snapshot().Unresolved()) != 1 {
		t.Error("a reopened thread is not among the unresolved")
	}
	tell(over(o2, local(t, 1, "22:26")), 1, "22:26:30")
	post(1, "23:10", Monitoring, "It is likely to happen again.")

	o3 := down("o3", local(t, 2, "10:15"))
	tell(o3, 2, "10:15:10")
	tell(over(o3, local(t, 2, "10:38")), 2, "10:38:30")
	post(2, "11:20", Investigating, "We are building a debugging kernel.")

	o4 := down("o4", local(t, 3, "02:45"))
	tell(o4, 3, "02:45:10")
	post(3, "07:10", Investigating, "It has not come back on its own.")
	tell(over(o4, local(t, 3, "08:34")), 3, "08:34:30")
	post(3, "08:40", Monitoring, "The first disk checks failed.")
	post(3, "15:30", Identified, "The fault is in the network subsystem.")

	fresh(4, "08:33:30")
	if next := d.Tick(local(t, 4, "08:33:59")); !next.Equal(local(t, 4, "08:34")) {
		t.Errorf("the desk wants to be called at %v", next.In(johannesburg))
	}
	if s := only(t, d).State; s != Identified {
		t.Errorf("before 24 hours are over it is %s", s)
	}
	d.Tick(local(t, 4, "08:34:05"))
	d.Tick(local(t, 4, "08:35"))

	in := only(t, d)
	if in.State != Resolved || !in.ResolvedAt.Equal(local(t, 4, "08:34")) || !in.Latest().At.Equal(local(t, 4, "08:34")) {
		t.Errorf("in the end it is %s, resolved at %v", in.State, in.ResolvedAt.In(johannesburg))
	}
	if got := in.Downtime(local(t, 5, "00:00")); got != 7*time.Hour+52*time.Minute+7*time.Second {
		t.Errorf("down for %v in all", got)
	}
	var ends []string
	for _, o := range in.Outages {
		ends = append(ends, o.End.Best.In(johannesburg).Format("2 15:04:05"))
	}
	if got := strings.Join(ends, ", "); got != "1 18:21:07, 1 22:26:00, 2 10:38:00, 3 08:34:00" {
		t.Errorf("ends %s", got)
	}
	for _, u := range in.Updates {
		if u.AnnouncedAt.IsZero() {
			t.Errorf("%s of %s was never announced", u.Kind, u.At)
		}
	}
	for i, want := range []struct {
		kind Kind
		body string
	}{
		{KindOpened, "Reading mail and fetching mail have not worked since 17:03 SAST. The cause is not yet known."},
		{KindRecovered, "Reading mail and fetching mail have worked again since 18:21:07 SAST, after 1 h 18 min. We go on watching."},
		{KindResolved, "No failure since 18:21 SAST. Reading mail and fetching mail were down for 1 h 18 min."},
		{KindOpened, "Reading mail and fetching mail stopped again at 22:04 SAST, 3 h 43 min after recovering. This is the second failure today; updates continue here."},
		{KindRecovered, "Reading mail and fetching mail have worked again since 22:26 SAST, after 22 min. We go on watching."},
		{KindStaff, "It is likely to happen again."},
		{KindOpened, "Reading mail and fetching mail stopped again at 10:15 SAST, 11 h 49 min after recovering. It has failed 3 times in 2 days; the longest it held was 12 hours."},
		{KindRecovered, "Reading mail and fetching mail have worked again since 10:38 SAST, after 23 min. We go on watching."},
		{KindStaff, "We are building a debugging kernel."},
		{KindOpened, "Reading mail and fetching mail stopped again at 02:45 SAST, 16 h 7 min after recovering. It has failed 4 times in 3 days; the longest it held was 16 hours."},
		{KindStaff, "It has not come back on its own."},
		{KindRecovered, "Reading mail and fetching mail have worked again since 08:34 SAST, after 5 h 49 min. We go on watching."},
		{KindStaff, "The first disk checks failed."},
		{KindStaff, "The fault is in the network subsystem."},
		{KindResolved, "No failure since 08:34 SAST on 3 August. Reading mail and fetching mail were down four times, 7 h 52 min in all. Staff found: “The fault is in the network subsystem.”"},
	} {
		if i >= len(in.Updates) {
			t.Fatalf("%d updates", len(in.Updates))
		}
		expectBody(t, &in.Updates[i], want.kind, want.body)
	}
	d.Tick(local(t, 4, "08:36"))
	if got := d.Snapshot(); got.Headline != "No current data" {
		t.Errorf("with nothing checked for minutes the headline is %q", got.Headline)
	}
	fresh(4, "08:36")
	if got := d.Snapshot(); got.Headline != "All systems operational" || got.Indicator != IndicatorNone {
		t.Errorf("headline %q, indicator %s", got.Headline, got.Indicator)
	}
}
