package incidents

import (
	"reflect"
	"testing"
	"time"
)

// What is not affected is told with the newest check, and only while there is
// something that is.
func TestSparedIsWhatWasCheckedSince(t *testing.T) {
	d := newDesk(t, &shelf{}, DefaultSettings())
	o := down("o1", local(t, 1, "17:03"))
	d.ObserveOutage(local(t, 1, "17:03:10"), o)
	id := only(t, d).ID
	see := func(clock string, good string) {
		t.Helper()
		now := local(t, 1, clock)
		f := facts(now, MajorOutage, false, o.Start.Best)
		f[2].GoodAt = local(t, 1, good)
		d.ObserveComponents(now, f)
	}
	for _, c := range []struct{ now, good, want string }{
		{"17:03:20", "17:02:59", ""}, // it passed before
		{"17:04", "17:04", "Sending mail works (checked 17:04 SAST)."},
		{"18:00", "17:59:30", "Sending mail works (checked 17:59 SAST)."},
		{"18:05", "18:01", ""}, // not lately
	} {
		see(c.now, c.good)
		got := d.Snapshot().SparedBy(id)
		if (c.want == "" && got != nil) || (c.want != "" && !reflect.DeepEqual(got, []string{c.want})) {
			t.Errorf("%s, passed %s: %q, want %q", c.now, c.good, got, c.want)
		}
	}
	see("18:06", "18:06")
	d.ObserveOutage(local(t, 1, "18:21:10"), over(o, local(t, 1, "18:21")))
	if got := d.Snapshot().SparedBy(id); got != nil {
		t.Errorf("after the outage: %q", got)
	}
}

func TestMailPathsSumTheNewestTestMessagesUp(t *testing.T) {
	d := newDesk(t, &shelf{}, DefaultSettings())
	sent := func(id, clock string, took time.Duration) Canary {
		c := Canary{ID: id, Component: "imap", SentAt: local(t, 1, clock)}
		if took > 0 {
			c.ArrivedAt = c.SentAt.Add(took)
		}
		return c
	}
	late := sent("c5", "12:35", 0)
	late.Overdue = true
	for _, c := range []struct {
		what  string
		more  []Canary
		clock string
		want  []MailPath
	}{
		{"none", nil, "12:00", nil},
		{"one that is under way", []Canary{sent("c1", "12:00", 0)}, "12:00", nil},
		{"the newest, however old", []Canary{sent("c1", "12:00", 20*time.Second)}, "14:00",
			[]MailPath{{Component: "imap", SeenAt: local(t, 1, "12:00:20"), Within: 20 * time.Second, Count: 1}}},
		{"those of an hour", []Canary{sent("c2", "12:20", 9*time.Second), sent("c3", "12:30", 40*time.Second), sent("c4", "12:40", 2*time.Second)}, "12:45",
			[]MailPath{{Component: "imap", SeenAt: local(t, 1, "12:40:02"), Within: 40 * time.Second, Count: 4}}},
		{"without those before it", nil, "13:25",
			[]MailPath{{Component: "imap", SeenAt: local(t, 1, "12:40:02"), Within: 40 * time.Second, Count: 2}}},
		{"one that is late", []Canary{late}, "13:26",
			[]MailPath{{Component: "imap", SeenAt: local(t, 1, "12:40:02"), Within: 40 * time.Second, Count: 2, Waiting: late.SentAt}}},
	} {
		now := local(t, 1, c.clock)
		d.ObserveCanaries(now, c.more)
		well(t, d, 1, c.clock)
		if got := d.Snapshot().Mail; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.what, got, c.want)
		}
	}
	well(t, d, 2, "12:36")
	if got := d.Snapshot().Mail; len(got) != 1 || !got[0].Waiting.IsZero() {
		t.Errorf("a day later it is still waited for: %+v", got)
	}
}
