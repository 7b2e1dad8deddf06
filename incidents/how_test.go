package incidents

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestHowAnOutageEnded(t *testing.T) {
	store := &shelf{}
	d := newDesk(t, store, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:30"), o)
	now := local(t, 1, "19:00")
	if _, err := d.StateHow(t.Context(), now, "o1", "Thandi", "rebooted"); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "no end") {
		t.Errorf("while it lasts: %v", err)
	}
	o = over(o, local(t, 1, "18:21"))
	d.ObserveOutage(local(t, 1, "18:21:30"), o)
	if got := only(t, d).Outages[0].HowEnded(English); got != "" {
		t.Errorf("nobody knows, and it says %q", got)
	}
	_, err := d.StateHow(t.Context(), now, "o1", "Thandi", " rebooted\nby staff ")
	in := only(t, d)
	if ok(t, in, err); in.Outages[0].HowEnded(English) != "rebooted by staff" || in.Outages[0].Began().Source == SourceStaff {
		t.Errorf("%+v", in.Outages[0])
	}
	if c := in.Changes[len(in.Changes)-1]; c.What != ChangedHow || c.By != "Thandi" || c.Public() {
		t.Errorf("%+v", c)
	}
	_, err = d.StateTimes(t.Context(), now, "o1", "Thandi", local(t, 1, "17:00"), time.Time{})
	ok(t, in, err)
	_, err = d.StateHow(t.Context(), now, "o1", "Robin", "it came back by itself")
	in = only(t, d)
	ok(t, in, err)
	s := in.Outages[0].Stated
	if s.How != "it came back by itself" || !s.Start.Equal(local(t, 1, "17:00")) {
		t.Errorf("%+v", s)
	}
	if c := in.Changes[len(in.Changes)-1]; !c.Public() || c.Was != "rebooted by staff" {
		t.Errorf("an earlier word is not shown: %+v", c)
	}
	for _, how := range []string{" ", strings.Repeat("x", maxTitle+1)} {
		if _, err := d.StateHow(t.Context(), now, "o1", "Thandi", how); !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
	}
	if _, err := d.StateHow(t.Context(), now, "onone", "Thandi", "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestRestartIsTold(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := over(down("o1", local(t, 1, "17:03")), local(t, 1, "17:04"))
	o.Restarted = true
	d.ObserveOutage(local(t, 1, "17:04:30"), o)
	if got := only(t, d).Outages[0].HowEnded(English); got != "restarted automatically" {
		t.Errorf("%q", got)
	}
}

// A service that ends over and over is unstable, also when it was never up for
// long enough to call it another outage.
func TestCrashLoopIsAnInstability(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:30"), o)
	if in := only(t, d); !strings.HasSuffix(in.Title, "outage") {
		t.Fatalf("%q", in.Title)
	}
	o.Looping = true
	d.ObserveOutage(local(t, 1, "17:09"), o)
	if in := only(t, d); !strings.HasSuffix(in.Title, "instability") || len(in.Outages) != 1 {
		t.Errorf("%q", in.Title)
	}
	d.ObserveOutage(local(t, 1, "17:11"), over(o, local(t, 1, "17:10")))
	d.Tick(local(t, 1, "19:00"))
	if in := only(t, d); in.State == Resolved {
		t.Error("resolved like a single outage")
	}
	d.Tick(local(t, 2, "17:10"))
	if in := only(t, d); in.State != Resolved {
		t.Errorf("after the quiet period it is %s", in.State)
	}
}
