package incidents

import (
	"slices"
	"testing"
	"time"
)

// entries are what feeds of single updates would show.
func entries(in *Incident) []*Update {
	var shown []*Update
	for i := range in.Updates {
		if u := &in.Updates[i]; !u.AnnouncedAt.IsZero() && !u.Superseded {
			shown = append(shown, u)
		}
	}
	return shown
}

func TestOutageIsAnnouncedWhenItsHoldIsOver(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	seen := local(t, 1, "17:03:17")
	o := down("o1", local(t, 1, "17:03:10"))
	d.ObserveOutage(seen, o)
	if in := only(t, d); len(in.Updates) != 1 || !in.AnnouncedAt().IsZero() {
		t.Fatalf("shown at once and held: %d updates, announced %v", len(in.Updates), in.AnnouncedAt())
	}
	if next := d.Tick(seen.Add(29 * time.Second)); !next.Equal(seen.Add(30*time.Second)) || len(entries(only(t, d))) != 0 {
		t.Errorf("after 29 s: next %v, %d entries", next, len(entries(only(t, d))))
	}
	d.Tick(seen.Add(30 * time.Second))
	if got := entries(only(t, d)); len(got) != 1 || !got[0].AnnouncedAt.Equal(seen.Add(30*time.Second)) {
		t.Errorf("after 30 s: %d entries", len(got))
	}
}

// It fails for 10 s, is seen to fail after 7, and is watched for 30 before it
// counts as working: one entry that tells all of it.
func TestShortFailureIsOneEntry(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	start := local(t, 1, "17:03:10")
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	o := down("o1", start)
	d.ObserveComponents(at(7), facts(at(7), MajorOutage, false, start))
	d.ObserveOutage(at(7), o)
	d.Tick(at(7))
	d.ObserveComponents(at(15), facts(at(10), MajorOutage, true, start))
	if got := d.Snapshot().Headline; got != "Reading mail (IMAP) and fetching mail (POP3) are answering again; being watched" {
		t.Errorf("headline %q", got)
	}
	if next := d.Tick(at(37)); !next.After(at(37)) || len(entries(only(t, d))) != 0 {
		t.Errorf("announced while the recovery was being watched, next %v", next)
	}
	d.ObserveOutage(at(42), over(o, at(10)))
	d.ObserveComponents(at(42), facts(at(42), Operational, false, at(10)))
	d.Tick(at(42))
	in := only(t, d)
	got := entries(in)
	if len(got) != 1 || len(in.Updates) != 2 || !in.Updates[0].Superseded || !in.Updates[0].AnnouncedAt.Equal(at(42)) {
		t.Fatalf("%d entries of %d updates", len(got), len(in.Updates))
	}
	expectBody(t, got[0], KindRecovered,
		"Reading mail and fetching mail did not work between 17:03:10 and 17:03:20 SAST (10 s). We go on watching.")
}

func TestHoldDelaysAndNeverDrops(t *testing.T) {
	start := local(t, 1, "17:03:10")
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	watched := func(t *testing.T) *Desk {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(at(0), down("o1", start))
		d.ObserveComponents(at(10), facts(at(10), MajorOutage, true, start))
		d.Tick(at(30))
		if len(entries(only(t, d))) != 0 {
			t.Fatal("announced while being watched")
		}
		return d
	}
	t.Run("the recovery fails", func(t *testing.T) {
		d := watched(t)
		d.ObserveComponents(at(50), facts(at(50), MajorOutage, false, start))
		d.Tick(at(50))
		if len(entries(only(t, d))) != 1 {
			t.Error("still held")
		}
	})
	t.Run("the recovery is never decided", func(t *testing.T) {
		d := watched(t)
		if next := d.Tick(at(119)); len(entries(only(t, d))) != 0 || !next.Equal(at(120)) {
			t.Errorf("%d entries, next %v", len(entries(only(t, d))), next)
		}
		d.Tick(at(120))
		if len(entries(only(t, d))) != 1 {
			t.Error("held for more than 90 s longer")
		}
	})
	t.Run("one of two still fails", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(at(0), down("o1", start))
		f := facts(at(10), MajorOutage, true, start)
		f[1].Answering = false
		d.ObserveComponents(at(10), f)
		d.Tick(at(30))
		if len(entries(only(t, d))) != 1 {
			t.Error("held although not all of it answers")
		}
	})
	t.Run("one has recovered, the other is about to", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(at(0), down("o1", start))
		f := facts(at(10), MajorOutage, true, start)
		f[0].Status, f[0].Answering = Operational, false
		d.ObserveComponents(at(10), f)
		d.Tick(at(30))
		if n := len(entries(only(t, d))); n != 0 {
			t.Errorf("%d entries while the recovery is watched", n)
		}
	})
	t.Run("without a hold", func(t *testing.T) {
		s := DefaultSettings()
		s.PublishAfter = 0
		d := newDesk(t, nil, s)
		d.ObserveOutage(at(7), down("o1", start))
		if got := entries(only(t, d)); len(got) != 1 || !got[0].AnnouncedAt.Equal(at(7)) {
			t.Errorf("%d entries at once", len(got))
		}
	})
}

func TestStaffPostReleasesTheHold(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	now := local(t, 1, "17:03:17")
	d.ObserveOutage(now, down("o1", local(t, 1, "17:03:10")))
	now = now.Add(5 * time.Second)
	in, u, err := d.Post(t.Context(), now, Post{IncidentID: only(t, d).ID, State: Identified, Body: "A disk is full.", By: "Ops"})
	if err != nil {
		t.Fatal(err)
	}
	if got := entries(in); len(got) != 2 || !got[0].AnnouncedAt.Equal(now) || got[1].ID != u.ID || !u.AnnouncedAt.Equal(now) {
		t.Errorf("%d entries", len(got))
	}
	if in.State != Identified || only(t, d) != in {
		t.Errorf("state %s, shown %v", in.State, only(t, d) == in)
	}
}

func TestWidenedOutage(t *testing.T) {
	start := local(t, 1, "17:03")
	narrow := down("o1", start)
	narrow.Affected = narrow.Affected[:1]
	late := exactly(start.Add(2 * time.Minute))
	wide := narrow
	wide.Affected = append(slices.Clone(narrow.Affected), Affected{Component: "pop3", Start: late})
	t.Run("before the opening is announced", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(start, narrow)
		if got := only(t, d).Title; got != "Reading mail outage" {
			t.Errorf("title %q", got)
		}
		d.ObserveOutage(start.Add(20*time.Second), wide)
		d.Tick(start.Add(30 * time.Second))
		in := only(t, d)
		got := entries(in)
		if len(got) != 1 || in.Title != "Mail outage" {
			t.Fatalf("%d entries, title %q", len(got), in.Title)
		}
		expectBody(t, got[0], KindWidened, "Reading mail and fetching mail have not worked since 17:03 SAST. The cause is not yet known.")
	})
	t.Run("after it", func(t *testing.T) {
		d := newDesk(t, nil, DefaultSettings())
		d.ObserveOutage(start, narrow)
		d.Tick(start.Add(30 * time.Second))
		d.ObserveOutage(start.Add(2*time.Minute), wide)
		d.Tick(start.Add(3 * time.Minute))
		got := entries(only(t, d))
		if len(got) != 2 {
			t.Fatalf("%d entries", len(got))
		}
		expectBody(t, got[1], KindWidened, "Fetching mail has not worked since 17:05 SAST either.")
		if c := got[1].Components; len(c) != 1 || c[0] != (ComponentChange{"pop3", Operational, MajorOutage}) {
			t.Errorf("changed %v", c)
		}
	})
}
