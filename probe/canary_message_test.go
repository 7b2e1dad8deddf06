package probe

import (
	"strings"
	"testing"
	"time"
)

func TestReadCanary(t *testing.T) {
	owner := newOwner()
	c := Canary{ID: canaryID(owner, 12), Number: 12, SubmittedAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	text := canaryText(c, "canary@example.edu", "probe@example.edu")
	stamps := "Return-Path: <canary@example.edu>\r\n" +
		"Received: from relay.example.edu (relay [192.0.2.1])\r\n\tby mail.example.edu (x; y) with LMTP id 1\r\n\tfor <probe@example.edu>; Sun, 1 Mar 2026 14:00:09 +0200 (SAST)\r\n" +
		"Received: nonsense\r\n" +
		"Received: (qmail 1 invoked by uid 1); 1 Mar 2026 12:00:05 -0000\r\n"
	s, err := readCanary([]byte(stamps+text), owner)
	if err != nil || s.id != c.ID || !s.intact || len(s.hops) != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if h := s.hops[0]; h.By != "uid" || !h.At.Equal(c.SubmittedAt.Add(5*time.Second)) {
		t.Errorf("first hop %+v", h)
	}
	if h := s.hops[1]; h.By != "mail.example.edu" || !h.At.Equal(c.SubmittedAt.Add(9*time.Second)) {
		t.Errorf("second hop %+v", h)
	}
	for name, other := range map[string]string{
		"another owner":   strings.Replace(text, canaryHeader+": "+owner, canaryHeader+": "+newOwner(), 1),
		"no number":       strings.Replace(text, owner+"-12-", owner+"-x-", 3),
		"no header":       strings.Replace(text, canaryHeader, "X-Other", 1),
		"nothing":         "",
		"an owner of ''":  strings.Replace(text, canaryHeader+": "+owner, canaryHeader+": ", 1),
		"no end of lines": strings.Repeat("x", 100),
	} {
		if s, err := readCanary([]byte(other), owner); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, change := range map[string]func(string) string{
		"cut":     func(s string) string { return s[:len(s)-8] },
		"undoted": func(s string) string { return strings.Replace(s, "\r\n."+owner, "\r\n"+owner, 1) },
		"footer":  func(s string) string { return s + "-- \r\nvirus free\r\n" },
	} {
		if s, err := readCanary([]byte(change(text)), owner); err != nil || s.intact {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if s, err := readCanary([]byte(text+"\r\n\r\n"), owner); err != nil || !s.intact {
		t.Errorf("empty lines at the end are no change: %+v, %v", s, err)
	}
}

func TestCanaryTextIsPlain(t *testing.T) {
	c := Canary{ID: canaryID(newOwner(), 1), Number: 1, SubmittedAt: time.Now().UTC()}
	text := canaryText(c, "", "probe@example.edu")
	for line := range strings.SplitAfterSeq(text, "\r\n") {
		if len(line) > 80 || strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n") {
			t.Errorf("%q", line)
		}
	}
	for _, want := range []string{"From: <probe@example.edu>\r\n", "Message-ID: <" + c.ID + "@example.edu>\r\n", "Auto-Submitted: auto-generated\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !isASCII(text) {
		t.Error("it is not ASCII")
	}
}

func TestJudgeHops(t *testing.T) {
	sent := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	seen := sent.Add(time.Minute)
	for _, c := range []struct {
		name   string
		at     []int // seconds after it was sent
		skewed string
	}{
		{"in order", []int{0, 10, 10, 59}, "...."},
		{"cut off to whole seconds", []int{-1, 10, 9, 61}, "...."},
		{"backwards", []int{30, 10, 40}, ".x."},
		{"before it was sent", []int{-3600, 10}, "x."},
		{"after it was seen", []int{10, 3600}, ".x"},
		{"none", nil, ""},
	} {
		var hops []Hop
		for _, s := range c.at {
			hops = append(hops, Hop{At: sent.Add(time.Duration(s) * time.Second)})
		}
		judgeHops(hops, sent, seen)
		got := ""
		for _, h := range hops {
			got += map[bool]string{true: "x", false: "."}[h.Skewed]
		}
		if got != c.skewed {
			t.Errorf("%s: got %q, want %q", c.name, got, c.skewed)
		}
	}
}

func TestArrival(t *testing.T) {
	sent := time.Date(2026, 3, 1, 12, 0, 0, 400e6, time.UTC)
	after := func(d time.Duration) time.Time { return sent.Add(d) }
	hop := func(d time.Duration, skewed bool) []Hop { return []Hop{{At: after(d), Skewed: skewed}} }
	for _, c := range []struct {
		name     string
		accepted time.Duration
		s        sighting
		want     time.Duration
	}{
		{"nothing but our eyes", time.Second, sighting{}, 50 * time.Second},
		{"a stamp", time.Second, sighting{hops: hop(20*time.Second, false)}, 20 * time.Second},
		{"a stamp that lies", time.Second, sighting{hops: hop(20*time.Second, true)}, 50 * time.Second},
		{"the mailbox's date", time.Second, sighting{dated: after(30 * time.Second), hops: hop(20*time.Second, false)}, 30 * time.Second},
		{"a date that lies", time.Second, sighting{dated: after(-time.Hour), hops: hop(20*time.Second, false)}, 20 * time.Second},
		{"a date in the future", time.Second, sighting{dated: after(time.Hour)}, 50 * time.Second},
		{"the second of our eyes", time.Second, sighting{dated: after(49500 * time.Millisecond)}, 50 * time.Second},
		{"the second of the answer", 300 * time.Millisecond, sighting{dated: sent.Truncate(time.Second)}, 300 * time.Millisecond},
		{"the second before", time.Minute, sighting{dated: sent.Truncate(time.Second)}, 0},
	} {
		got := c.s.arrival(Canary{SubmittedAt: sent, AcceptedAt: after(c.accepted)}, after(50*time.Second))
		if got.Sub(sent) != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got.Sub(sent), c.want)
		}
	}
}

func TestUsualTimeOfCanaries(t *testing.T) {
	k := &courier{}
	if got := k.patience(); got != leastUsual {
		t.Errorf("of none: %v", got)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for n := range 300 {
		took := time.Second
		if n%100 == 7 || n%100 == 8 {
			took = time.Duration(n) * time.Second // two of each hundred
		}
		k.note(Canary{ID: "x", AcceptedAt: at, DoneAt: at.Add(took)})
	}
	if got := k.patience(); got != 207*time.Second {
		t.Errorf("99 of the last 100 took at most 207 s, got %v", got)
	}
}

// An outage that goes on for weeks does not fill the memory: the oldest are
// kept.
func TestCanariesUnderWayAreBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := Check{Key: "canary", Canary: &Route{Every: time.Minute}}
	told := 0
	k := newCourier(&Runner{}, c, func(news []Canary) { told += len(news) })
	for range maxFlying + 10 {
		k.launch(c.Canary, now)
		now = now.Add(time.Minute)
	}
	if len(k.flying) != maxFlying || told != maxFlying || k.flying[0].Number != 1 {
		t.Errorf("%d are under way, the first is %d; %d were told", len(k.flying), k.flying[0].Number, told)
	}
}

func FuzzReadCanary(f *testing.F) {
	id := canaryID("aaaaaaaaaaaaa", 3)
	f.Add([]byte(canaryText(Canary{ID: id, Number: 3}, "a@b", "c@d")))
	f.Add([]byte("Received: by x; Sun, 1 Mar 2026 14:00:09 +0200\r\n" + canaryHeader + ": " + id + "\r\n\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := readCanary(text, "aaaaaaaaaaaaa")
		if err != nil {
			return
		}
		if ownerOf(s.id) != "aaaaaaaaaaaaa" || len(s.hops) > maxHops {
			t.Errorf("%+v", s)
		}
		for _, h := range s.hops {
			if len(h.By) > maxHopBy || strings.ContainsAny(h.By, "\r\n\x00") {
				t.Errorf("%q", h.By)
			}
		}
	})
}
