package statusdb

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howdah/probe"
)

func segments(t *testing.T, db *DB, since time.Time) []probe.Segment {
	t.Helper()
	list, err := db.Segments(t.Context(), since)
	must(t, err)
	return list
}

func segment(component string, from time.Duration, state probe.SegmentState) probe.Segment {
	return probe.Segment{Component: component, From: at(from), State: state}
}

func TestSegmentsSurviveReopening(t *testing.T) {
	down := segment("imap", time.Hour, probe.SegmentDown)
	down.Reason = "connect.refused"
	want := []probe.Segment{segment("imap", 0, probe.SegmentUp), down, segment("pop3", 0, probe.SegmentDegraded)}
	db := fresh(t)
	for range 2 { // the second time changes nothing
		must(t, db.Save(t.Context(), probe.Facts{Segments: want}))
	}
	equal(t, segments(t, db, time.Time{}), want)
	equal(t, segments(t, reopen(t, db), at(2*time.Hour)), want[1:])
}

// Segments that were told in any order and any parts leave what the last one
// said of each moment.
func TestLaterSegmentsReplaceEarlierOnes(t *testing.T) {
	db := fresh(t)
	rapid.Check(t, func(r *rapid.T) {
		_, err := db.sqlite.W.Exec("DELETE FROM segment")
		must(t, err)
		const length = 40
		var truth [length]probe.SegmentState
		for range rapid.IntRange(1, 12).Draw(r, "saves") {
			var part []probe.Segment
			for range rapid.IntRange(0, 3).Draw(r, "segments") {
				from := rapid.IntRange(0, length-1).Draw(r, "from")
				state := rapid.SampledFrom([]probe.SegmentState{
					probe.SegmentUp, probe.SegmentDown, probe.SegmentUnmonitored}).Draw(r, "state")
				for i := from; i < length; i++ {
					truth[i] = state
				}
				part = append(part, segment("imap", time.Duration(from)*time.Second, state))
			}
			must(t, db.Save(t.Context(), probe.Facts{Segments: part}))
		}
		var want []probe.Segment
		for i, state := range truth {
			if state != "" && (i == 0 || truth[i-1] != state) {
				want = append(want, segment("imap", time.Duration(i)*time.Second, state))
			}
		}
		if got := segments(t, db, time.Time{}); !slices.Equal(got, want) {
			r.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

// However Howdah ended: what came after its last word is not monitored, except
// where an outage goes on.
func TestTimeAfterTheLastSaveIsUnmonitored(t *testing.T) {
	lasting := endedOutage()
	lasting.End = nil
	lasting.Affected = lasting.Affected[1:2] // pop3
	lasting.Affected[0].End = nil
	told := []probe.Segment{
		segment("imap", 0, probe.SegmentUp),
		segment("pop3", 0, probe.SegmentUp), segment("pop3", time.Minute, probe.SegmentDown),
		segment("smtp", 0, probe.SegmentUp), segment("smtp", 2*time.Minute, probe.SegmentUnmonitored),
	}
	db := fresh(t)
	must(t, db.Save(t.Context(), probe.Facts{Segments: told, Outages: []probe.Outage{lasting}, WatchedUntil: at(5 * time.Minute)}))
	must(t, db.Save(t.Context(), probe.Facts{WatchedUntil: at(10 * time.Minute)}))
	want := slices.Insert(slices.Clone(told), 1, segment("imap", 10*time.Minute, probe.SegmentUnmonitored))
	for range 2 {
		db = reopen(t, db)
		must(t, db.EndWatch(t.Context(), at(12*time.Minute))) // too long after its last word to be its own
		equal(t, segments(t, db, time.Time{}), want)
	}
	// The unclean stop turns out to have been an outage.
	down := segment("imap", 10*time.Minute, probe.SegmentDown)
	must(t, db.Save(t.Context(), probe.Facts{Segments: []probe.Segment{down}, WatchedUntil: at(time.Hour)}))
	want[1] = down
	equal(t, segments(t, db, time.Time{}), want)
}

// A run that was alive for a moment longer than it saved was watching.
func TestTimeUntilTheLastHeartbeatIsWatched(t *testing.T) {
	db := fresh(t)
	must(t, db.EndWatch(t.Context(), at(0))) // of nothing
	state := probe.CheckState{Check: "imap", State: probe.Up, WatchedAt: at(0)}
	up := segment("imap", 0, probe.SegmentUp)
	must(t, db.Save(t.Context(), probe.Facts{Segments: []probe.Segment{up}, States: []probe.CheckState{state}, WatchedUntil: at(0)}))
	must(t, db.EndWatch(t.Context(), at(59*time.Second)))
	equal(t, segments(t, db, time.Time{}), []probe.Segment{up, segment("imap", 59*time.Second, probe.SegmentUnmonitored)})
	states, err := db.CheckStates(t.Context())
	must(t, err)
	state.WatchedAt = at(59 * time.Second)
	equal(t, states, []probe.CheckState{state})
}
