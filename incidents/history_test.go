package incidents

import (
	"testing"
	"time"
)

// imapWas is a segment of the desk's one component in the tests.
func imapWas(c Condition, from time.Time) Segment {
	return Segment{Component: "imap", From: from, Condition: c}
}

func view(t *testing.T, d *Desk) ComponentView {
	t.Helper()
	v := d.Snapshot().Component("imap")
	if v == nil || len(v.Days) != barDays {
		t.Fatalf("no 90 days: %+v", v)
	}
	return *v
}

func TestSnapshotHasThePast(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	if v := d.Snapshot().Component("imap"); v.Days != nil {
		t.Errorf("days of a desk that has observed nothing: %v", v.Days)
	}
	start, end := local(t, 1, "17:03"), local(t, 1, "18:21")
	now := local(t, 1, "18:30")
	d.ObserveSegments(now, []Segment{imapWas(WasUp, local(t, 1, "00:00").AddDate(0, 0, -30)), imapWas(WasDown, start)})
	if v := view(t, d); v.Days[89].Down != now.Sub(start) {
		t.Errorf("down today: %v", v.Days[89].Down)
	}
	d.ObserveSegments(now, []Segment{imapWas(WasUp, end)})
	v := view(t, d)
	if today := v.Days[89]; today.Down != end.Sub(start) || today.Up != 18*time.Hour+30*time.Minute-today.Down {
		t.Errorf("today: %+v", today)
	}
	if v.Days[58].Unmonitored != 24*time.Hour || v.Days[59].Up != 24*time.Hour {
		t.Errorf("before the first check, and after it: %+v, %+v", v.Days[58], v.Days[59])
	}
	if v.Uptime90.Percent() != "99.82" { // 78 of 44310 minutes
		t.Errorf("%s %% of %+v", v.Uptime90.Percent(), v.Uptime90)
	}
	if august := v.Past.Month(d.narrator.zone, 2005, time.August, now); august.Down != 78*time.Minute || august.Whole() != 18*time.Hour+30*time.Minute {
		t.Errorf("August: %+v", august)
	}
}

// Today's bar goes on while nothing but checks happens, and begins anew at
// midnight; what was published stays as it was.
func TestBarsGoOnWithTime(t *testing.T) {
	d := newDesk(t, nil, DefaultSettings())
	now := local(t, 1, "23:58:00")
	d.ObserveSegments(now, []Segment{imapWas(WasUp, local(t, 1, "00:00"))})
	first := view(t, d)
	look := func(at time.Time) ComponentView {
		d.ObserveComponents(at, facts(at, Operational, false, time.Time{}))
		return view(t, d)
	}
	if v := look(now.Add(59 * time.Second)); &v.Days[0] != &first.Days[0] {
		t.Error("drawn anew within a minute")
	}
	if v := look(now.Add(time.Minute)); v.Days[89].Up != first.Days[89].Up+time.Minute {
		t.Errorf("up today: %v, a minute ago %v", v.Days[89].Up, first.Days[89].Up)
	}
	v := look(local(t, 2, "00:00:01"))
	if v.Days[88].Up != 24*time.Hour || v.Days[89].Up != time.Second || !v.Days[89].Start.Equal(local(t, 2, "00:00")) {
		t.Errorf("after midnight: yesterday %+v, today %+v", v.Days[88], v.Days[89])
	}
	if first.Days[89].Up != 23*time.Hour+58*time.Minute {
		t.Errorf("what was published has changed: %+v", first.Days[89])
	}
	d.Update(local(t, 2, "00:00:30"), Site{Zone: time.UTC}, d.components, d.settings)
	if v := look(local(t, 2, "00:00:31")); !v.Days[89].Start.Equal(local(t, 1, "02:00")) {
		t.Errorf("in another zone today begins at %v", v.Days[89].Start)
	}
}
