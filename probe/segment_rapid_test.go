package probe

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// ledger keeps what a tracker tells as a store would, through everything that
// can happen to it.
type ledger struct {
	t        *rapid.T
	tracker  *Tracker
	checks   []Check
	comps    []Component
	now      time.Time
	tiles    map[string][]Segment
	outages  map[string]Outage
	order    []string
	upheld   []string // under maintenance
	adjusted bool     // the clock was set back
}

func newLedger(t *rapid.T) *ledger {
	l := &ledger{t: t, now: day, tiles: map[string][]Segment{}, outages: map[string]Outage{}}
	for i := range rapid.IntRange(1, 4).Draw(t, "components") {
		c := Component{Key: fmt.Sprintf("c%d", i), Host: rapid.SampledFrom([]string{"", "h1"}).Draw(t, "host")}
		if i > 0 && rapid.Bool().Draw(t, "child") {
			c.Parent = fmt.Sprintf("c%d", rapid.IntRange(0, i-1).Draw(t, "parent"))
		}
		l.comps = append(l.comps, c)
		for j := range rapid.IntRange(1, 2).Draw(t, "checks") {
			l.checks = append(l.checks, testCheck(fmt.Sprintf("%s-%d", c.Key, j), c.Key))
		}
	}
	l.tracker = NewTracker(DefaultSettings(), l.comps, l.checks)
	return l
}

func (l *ledger) take(ch Changes) {
	for _, o := range ch.Outages {
		old, known := l.outages[o.ID]
		if !known {
			l.order = append(l.order, o.ID)
		} else if !old.Open() {
			l.t.Fatalf("outage %s has ended and changes:\n%+v\n%+v", o.ID, old, o)
		}
		l.outages[o.ID] = o
	}
	for _, s := range ch.Segments {
		if s.From.After(l.now) {
			l.t.Fatalf("at %v it tells of the future: %+v", l.now, s)
		}
		list := slices.DeleteFunc(l.tiles[s.Component], func(old Segment) bool { return !old.From.Before(s.From) })
		l.tiles[s.Component] = append(list, s)
	}
}

func (l *ledger) pass(most time.Duration) {
	l.now = l.now.Add(time.Duration(rapid.Int64Range(1, int64(most/time.Millisecond)).Draw(l.t, "ms")) * time.Millisecond)
	l.take(l.tracker.Tick(l.now))
}

func (l *ledger) run() {
	reason := rapid.SampledFrom([]Reason{"", "", "", refused, refused, refused, "auth.no", "anchor.timeout"}).Draw(l.t, "reason")
	key := rapid.SampledFrom(l.checks).Draw(l.t, "check").Key
	for range rapid.IntRange(1, 4).Draw(l.t, "times") {
		r := ran(key, l.now, reason)
		l.now = r.EndedAt()
		l.take(l.tracker.Result(l.now, r))
		l.pass(20 * time.Second)
	}
}

func (l *ledger) exit() {
	e := Exit{At: l.now, Source: SourceExit, Host: "h1"}
	for _, c := range l.comps {
		if c.Host == "h1" {
			e.Components = append(e.Components, c.Key)
		}
	}
	l.now = l.now.Add(time.Millisecond)
	l.take(l.tracker.Exit(l.now, e))
}

func (l *ledger) maintain() {
	l.upheld = nil
	for _, c := range l.comps {
		if rapid.Bool().Draw(l.t, "maintained") {
			l.upheld = append(l.upheld, c.Key)
		}
	}
	l.take(l.tracker.Maintain(l.now, l.upheld))
}

// restart begins anew with what was kept, after a while, and after a clean end
// or not.
func (l *ledger) restart() {
	if rapid.Bool().Draw(l.t, "clean") {
		l.take(l.tracker.Stop(l.now))
	}
	states := l.tracker.States()
	var outages []Outage
	for _, id := range l.order {
		outages = append(outages, l.outages[id])
	}
	l.now = l.now.Add(time.Duration(rapid.Int64Range(1, 600_000).Draw(l.t, "away")) * time.Millisecond)
	l.tracker = NewTracker(DefaultSettings(), l.comps, l.checks)
	l.tracker.Restore(states, outages)
	l.take(l.tracker.Retire(l.now))
	l.take(l.tracker.Maintain(l.now, l.upheld))
}

func (l *ledger) step() {
	by := time.Duration(rapid.Int64Range(-3600, 3600).Draw(l.t, "step")) * time.Second
	l.adjusted = l.adjusted || by < 0
	l.now = l.now.Add(by)
	l.take(l.tracker.Stepped(l.now, by))
}

// check holds what is true at any time.
func (l *ledger) check() {
	for _, c := range l.tracker.components {
		tiles := l.tiles[c.Key]
		for i := 1; i < len(tiles); i++ {
			if !tiles[i-1].From.Before(tiles[i].From) {
				l.t.Fatalf("segments of %s do not follow each other: %+v", c.Key, tiles)
			}
		}
		told := SegmentState("")
		if len(tiles) > 0 {
			told = tiles[len(tiles)-1].State
		}
		if told != c.told || told == SegmentUnmonitored != (c.outage == nil && !c.maintained && c.told == SegmentUnmonitored) {
			l.t.Fatalf("%s was told to be %q and is %q", c.Key, told, c.told)
		}
		l.covered(c.Key, tiles)
	}
}

// covered: what is told to be down or degraded is within an outage, and what is
// within one is told to be so; outages of one component do not overlap. By a
// clock that was set back only the last of these is asked.
func (l *ledger) covered(component string, tiles []Segment) {
	type span struct {
		from, to time.Time
		fit      bool
	}
	var spans []span
	for _, id := range l.order {
		o := l.outages[id]
		for _, a := range o.Affected {
			if a.Component != component {
				continue
			}
			s := span{a.Start.Best, l.now, o.Intermittent}
			if a.End != nil {
				s.to = a.End.Best
			}
			spans = append(spans, s)
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
	var out, fits time.Duration
	for i, s := range spans {
		if i > 0 && s.from.Before(spans[i-1].to) && (!l.adjusted || !spans[i-1].to.Equal(l.now)) {
			l.t.Fatalf("outages of %s overlap: %+v", component, spans)
		}
		if s.fit {
			fits += s.to.Sub(s.from)
		} else {
			out += s.to.Sub(s.from)
		}
	}
	if l.adjusted || len(tiles) == 0 {
		return
	}
	sums := map[SegmentState]time.Duration{}
	var all time.Duration
	for i, s := range tiles {
		to := l.now
		if i+1 < len(tiles) {
			to = tiles[i+1].From
		}
		sums[s.State] += to.Sub(s.From)
		all += to.Sub(s.From)
	}
	if all != l.now.Sub(tiles[0].From) {
		l.t.Fatalf("%s: the segments make %v of %v", component, all, l.now.Sub(tiles[0].From))
	}
	if sums[SegmentDown] > out || sums[SegmentDown]+sums[SegmentDegraded] < out || sums[SegmentDown]+sums[SegmentDegraded] > out+fits {
		l.t.Fatalf("%s: segments are %v, outages %v, intermittent failures %v\n%+v\n%+v", component, sums, out, fits, tiles, spans)
	}
}

// Whatever happens in whatever order: the segments of a component tile its
// time, and agree with its outages to the millisecond.
func TestSegmentsTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLedger(t)
		for range rapid.IntRange(1, 120).Draw(t, "events") {
			switch event := rapid.IntRange(0, 29).Draw(t, "event"); event {
			case 0:
				l.exit()
			case 1:
				l.restart()
			case 2, 3:
				l.maintain()
			case 4:
				l.pass(10 * time.Minute)
			case 5:
				before := l.now
				l.now = l.now.Add(time.Duration(rapid.Int64Range(3, 36_000).Draw(t, "slept")) * time.Second)
				l.take(l.tracker.Interrupted(l.now, before, "suspend"))
			case 6:
				if rapid.IntRange(0, 4).Draw(t, "clock") == 0 {
					l.step()
				}
			default:
				l.run()
			}
			l.check()
		}
	})
}
