package probe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// vault is a Store that remembers what it was given when, and that takes as
// long and refuses as long as a test wants.
type vault struct {
	mu     sync.Mutex
	refuse bool
	took   time.Duration
	saved  []Facts
	at     []time.Time
	tended []time.Time
	tries  int
}

var errRefused = errors.New("disk full")

func (l *vault) Save(_ context.Context, f Facts) error {
	time.Sleep(l.took)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	if l.refuse {
		return errRefused
	}
	f.Runs = slices.Clone(f.Runs)
	l.saved, l.at = append(l.saved, f), append(l.at, time.Now())
	return nil
}

func (l *vault) Upkeep(context.Context, time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tended = append(l.tended, time.Now())
	return errRefused // nothing may depend on it
}

func (l *vault) set(refuse bool) { l.mu.Lock(); l.refuse = refuse; l.mu.Unlock() }

func (l *vault) runs() (all []Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.saved {
		all = append(all, f.Runs...)
	}
	return all
}

func (*vault) Outages(context.Context, time.Time) ([]Outage, error)  { return nil, nil }
func (*vault) Canaries(context.Context, time.Time) ([]Canary, error) { return nil, nil }
func (*vault) CheckStates(context.Context) ([]CheckState, error)     { return nil, nil }

// withTeller runs a teller over the vault while f puts facts in.
func withTeller(l *vault, w *witness, f func(*teller)) {
	ctx, cancel := context.WithCancel(context.Background())
	t := newTeller(l, w, slog.New(slog.DiscardHandler))
	var run sync.WaitGroup
	run.Go(func() { t.run(ctx) })
	f(t)
	cancel()
	run.Wait()
}

// numbered is run n of a check, with evidence.
func numbered(n int, v Verdict) Result {
	return Result{Check: "imap", StartedAt: time.Now(), Took: time.Duration(n), Verdict: v, Detail: "detail", Transcript: []string{"S: no"}}
}

func putRun(t *teller, r Result) {
	t.put(told{now: time.Now()}, facts{runs: []Result{r}})
}

func TestRunsOfASecondAreOneTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &vault{}
		withTeller(l, &witness{}, func(tel *teller) {
			begun := time.Now()
			for n := range 3_300 { // 1,000 checks every 30 s, for 100 s
				putRun(tel, numbered(n, []Verdict{OK, Fail}[n%2]))
				time.Sleep(100 * time.Second / 3_300)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if got := l.runs(); len(got) != 3_300 || len(l.saved) > 102 {
				t.Errorf("%d runs in %d transactions after %v", len(got), len(l.saved), time.Since(begun))
			} else if got[0].Transcript != nil || got[1].Transcript == nil || got[0].StartedAt.Location() != time.UTC {
				t.Errorf("good runs go without evidence and others with it: %+v", got[:2])
			}
			for i := 1; i < len(l.tended); i++ {
				if l.tended[i].Sub(l.tended[i-1]) < time.Second {
					t.Errorf("upkeep twice within a second")
				}
			}
			if len(l.tended) < 90 {
				t.Errorf("upkeep %d times", len(l.tended))
			}
		})
	})
}

// What matters is saved at once; and when nothing happens, that we watch.
func TestUrgentFactsAndSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &vault{}
		withTeller(l, &witness{}, func(tel *teller) {
			time.Sleep(500 * time.Millisecond)
			tel.put(told{now: time.Now(), ch: Changes{Segments: []Segment{{Component: "imap", From: time.Now(), State: SegmentUp}}}}, facts{})
			synctest.Wait()
			if len(l.saved) != 1 || len(l.saved[0].Segments) != 1 {
				t.Fatalf("a segment was not saved at once: %+v", l.saved)
			}
			tel.put(told{now: time.Now()}, facts{exhibits: []Exhibit{{Outage: "o"}}})
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if n := len(l.saved); n < 10 || n > 12 || len(l.saved[1].Exhibits) != 1 {
				t.Errorf("%d transactions in ten silent minutes", n)
			}
			for i, f := range l.saved {
				if !f.WatchedUntil.Equal(l.at[i]) {
					t.Errorf("saved at %v: watched until %v", l.at[i], f.WatchedUntil)
				}
			}
		})
	})
}

// The store refuses for a minute while 1,000 checks run: everything waits, the
// observer is told in time, and all of it is saved when the store is back, in
// order and in pieces.
func TestStoreThatRefusesForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, w := &vault{took: 50 * time.Millisecond}, &witness{}
		withTeller(l, w, func(tel *teller) {
			putRun(tel, numbered(0, OK))
			time.Sleep(2 * time.Second)
			l.set(true)
			for n := range 2_000 {
				putRun(tel, numbered(n+1, Fail))
				if n == 1_000 {
					tel.put(told{now: time.Now(), ch: Changes{Outages: []Outage{{ID: "o"}}}}, facts{urgent: true})
				}
				time.Sleep(time.Minute / 2_000)
			}
			if _, _, ok := w.told(); !ok || len(l.runs()) != 1 {
				t.Fatalf("told: %v, saved %d runs", ok, len(l.runs()))
			}
			l.mu.Lock()
			if l.tries > 20 {
				t.Errorf("%d tries in a minute", l.tries)
			}
			l.mu.Unlock()
			l.set(false)
			time.Sleep(retryMax + time.Second)
			synctest.Wait()
			runs := l.runs()
			if len(runs) != 2_001 || !slices.IsSortedFunc(runs, func(a, b Result) int { return int(a.Took - b.Took) }) {
				t.Errorf("%d runs, in another order than they came", len(runs))
			}
			outages := 0
			for _, f := range l.saved {
				outages += len(f.Outages)
				if len(f.Runs) > saveRuns {
					t.Errorf("%d runs in one transaction", len(f.Runs))
				}
			}
			if outages != 1 || runs[2_000].Transcript == nil {
				t.Errorf("outage saved %d times, evidence %v", outages, runs[2_000].Transcript)
			}
		})
	})
}

func TestWhatWaitsIsBounded(t *testing.T) {
	var f facts
	for n := range keepRuns + 1_000 {
		f.add(facts{
			runs:     []Result{numbered(n, Fail)},
			blips:    []Blip{{Check: fmt.Sprint(n)}},
			exhibits: []Exhibit{{Outage: fmt.Sprint(n)}},
			segments: []Segment{{Component: fmt.Sprint(n)}},
			states:   byCheck([]CheckState{{Check: "imap"}}),
		})
	}
	if len(f.runs) != keepRuns || len(f.blips) != keepBlips || len(f.exhibits) != keepExhibits || len(f.segments) != keepSegments || len(f.states) != 1 {
		t.Errorf("%d runs, %d blips, %d exhibits, %d segments", len(f.runs), len(f.blips), len(f.exhibits), len(f.segments))
	}
	if f.runs[keepRuns-1].Took != keepRuns+1_000-1 {
		t.Error("the newest run is not kept")
	}
	with := 0
	for _, r := range f.runs {
		if r.Transcript != nil {
			with++
		}
	}
	if with != keepEvidence || f.runs[keepRuns-1].Transcript == nil {
		t.Errorf("%d runs with evidence", with)
	}
	if want := 1_000 + (keepRuns + 1_000 - keepBlips) + (keepRuns + 1_000 - keepExhibits) + (keepRuns + 1_000 - keepSegments); f.dropped != want {
		t.Errorf("%d dropped, want %d", f.dropped, want)
	}
}

// What is left out of the segments that wait is what the store would forget.
func TestSegmentsThatWaitSayTheSame(t *testing.T) {
	tile := func(all []Segment) (kept []Segment) {
		for _, s := range all {
			kept = slices.DeleteFunc(kept, func(old Segment) bool {
				return old.Component == s.Component && !old.From.Before(s.From)
			})
			kept = append(kept, s)
		}
		slices.SortFunc(kept, func(a, b Segment) int {
			if a.Component != b.Component {
				return int(a.Component[0]) - int(b.Component[0])
			}
			return a.From.Compare(b.From)
		})
		return kept
	}
	start := time.Date(2005, 8, 1, 17, 3, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var stored, all []Segment
		var f facts
		for range rapid.IntRange(1, 30).Draw(t, "segments") {
			s := Segment{
				Component: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "component"),
				From:      start.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "from")) * time.Second),
				State:     rapid.SampledFrom([]SegmentState{SegmentUp, SegmentDown}).Draw(t, "state"),
			}
			all = append(all, s)
			f.add(facts{segments: []Segment{s}})
			if rapid.IntRange(0, 4).Draw(t, "save") == 0 {
				next, rest := f.part(saveRuns)
				stored, f = append(stored, next.Segments...), rest
			}
		}
		stored = append(stored, f.segments...)
		if got, want := tile(stored), tile(all); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
