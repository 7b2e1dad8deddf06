package incidents

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestToldTwiceSaysNothingNew(t *testing.T) {
	d := newDesk(t, &shelf{}, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	o.Start.Latest = o.Start.Latest.Add(123456 * time.Nanosecond) // finer than is stored
	now := local(t, 1, "17:03:10")
	d.ObserveOutage(now, o)
	d.ObserveComponents(now, facts(now, MajorOutage, false, o.Start.Best))
	version := d.Snapshot().Version
	d.ObserveOutage(now.Add(time.Minute), o)
	d.ObserveComponents(now.Add(time.Minute), facts(now, MajorOutage, false, o.Start.Best))
	if got := d.Snapshot().Version; got != version {
		t.Errorf("version %d after %d", got, version)
	}
	end := over(o, local(t, 1, "18:21"))
	d.ObserveOutage(local(t, 1, "18:21:30"), end)
	version = d.Snapshot().Version
	d.ObserveOutage(local(t, 1, "18:40"), end)
	d.ObserveOutage(local(t, 1, "18:41"), o)                             // a late word that it lasts
	d.ObserveOutage(local(t, 1, "18:42"), over(o, local(t, 1, "18:40"))) // and another end
	d.ObserveOutage(local(t, 1, "18:43"), Outage{Domain: "x"})           // no fact at all
	if got := d.Snapshot(); got.Version != version || !got.Incidents[0].Outages[0].End.Best.Equal(local(t, 1, "18:21")) {
		t.Errorf("version %d after %d, end %v", got.Version, version, got.Incidents[0].Outages[0].End.Best)
	}
	now = local(t, 1, "18:44")
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	if got := d.Snapshot().Version; got != version+1 {
		t.Errorf("a newer check left the version at %d", got)
	}
}

func TestQuietPeriodDecidesOnTheThread(t *testing.T) {
	end := local(t, 1, "18:21")
	for _, c := range []struct {
		name    string
		domain  string
		start   time.Time
		threads int
	}{
		{"just within", "elephant", end.Add(24 * time.Hour), 1},
		{"a second later", "elephant", end.Add(24*time.Hour + time.Second), 2},
		{"of another domain", "giraffe", end.Add(time.Hour), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, nil, DefaultSettings())
			d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
			o := down("o2", c.start)
			o.Domain = c.domain
			d.ObserveOutage(c.start, o)
			if got := len(d.Snapshot().Incidents); got != c.threads {
				t.Errorf("%d threads", got)
			}
			if got := d.Snapshot().Incidents[0].Outages; got[len(got)-1].ID != "o2" {
				t.Error("the newest thread is not first")
			}
		})
	}
}

func TestSnapshotIsReplaced(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	s := d.Snapshot()
	select {
	case <-s.Replaced():
		t.Fatal("replaced by nothing")
	default:
	}
	d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
	<-s.Replaced()
	if len(s.Incidents) != 0 || d.Snapshot().Version <= s.Version {
		t.Error("the old snapshot was written to, or the version did not grow")
	}
	if (&Snapshot{}).Replaced() != nil {
		t.Error("a hand-made snapshot has a channel")
	}
}

func TestStoreThatRefuses(t *testing.T) {
	store := &shelf{refuses: errors.New("disk is full")}
	d := NewDesk(Options{Store: store, Site: Site{Zone: johannesburg}, Components: university, Settings: DefaultSettings()})
	now := local(t, 1, "17:03:10")
	d.ObserveOutage(now, down("o1", local(t, 1, "17:03")))
	id := only(t, d).ID
	next := d.Tick(now)
	if got := d.Snapshot(); !got.UnsavedSince.Equal(now) || len(got.Incidents) != 1 || !next.Equal(now.Add(time.Second)) {
		t.Fatalf("unsaved since %v, %d threads, next %v", got.UnsavedSince, len(got.Incidents), next)
	}
	if next = d.Tick(next); !next.Equal(now.Add(3 * time.Second)) {
		t.Errorf("no back-off: next %v", next)
	}
	version := d.Snapshot().Version
	if _, _, err := d.Post(t.Context(), now.Add(2*time.Second), Post{IncidentID: id, Body: "Hello", By: "Ops"}); !errors.Is(err, store.refuses) {
		t.Errorf("the post's error is %v", err)
	}
	if got := d.Snapshot(); got.Version != version || len(only(t, d).Updates) != 1 {
		t.Error("a post that was not stored is shown")
	}
	store.refuse(nil)
	d.Tick(now.Add(2 * time.Second))
	if store.count() != 0 {
		t.Error("tried before the back-off was over")
	}
	d.Tick(now.Add(3 * time.Second))
	if got := d.Snapshot(); !got.UnsavedSince.IsZero() || store.saved[id] == nil {
		t.Errorf("unsaved since %v, stored %v", got.UnsavedSince, store.saved[id] != nil)
	}
	writes := store.count()
	d.Tick(now.Add(4 * time.Second))
	if store.count() != writes {
		t.Error("saved again without a change")
	}
}

// A process ends in the middle of an outage; the next one loads and is told
// all recent facts again.
func TestRestart(t *testing.T) {
	for _, c := range []struct {
		name  string
		saved bool
	}{{"after saving", true}, {"before saving", false}} {
		t.Run(c.name, func(t *testing.T) {
			store := &shelf{}
			d := newDesk(t, store, DefaultSettings())
			o1 := over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21"))
			d.ObserveOutage(local(t, 1, "17:03:10"), down("o1", local(t, 1, "17:03")))
			d.ObserveOutage(local(t, 1, "18:21:30"), o1)
			d.Tick(local(t, 1, "18:22"))
			o2 := down("o2", local(t, 1, "22:04"))
			d.Tick(local(t, 1, "19:21"))
			d.ObserveOutage(local(t, 1, "22:04:10"), o2)
			if c.saved {
				d.Tick(local(t, 1, "22:05"))
			}
			before := only(t, d)

			d = newDesk(t, store, DefaultSettings())
			loaded := d.Snapshot().Version
			d.ObserveOutage(local(t, 1, "22:10"), o1)
			d.ObserveOutage(local(t, 1, "22:10"), o2)
			after := only(t, d)
			if after.ID != before.ID || len(after.Outages) != 2 || len(after.Updates) != len(before.Updates) {
				t.Fatalf("%d outages, %d updates, before %d", len(after.Outages), len(after.Updates), len(before.Updates))
			}
			if c.saved && (d.Snapshot().Version != loaded || !reflect.DeepEqual(after, before)) {
				t.Errorf("retelling changed the thread:\n%+v\n%+v", after, before)
			}
			for i := range after.Updates {
				if after.Updates[i].ID != before.Updates[i].ID {
					t.Errorf("update %d has another ID", i)
				}
			}
			d.ObserveOutage(local(t, 1, "22:26:30"), over(o2, local(t, 1, "22:26")))
			d.Tick(local(t, 1, "22:30"))
			if in := only(t, d); in.Ongoing() || in.State != Monitoring || !in.Outages[0].End.Best.Equal(local(t, 1, "18:21")) {
				t.Errorf("state %s, ongoing %v", in.State, in.Ongoing())
			}
		})
	}
}

// The status service was down with the server, and hears of the failure when
// the time for resolving the thread has passed.
func TestFactsComeBeforeTime(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	o1 := over(down("o1", local(t, 1, "17:03")), local(t, 1, "18:21"))
	d.ObserveOutage(local(t, 1, "18:21:30"), o1)
	d.Tick(local(t, 1, "18:22"))

	d = newDesk(t, store, DefaultSettings())
	now := local(t, 1, "19:30")
	o2 := down("o2", local(t, 1, "19:00"))
	o2.Unclean, o2.Start.Latest = true, now
	d.ObserveOutage(now, o1)
	d.ObserveOutage(now, o2)
	d.Tick(now)
	in := only(t, d)
	expectBody(t, in.Latest(), KindOpened, "Reading mail and fetching mail stopped again at about 19:00 SAST, 39 min after recovering. "+
		"This notice was written afterwards, because the status service itself was down too. This is the second failure today; updates continue here.")
	for _, u := range in.Updates {
		if u.Kind == KindResolved {
			t.Errorf("resolved over a failure: %q", u.Body)
		}
	}
	d.ObserveOutage(now.Add(time.Minute), over(o2, now))
	d.Tick(now.Add(time.Minute))
	in = only(t, d)
	expectBody(t, in.Latest(), KindRecovered, "Reading mail and fetching mail did not work between about 19:00 and 19:30 SAST (about 30 min). "+
		"This notice was written afterwards, because the status service itself was down too. We go on watching.")
}

func TestNothingIsResolvedUnseen(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	end := local(t, 1, "18:21")
	d.ObserveOutage(end, over(down("o1", local(t, 1, "17:03")), end))
	d.ObserveComponents(end, facts(end, Operational, false, time.Time{})) // the last check for hours
	d.Tick(local(t, 1, "19:21"))
	d.Tick(local(t, 1, "19:40"))
	if s := only(t, d).State; s != Monitoring {
		t.Fatalf("%s without a check", s)
	}
	now := local(t, 1, "20:00")
	d.ObserveComponents(now, facts(now, Operational, false, time.Time{}))
	d.Tick(now)
	if in := only(t, d); in.State != Resolved || !in.ResolvedAt.Equal(now) {
		t.Errorf("%s at %v", in.State, in.ResolvedAt)
	}
}

func TestRunKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{}
		d := NewDesk(Options{Store: store, Components: university, Settings: DefaultSettings()})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		start := time.Now()
		o := down("o1", start)
		d.ObserveOutage(start, o)
		synctest.Wait()
		if store.count() == 0 {
			t.Error("a change did not wake the desk")
		}
		time.Sleep(30*time.Second + time.Millisecond)
		synctest.Wait()
		if got := entries(only(t, d)); len(got) != 1 {
			t.Errorf("%d entries after 30 s", len(got))
		}
		d.ObserveOutage(time.Now(), over(o, time.Now()))
		time.Sleep(time.Hour + time.Minute)
		synctest.Wait()
		if in := only(t, d); in.State != Resolved || in.ResolvedAt.Sub(in.Outages[0].End.Best) != time.Hour || !in.Latest().AnnouncedAt.After(in.ResolvedAt) {
			t.Errorf("%s, resolved at %v", in.State, in.ResolvedAt)
		}
		store.refuse(errors.New("disk is full"))
		d.ObserveOutage(time.Now(), down("o2", time.Now()))
		synctest.Wait()
		store.refuse(nil)
		cancel()
		<-ended
		if got := len(store.saved[only(t, d).ID].Outages); got != 2 {
			t.Errorf("%d outages stored in the end", got)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	start := local(t, 1, "17:03")
	d.ObserveOutage(start, down("o0", start))
	id := only(t, d).ID
	var wg sync.WaitGroup
	const each = 20
	for range each {
		wg.Go(func() {
			if _, _, err := d.Post(t.Context(), start, Post{IncidentID: id, Body: "So it is.", By: "Ops"}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { d.ObserveOutage(start.Add(time.Minute), over(down("o0", start), start.Add(time.Minute))) })
		wg.Go(func() { d.Tick(start.Add(2 * time.Minute)) })
		wg.Go(func() { d.ObserveComponents(start, facts(start, MajorOutage, false, start)) })
		wg.Go(func() {
			s := d.Snapshot()
			for _, in := range s.Incidents {
				_ = in.Downtime(start) // reads what the others must not write
			}
		})
	}
	wg.Wait()
	d.Tick(start.Add(3 * time.Minute))
	if in := only(t, d); len(in.Updates) != each+2 || !reflect.DeepEqual(store.saved[id], in) {
		t.Errorf("%d updates, %d stored", len(in.Updates), len(store.saved[id].Updates))
	}
}

func TestSubjects(t *testing.T) {
	components := append([]Component{}, university...)
	components = append(components, Component{Key: "web1", Name: "Webmail (old)"}, Component{Key: "web2", Name: "Webmail (new)"},
		Component{Key: "old", Name: "Old mail", Group: "Archive"})
	n := newNarrator(English, johannesburg, components)
	for want, keys := range map[string][]string{
		"Reading mail outage":                  {"imap"},
		"Mail outage":                          {"pop3", "imap"},
		"Mail and sending mail outage":         {"outgoing", "pop3", "imap"},
		"Reading mail and sending mail outage": {"outgoing", "imap"},
		"Webmail (new) outage":                 {"web2"},
		"Old mail outage":                      {"old"},
		"gone outage":                          {"gone"},
	} {
		if got := n.title(keys, false); got != want {
			t.Errorf("%s: %q, want %q", strings.Join(keys, " "), got, want)
		}
	}
}
