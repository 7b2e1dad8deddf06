package incidents

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// spoken are the kinds of the thread's updates, in order.
func spoken(in *Incident) string {
	var kinds []string
	for _, u := range in.Updates {
		kinds = append(kinds, string(u.Kind))
	}
	return strings.Join(kinds, " ")
}

func ok(t *testing.T, in *Incident, err error) *Incident {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestEditedUpdateKeepsItsText(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
	u := only(t, d).Updates[0]
	now := local(t, 1, "17:10")
	in, err := d.EditUpdate(t.Context(), now, u.ID, " Thandi ", "Mail is down.\r\n")
	ok(t, in, err)
	got := in.Updates[0]
	if got.Body != "Mail is down." || len(got.Edits) != 1 || got.Edits[0] != (Edit{u.Body, "Thandi", now}) || got.AnnouncedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	if store.saved[in.ID].Updates[0].Body != got.Body {
		t.Error("shown without being stored")
	}
	in, err = d.EditUpdate(t.Context(), now, u.ID, "Thandi", "Mail was down.")
	ok(t, in, err)
	if e := in.Updates[0].Edits; len(e) != 2 || e[1].Body != "Mail is down." || e[0].Body != u.Body {
		t.Errorf("%+v", e)
	}
	for want, edit := range map[string][3]string{
		"by is empty":       {u.ID, " ", "x"},
		"body is empty":     {u.ID, "Thandi", " \n"},
		"longer than":       {u.ID, "Thandi", strings.Repeat("x", maxBody+1)},
		"says that already": {u.ID, "Thandi", "Mail was down."},
		ErrNotFound.Error(): {"unone", "Thandi", "x"},
	} {
		if _, err := d.EditUpdate(t.Context(), now, edit[0], edit[1], edit[2]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	store.refuse(errors.New("disk is full"))
	if _, err := d.EditUpdate(t.Context(), now, u.ID, "Thandi", "It was nothing."); !errors.Is(err, store.refuses) || only(t, d).Updates[0].Body != "Mail was down." {
		t.Errorf("%v, and it says %q", err, only(t, d).Updates[0].Body)
	}
}

// What the machine sees while an act is being stored is not lost, nor is the
// act.
func TestMachineSpeaksWhileAnActIsStored(t *testing.T) {
	store := &slowShelf{}
	d := newDesk(t, store, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	now := local(t, 1, "18:21:30")
	store.meanwhile = func() { d.ObserveOutage(now, over(o, local(t, 1, "18:21"))) }
	in, err := d.SetImpact(t.Context(), now, only(t, d).ID, "Thandi", ImpactMinor)
	ok(t, in, err)
	if in.Impact != ImpactMinor || in.Ongoing() || in.Latest().Kind != KindRecovered {
		t.Errorf("%s, ongoing %v, %s", in.Impact, in.Ongoing(), in.Latest().Kind)
	}
	d.Tick(now)
	if got := store.saved[in.ID]; got.Impact != ImpactMinor || got.Ongoing() {
		t.Errorf("stored: %s, ongoing %v", got.Impact, got.Ongoing())
	}
}

func TestImpactThatStaffSet(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	in, err := d.SetImpact(t.Context(), local(t, 1, "17:10"), only(t, d).ID, "Thandi", ImpactMinor)
	ok(t, in, err)
	if c := in.Changes; len(c) != 1 || c[0] != (Change{local(t, 1, "17:10"), "Thandi", ChangedImpact, "major", "minor"}) || !c[0].Public() {
		t.Errorf("%+v", c)
	}
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
	if got := only(t, d).Impact; got != ImpactMinor {
		t.Errorf("the end made it %s", got)
	}
	d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
	if got := only(t, d).Impact; got != ImpactMajor {
		t.Errorf("a new failure left it %s", got)
	}
	if _, err := d.SetImpact(t.Context(), local(t, 1, "22:05"), in.ID, "Thandi", "huge"); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func TestRenamedThreadKeepsItsTitles(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
	in, err := d.Rename(t.Context(), local(t, 1, "17:10"), only(t, d).ID, "Thandi", " A broken\tdisk ")
	ok(t, in, err)
	d.ObserveOutage(local(t, 1, "18:21:30"), over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21")))
	d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
	in = only(t, d)
	if in.Title != "A broken disk" || len(in.Changes) != 1 || in.Changes[0].Was != "Mail outage" || in.Changes[0].By != "Thandi" {
		t.Errorf("%q, %+v", in.Title, in.Changes)
	}
	for _, title := range []string{" ", strings.Repeat("x", maxTitle+1)} {
		if _, err := d.Rename(t.Context(), local(t, 1, "17:10"), in.ID, "Thandi", title); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
	}
}

func TestSilenceAndItsEnd(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o1 := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o1)
	id := only(t, d).ID
	in, err := d.Silence(t.Context(), local(t, 1, "17:05"), id, "Thandi")
	ok(t, in, err)
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o1, local(t, 1, "18:21")))
	d.ObserveOutage(local(t, 1, "22:04:10"), down("o2", local(t, 1, "22:04")))
	d.Tick(local(t, 1, "22:10"))
	in = only(t, d)
	if got := spoken(in); got != "opened" || len(in.Outages) != 2 || !in.Silent {
		t.Errorf("%s, %d outages, silent %v", got, len(in.Outages), in.Silent)
	}
	in, err = d.Lift(t.Context(), local(t, 1, "22:10"), id, "Thandi")
	ok(t, in, err)
	if got := spoken(in); got != "opened recovered opened" || in.State != Investigating {
		t.Errorf("%s, %s", got, in.State)
	}
	if c := in.Changes; len(c) != 3 || c[0].What != ChangedSilenced || c[1].What != ChangedTitle || c[2].What != ChangedLifted || c[2].Public() {
		t.Errorf("%+v", c)
	}
	in, err = d.Lift(t.Context(), local(t, 1, "22:11"), id, "Thandi")
	if ok(t, in, err); len(in.Changes) != 3 {
		t.Errorf("lifted twice: %+v", in.Changes)
	}
	if _, err := d.Silence(t.Context(), local(t, 1, "22:12"), "inone", "Thandi"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestThreadIsTakenAndHandedBack(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o1 := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o1)
	id := only(t, d).ID
	_, err := d.Take(t.Context(), local(t, 1, "17:05"), id, "Thandi")
	ok(t, nil, err)
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o1, local(t, 1, "18:21")))
	d.Tick(local(t, 3, "18:21:30"))
	if in := only(t, d); spoken(in) != "opened" || in.State != Investigating || in.Ongoing() {
		t.Errorf("%s, %s", spoken(in), in.State)
	}
	_, err = d.Release(t.Context(), local(t, 3, "19:00"), id, "Thandi")
	ok(t, nil, err)
	d.Tick(local(t, 3, "19:00:01"))
	if in := only(t, d); in.State != Resolved || spoken(in) != "opened resolved" {
		t.Errorf("handed back it is %s: %s", in.State, spoken(in))
	}
}

func TestResolvedEarlyAndReopened(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o1 := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o1)
	id := only(t, d).ID
	in, err := d.Resolve(t.Context(), local(t, 1, "17:30"), id, "Thandi", "")
	if ok(t, in, err); in.State != Resolved || in.Latest().Body != "We consider this resolved." || in.Latest().By != "Thandi" {
		t.Errorf("%s %q", in.State, in.Latest().Body)
	}
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o1, local(t, 1, "18:21")))
	if s := only(t, d).State; s != Resolved {
		t.Errorf("the machine made it %s without a new failure", s)
	}
	in, err = d.Reopen(t.Context(), local(t, 1, "19:00"), id, "Thandi", "It is not over.")
	if ok(t, in, err); in.State != Investigating || in.Latest().Body != "It is not over." {
		t.Errorf("%s %q", in.State, in.Latest().Body)
	}
	if _, err := d.Resolve(t.Context(), local(t, 1, "17:30"), "", "Thandi", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("a thread without an ID: %v", err)
	}
}

func TestPostThatIsWrittenAfterwards(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	d.ObserveOutage(local(t, 1, "18:21:30"), over(o, local(t, 1, "18:21")))
	now := local(t, 1, "18:40")
	in, u, err := d.Post(t.Context(), now, Post{IncidentID: only(t, d).ID, State: Identified, Body: "We pulled the plug.", By: "Thandi", At: local(t, 1, "17:30")})
	if ok(t, in, err); spoken(in) != "opened staff recovered" || in.State != Monitoring {
		t.Errorf("%s, %s", spoken(in), in.State)
	}
	if !u.At.Equal(local(t, 1, "17:30")) || !u.AnnouncedAt.Equal(now) || !in.UpdatedAt.Equal(local(t, 1, "18:21:30")) {
		t.Errorf("at %v, announced %v, thread %v", u.At, u.AnnouncedAt, in.UpdatedAt)
	}
	in, _, err = d.Post(t.Context(), now, Post{Title: "A forgotten one", Body: "It was slow.", By: "Thandi", At: local(t, 1, "12:00")})
	if ok(t, in, err); !in.StartedAt.Equal(local(t, 1, "12:00")) || !in.CreatedAt.Equal(now) {
		t.Errorf("started %v, created %v", in.StartedAt, in.CreatedAt)
	}
}

func TestStatedTimesStandBesideMeasuredOnes(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	o := over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21"))
	d.ObserveOutage(local(t, 1, "18:21:30"), o)
	d.Tick(local(t, 1, "18:22:30"))
	now := local(t, 1, "19:00")
	in, err := d.StateTimes(t.Context(), now, "o1", "Thandi", local(t, 1, "16:55"), time.Time{})
	ok(t, in, err)
	got := &in.Outages[0]
	if !got.Start.Best.Equal(local(t, 1, "17:03")) || !got.Began().Best.Equal(local(t, 1, "16:55")) || got.Began().Source != SourceStaff || !got.Ended().Best.Equal(local(t, 1, "18:21")) {
		t.Errorf("%+v", got)
	}
	if in.Downtime(now) != 86*time.Minute || !in.StartedAt.Equal(local(t, 1, "16:55")) {
		t.Errorf("down for %v since %v", in.Downtime(now), in.StartedAt)
	}
	d.ObserveOutage(now, o) // told again
	in = only(t, d)
	if in.Outages[0].Stated == nil || len(in.Updates) > 2 {
		t.Errorf("%+v", in.Outages[0])
	}
	_, err = d.StateTimes(t.Context(), now, "o1", "Thandi", time.Time{}, local(t, 1, "18:30"))
	ok(t, in, err)
	d.Tick(local(t, 1, "19:30:01"))
	in = only(t, d)
	if in.State != Resolved || !strings.Contains(in.Latest().Body, "Reading mail and fetching mail were down for 1 h 27 min.") {
		t.Errorf("%s: %q", in.State, in.Latest().Body)
	}
	for want, times := range map[string][2]time.Time{
		"end before it began": {local(t, 1, "18:00"), local(t, 1, "17:00")},
		"yet to come":         {local(t, 2, "18:00"), {}},
	} {
		if _, err := d.StateTimes(t.Context(), local(t, 1, "19:00"), "o1", "Thandi", times[0], times[1]); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := d.StateTimes(t.Context(), now, "onone", "Thandi", now, now); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestExpectationIsWithdrawn(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
	id := only(t, d).ID
	in, err := d.Expect(t.Context(), local(t, 1, "17:10"), id, "Thandi", "", local(t, 1, "18:00"))
	if ok(t, in, err); in.Latest().Body != "We expect it to work again by 18:00 SAST." || !in.ExpectedAt.Equal(local(t, 1, "18:00")) {
		t.Errorf("%q", in.Latest().Body)
	}
	if _, err := d.Expect(t.Context(), local(t, 1, "17:10"), id, "Thandi", "", local(t, 1, "17:00")); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
	next := d.Tick(local(t, 1, "17:10:30"))
	if !next.Equal(local(t, 1, "18:00")) {
		t.Errorf("the desk wants to be called at %v", next.In(johannesburg))
	}
	in, err = d.Unexpect(t.Context(), local(t, 1, "17:20"), id, "Thandi")
	if ok(t, in, err); !in.ExpectedAt.IsZero() || in.Changes[0].Was != "2005-08-01T16:00:00Z" || d.Snapshot().Expectation(id) != nil {
		t.Errorf("%+v", in.Changes)
	}
	if _, err := d.Unexpect(t.Context(), local(t, 1, "17:20"), id, "Thandi"); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
	d.ObserveOutage(local(t, 1, "18:21:30"), over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21")))
	if u := only(t, d).Latest(); strings.Contains(u.Body, "Expected") || !u.ExpectedAt.IsZero() {
		t.Errorf("%q", u.Body)
	}
}

func TestMergedThreads(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	webmail := over(down("o1", local(t, 1, "16:00")), local(t, 1, "16:30"))
	webmail.Domain, webmail.Affected = "giraffe", []Affected{{Component: "outgoing", Start: webmail.Start, End: webmail.End}}
	d.ObserveOutage(local(t, 1, "16:30:30"), webmail)
	from := only(t, d)
	o2 := down("o2", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o2)
	into := d.Snapshot().Incidents[0]
	now := local(t, 1, "17:10")
	in, err := d.Merge(t.Context(), now, from.ID, into.ID, "Thandi")
	ok(t, in, err)
	if in.ID != into.ID || in.State != Investigating || spoken(in) != "recovered opened note" || len(in.Outages) != 2 || !slices.Equal(in.Aliases, []string{from.ID}) {
		t.Errorf("%s, %s, %d outages, %v", in.State, spoken(in), len(in.Outages), in.Aliases)
	}
	if in.Title != "Mail and sending mail instability" || in.Latest().Body != "What was told under “Sending mail outage” is told here from now on." {
		t.Errorf("%q, %q", in.Title, in.Latest().Body)
	}
	if d.Snapshot().Incident(from.ID) != only(t, d) {
		t.Error("the other ID leads nowhere")
	}
	if _, _, err := d.Post(t.Context(), now, Post{IncidentID: from.ID, Body: "Hello", By: "Thandi"}); err != nil {
		t.Error(err)
	}
	for _, u := range only(t, d).Updates {
		if u.IncidentID != into.ID || u.AnnouncedAt.IsZero() {
			t.Errorf("%+v", u)
		}
	}
	before := aloud(only(t, d))

	// The next start hears of everything again.
	d = newDesk(t, store, DefaultSettings())
	d.ObserveOutage(now, webmail)
	d.ObserveOutage(now, o2)
	if got := aloud(only(t, d)); got != before {
		t.Errorf("after a restart\n%s\nbefore\n%s", got, before)
	}
	// What fails in either domain belongs here.
	third := down("o3", local(t, 1, "18:00"))
	third.Domain = "giraffe"
	d.ObserveOutage(local(t, 1, "18:00:10"), third)
	if len(only(t, d).Outages) != 3 {
		t.Error("a failure of the merged domain opened a thread")
	}
	for _, c := range [][2]string{{into.ID, into.ID}, {from.ID, into.ID}, {"inone", into.ID}, {into.ID, "inone"}} {
		if _, err := d.Merge(t.Context(), now, c[0], c[1], "Thandi"); !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrNotFound) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestOutageIsSplitOff(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	o1, o2 := over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21")), down("o2", local(t, 1, "22:04"))
	d.ObserveOutage(local(t, 1, "18:21:30"), o1)
	if _, err := d.SplitOutage(t.Context(), local(t, 1, "18:22"), "o1", "Thandi"); !errors.Is(err, ErrInvalid) {
		t.Errorf("the only outage: %v", err)
	}
	d.ObserveOutage(local(t, 1, "22:04:10"), o2)
	first := only(t, d)
	now := local(t, 1, "22:10")
	made, err := d.SplitOutage(t.Context(), now, "o2", "Thandi")
	ok(t, made, err)
	all := d.Snapshot().Incidents
	if len(all) != 2 || all[0] != made || all[1].ID != first.ID {
		t.Fatalf("%d threads", len(all))
	}
	if made.Title != "Mail outage" || spoken(made) != "opened note" || made.State != Investigating || !made.StartedAt.Equal(local(t, 1, "22:04")) || made.Impact != ImpactMajor {
		t.Errorf("%q, %s, %s, %s", made.Title, spoken(made), made.State, made.Impact)
	}
	if old := all[1]; old.Title != "Mail outage" || spoken(old) != "recovered resolved note" || old.State != Resolved || !old.ResolvedAt.Equal(local(t, 1, "19:21")) || len(old.Outages) != 1 {
		t.Errorf("%q, %s, %s", old.Title, spoken(old), old.State)
	}
	// It is told of as before.
	d.ObserveOutage(local(t, 1, "22:26:30"), over(o2, local(t, 1, "22:26")))
	if in := d.Snapshot().Incident(made.ID); in.Latest().Kind != KindRecovered || in.State != Monitoring {
		t.Errorf("%s, %s", spoken(in), in.State)
	}
	d.Tick(local(t, 1, "22:30"))
	d = newDesk(t, store, DefaultSettings())
	d.ObserveOutage(now, o1)
	d.ObserveOutage(now, over(o2, local(t, 1, "22:26")))
	if got := d.Snapshot().Incidents; len(got) != 2 || spoken(got[0]) != "opened note recovered" {
		t.Errorf("after a restart %d threads, %s", len(got), spoken(got[0]))
	}
	if _, err := d.SplitOutage(t.Context(), now, "onone", "Thandi"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}
